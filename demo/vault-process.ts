import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMAND } from './dist.js';

/** A vault that runs as a process of its own, as it would in service. */
export interface VaultProcess {
  url: string;
  pid: number;
  /** Resolves, when the process has ended, to a sentence that says how. */
  ended: Promise<string>;
  /** Resolves when it takes requests. Throws a sentence when it ends before that, or takes longer than 30 s. */
  ready(): Promise<void>;
  /** Asks it to end and waits for that; after 10 s it is ended. */
  stop(): Promise<void>;
}

/**
 * Runs in the vault before its own code: it stops when its input ends, and with a demo that is killed the input ends. A
 * process that the vault starts takes this over, and has no input that could end; it is known by its channel to the vault.
 */
const TIED = `data:text/javascript,${encodeURIComponent(
  "if (!process.send) process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume().unref()",
)}`;

/** Starts `tokenwell serve` with its data in `folder`, its log in `folder`/vault.log, and leave to call `allowed` (host:port). */
export function startVault(settings: { folder: string; port: number; allowed: string }): VaultProcess {
  const { folder, port, allowed } = settings;
  const child = spawn(process.execPath, ['--import', TIED, COMMAND, 'serve'], {
    cwd: folder,
    env: {
      ...withoutOurs(process.env),
      TOKENWELL_DATA_DIR: folder,
      TOKENWELL_PORT: String(port),
      TOKENWELL_ALLOWED_HOSTS: allowed,
    },
    stdio: ['pipe', openSync(join(folder, 'vault.log'), 'a', 0o600), 'pipe'],
  });
  let words = '';
  child.stderr?.on('data', chunk => {
    words = `${words}${chunk}`.slice(-2_000);
  });
  // The net below every other way to end it: nothing that the demo starts may stay behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(`The vault could not be started: ${error.message}`));
    child.once('close', (code, signal) =>
      resolve(`The vault ended by itself (${signal ?? `exit code ${code}`}). ${words}`.trimEnd()),
    );
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    ready: async () => {
      await ready(`${url}/readyz`, ended);
      // What it says from here on is about its end.
      words = '';
    },
    stop: async () => {
      child.kill('SIGTERM');
      const late = sleep(10_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
      await Promise.race([ended, late.then(() => ended)]);
    },
  };
}

/** A vault of the reader's own, set up in this shell, has nothing to do with the demo. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TOKENWELL_')));
}

async function ready(url: string, ended: Promise<string>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const sentence = await Promise.race([ended, sleep(100, undefined)]);
    if (sentence !== undefined) throw new Error(sentence);
    if (
      await fetch(url).then(
        response => response.ok,
        () => false,
      )
    )
      return;
    if (performance.now() > deadline) throw new Error(`The vault did not answer at ${url} within 30 s.`);
  }
}
