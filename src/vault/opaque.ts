import { hash as hashOnce, randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret } from './secret.js';

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** A value that nobody guesses: 256 random bits in base64url. Only its hash is stored. */
export function createOpaque(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}

/** Whether a text may be such a value at all; everything else is refused before the store is asked. */
export function isOpaque(text: string | undefined): text is string {
  return text !== undefined && FORM.test(text);
}

/** SHA-256 of what somebody presents. */
export function digest(text: string): Buffer {
  return hashOnce('sha256', text, 'buffer');
}

/** SHA-256, lower-case hex. */
export function hashOf(text: string): string {
  return digest(text).toString('hex');
}

/** Whether a text has this hash, in the same time for every text. */
export function hasHash(text: string, hash: string): boolean {
  const expected = Buffer.from(hash, 'hex');
  const actual = digest(text);
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}
