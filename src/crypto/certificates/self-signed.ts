// The library below finds its parts by decorators, which need this.
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { KeyPairWish } from '../../vault/ports.js';
import { type PlainPair, pairOf } from './pair.js';

/** What Microsoft and Google take, and strong enough for the years that a certificate may hold (NIST SP 800-57). */
const KEY = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 3072,
};
/** The provider's clock may be behind. */
const EARLIER_MS = 5 * 60_000;

/** A new key and a certificate that it signed itself (RFC 5280): for signatures alone, and no authority over others. */
export async function makeSelfSigned({ subject, months }: KeyPairWish, now: number): Promise<PlainPair> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // Not as a string, which the library would read as a pattern of names and quotes.
    name: new x509.Name([{ CN: [{ utf8String: subject }] }]),
    notBefore: new Date(now - EARLIER_MS),
    notAfter: monthsLater(now, months),
    signingAlgorithm: KEY,
    keys: keys as unknown as CryptoKeyPair,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as unknown as CryptoKey),
    ],
  });
  const own = new X509Certificate(Buffer.from(certificate.rawData));
  const from = { key: 'private_key', certificate: 'certificate' } as const;
  return pairOf([KeyObject.from(keys.privateKey)], [own], { from, now });
}

/** Positive and of 16 bytes (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** The same day of the month, or the last one of a shorter month. */
function monthsLater(now: number, months: number): Date {
  const then = new Date(now);
  const day = then.getUTCDate();
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() + months);
  const last = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(day, last));
  return then;
}
