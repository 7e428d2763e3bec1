import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import forge from 'node-forge';
import * as pkijs from 'pkijs';
import { UnusableKeyPair } from '../../vault/ports.js';
import { misplaced } from './file-kind.js';
import { certificateFrom, type PlainPair, pairOf, tooCostly } from './pair.js';

/** OpenSSL and Windows write 2,048 to 100,000. */
const MOST_ITERATIONS = 1_000_000;
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';

/** What the bags of a file hold, in DER. */
interface Bags {
  keys: Buffer[];
  certificates: Buffer[];
}

/**
 * Reads a PKCS#12 file (RFC 7292), as Windows and OpenSSL write it. No library reads them all: pkijs knows the ciphers
 * of today, node-forge those of before (RC2, 3DES). Throws `UnusableKeyPair`.
 */
export async function readPfx({ pfx, password }: { pfx: string; password: string }, now: number): Promise<PlainPair> {
  const file = Buffer.from(pfx, 'base64');
  const { keys, certificates } = await bagsOf(file, password);
  const from = { key: 'pfx', certificate: 'pfx' } as const;
  return pairOf(
    keys.map(keyFrom),
    certificates.map(der => certificateFrom(der, 'pfx')),
    { from, now },
  );
}

async function bagsOf(file: Buffer, password: string): Promise<Bags> {
  try {
    return await modernBags(file, password);
  } catch (error) {
    if (error instanceof UnusableKeyPair) throw error;
    const message = error instanceof Error ? error.message : '';
    if (/Integrity for the PKCS#12 data is broken/.test(message)) throw wrongPassword(password);
    if (!/Unknown "contentEncryptionAlgorithm"/.test(message)) throw notPkcs12(file);
  }
  try {
    return oldBags(file, password);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    throw /MAC could not be verified|Invalid password/i.test(message) ? wrongPassword(password) : notPkcs12(file);
  }
}

function wrongPassword(password: string): UnusableKeyPair {
  if (password === '') {
    const detail = 'The PFX file has a password. Give it too; it is used once and not kept.';
    return new UnusableKeyPair('password', 'required', detail);
  }
  return new UnusableKeyPair('password', 'wrong_password', 'The password does not open the PFX file.');
}

function notPkcs12(file: Buffer): UnusableKeyPair {
  const detail =
    misplaced(file.toString('latin1'), 'pfx') ??
    'This is no PKCS#12 file (.pfx, .p12), or it is damaged. Export it anew, with the private key.';
  return new UnusableKeyPair('pfx', 'not_pkcs12', detail);
}

async function modernBags(file: Buffer, text: string): Promise<Bags> {
  pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as unknown as Crypto }));
  const password = bytesOf(Buffer.from(text));
  const pfx = pkijs.PFX.fromBER(bytesOf(file));
  // A count of four bytes is read as none.
  const iterations = pfx.macData?.iterations ?? 1;
  if (iterations < 1 || iterations > MOST_ITERATIONS) throw tooCostly();
  await pfx.parseInternalValues({ password, checkIntegrity: true });
  const safe = pfx.parsedValue?.authenticatedSafe;
  if (!safe) throw new Error('no authenticated safe');
  await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
  const bags: Bags = { keys: [], certificates: [] };
  for (const { value } of safe.parsedValue?.safeContents ?? []) {
    for (const bag of value.safeBags) await sort(bag, password, bags);
  }
  return bags;
}

async function sort({ bagId, bagValue }: pkijs.SafeBag, password: ArrayBuffer, bags: Bags): Promise<void> {
  if (bagId === SHROUDED_KEY_BAG && bagValue instanceof pkijs.PKCS8ShroudedKeyBag) {
    // Typed as not for others, yet documented as the way to open one.
    await (bagValue as unknown as { parseInternalValues(by: object): Promise<void> }).parseInternalValues({ password });
    if (bagValue.parsedValue) bags.keys.push(derOf(bagValue.parsedValue));
  }
  if (bagId === KEY_BAG && bagValue instanceof pkijs.PrivateKeyInfo) bags.keys.push(derOf(bagValue));
  if (bagId === CERTIFICATE_BAG && bagValue instanceof pkijs.CertBag) {
    // As it stands in the file: its thumbprint is of these bytes.
    const { certValue } = bagValue as { certValue: { getValue(): ArrayBuffer } };
    bags.certificates.push(Buffer.from(certValue.getValue()));
  }
}

function derOf(value: { toSchema(): { toBER(): ArrayBuffer } }): Buffer {
  return Buffer.from(value.toSchema().toBER());
}

/** A copy with memory of its own: a Buffer may be a part of a larger one. */
function bytesOf(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}

function oldBags(file: Buffer, password: string): Bags {
  const asn1 = forge.asn1.fromDer(forge.util.createBuffer(file.toString('binary')));
  const bags = forge.pkcs12.pkcs12FromAsn1(asn1, true, password).safeContents.flatMap(({ safeBags }) => safeBags);
  const der = (value: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(value).getBytes(), 'binary');
  return {
    keys: bags.flatMap(({ type, key, asn1 }) => {
      if (type !== SHROUDED_KEY_BAG && type !== KEY_BAG) return [];
      // A key that is not RSA is unknown to node-forge, and given as it stands in the file.
      return [der(key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1)];
    }),
    certificates: bags.flatMap(({ type, cert, asn1 }) => {
      if (type !== CERTIFICATE_BAG) return [];
      return [der(cert ? forge.pki.certificateToAsn1(cert) : asn1)];
    }),
  };
}

function keyFrom(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    const detail = 'The private key in the file cannot be read. Export it anew.';
    throw new UnusableKeyPair('pfx', 'not_a_private_key', detail);
  }
}
