import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { frame } from './framing.js';

const FORMAT = 0x01;
const AES_256_GCM = 0x01;
const ALGORITHM = 'aes-256-gcm';
const KID_END = 10;
const IV_BYTES = 12;
const BODY_START = KID_END + IV_BYTES;
const TAG_BYTES = 16;
const KID = /^[0-9a-f]{16}$/;

/** A 256-bit key and the name that envelopes carry for it. */
export interface EnvelopeKey {
  /** 16 lower-case hex digits. */
  readonly kid: string;
  readonly key: KeyObject;
}

/** The one way an envelope fails to open. It never says why: the reason would help only whoever forged the value. */
export class SealError extends Error {
  constructor() {
    super('This sealed value does not open here.');
    this.name = 'SealError';
  }
}

/**
 * Seals bytes with AES-256-GCM (NIST SP 800-38D): base64url of `0x01 | suite(1) | kid(8) | iv(12) | ciphertext | tag(16)`.
 * `context` names what the value is and where it lives; its first part is a label that no other kind of value uses.
 * It is bound in and not stored: opening needs the same list. `nonce` gives 12 bytes that are new on every call;
 * the default is random, which is good for 2^32 values per key.
 */
export function sealEnvelope(
  { kid, key }: EnvelopeKey,
  context: readonly string[],
  plain: Uint8Array,
  nonce: () => Buffer = freshNonce,
): string {
  if (!KID.test(kid)) throw new TypeError('A key id is 16 lower-case hex digits.');
  const iv = nonce();
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(context, kid));
  const head = Buffer.from([FORMAT, AES_256_GCM]);
  const body = [cipher.update(plain), cipher.final()];
  return Buffer.concat([head, Buffer.from(kid, 'hex'), iv, ...body, cipher.getAuthTag()]).toString('base64url');
}

/**
 * Opens what `sealEnvelope` made under the same context. `keyOf` gives the key of a key id, undefined for an unknown one.
 * Throws `SealError`, and nothing else, for whatever is not such a value: another context, key or format, changed or cut
 * bytes, or text that is not the one base64url spelling of its bytes. There is no fallback to plain text.
 */
export function openEnvelope(
  keyOf: (kid: string) => KeyObject | undefined,
  context: readonly string[],
  sealed: string,
): Buffer {
  const envelope = parse(sealed);
  const key = envelope && keyOf(envelope.kid);
  if (!envelope || !key) throw new SealError();
  try {
    const decipher = createDecipheriv(ALGORITHM, key, envelope.iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(context, envelope.kid)).setAuthTag(envelope.tag);
    return Buffer.concat([decipher.update(envelope.body), decipher.final()]);
  } catch {
    throw new SealError();
  }
}

function freshNonce(): Buffer {
  return randomBytes(IV_BYTES);
}

function additionalData(context: readonly string[], kid: string): Buffer {
  return frame([...context, kid, String(AES_256_GCM)]);
}

function parse(sealed: string): { kid: string; iv: Buffer; body: Buffer; tag: Buffer } | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  // Node skips what is not base64url and ignores spare bits at the end; only the one canonical spelling may open.
  if (bytes.toString('base64url') !== sealed) return undefined;
  if (bytes.length < BODY_START + TAG_BYTES || bytes[0] !== FORMAT || bytes[1] !== AES_256_GCM) return undefined;
  return {
    kid: bytes.toString('hex', 2, KID_END),
    iv: bytes.subarray(KID_END, BODY_START),
    body: bytes.subarray(BODY_START, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  };
}
