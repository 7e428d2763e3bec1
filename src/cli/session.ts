import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import { TokenwellClient } from '../client/client.js';
import { type Config, readClientConfig, readConfig } from '../config.js';
import { jsonText, visibleLines } from './terminal-text.js';

/** What a command has around it. */
export interface Surroundings {
  input: Readable & { isTTY?: boolean };
  out: Writable & { isTTY?: boolean };
  err: Writable;
  /** The environment; the process's own where it is left out. */
  variables?: Record<string, string | undefined>;
}

/** One run of the command line. */
export interface Session extends Surroundings {
  /** What the process ends with unless an error says otherwise. */
  exitCode: number;
  /** The command that runs, once it is known. */
  command?: Command;
  /** Where the key came from, once it was read. */
  keySource?: string;
  /** The address of the vault, once one is asked. */
  vault?: string;
}

/** The flag that every printing command takes. */
export interface PrintFlags {
  json?: true;
}

/** The running vault that the environment names. Throws `ConfigError`. */
export function connect(session: Session): TokenwellClient {
  const { url, key, keySource } = readClientConfig(session.variables);
  session.keySource = keySource;
  session.vault = url;
  return new TokenwellClient({ url, key: key.reveal() });
}

/** The settings of a serving process, for commands that open the database themselves. Throws `ConfigError`. */
export function settings(session: Session): Config {
  return readConfig(session.variables);
}

/**
 * Prints an answer to standard output: as JSON where asked, in words otherwise. Throws `TypeError` for an answer that
 * lacks what the words tell.
 */
export function print<Answer>(
  session: Session,
  flags: PrintFlags,
  answer: Answer,
  inWords: (answer: Answer) => string,
) {
  session.out.write(`${flags.json ? jsonText(answer, 2) : visibleLines(inWords(answer))}\n`);
}

/** Says something beside the answer, on standard error. */
export function remark(session: Session, text: string): void {
  session.err.write(`${visibleLines(text)}\n`);
}

/** Prints everything that a list gives, page after page, as one. */
export async function printAll<Item>(
  session: Session,
  flags: PrintFlags,
  each: AsyncIterable<Item>,
  inWords: (items: Item[]) => string,
): Promise<void> {
  print(session, flags, { items: await collected(each), next_cursor: null }, ({ items }) => inWords(items));
}

/** Everything that a list gives, page after page. */
export async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
