import { decodeJwt, decodeProtectedHeader, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { JOSEError, JWTClaimValidationFailed } from 'jose/errors';
import { VaultError } from '../vault/errors.js';
import type { Logger } from '../vault/logger.js';
import type { Clock, GuardedFetch, Workload, WorkloadTokens } from '../vault/ports.js';
import { tokenOutOfTime, tokenRefused } from '../vault/workload-refusals.js';
import { IssuerKeys } from './issuer-keys.js';

/** Characters. Entra's longest, with two hundred groups, have some 11,000. */
const LONGEST = 12_288;
const LONGEST_CLAIM = 512;
/** Seconds by which the clocks of issuer and vault may differ. */
const LEEWAY = 60;
/** Signatures of a key pair (RFC 7518 §3.1, RFC 8037, RFC 9864); whatever else a token says of itself is refused. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** Left out, `JWT`, or an access token of a client (RFC 9068); another type is a token for another purpose (RFC 8725 §3.11). */
const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt']);
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const PLAIN = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;
/** Seconds; the last moment that a date can name. */
const LAST = 8_640_000_000_000;

/** The `WorkloadTokens` port over jose and the guarded way out. */
export function createWorkloadTokens(deps: { fetch: GuardedFetch; clock: Clock; log: Logger }): WorkloadTokens {
  const keys = new IssuerKeys(deps);
  return {
    issuerOf: readIssuer,
    prove: async (token, issuer) => {
      const options = {
        algorithms: ALGORITHMS,
        issuer,
        requiredClaims: ['exp'],
        currentDate: new Date(deps.clock.now()),
        clockTolerance: LEEWAY,
      };
      const named: JWTVerifyGetKey = (header, jws) => keys.find(issuer, header, jws);
      try {
        const { payload } = await jwtVerify(token, named, options);
        return readWorkload(payload, issuer);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

function readIssuer(token: string): string {
  if (token.length > LONGEST) throw tokenRefused('it is longer than 12 KiB.');
  if (!SIGNED.test(token)) throw tokenRefused('it is not signed.');
  const { iss } = unproven(token);
  if (!isPlain(iss)) throw tokenRefused('it does not say who issued it (iss).');
  return iss;
}

/** What a token says of itself; its header may already rule it out. */
function unproven(token: string): JWTPayload {
  try {
    const { typ, crit } = decodeProtectedHeader(token);
    if (typ !== undefined && !TYPES.has(typeName(typ))) throw tokenRefused('it is a token for another purpose (typ).');
    // No extension is known here, so each one that must be understood is one too many (RFC 7515 §4.1.11).
    if (crit !== undefined) throw tokenRefused('it demands an extension that is not known here (crit).');
    return decodeJwt(token);
  } catch (error) {
    throw error instanceof VaultError ? error : tokenRefused('it cannot be read as a JWT.');
  }
}

function typeName(typ: unknown): string {
  return String(typ)
    .toLowerCase()
    .replace(/^application\//, '');
}

function readWorkload({ aud, sub, exp = 0 }: JWTPayload, issuer: string): Workload {
  // For whom else a token is, could show it here as its own.
  const [audience, ...others] = [aud].flat();
  if (!isPlain(audience)) throw tokenRefused('it does not say whom it is for (aud).');
  if (others.length > 0) throw tokenRefused('it is also for others (aud). Let it be issued for this vault alone.');
  if (!isPlain(sub)) throw tokenRefused('it does not say whose it is (sub), or in more than 512 characters.');
  return { issuer, audience, subject: sub, until: Math.min(exp + LEEWAY, LAST) * 1000 };
}

function isPlain(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_CLAIM && PLAIN.test(value);
}

/** What jose says, in words that say which check failed; its own words may repeat what came in. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof JOSEError)) return error;
  if (error instanceof JWTClaimValidationFailed) return claimRefused(error.claim, error.reason);
  switch (error.code) {
    case 'ERR_JWT_EXPIRED':
      return tokenOutOfTime('it has expired (exp).');
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return tokenRefused('it is not signed with a key pair of its issuer (alg).');
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return tokenRefused('it was not signed with the key of its issuer that it names.');
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return tokenRefused('it does not say with which of the keys of its issuer it was signed (kid).');
    default:
      return tokenRefused('it cannot be read as a JWT.');
  }
}

function claimRefused(claim: string, reason: string) {
  if (claim === 'nbf' && reason === 'check_failed') return tokenOutOfTime('it is not valid yet (nbf).');
  if (claim === 'exp' && reason === 'missing') return tokenRefused('it does not say until when it holds (exp).');
  return tokenRefused(`one of its claims cannot be used (${claim}).`);
}
