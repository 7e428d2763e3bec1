/** What stands in brackets in the instructions of providers: `{tenant-id}`, `<your client id>`, `[domain]`. */
const BRACKETED = /^(?:\$?\{([a-z][\w .-]{0,39})\}|<([a-z][\w .-]{0,39})>|\[([a-z][\w .-]{0,39})\])$/i;
/** How Microsoft writes ids. */
export const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const CLIENT = [
  /^your[_ -]?(?:(?:client|app|application)[_ -]?)?(?:id|secret)$/i,
  /^(?:CLIENT|APP|APPLICATION)[_-](?:ID|SECRET)$/,
];
const HOST = /^your-?(?:tenant|domain|okta-?domain)\.(?:okta|auth0|onmicrosoft)\.com$/i;
const URL_PART = [
  ...CLIENT,
  HOST,
  /^your[_-]?(?:tenant|domain|realm)(?:[_-]?(?:id|name))?$/i,
  /^TENANT[_-](?:ID|NAME)$/,
];

/** Microsoft's issuer for every tenant, in which the tenant of an ID token is put: no placeholder but a template. */
const ISSUER_TEMPLATE = '{tenantid}';

/** Whether the whole of a client id or secret was copied from instructions; a part of one may well look like this. */
export function isClientPlaceholder(value: string): boolean {
  return isBracketed(value) || CLIENT.some(pattern => pattern.test(value));
}

/**
 * The host, path segment or query value of a URL that was copied without putting one's own in, as it stands there. Each
 * is judged as a whole, except that no host has brackets of this kind. `field` is the name of the URL's field.
 */
export function placeholderInUrl(url: string, field: string): string | undefined {
  const [, authority = '', path = '', query = ''] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)\??([^#]*)/i.exec(url) ?? [];
  const host = authority.replace(/:\d*$/, '');
  if (HOST.test(host) || host.split('.').some(label => isBracketed(unescaped(label)))) return host;
  const values = query.split('&').map(pair => pair.slice(pair.indexOf('=') + 1));
  return [...path.split('/'), ...values].find(part => isPlaceholder(unescaped(part), field));
}

/** Whether a part of a URL was copied from instructions. `field` is the name of the URL's field. */
export function isPlaceholder(part: string, field = ''): boolean {
  if (field === 'issuer' && part === ISSUER_TEMPLATE) return false;
  return isBracketed(part) || URL_PART.some(pattern => pattern.test(part));
}

function isBracketed(text: string): boolean {
  const inside = BRACKETED.exec(text)
    ?.slice(1)
    .find(found => found !== undefined);
  return inside !== undefined && !GUID.test(inside);
}

/** As it was before a browser escaped its brackets. */
function unescaped(part: string): string {
  return part.replace(/%(?:7B|7D|3C|3E|5B|5D|20|24)/gi, decodeURIComponent);
}
