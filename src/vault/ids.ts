import { randomBytes, randomInt } from 'node:crypto';

/** The account that a client_credentials credential always has: the application itself. */
export const DEFAULT_ACCOUNT = 'default';

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A random id that a person can read aloud: `length` characters without 0, 1, l and o. */
export function readableId(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** A random id with a prefix that says what it names, such as `tok_…`; 128 bits. */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString('base64url')}`;
}
