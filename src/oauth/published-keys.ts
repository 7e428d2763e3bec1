import type { JSONWebKeySet, JWK } from 'jose';
import type { GuardedFetch } from '../vault/ports.js';
import { issuerMetadata, readJson, unusable } from './issuer-metadata.js';

/** More keys than any issuer publishes at a time. */
const MOST_KEYS = 100;
const LONGEST_KEY_ID = 256;
/** Bits of an RSA modulus: below is weak (RFC 7518 §3.3), above only costs time. */
const MODULUS_BITS = { least: 2_048, most: 8_192 };
const BASE64URL = /^[\w-]{1,1400}$/;
/** Up to 32 bits: a larger exponent, too, only costs time. */
const EXPONENT = /^[\w-]{2,6}$/;
const COORDINATE = /^[\w-]{42,90}$/;

/**
 * The keys that an issuer publishes: its metadata (OpenID Connect Discovery §4, else RFC 8414 §3) names the address of
 * its JWKS. Of the metadata nothing else is used. Throws `IssuerFaulty`.
 */
export async function publishedKeys(fetch: GuardedFetch, issuer: string): Promise<JSONWebKeySet> {
  const { jwks_uri } = await issuerMetadata(fetch, issuer);
  if (typeof jwks_uri !== 'string') throw unusable('its metadata names no jwks_uri.');
  const { keys } = (await readJson(fetch, jwks_uri)) ?? {};
  if (!Array.isArray(keys)) throw unusable('what is at its jwks_uri is no JWKS.');
  if (keys.length > MOST_KEYS) throw unusable(`its JWKS holds more than ${MOST_KEYS} keys.`);
  return { keys: keys.flatMap(readKey) };
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
