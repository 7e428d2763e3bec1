import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';

/** Characters; one that is longer is not read at all. */
const LONGEST = 16_384;

const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Algorithms with a key pair (RFC 7518 §3.1, RFC 8037, RFC 9864). `none` and HMAC, which needs no key but ours, are not here. */
const ALGORITHM = /^(?:[RP]S(?:256|384|512)|ES(?:256|384|512|256K)|EdDSA|Ed25519|Ed448)$/;

/**
 * The claims of an ID token that came straight from the token endpoint, as far as they can be read, and a sentence that
 * says what is wrong with it.
 * The signature is not verified: the answer came over TLS from the server that would have signed, which stands for it
 * (OpenID Connect Core §3.1.3.7 rule 6), and no JWKS is known. Therefore nothing that a browser brought goes in here.
 */
export function readIdToken(token: unknown): { claims?: JWTPayload; flaw?: string } {
  if (typeof token !== 'string') return { flaw: 'The ID token is not a text.' };
  if (token.length > LONGEST) return { flaw: 'The ID token is longer than 16 KiB.' };
  const form = SIGNED.test(token) ? undefined : 'The ID token is not a signed JWT of three parts.';
  try {
    const claims = decodeJwt(token);
    const flaw = form ?? headerFlaw(token);
    return flaw === undefined ? { claims } : { claims, flaw };
  } catch {
    return { flaw: form ?? 'The ID token cannot be read as a JWT.' };
  }
}

function headerFlaw(token: string): string | undefined {
  const { alg, crit } = decodeProtectedHeader(token);
  if (typeof alg !== 'string' || !ALGORITHM.test(alg)) {
    return 'The ID token is not signed with a key pair of the provider (alg).';
  }
  // No extension is known here, so each one that must be understood is one too many (RFC 7515 §4.1.11).
  return crit === undefined ? undefined : 'The ID token demands an extension that Tokenwell does not know (crit).';
}
