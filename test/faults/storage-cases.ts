import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Test } from 'tap';
import { openFile } from '../../src/store/sqlite-file.js';
import type { Step } from '../../src/vault/steps.js';
import type { OwnServer } from '../support/postgres.js';
import { startVault, temporaryFolder } from '../support/vault.js';
import type { DatabaseUnderTest } from '../vault/databases.js';
import { type Fleet, MAIL, startFleet, until } from './fleet.js';

const DISK = 6_000_000;

/** Makes the database unusable; answers how it is mended. */
type Breaking = () => Promise<() => Promise<void>>;

/**
 * Instance 0 has the provider's answer (strict rotation) and stands at the step; the database goes away, the instance
 * goes on. No token leaves without its entry, the refresh token that came is kept until it can be stored, and nothing is
 * lost. The instance is not started again.
 */
async function outage(t: Test, fleet: Fleet, account: string, step: Step, breakIt: Breaking): Promise<void> {
  const { rotating, instances, admins, connect, draw } = fleet;
  const [instance, admin] = [instances[0], admins[0]];
  if (!instance || !admin) throw new Error('the fleet is empty');
  rotating.lifetime = 3_600;
  await connect(account);
  const { refusals, refreshes } = rotating;
  const left = new Set<string>();
  const drawn = async () => {
    const { status, json, requestId } = await admin.draw('mail', `?account=${account}`);
    if (status === 200) left.add(requestId);
    return status === 200 ? 'ok' : json.code;
  };
  t.equal(await drawn(), 'ok');
  const { reached } = await instance.arm(step);
  let ended = false;
  const refresh = admin.call('POST', `${MAIL}/accounts/${account}/refresh`).finally(() => {
    ended = true;
  });
  await reached;
  t.equal(rotating.refreshes, refreshes + 1, 'the provider has rotated');
  const mend = await breakIt();
  instance.release();
  await until('no token leaves any more', async () => (await drawn()) === 'ledger_unavailable');
  const ready = await fetch(`${instance.url}/readyz`);
  t.equal(ready.status, 503, 'and the instance asks for no requests');
  await ready.text();
  t.equal(await drawn(), 'ledger_unavailable', 'it stays so');
  t.notOk(ended, 'the answer waits in memory');
  const view = await admin.call('GET', `${MAIL}/accounts/${account}`);
  if (view.status === 200) t.match(view.json, { state: 'degraded' }, 'where it can be read, the account says so');
  await mend();
  t.match(await refresh, { status: 200, json: { state: 'connected' } }, 'it is stored once the database is back');
  for (const at of instances.keys()) {
    await until('tokens leave again', async () => (await draw(at, account)) === 'ok');
  }
  t.equal(await drawn(), 'ok');
  t.match(await admin.call('POST', `${MAIL}/accounts/${account}/refresh`), { status: 200 }, 'the new one is used next');
  t.equal(rotating.refusals, refusals, 'no used refresh token was sent');
  await everyTokenHasItsEntry(t, fleet, left);
}

async function everyTokenHasItsEntry(t: Test, { env, admins }: Fleet, left: Set<string>): Promise<void> {
  const entries: string[] = [];
  if (env.TOKENWELL_DATABASE_URL) {
    const reader = await startVault(t, { dataDir: env.TOKENWELL_DATA_DIR ?? '', env });
    entries.push(...(await reader.entries()).map(({ request_id }) => request_id ?? ''));
  } else {
    const { json } = (await admins[0]?.must('GET', '/api/v1/ledger?limit=100&order=desc')) ?? {};
    entries.push(...json.items.map(({ request_id }: { request_id: string }) => request_id));
  }
  const missing = [...left].filter(id => !entries.includes(id));
  t.strictSame(missing, [], `each of the ${left.size} tokens that left has its entry`);
}

/** A disk of its own of so many bytes, in memory; or a sentence that says why there is none. */
function smallDisk(t: Test, bytes: number): { folder: string } | string {
  const folder = temporaryFolder(t);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    return `no disk of its own can be mounted here (${error instanceof Error ? error.message.split('\n').at(1) : error})`;
  }
  t.teardown(() => void execFileSync('umount', ['-l', folder]));
  return { folder };
}

/** A small ext4 file system that can be made read-only under open files, as the kernel does after an error of the disk. */
function frailDisk(t: Test): { folder: string; fail(): void; repair(): void } | string {
  const [folder, image] = [temporaryFolder(t), join(temporaryFolder(t), 'image')];
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' }).toString().trim();
  const mount = () => run('mount', '-o', 'loop,errors=remount-ro', image, folder);
  try {
    writeFileSync(image, Buffer.alloc(16_000_000));
    run('mkfs.ext4', '-q', '-F', image);
    mount();
  } catch (error) {
    return `no file system can be made and mounted here (${error instanceof Error ? error.message.split('\n').at(1) : error})`;
  }
  t.teardown(() => void run('umount', '-l', folder));
  const device = basename(run('findmnt', '-no', 'SOURCE', folder));
  return {
    folder,
    fail: () => writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, 'x'),
    repair: () => {
      run('umount', folder);
      mount();
    },
  };
}

