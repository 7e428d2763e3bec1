/** Who stands behind a sign-in page, as its users call it. */
const NAMES: Readonly<Record<string, string>> = {
  'login.microsoftonline.com': 'Microsoft',
  'login.microsoftonline.us': 'Microsoft',
  'login.partner.microsoftonline.cn': 'Microsoft',
  'login.chinacloudapi.cn': 'Microsoft',
  'accounts.google.com': 'Google',
};

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const LOGO = /^data:image\/(?:png|jpeg|webp|gif|svg\+xml)[;,]/;
const BASE = 'https://here.invalid';

/** The host of an address, and the name that people know for it: the host again where there is none. */
export function placeOf(url: string): { host: string; name: string } {
  const host = URL.canParse(url) ? new URL(url).host : '';
  const known = Object.hasOwn(NAMES, host) ? NAMES[host] : undefined;
  return { host, name: known ?? host };
}

/**
 * The address as a link may carry it: https, http on loopback, or a path of this vault. Undefined for everything else;
 * `javascript:` would run in our page, and neither HTML nor the renderer keeps it out of an href.
 */
export function linkable(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address, BASE)) return undefined;
  const url = new URL(address, BASE);
  if (url.origin === BASE) return address.startsWith('/') ? `${url.pathname}${url.search}${url.hash}` : undefined;
  if (!URL.canParse(address)) return undefined;
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  return safe && url.username === '' && url.password === '' ? url.href : undefined;
}

/** The address of a picture as a page may show it: a picture within a data URL, or a path of this vault. */
export function picturable(address: string | undefined): string | undefined {
  if (address === undefined || LOGO.test(address)) return address;
  const link = linkable(address);
  return link?.startsWith('/') ? link : undefined;
}
