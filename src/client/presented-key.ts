import { readFile } from 'node:fs/promises';
import { TokenwellError } from './errors.js';

/** What proves who calls: one of the two. */
export interface KeyOptions {
  /** An API key (`twk_…`) or the JWT of a trusted workload. */
  key?: string | undefined;
  /**
   * A file that holds one or the other; read again for every call, because platforms exchange the tokens of their
   * workloads. A line break at its end is not looked at.
   */
  keyFile?: string | undefined;
}

const ONE_LINE = /^[\x21-\x7e]+$/;

/**
 * The function that gives the key for one call, which throws `TokenwellError` (`key_unreadable`) where its file gives
 * none. Throws `TypeError` unless exactly one of the two is given, and for a key that cannot be one; it is not shown.
 */
export function presentedKey({ key, keyFile }: KeyOptions): () => Promise<string> {
  if ((key === undefined) === (keyFile === undefined)) throw new TypeError('Give key or keyFile, one of the two.');
  if (key === undefined) return () => fromFile(keyFile ?? '');
  // What fetch says of a key that it cannot use repeats it, so it is looked at first.
  if (!ONE_LINE.test(key)) throw new TypeError('key must be one line without spaces.');
  return async () => key;
}

async function fromFile(path: string): Promise<string> {
  const key = (await textOf(path)).replace(/\r?\n$/, '');
  if (ONE_LINE.test(key)) return key;
  throw unreadable(`The file ${path} does not hold a key or token: one line without spaces.`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    throw unreadable(`The file ${path} with the key or token cannot be read (${code}).`);
  }
}

function unreadable(detail: string): TokenwellError {
  const action = 'Check its path, and that this program may read it.';
  return new TokenwellError({ code: 'key_unreadable', status: 0, detail, action });
}
