import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** What keeps a text from being the server's certificate chain, continuing "names …,"; undefined where nothing does. */
export function chainFlaw(text: string): string | undefined {
  return loads({ cert: text }) ? undefined : (certificatesFlaw(text) ?? 'whose certificate OpenSSL does not take');
}

/** The same for a private key. */
export function keyFlaw(text: string): string | undefined {
  if (loads({ key: text })) return undefined;
  if (/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text)) return 'whose key is protected by a passphrase';
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'whose private key is broken off or changed';
  return 'which holds no private key in PEM';
}

/** Whether a chain and a key, each without a flaw of its own, belong together. */
export function areAPair(cert: string, key: string): boolean {
  return loads({ cert, key });
}

/** The same for certificates of authorities, one or several. */
export function certificatesFlaw(text: string): string | undefined {
  const found = text.match(CERTIFICATES) ?? [];
  if (found.length === 0) return 'which holds no certificate in PEM';
  const broken = found.findIndex(pem => !isCertificate(pem));
  if (broken < 0) return undefined;
  return found.length === 1
    ? 'whose certificate is broken off or changed'
    : `whose certificate ${broken + 1} is broken`;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function loads(options: { cert?: string; key?: string }): boolean {
  // Node takes an empty text for none given.
  if (Object.values(options).includes('')) return false;
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
