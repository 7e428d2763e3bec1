import { createPrivateKey, type KeyObject } from 'node:crypto';
import { UnusableKeyPair } from '../../vault/ports.js';
import { misplaced } from './file-kind.js';
import { bareKey, certificateFrom, type PlainPair, pairOf } from './pair.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Certificate and key in PEM (RFC 7468), or the key alone; the key as PKCS#8 or PKCS#1, encrypted or not. Throws `UnusableKeyPair`. */
export function readPem(
  {
    certificate,
    privateKey,
    password,
  }: { certificate: string | undefined; privateKey: string; password: string | undefined },
  now: number,
): PlainPair {
  if (certificate === undefined) return bareKey(keyFrom(privateKey, password));
  if (certificate.includes('PRIVATE KEY-----')) {
    const detail =
      'A private key stands in the field of the certificate, which is shown. Give it as private_key alone.';
    throw new UnusableKeyPair('certificate', 'holds_private_key', detail);
  }
  const certificates = (certificate.match(CERTIFICATE) ?? []).map(pem => certificateFrom(pem, 'certificate'));
  if (certificates.length === 0) {
    const detail = misplaced(certificate, 'certificate') ?? NO_CERTIFICATE;
    throw new UnusableKeyPair('certificate', 'no_certificate', detail);
  }
  const from = { key: 'private_key', certificate: 'certificate' } as const;
  return pairOf([keyFrom(privateKey, password)], certificates, { from, now });
}

const NO_CERTIFICATE =
  'There is no certificate in it. Give the one that the provider knows, in PEM (-----BEGIN CERTIFICATE-----).';

function keyFrom(pem: string, password: string | undefined): KeyObject {
  const encrypted = pem.includes('ENCRYPTED');
  if (encrypted && password === undefined) {
    const detail = 'The private key is encrypted. Give its password too; it is used once and not kept.';
    throw new UnusableKeyPair('password', 'required', detail);
  }
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(password === undefined ? {} : { passphrase: password }) });
  } catch {
    if (encrypted)
      throw new UnusableKeyPair('password', 'wrong_password', 'The password does not open the private key.');
    const detail = misplaced(pem, 'private_key') ?? 'The private key cannot be read. Give it as PEM.';
    throw new UnusableKeyPair('private_key', 'not_a_private_key', detail);
  }
}
