import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../../src/cli/command-line.js';
import { compiled } from '../support/compiled.js';

export type Variables = Record<string, string | undefined>;

/** What a command left behind. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command line in this process, with this environment and nothing else. */
export async function run(
  args: readonly string[],
  variables: Variables = {},
  { input = '', typed = false }: { input?: string | Buffer; typed?: boolean } = {},
): Promise<Ended> {
  const stdin = Object.assign(new PassThrough(), { isTTY: typed });
  if (typed) stdin.write(input);
  else stdin.end(input);
  const [out, err] = [new Collector(), new Collector()];
  const code = await commandLine(args, { input: stdin, out, err, variables });
  return { code, out: out.text, err: err.text };
}

/** The words of a command line without quotes. */
export function words(line: string): string[] {
  return line.split(' ');
}

const ENTRY = fileURLToPath(await compiled('cli/tokenwell.js'));

/** Starts the command as a process of its own, in this folder, with this environment and nothing else. */
export function start(args: readonly string[], variables: Variables, folder: string): Child {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', chunk => {
    said.out += chunk;
  });
  child.stderr.on('data', chunk => {
    said.err += chunk;
  });
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...said }));
  return { child, ended, said };
}

export interface Child {
  child: ChildProcess;
  ended: Promise<Ended>;
  said: { out: string; err: string };
}

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}
