import { createPrivateKey, randomUUID, webcrypto } from 'node:crypto';
import type { JWTHeaderParameters } from 'jose';
import { type ClientAuth, modifyAssertion, PrivateKeyJwt } from 'openid-client';
import type { ClientKey } from '../vault/ports.js';
import { misconfigured } from './refusal.js';

/** Microsoft advises five to ten minutes; the shorter, the less a stolen one is worth. */
export const LIFETIME = 300;

const ALGORITHMS = {
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const;

/** What an assertion says: who, to whom, and when (epoch milliseconds). */
export interface AssertionSubject {
  clientId: string;
  /** The token endpoint, which stands for the authorization server (RFC 7523 §3, item 3). */
  audience: string;
  now: number;
}

/**
 * Proves the client by a JWT that its private key signed (RFC 7523 §2.2, `private_key_jwt`): a fresh one for each
 * request. The header names the certificate: `x5t#S256` beside PS256, and `x5t`, its SHA-1, beside RS256, as Microsoft
 * has it. Throws `ProviderFailure` (misconfigured, not sent) where the key cannot be used.
 */
export async function clientAssertion(
  signs: ClientKey,
  { clientId, audience, now }: AssertionSubject,
): Promise<ClientAuth> {
  const key = await importKey(signs.privateKey.reveal(), signs.algorithm);
  const seconds = Math.floor(now / 1000);
  return PrivateKeyJwt(key, {
    [modifyAssertion]: (header, payload) => {
      Object.assign(header, headerOf(signs));
      const claims = { aud: audience, iss: clientId, sub: clientId, jti: randomUUID() };
      Object.assign(payload, claims, { iat: seconds, nbf: seconds, exp: seconds + LIFETIME });
    },
  });
}

/** How an assertion's header names what signed it, beside the algorithm: by its certificate, by a name of its own, or both. */
export function headerOf({ certificate, keyId, algorithm }: ClientKey): Omit<JWTHeaderParameters, 'alg'> {
  const named = keyId === undefined ? {} : { kid: keyId };
  if (!certificate) return { typ: 'JWT', ...named };
  const { thumbprintSha256, thumbprintSha1 } = certificate;
  const seen =
    algorithm === 'PS256' ? { 'x5t#S256': thumbprint(thumbprintSha256) } : { x5t: thumbprint(thumbprintSha1) };
  return { typ: 'JWT', ...named, ...seen };
}

/** Of the bytes, not of their hexadecimal text (RFC 7515 §4.1.7). */
function thumbprint(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

/** Throws `ProviderFailure` (misconfigured, not sent) where the key cannot be used. */
export async function importKey(pem: string, algorithm: ClientKey['algorithm']): Promise<webcrypto.CryptoKey> {
  try {
    const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
    return await webcrypto.subtle.importKey('pkcs8', der, ALGORITHMS[algorithm], false, ['sign']);
  } catch {
    throw misconfigured(
      'unusable_private_key',
      'The private key of this credential cannot be used to sign.',
      'Upload the certificate and its private key again.',
    );
  }
}
