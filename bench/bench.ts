import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/support/postgres.js';
import { ScriptedProvider } from '../test/support/scripted-provider.js';
import { fill } from './fill.js';
import { generator, type Measured, measure } from './load.js';
import { prepareDraw, type Served, serve, serveBare } from './servers.js';

// What the ledger, the limits, the log line and everything else of a drawn token cost beside a bare Fastify route.
// Every ratio is of two measurements made one after the other in this run.

const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CONNECTIONS = 64;
const COUNTS = (process.env.BENCH_CREDENTIALS ?? '10,1000,100000').split(',').map(Number);

type Draw = Awaited<ReturnType<typeof prepareDraw>>;

const provider = await ScriptedProvider.start();
const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'tokenwell-bench-'));
  folders.push(made);
  return made;
};

const load = (served: Served, { path, headers }: Pick<Draw, 'path' | 'headers'>) =>
  measure({ url: `${served.url}${path}`, headers, seconds: SECONDS, connections: CONNECTIONS });

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function line(name: string, runs: Measured[], ratio?: number): string {
  const value = (pick: (run: Measured) => number, digits: number) => median(runs.map(pick)).toFixed(digits).padStart(8);
  const errors = runs.reduce((sum, run) => sum + run.errors, 0);
  const columns = [value(run => run.perSecond, 0), value(run => run.p50, 2), value(run => run.p99, 2)];
  return `${name.padEnd(34)}${columns.join('')}   ${ratio === undefined ? '    ' : ratio.toFixed(2)}${errors ? `   ${errors} errors` : ''}`;
}

/** Measures a vault and the bare route in turn; prints both and the median of the rounds' ratios. */
async function compare(name: string, served: Served, draw: Draw): Promise<void> {
  const bare = await serveBare(draw.body);
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  await load(served, draw); // warm
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await load(bare, { path: '/token', headers: draw.headers }));
    ours.push(await load(served, draw));
  }
  await bare.stop();
  const ratios = ours.map((run, round) => run.perSecond / (theirs[round]?.perSecond ?? 1));
  console.log(line('bare Fastify route', theirs));
  console.log(line(name, ours, median(ratios)));
}

async function sqlite(): Promise<void> {
  const dataDir = folder();
  let served = await serve(dataDir);
  const draw = await prepareDraw(served.url, dataDir, provider.url());
  await compare('SQLite, as shipped', served, draw);
  await served.stop();
  served = await serve(dataDir, { TOKENWELL_LOG_LEVEL: 'warn' });
  await compare('SQLite, without the log line', served, draw);
  await served.stop();
}

async function postgres(): Promise<void> {
  const server = await startPostgres({ durable: true });
  if (typeof server === 'string') return console.log(`PostgreSQL: skipped, ${server}`);
  const dataDir = folder();
  const served = await serve(dataDir, { TOKENWELL_DATABASE_URL: await server.createDatabase() });
  await compare('PostgreSQL, as shipped', served, await prepareDraw(served.url, dataDir, provider.url()));
  await served.stop();
  await server.stop();
}

async function credentialCounts(): Promise<void> {
  const dataDir = folder();
  let served = await serve(dataDir);
  const draw = await prepareDraw(served.url, dataDir, provider.url());
  for (const count of COUNTS) {
    await served.stop();
    fill(dataDir, count);
    const began = performance.now();
    served = await serve(dataDir);
    const started = Math.round(performance.now() - began);
    await load(served, draw);
    console.log(`${line(`SQLite, ${count} credentials`, [await load(served, draw)])}   ready after ${started} ms`);
  }
  await served.stop();
}

console.log(
  `${generator}, ${CONNECTIONS} connections, ${SECONDS} s, ${ROUNDS} rounds, Node ${process.version}, ${cpus().length} cores, fsync on`,
);
console.log(`${''.padEnd(34)}   req/s  p50 ms  p99 ms  ratio`);
try {
  await sqlite();
  await postgres();
  await credentialCounts();
} finally {
  await provider.close();
  for (const made of folders) rmSync(made, { recursive: true, force: true });
}
