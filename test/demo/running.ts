import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Teardown, temporaryFolder } from '../support/vault.js';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 120_000; // long enough to compile src first, on a busy machine
const { PATH, HOME } = process.env;

export interface RunningDemo {
  /** Stands for the checkout: `demo/session.sh` and `examples` are in it. */
  folder: string;
  /** Everything printed so far. */
  output(): string;
  /** The demo's own process. */
  pid: number;
  vaultPid: number;
  dataFolder: string;
  /** Resolves to the exit code. */
  ended: Promise<number | null>;
}

/**
 * Starts the demo as `npm run demo` does, on free ports, with a temporary folder whose name needs quotes. `before` is
 * what another demo left as its session file. Ended with the test.
 */
export async function startDemo(t: Teardown, { before }: { before?: string } = {}): Promise<RunningDemo> {
  const folder = temporaryFolder(t);
  const temporary = join(folder, "the reader's files");
  for (const path of [temporary, join(folder, 'demo')]) mkdirSync(path);
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  if (before !== undefined) writeFileSync(join(folder, 'demo/session.sh'), before);
  const options = ['--port', '0', '--provider-port', '0', '--session', join(folder, 'demo/session.sh')];
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...options], {
    cwd: ROOT,
    env: { PATH, HOME, TMPDIR: temporary },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk));
  const ended = once(child, 'close').then(([code]) => code);
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await until(() => printed.includes('Ctrl-C') || child.exitCode !== null);
  const said = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? `nothing like ${pattern} was printed:\n${printed}`;
  return {
    folder,
    output: () => printed,
    pid: Number(said(/demo (\d+), vault/)),
    vaultPid: Number(said(/vault (\d+)$/m)),
    dataFolder: said(/data folder +(.*?) {3}/),
    ended,
  };
}

/** Runs a command as it was pasted into a shell in `folder`; answers what it printed. */
export async function paste(command: string, folder: string): Promise<string> {
  const shell = await promisify(execFile)('sh', ['-c', command], { cwd: folder, env: { PATH, HOME } });
  return shell.stdout + shell.stderr;
}

/** Waits until something is true, for two minutes unless said. Throws after that. */
export async function until(holds: () => boolean, ms = START_MS): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come true in time');
    await sleep(50);
  }
}
