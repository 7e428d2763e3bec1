import { type KeyObject, X509Certificate } from 'node:crypto';
import { type Certificate, type KeyPairField, UnusableKeyPair } from '../../vault/ports.js';
import { isSound } from './key-check.js';

const SHORTEST_RSA = 2048;
/** Longer ones take seconds for a signature, and no provider asks for them. */
const LONGEST_RSA = 8192;
/** A chain is a handful; a file of thousands is none. */
const MOST_CERTIFICATES = 20;

/** Where the parts came from, for the sentence that says what is wrong with them. */
export interface Origin {
  key: KeyPairField;
  certificate: KeyPairField;
}

/** A private key and its certificate as texts, fit to leave the process that read them. */
export interface PlainPair {
  certificate?: Certificate;
  privateKey: string;
}

/**
 * The key that can sign for a client and the certificate that belongs to it, with those that vouch for it. Throws
 * `UnusableKeyPair` where they do not fit, or where providers would refuse them.
 */
export function pairOf(
  keys: readonly KeyObject[],
  certificates: readonly X509Certificate[],
  { from, now }: { from: Origin; now: number },
): PlainPair {
  if (keys.length === 0) throw new UnusableKeyPair(from.key, 'no_private_key', NO_KEY);
  if (certificates.length === 0) throw new UnusableKeyPair(from.certificate, 'no_certificate', NO_CERTIFICATE);
  if (certificates.length > MOST_CERTIFICATES) {
    const detail = `There are more than ${MOST_CERTIFICATES} certificates in it. Leave all out but the client's own.`;
    throw new UnusableKeyPair(from.certificate, 'too_many_certificates', detail);
  }
  const own = certificates.find(certificate => keys.some(key => certificate.checkPrivateKey(key)));
  const key = own && keys.find(candidate => own.checkPrivateKey(candidate));
  if (!own || !key) throw new UnusableKeyPair(from.key, 'key_mismatch', MISMATCH);
  checkKey(key, from.key);
  const certificate = certificateOf(own, certificates);
  if (Number.isNaN(certificate.notBefore + certificate.notAfter)) {
    const detail = 'The dates of the certificate cannot be read, so nobody knows when it ends. Make a new one.';
    throw new UnusableKeyPair(from.certificate, 'not_a_certificate', detail);
  }
  if (certificate.notAfter <= now) {
    const day = new Date(certificate.notAfter).toISOString().slice(0, 10);
    const detail = `The certificate expired on ${day}. Make a new one and upload it here and at the provider.`;
    throw new UnusableKeyPair(from.certificate, 'expired', detail);
  }
  return { certificate, privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

const NO_KEY =
  'There is no private key in it. Export the certificate together with its private key, or give the key beside it.';
const NO_CERTIFICATE = 'There is no certificate in it. Give the certificate that the provider knows.';
const MISMATCH =
  'The private key belongs to none of the certificates. Give the key that this certificate was made for.';

function checkKey(key: KeyObject, field: KeyPairField): void {
  if (key.asymmetricKeyType !== 'rsa') {
    const detail = 'The key is not an RSA key, and Microsoft takes only RSA for clients. Make a new one with RSA.';
    throw new UnusableKeyPair(field, 'not_rsa', detail);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < SHORTEST_RSA || bits > LONGEST_RSA) {
    const detail = `The RSA key has ${bits} bits; it needs ${SHORTEST_RSA} to ${LONGEST_RSA}. Make a new one.`;
    throw new UnusableKeyPair(field, 'key_length', detail);
  }
  if (isSound(key)) return;
  const detail = 'The private key is damaged: its numbers do not belong together. Export it anew, or make a new one.';
  throw new UnusableKeyPair(field, 'not_a_private_key', detail);
}

/** A key by itself, as that of a service account is. */
export function bareKey(key: KeyObject): PlainPair {
  checkKey(key, 'private_key');
  return { privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** What is kept of a certificate, with the chain that `others` hold. */
function certificateOf(own: X509Certificate, others: readonly X509Certificate[]): Certificate {
  const chain = [own];
  for (let top: X509Certificate | undefined = own; top; ) {
    const below: X509Certificate = top;
    top = others.find(one => !chain.includes(one) && below.checkIssued(one) && below.verify(one.publicKey));
    if (top) chain.push(top);
  }
  return {
    chain: chain.map(one => one.toString()).join(''),
    thumbprintSha1: hex(own.fingerprint),
    thumbprintSha256: hex(own.fingerprint256),
    subject: own.subject.split('\n').join(', '),
    notBefore: Date.parse(own.validFrom),
    notAfter: Date.parse(own.validTo),
  };
}

function hex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

/** DER or PEM; throws what is said where it is no certificate. */
export function certificateFrom(data: Buffer | string, field: KeyPairField): X509Certificate {
  try {
    return new X509Certificate(data);
  } catch {
    throw new UnusableKeyPair(field, 'not_a_certificate', 'A certificate in it cannot be read. Export it anew.');
  }
}

/** For whatever would take a process longer than any file that is meant to be read. */
export function tooCostly(field: KeyPairField = 'pfx'): UnusableKeyPair {
  const detail = 'Reading this takes more time or memory than any honest file. Export it anew, with usual settings.';
  return new UnusableKeyPair(field, 'too_costly', detail);
}
