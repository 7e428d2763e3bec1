import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api } from '../test/support/api.js';
import { freePort } from '../test/support/postgres.js';

const TOKENWELL = fileURLToPath(new URL('../dist/cli/tokenwell.js', import.meta.url));
const BARE = fileURLToPath(new URL('./bare.ts', import.meta.url));

export interface Served {
  url: string;
  stop(): Promise<void>;
}

/** Tokenwell as shipped, in a process of its own; its log goes to a file in the data folder. */
export async function serve(dataDir: string, env: Record<string, string> = {}): Promise<Served> {
  const port = await freePort();
  const log = openSync(join(dataDir, 'log'), 'a');
  const child = spawn(process.execPath, [TOKENWELL, 'serve'], {
    env: {
      PATH: process.env.PATH,
      TOKENWELL_PORT: String(port),
      TOKENWELL_DATA_DIR: dataDir,
      TOKENWELL_ALLOWED_HOSTS: '127.0.0.1',
      ...env,
    },
    stdio: ['ignore', log, log],
  });
  return await answering(child, `http://127.0.0.1:${port}`, '/readyz');
}

/** The bare Fastify route that returns this body. */
export async function serveBare(body: unknown): Promise<Served> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', BARE], {
    env: { PATH: process.env.PATH, PORT: String(port), BODY: JSON.stringify(body) },
    stdio: 'inherit',
  });
  return await answering(child, `http://127.0.0.1:${port}`, '/token');
}

async function answering(child: ChildProcess, url: string, path: string): Promise<Served> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server at ${url} ended with ${child.exitCode}`);
    const answer = await fetch(`${url}${path}`).catch(() => undefined);
    if (answer?.ok) return { url, stop: () => stop(child) };
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  await stop(child);
  throw new Error(`the server at ${url} did not answer`);
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Stores a credential and a consumer that may draw it; answers the address and headers of the draw. */
export async function prepareDraw(url: string, dataDir: string, tokenUrl: string) {
  const admin = new Api(url, readFileSync(join(dataDir, 'admin.key'), 'utf8').trim());
  await admin.createCredential('bench', tokenUrl);
  const key = await admin.createConsumer('bench', [{ credential: 'bench' }]);
  const body = (await new Api(url, key).draw('bench')).json;
  return { path: '/api/v1/credentials/bench/token', headers: { authorization: `Bearer ${key}` }, body };
}
