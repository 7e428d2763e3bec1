import { webcrypto } from 'node:crypto';

/** The documented formats written a second time, on the Web Cryptography API, so that the code is not its own witness. */

/** A length-prefixed list: the number of parts and the length of each, 32-bit big-endian, then the parts in UTF-8. */
export function frameByHand(parts: readonly string[]): Uint8Array {
  const bodies = parts.map(part => new TextEncoder().encode(part));
  const head = new DataView(new ArrayBuffer(4 + 4 * parts.length));
  head.setUint32(0, parts.length);
  for (const [index, body] of bodies.entries()) head.setUint32(4 + 4 * index, body.length);
  return Uint8Array.from([...new Uint8Array(head.buffer), ...bodies.flatMap(body => [...body])]);
}

/** `0x01 | suite | kid | iv | ciphertext | tag` in base64url, with context, kid and suite as additional data. */
export async function sealByHand(input: {
  key: Uint8Array;
  kid: string;
  iv: Uint8Array;
  context: readonly string[];
  plain: string;
}): Promise<string> {
  const key = await webcrypto.subtle.importKey('raw', input.key, 'AES-GCM', false, ['encrypt']);
  const additionalData = frameByHand([...input.context, input.kid, '1']);
  const plain = new TextEncoder().encode(input.plain);
  const body = await webcrypto.subtle.encrypt({ name: 'AES-GCM', iv: input.iv, additionalData }, key, plain);
  const kid = Buffer.from(input.kid, 'hex');
  return Buffer.from([1, 1, ...kid, ...input.iv, ...new Uint8Array(body)]).toString('base64url');
}

/** Opens what the code sealed; rejects where the additional data is not what the format says. */
export async function openByHand(input: {
  key: Uint8Array;
  context: readonly string[];
  sealed: string;
}): Promise<Uint8Array> {
  const bytes = Uint8Array.from(Buffer.from(input.sealed, 'base64url'));
  const key = await webcrypto.subtle.importKey('raw', input.key, 'AES-GCM', false, ['decrypt']);
  const kid = Buffer.from(bytes.slice(2, 10)).toString('hex');
  const additionalData = frameByHand([...input.context, kid, '1']);
  const plain = await webcrypto.subtle.decrypt(
    { name: 'AES-GCM', iv: bytes.slice(10, 22), additionalData },
    key,
    bytes.slice(22),
  );
  return new Uint8Array(plain);
}

/** HMAC-SHA256 over a length-prefixed list, lower-case hex. */
export async function macByHand(keyBytes: Uint8Array, parts: readonly string[]): Promise<string> {
  const key = await webcrypto.subtle.importKey('raw', keyBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return Buffer.from(await webcrypto.subtle.sign('HMAC', key, frameByHand(parts))).toString('hex');
}
