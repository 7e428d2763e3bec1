import { isIP, isIPv4 } from 'node:net';

const LABEL = '[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_-]{0,62}';
const NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*\\.?$`, 'u');
const ALL_DIGITS = /^[\d.]+$/;
const WITH_PORT = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:]+))(?::(?<port>\d{1,5}))?$/;

/** Whether the text is an IP address (IPv6 without brackets or zone) or a host name, which may be an international one. */
export function isHost(text: string): boolean {
  return isAddress(text) || (NAME.test(text) && !ALL_DIGITS.test(text));
}

/** Whether the text is a name, an IP address or a CIDR, with an optional `:port` (IPv6 with a port in brackets). */
export function isHostEntry(text: string): boolean {
  const whole = (entry: string) => isHost(entry) || isCidr(entry);
  if (whole(text)) return true;
  const { bracketed, plain, port = '1' } = WITH_PORT.exec(text)?.groups ?? {};
  const host = bracketed?.includes(':') ? bracketed : plain;
  return host !== undefined && whole(host) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** Whether the text is an IP address or a CIDR that stands for fewer than all addresses. */
export function isProxyEntry(text: string): boolean {
  return isAddress(text) || (isCidr(text) && !text.endsWith('/0'));
}

/** Whether only this machine can reach the host: localhost, 127.0.0.0/8, ::1. IPv6 with or without brackets. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
}

/** Whether the host stands for every interface of this machine, so that nobody can call it by that name. */
export function isUnspecified(host: string): boolean {
  return /^(?:0\.0\.0\.0|[0:]+)$/.test(host);
}

/** Whether the text is an http or https URL with nothing behind the port; user and password may stand before the host. */
export function isBareUrl(text: string): boolean {
  if (/[\s\\?#]/.test(text) || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  return new URL(text).pathname === '/';
}

/**
 * The origin that the text names: an http or https URL with nothing behind the port, plain http on loopback only.
 * Undefined for anything else.
 */
export function originOf(text: string): string | undefined {
  if (!isBareUrl(text) || text.includes('@')) return undefined;
  const { origin, protocol, hostname } = new URL(text);
  return protocol === 'https:' || isLoopback(hostname) ? origin : undefined;
}

/** Whether the text is an address of SMTP submission: `smtp://` or `smtps://`, user and password, host, port; no more. */
export function isMailServer(text: string): boolean {
  if (!/^smtps?:\/\/[^\s/?#\\]+\/?$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return isHost(hostname.replace(/^\[|\]$/g, '')) && [username, password].every(isDecodable);
}

/** Whether the text is one bare mail address, without a name beside it. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>(),;:"\\[\]]+@[^\s@<>(),;:"\\[\]]+$/.test(text);
}

/** An IP address or a name with a port, to listen on; undefined for anything else. */
export function listenerOf(text: string): { host: string; port: number } | undefined {
  const { bracketed, plain, port = '' } = WITH_PORT.exec(text)?.groups ?? {};
  const host = bracketed?.includes(':') ? bracketed : plain;
  if (host === undefined || !isHost(host) || port === '' || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** Whether the text is a network in CIDR notation (RFC 4632, RFC 4291 §2.3). */
function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  const bits = isIPv4(address) ? 32 : 128;
  return isAddress(address) && more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}