/** Takes every byte that is left; answers how to give them back. */
function fill(folder: string): () => void {
  const ballast = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  return () => rmSync(ballast);
}

/** F10–F13: the disk is full, or another process has the file. */
export function sqliteOutageCases(t: Test, database: DatabaseUnderTest): void {
  t.test('F11: the disk is full when the answer of a refresh is to be stored', async t => {
    const disk = smallDisk(t, DISK);
    if (typeof disk === 'string') {
      t.comment(`skipped: ${disk}`);
      return;
    }
    const { folder } = disk;
    const fleet = await startFleet(t, database, { size: 1, kind: 'strict', lifetime: 3_600, dataDir: folder });
    await outage(t, fleet, 'full', 'refresh.answered', async () => {
      const empty = fill(folder);
      return async () => empty();
    });
    const { refreshes } = fleet.rotating;
    const empty = fill(folder);
    await until('the disk is full for the ledger', async () => (await fleet.draw(0, 'full')) === 'ledger_unavailable');
    const refresh = await fleet.admins[0]?.call('POST', `${MAIL}/accounts/full/refresh`);
    t.equal(refresh?.status, 503, 'F10: without room for its intent nothing is sent');
    t.equal(fleet.rotating.refreshes, refreshes);
    empty();
    await until('tokens leave again', async () => (await fleet.draw(0, 'full')) === 'ok');
    if (process.env.TEST_LONG) {
      await outage(t, fleet, 'busy', 'refresh.answered', async () => {
        const other = openFile(join(folder, 'tokenwell.db'));
        other.exec('BEGIN IMMEDIATE');
        return async () => void other.close();
      });
    }
    await fleet.instances[0]?.end();
  });
}

/** F12: the disk becomes read-only under an instance, which must then be started again. */
export function readOnlyDiskCases(t: Test, database: DatabaseUnderTest): void {
  t.test('F12: on a disk that became read-only nothing leaves and nobody is asked; repaired, all goes on', async t => {
    const disk = frailDisk(t);
    if (typeof disk === 'string') return void t.comment(`skipped: ${disk}`);
    const { folder, fail, repair } = disk;
    const fleet = await startFleet(t, database, { size: 1, kind: 'strict', lifetime: 3_600, dataDir: folder });
    const { rotating, instances, admins, connect, draw, more } = fleet;
    await connect('ro');
    t.equal(await draw(0, 'ro'), 'ok');
    fail();
    await until('no token leaves any more', async () => (await draw(0, 'ro')) === 'ledger_unavailable');
    t.equal((await admins[0]?.call('POST', `${MAIL}/accounts/ro/refresh`))?.status, 503);
    t.equal(rotating.refreshes + rotating.refusals, 0, 'a refresh token whose intent cannot be stored is not sent');
    await instances[0]?.end('SIGKILL');
    repair();
    await more();
    t.equal(await draw(1, 'ro'), 'ok');
    t.equal((await admins[1]?.call('POST', `${MAIL}/accounts/ro/refresh`))?.status, 200);
    t.strictSame([rotating.refreshes, rotating.refusals], [1, 0]);
    await instances[1]?.end();
  });
}

/** F12, F18: the server refuses writes, is killed while it commits, or stands still before it is killed. */
export function postgresOutageCases(t: Test, fleet: Fleet, { server }: DatabaseUnderTest): void {
  t.test('F12: the database refuses writes when the answer of a refresh is to be stored', async t => {
    const url = fleet.databaseUrl;
    const name = new URL(url).pathname.slice(1);
    const setReadOnly = async (value: 'on' | 'off') => {
      // Whoever has a transaction that can still write loses its connection.
      const set = `set default_transaction_read_only = off; alter database ${name} set default_transaction_read_only = ${value}`;
      for (const one of set.split('; ')) await server?.query(new URL('/postgres', url).href, one);
      const others = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
      await server?.query(new URL('/postgres', url).href, others);
    };
    await outage(t, fleet, 'readonly', 'refresh.answered', async () => {
      await setReadOnly('on');
      return () => setReadOnly('off');
    });
  });

  const own = server?.own;
  t.test('F18: the server is killed during the commit of a refresh', async t => {
    if (!own) return void t.comment('skipped: the server of TEST_DATABASE_URL is not ours to kill');
    await outage(t, fleet, 'killed', 'write.locked', () => killed(own, false));
  });

  t.test('F18: the server stands still during the commit of a refresh, and is killed', async t => {
    if (!own) return void t.comment('skipped: the server of TEST_DATABASE_URL is not ours to stop');
    await outage(t, fleet, 'stopped', 'write.locked', () => killed(own, true));
  });
}

async function killed(own: OwnServer, stopFirst: boolean): Promise<() => Promise<void>> {
  if (stopFirst) {
    own.pause();
    // A while later; those who wait for an answer of the server still wait.
    setTimeout(() => void own.kill(), 1_000);
  } else await own.kill();
  return () => own.start();
}
