import type { JSONWebKeySet, JWK } from 'jose';
import { type GuardedFetch, OutboundError, type OutboundReason } from '../vault/ports.js';
import type { IssuerFault } from '../vault/workload-refusals.js';

/** More keys than any issuer publishes at a time. */
const MOST_KEYS = 100;
const LONGEST_KEY_ID = 256;
/** Bits of an RSA modulus: below is weak (RFC 7518 §3.3), above only costs time. */
const MODULUS_BITS = { least: 2_048, most: 8_192 };
const BASE64URL = /^[\w-]{1,1400}$/;
/** Up to 32 bits: a larger exponent, too, only costs time. */
const EXPONENT = /^[\w-]{2,6}$/;
const ACCEPT = 'application/json, application/jwk-set+json, */*;q=0.1';
const COORDINATE = /^[\w-]{42,90}$/;

/** The keys of an issuer cannot be had. `message` is fit to be shown. */
export class IssuerFaulty extends Error {
  readonly fault: IssuerFault;

  constructor(fault: IssuerFault, options?: ErrorOptions) {
    super(fault.message, options);
    this.name = 'IssuerFaulty';
    this.fault = fault;
  }
}

/**
 * The keys that an issuer publishes: its metadata (OpenID Connect Discovery §4, else RFC 8414 §3) names the address of
 * its JWKS. Of the metadata nothing else is used. Throws `IssuerFaulty`.
 */
export async function publishedKeys(fetch: GuardedFetch, issuer: string): Promise<JSONWebKeySet> {
  const [address, another] = metadataAddresses(issuer);
  const metadata = (await readJson(fetch, address, 404)) ?? (await readJson(fetch, another));
  if (metadata?.issuer !== issuer) {
    throw unusable('its metadata names another issuer. trust.issuer must be exactly the issuer of the metadata.');
  }
  const { jwks_uri } = metadata;
  if (typeof jwks_uri !== 'string') throw unusable('its metadata names no jwks_uri.');
  const { keys } = (await readJson(fetch, jwks_uri)) ?? {};
  if (!Array.isArray(keys)) throw unusable('what is at its jwks_uri is no JWKS.');
  if (keys.length > MOST_KEYS) throw unusable(`its JWKS holds more than ${MOST_KEYS} keys.`);
  return { keys: keys.flatMap(readKey) };
}

/** OpenID Connect Discovery §4 puts the well-known part behind the path of the issuer, RFC 8414 §3.1 before it. */
function metadataAddresses(issuer: string): [string, string] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** The JSON object at an address; undefined where the answer has the status that may be. */
async function readJson(
  fetch: GuardedFetch,
  address: string,
  mayBe?: number,
): Promise<Record<string, unknown> | undefined> {
  const answer = await get(fetch, address);
  if (answer.status === mayBe) return undefined;
  if (answer.status !== 200) throw refused(new URL(address).host, answer.status);
  try {
    const value: unknown = await answer.json();
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw unusable('it answers with something else than JSON.');
}

async function get(fetch: GuardedFetch, address: string): Promise<Response> {
  try {
    return await fetch(address, { method: 'GET', headers: { accept: ACCEPT } });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw unreachable(error);
  }
}

/** What passes by itself; everything else wants an operator. */
const PASSING: ReadonlySet<OutboundReason> = new Set(['deadline', 'dns', 'connection']);
const WAIT = 'Try again. If it lasts, an operator must look whether this vault reaches the issuer.';
const MEND = 'An operator must put right what is said here, at the issuer or in the settings of this vault.';

function unreachable(error: OutboundError): IssuerFaulty {
  const { message, reason } = error;
  const passing = PASSING.has(reason);
  const fault = { class: passing ? 'unavailable' : 'needs_operator', message, action: passing ? WAIT : MEND } as const;
  return new IssuerFaulty(fault, { cause: error });
}

function refused(host: string, status: number): IssuerFaulty {
  const passing = status >= 500 || status === 429;
  const message = `${host} answered with ${status}.`;
  return new IssuerFaulty({
    class: passing ? 'unavailable' : 'needs_operator',
    message,
    action: passing ? WAIT : MEND,
  });
}

function unusable(what: string): IssuerFaulty {
  return new IssuerFaulty({ class: 'needs_operator', message: what, action: MEND });
}

/** The public part of a key that signatures may be checked with; nothing for every other one. */
function readKey(entry: unknown): JWK[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { kty, kid, alg, use, n, e, crv, x, y }: Record<string, unknown> = { ...entry };
  if (use !== undefined && use !== 'sig') return [];
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > LONGEST_KEY_ID)) return [];
  const named = { ...(kid === undefined ? {} : { kid }), ...(typeof alg === 'string' ? { alg } : {}) };
  if (kty === 'RSA' && isModulus(n) && fits(e, EXPONENT)) return [{ ...named, kty, n, e }];
  if (kty === 'EC' && fits(crv, /^P-(?:256|384|521)$/) && fits(x, COORDINATE) && fits(y, COORDINATE)) {
    return [{ ...named, kty, crv, x, y }];
  }
  return kty === 'OKP' && crv === 'Ed25519' && fits(x, COORDINATE) ? [{ ...named, kty, crv, x }] : [];
}

function isModulus(value: unknown): value is string {
  if (!fits(value, BASE64URL)) return false;
  const digits = Buffer.from(value, 'base64url').toString('hex').replace(/^0+/, '');
  const bits = digits.length * 4 - Math.clz32(Number.parseInt(digits[0] ?? '0', 16)) + 28;
  return bits >= MODULUS_BITS.least && bits <= MODULUS_BITS.most;
}

function fits(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
