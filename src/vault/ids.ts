import { randomBytes, randomInt } from 'node:crypto';

/** Credential and consumer ids: a slug that the operator chooses; compared exactly. */
export const SLUG = '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$';
/** Account names: fit for mailbox addresses; compared exactly. */
export const ACCOUNT = "^[A-Za-z0-9._@+'-]{1,128}$";
/** Scope list of RFC 6749 §3.3: tokens of printable ASCII without `"` and `\`, one space between two. */
export const SCOPE = '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+(?: [\\x21\\x23-\\x5B\\x5D-\\x7E]+)*$';
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
