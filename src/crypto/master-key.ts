import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { flawOf, type KeyFlaw, PREFIX, REPLACE_IT } from './master-key-flaws.js';

const KEY_BYTES = 32;
const MOST_FILE_BYTES = 1024;
/** Group may read (orchestrators mount secrets 0440); group may not change it, and everyone else may do nothing. */
const FORBIDDEN_MODE = 0o027;

/** The 256-bit key that wraps the key ring. It lives in a file: not in the database, not in the environment. */
export interface MasterKey {
  /** The first 16 hex digits of SHA-256("tokenwell master key id" ‖ key): names the key and gives nothing of it away. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Why a master key is not taken. */
export type MasterKeyFault =
  | KeyFlaw['fault']
  | 'missing'
  | 'unreadable'
  | 'not_a_file'
  | 'exposed'
  | 'already_exists'
  | 'other_key';

/** A master key that cannot be used. `message` says what to do; it may name a path or a key id, never the key. */
export class MasterKeyError extends Error {
  readonly fault: MasterKeyFault;

  constructor(fault: MasterKeyFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MasterKeyError';
    this.fault = fault;
  }
}

/**
 * Makes a random master key and its file: one line `twm1_` and 43 characters of base64url, mode 0400, on the disk when
 * this returns. Never overwrites: throws `MasterKeyError` `already_exists`; other file system errors as they come.
 */
export function createMasterKeyFile(path: string): MasterKey {
  const bytes = randomBytes(KEY_BYTES);
  const file = openNew(path);
  try {
    writeFileSync(file, `${PREFIX}${bytes.toString('base64url')}\n`);
    fsyncSync(file);
  } catch (error) {
    // Half a key file would refuse every later start; this one is ours, so it may go.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
  return masterKeyOf(bytes);
}

/**
 * Reads a master key file. Throws `MasterKeyError` for a file that is missing, exposed to other users, not in the form
 * that `createMasterKeyFile` writes, or that holds a key which nobody drew at random.
 */
export function readMasterKeyFile(path: string): MasterKey {
  const text = readText(path).replace(/\r?\n$/, '');
  const flaw = flawOf(text);
  if (flaw) throw new MasterKeyError(flaw.fault, `The master key file ${path} ${flaw.detail} ${REPLACE_IT}`);
  return masterKeyOf(Buffer.from(text.slice(PREFIX.length), 'base64url'));
}

function masterKeyOf(bytes: Buffer): MasterKey {
  const id = createHash('sha256').update('tokenwell master key id').update(bytes).digest('hex').slice(0, 16);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { id, key };
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o400);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    throw new MasterKeyError('already_exists', `There is a file at ${path} already; it is never overwritten.`);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readText(path: string): string {
  const file = openExisting(path);
  try {
    refuseExposed(path, file);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function openExisting(path: string): number {
  try {
    // Non-blocking, because opening a pipe that nobody writes to would wait for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const errno = errnoOf(error);
    const [fault, detail] =
      errno === 'ENOENT'
        ? (['missing', `There is no master key file at ${path}.`] as const)
        : (['unreadable', `The master key file ${path} cannot be read (${errno}).`] as const);
    throw new MasterKeyError(
      fault,
      `${detail} Put the key file of this database there, readable by this user, or name it in TOKENWELL_MASTER_KEY_FILE.`,
      { cause: error },
    );
  }
}

/** Looks at the opened file, not at the path, so that what is checked is what is read. */
function refuseExposed(path: string, file: number): void {
  const found = fstatSync(file);
  if (!found.isFile()) {
    throw new MasterKeyError('not_a_file', `The master key file ${path} is not a regular file. ${REPLACE_IT}`);
  }
  if (found.mode & FORBIDDEN_MODE) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    throw new MasterKeyError(
      'exposed',
      `The master key file ${path} may be read or changed by other users (mode ${mode}). Run: chmod 0400 ${path}`,
    );
  }
  if (found.size > MOST_FILE_BYTES) {
    throw new MasterKeyError('wrong_form', `The master key file ${path} is too large to be one. ${REPLACE_IT}`);
  }
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
