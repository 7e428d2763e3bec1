import { createPrivateKey, randomUUID, webcrypto } from 'node:crypto';
import { type ClientAuth, modifyAssertion, PrivateKeyJwt } from 'openid-client';
import type { ClientKey } from '../vault/ports.js';
import { misconfigured } from './refusal.js';

/** Microsoft advises five to ten minutes; the shorter, the less a stolen one is worth. */
const LIFETIME = 300;

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
  { privateKey, certificate, algorithm }: ClientKey,
  { clientId, audience, now }: AssertionSubject,
): Promise<ClientAuth> {
  const key = await importKey(privateKey.reveal(), algorithm);
  const seconds = Math.floor(now / 1000);
  return PrivateKeyJwt(key, {
    [modifyAssertion]: (header, payload) => {
      header.typ = 'JWT';
      if (algorithm === 'PS256') header['x5t#S256'] = thumbprint(certificate.thumbprintSha256);
      else header.x5t = thumbprint(certificate.thumbprintSha1);
      const claims = { aud: audience, iss: clientId, sub: clientId, jti: randomUUID() };
      Object.assign(payload, claims, { iat: seconds, nbf: seconds, exp: seconds + LIFETIME });
    },
  });
}

/** Of the bytes, not of their hexadecimal text (RFC 7515 §4.1.7). */
function thumbprint(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

async function importKey(pem: string, algorithm: ClientKey['algorithm']): Promise<webcrypto.CryptoKey> {
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
