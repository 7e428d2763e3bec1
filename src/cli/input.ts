import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { visit } from 'jsonc-parser';
import { UsageError } from './failure-text.js';
import type { Session } from './session.js';

/** The text of a file, or of standard input for `-`. Throws `UsageError` when it cannot be read. */
export async function readText(session: Session, path: string): Promise<string> {
  return (await readBytes(session, path)).toString('utf8');
}

/** What a file holds, or standard input for `-`. Throws `UsageError` when it cannot be read. */
export async function readBytes(session: Session, path: string): Promise<Buffer> {
  if (path === '-') return await readInput(session);
  try {
    return await readFile(path);
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    throw new UsageError(
      `The file ${path} cannot be read (${errno}). Give a file that you may read, or - for standard input.`,
    );
  }
}

/** The value in a JSON file, or on standard input for `-`. Throws `UsageError`; the text itself is not shown. */
export async function readJson(session: Session, path: string): Promise<unknown> {
  const text = await readText(session, path);
  try {
    return JSON.parse(text);
  } catch {
    const source = path === '-' ? 'Standard input' : `The file ${path}`;
    throw new UsageError(`${source} does not hold valid JSON${flawPlace(text)}. Mend it there, then try again.`);
  }
}

/** Where JSON goes wrong first, as ` (line 3, column 5)`. JSON.parse does not always say it, and may repeat the text. */
function flawPlace(text: string): string {
  let place: string | undefined;
  const onError = (_code: number, _offset: number, _length: number, line: number, column: number) => {
    place ??= ` (line ${line + 1}, column ${column + 1})`;
  };
  visit(text, { onError }, { disallowComments: true });
  return place ?? '';
}

/** A secret from a file, from standard input for `-`, or typed unseen where `-` is a terminal. One line break at its end goes. */
export async function readSecret(session: Session, path: string): Promise<string> {
  const secret = await readUnseen(session, path, 'Client secret (not shown): ');
  if (secret === '') throw new UsageError('The secret is empty. Nothing was changed.');
  return secret;
}

/** The password of a PFX file or private key, from where a secret may come. */
export async function readKeyPassword(session: Session, path: string): Promise<string> {
  const password = await readUnseen(session, path, 'Password of the key (not shown): ');
  if (password !== '') return password;
  throw new UsageError(
    'The password is empty. Where there is none, leave --key-password-file out. Nothing was changed.',
  );
}

/** A secret text from a file, from standard input for `-`, or typed unseen where `-` is a terminal. One line break at its end goes. */
export async function readUnseen(session: Session, path: string, question: string): Promise<string> {
  const typed = path === '-' && session.input.isTTY === true;
  const text = typed ? await askUnseen(session, question) : await readText(session, path);
  return text.replace(/\r?\n$/, '');
}

/** Asks for one line without showing what is typed. Throws `UsageError` when the person gives up (Ctrl-C, Ctrl-D). */
export async function askUnseen({ input, err }: Pick<Session, 'input' | 'err'>, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const givenUp = new AbortController();
  lines.once('close', () => givenUp.abort());
  err.write(question);
  try {
    return await lines.question('', { signal: givenUp.signal });
  } catch {
    throw new UsageError('No secret was given. Nothing was changed.');
  } finally {
    lines.close();
    err.write('\n');
  }
}

/** Asks a person at the terminal for a plain yes; anything else, and the end of the input, is a no. */
export async function askYes(session: Pick<Session, 'input' | 'err'>, question: string): Promise<boolean> {
  return (await askLine(session, question))?.toLowerCase() === 'yes';
}

/** Asks a person at the terminal for one line, without the space around it; undefined for an empty one and the end of the input. */
export async function askLine(
  { input, err }: Pick<Session, 'input' | 'err'>,
  question: string,
): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  const givenUp = new AbortController();
  lines.once('close', () => givenUp.abort());
  err.write(question);
  try {
    return (await lines.question('', { signal: givenUp.signal })).trim() || undefined;
  } catch {
    err.write('\n');
    return undefined;
  } finally {
    lines.close();
  }
}

async function readInput({ input }: Session): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
