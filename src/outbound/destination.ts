import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { isMetadataAddress, isPublicAddress } from './addresses.js';
import { type AllowedHost, allowsAddress, allowsHost, withoutTrailingDot } from './allowed-hosts.js';

export type DestinationRule =
  | 'not_a_url'
  | 'scheme'
  | 'https_required'
  | 'no_userinfo'
  | 'no_fragment'
  | 'port_not_allowed'
  | 'private_address';

/** The rule that a destination breaks, and a sentence that says what to do. The sentence never repeats the URL itself. */
export interface Refusal {
  rule: DestinationRule;
  detail: string;
}

/** A URL that keeps the rules, ready to be resolved. */
export interface Target {
  url: URL;
  /** The name without trailing dot, or the address without brackets. */
  host: string;
  port: number;
  /** The operator allowed this very host, so its addresses are not judged. */
  allowed: boolean;
}

const DEFAULT_PORT = { 'https:': 443, 'http:': 80 };

/**
 * Judges a URL by everything that shows without asking DNS. https only, unless the host is allowed; no user or
 * password, no fragment; ports 443 and 1024–65535 (the other low ports belong to services that are no token endpoints,
 * such as SMTP or SSH), unless the host is allowed. An address literal must be public, whichever way it is spelled.
 */
export function readTarget(text: string, allowed: readonly AllowedHost[]): Target | Refusal {
  if (!URL.canParse(text)) return notAUrl();
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { rule: 'scheme', detail: `Only https URLs can be reached, not ${url.protocol}` };
  }
  if (/^\.|\.\./.test(url.hostname)) return notAUrl();
  url.hostname = withoutTrailingDot(url.hostname);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? DEFAULT_PORT[url.protocol] : Number(url.port);
  const target = { url, host, port, allowed: allowsHost(allowed, host, port) };
  return refuseUrl(target) ?? target;
}

/** Judges the addresses that a target resolved to: one bad address refuses the target (RFC 6890 ranges). */
export function refuseAddresses(
  target: Target,
  addresses: readonly LookupAddress[],
  allowed: readonly AllowedHost[],
): Refusal | undefined {
  if (target.allowed) return undefined;
  const bad = addresses.find(
    ({ address }) => !isPublicAddress(address) && !allowsAddress(allowed, address, target.port),
  );
  return bad && privateAddress(target.host, bad.address);
}

function notAUrl(): Refusal {
  return { rule: 'not_a_url', detail: 'This is not a URL. Write it as https://host/path.' };
}

function refuseUrl({ url, host, port, allowed }: Target): Refusal | undefined {
  if (url.username || url.password) {
    return { rule: 'no_userinfo', detail: 'The URL holds a user name or password. Leave them out.' };
  }
  if (url.href.includes('#')) {
    return { rule: 'no_fragment', detail: 'The URL has a fragment (#…). Leave it out.' };
  }
  if (allowed) return undefined;
  if (isMetadataAddress(host)) return privateAddress(host, host);
  if (url.protocol === 'http:') {
    return {
      rule: 'https_required',
      detail: `Plain http to ${host} would send secrets unprotected. Use https, or add ${host} to TOKENWELL_ALLOWED_HOSTS.`,
    };
  }
  if (port !== 443 && port < 1024) {
    return {
      rule: 'port_not_allowed',
      detail: `Port ${port} is not used for https. Use 443 or a port from 1024 up, or add ${host}:${port} to TOKENWELL_ALLOWED_HOSTS.`,
    };
  }
  return isIP(host) && !isPublicAddress(host) ? privateAddress(host, host) : undefined;
}

function privateAddress(host: string, address: string): Refusal {
  const what = host === address ? `${host} is` : `${host} resolves to ${address},`;
  if (isMetadataAddress(address)) {
    const detail = `${what} an address at which machines are told about themselves (metadata). No provider is there: correct the URL.`;
    return { rule: 'private_address', detail };
  }
  return {
    rule: 'private_address',
    detail: `${what} a private or reserved address. If it is meant to be reached, add ${host} to TOKENWELL_ALLOWED_HOSTS.`,
  };
}
