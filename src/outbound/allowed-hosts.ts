import { BlockList, isIP, isIPv4 } from 'node:net';
import { isWithin } from './addresses.js';

/**
 * One entry of TOKENWELL_ALLOWED_HOSTS. Exactly one of `name` and `cidr` is set; without `port` it counts for every port.
 * A name allows whatever it resolves to; a range allows its own addresses and the names that resolve into it.
 */
export interface AllowedHost {
  name?: string;
  cidr?: BlockList;
  port?: number;
}

/**
 * Reads one entry: a name, an IP or a CIDR, each with optional `:port`; IPv6 goes in brackets when a port follows
 * (`[fd00::/8]:8443`). Answers undefined for anything else, also for odd spellings of an address (`0x7f.1`).
 */
export function parseAllowedHost(text: string): AllowedHost | undefined {
  const { host, port } = split(text.trim());
  const entry = parseRange(host) ?? parseName(host);
  if (!entry || port === undefined) return entry;
  return isPort(port) ? { ...entry, port: Number(port) } : undefined;
}

/** Whether the host part of a URL (a name or an IP, no brackets) is itself allowed on this port. */
export function allowsHost(allowed: readonly AllowedHost[], host: string, port: number): boolean {
  return allowed.some(entry => covers(entry, port) && (entry.name === host || holds(entry, host)));
}

/** Whether a resolved address is allowed on this port. */
export function allowsAddress(allowed: readonly AllowedHost[], address: string, port: number): boolean {
  return allowed.some(entry => covers(entry, port) && holds(entry, address));
}

function covers(entry: AllowedHost, port: number): boolean {
  return entry.port === undefined || entry.port === port;
}

function holds(entry: AllowedHost, address: string): boolean {
  return entry.cidr !== undefined && isWithin(entry.cidr, address);
}

function split(text: string): { host: string; port?: string | undefined } {
  const [, ipv6, ipv6Port] = /^\[([^\]]*:[^\]]*)\](?::(.*))?$/.exec(text) ?? [];
  if (ipv6) return { host: ipv6, port: ipv6Port };
  const [host = '', port, ...more] = text.split(':');
  return more.length > 0 ? { host: text } : { host, port };
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

function parseRange(text: string): AllowedHost | undefined {
  const [address = '', length, ...more] = text.split('/');
  if (!isIP(address) || address.includes('%') || more.length > 0) return undefined;
  const [family, longest] = isIPv4(address) ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
  const prefix = length ?? String(longest);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > longest) return undefined;
  const cidr = new BlockList();
  cidr.addSubnet(address, Number(prefix), family);
  return { cidr };
}

function parseName(text: string): AllowedHost | undefined {
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(text) || !URL.canParse(`https://${text}/`)) return undefined;
  const name = withoutTrailingDot(new URL(`https://${text}/`).hostname);
  return name === '' || isIP(name) ? undefined : { name };
}

/** `localhost.` and `localhost` are one name. */
export function withoutTrailingDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}
