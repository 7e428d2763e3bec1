import type { JWTPayload } from 'jose';
import type { IdentityClaim } from '../vault/ports.js';
import { readIdToken } from './id-token.js';
import { cut, visible } from './shown-text.js';

const UNREADABLE = 'The ID token cannot be read.';
/** Seconds by which the provider's clock may differ from ours. */
const LEEWAY = 60;
const LONGEST_ISSUER = 1_000;
/** OpenID Connect Core §2: a `sub` has at most 255 characters. */
const LONGEST_ID = 255;
/** As long as an e-mail address can be: 64 + 1 + 255. */
const LONGEST_NAME = 320;

/** What an ID token must agree with. */
export interface Expected {
  clientId: string;
  /** The issuer of the credential, in which `{tenantid}` stands for the token's `tid`. Without one any https URL will do. */
  issuer?: string | undefined;
  /** `any` at a refresh. At an exchange what the consent was asked with; where that was none, none may come back. */
  nonce: { sent: string | undefined } | 'any';
  /** Epoch milliseconds. */
  now: number;
}

/**
 * Who signed in, by the ID token of a token endpoint's answer (OpenID Connect Core §3.1.3.7, §12.2). Never throws: a
 * token that fails a check refuses the identity and leaves the grant alone.
 */
export function identityOf(idToken: unknown, expected: Expected): IdentityClaim {
  if (idToken === undefined || idToken === null || idToken === '') return 'none';
  const { claims, flaw } = readIdToken(idToken);
  if (!claims) return { refused: flaw ?? UNREADABLE };
  const { iss, sub } = claims;
  const identity = { issuer: asText(iss), subject: asText(sub), tenant: tenantOf(claims), name: nameOf(claims) };
  const refused =
    flaw ??
    namesFlaw(iss, sub) ??
    issuerFlaw(identity.issuer, claims.tid, expected.issuer) ??
    audienceFlaw(claims, expected.clientId) ??
    expiryFlaw(claims.exp, expected.now) ??
    nonceFlaw(claims.nonce, expected.nonce);
  return refused === undefined ? { known: identity } : { refused, names: identity };
}

/** What names nobody is nobody's. */
function asText(claim: unknown): string {
  return typeof claim === 'string' ? claim : '';
}

function namesFlaw(iss: unknown, sub: unknown): string | undefined {
  if (!isPlain(iss, LONGEST_ISSUER)) return 'The ID token does not say who issued it (iss).';
  return isPlain(sub, LONGEST_ID) ? undefined : 'The ID token does not say who signed in (sub).';
}

function issuerFlaw(iss: string, tid: unknown, configured: string | undefined): string | undefined {
  if (!configured) return isAddress(iss) ? undefined : 'The issuer of the ID token is not an https URL (iss).';
  // A tenant that is no plain word could make the template into any address.
  const tenant = typeof tid === 'string' && /^[\w.-]+$/.test(tid) ? tid : undefined;
  const template = configured.includes('{tenantid}');
  if (template && !tenant) return 'The ID token names no tenant, which the issuer of the credential needs (tid).';
  const wanted = template ? configured.replaceAll('{tenantid}', tenant ?? '') : configured;
  return iss === wanted ? undefined : 'The ID token is from another issuer than that of the credential (iss).';
}

function audienceFlaw({ aud, azp }: JWTPayload, clientId: string): string | undefined {
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.every(one => typeof one === 'string') || !audiences.includes(clientId)) {
    return 'The ID token is for another client (aud).';
  }
  const unnamed = azp === undefined && audiences.length === 1;
  return unnamed || azp === clientId ? undefined : 'The ID token was given to another client (azp).';
}

function expiryFlaw(exp: unknown, now: number): string | undefined {
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return 'The ID token does not say until when it holds (exp).';
  return (exp + LEEWAY) * 1000 > now ? undefined : 'The ID token has expired (exp), or a clock is wrong.';
}

function nonceFlaw(nonce: unknown, expected: Expected['nonce']): string | undefined {
  if (expected === 'any' || nonce === expected.sent) return undefined;
  return 'The ID token does not belong to this consent (nonce).';
}

function tenantOf({ tid, hd }: JWTPayload): string | undefined {
  return [tid, hd].find(tenant => isPlain(tenant, LONGEST_ID));
}

function nameOf({ preferred_username, email, name }: JWTPayload): string | undefined {
  const names = [preferred_username, email, name].filter(one => typeof one === 'string');
  return names.map(one => cut(visible(one), LONGEST_NAME)).find(one => one !== '');
}

/** A text that is what it looks like: two that are told apart by machines must not look the same to people. */
function isPlain(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest && visible(value) === value;
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname));
}
