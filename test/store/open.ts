import { join } from 'node:path';
import { pino } from 'pino';
import { createKeyRows, openKeyRing } from '../../src/crypto/key-ring.js';
import { createMasterKeyFile, readMasterKeyFile } from '../../src/crypto/master-key.js';
import type { Engine } from '../../src/store/engine.js';
import { migrate } from '../../src/store/migrations.js';
import { openPostgres } from '../../src/store/postgres.js';
import { foundation } from '../../src/store/set-up.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { createStore } from '../../src/store/store.js';
import { createKey } from '../../src/vault/callers.js';
import { Secret } from '../../src/vault/secret.js';
import { noFailpoints } from '../../src/vault/steps.js';
import type { Store } from '../../src/vault/store.js';
import { TestClock } from '../support/clock.js';
import { type Teardown, temporaryFolder } from '../support/vault.js';

/** An engine over the folder's SQLite file or over the PostgreSQL database named. */
export function openEngine(folder: string, databaseUrl?: string): Engine {
  if (databaseUrl) return openPostgres(new Secret(databaseUrl), { allowUnsafe: true, lost: () => undefined });
  return openSqlite(join(folder, 'tokenwell.db'), { serving: true, now: () => Date.now() });
}

/** What a new database of the tests begins with. */
export async function firstContentsFor(folder: string) {
  const deployment = 'd'.repeat(32);
  const { id, hash } = createKey();
  const consumer = { id: 'admin', description: undefined, role: 'admin' as const, disabled: false };
  const master = createMasterKeyFile(join(folder, 'master.key'));
  return {
    deployment,
    epoch: 'first',
    keys: createKeyRows({ master, deployment, now: 0 }),
    admin: {
      consumer: { ...consumer, createdAt: 0, updatedAt: 0 },
      key: { id, consumer: 'admin', hash, expiresAt: undefined, createdAt: 0 },
    },
  };
}

/** A store over a new, set-up database; closed at the end of the test. */
export async function openStore(t: Teardown, databaseUrl?: string): Promise<Store> {
  const folder = temporaryFolder(t);
  const engine = openEngine(folder, databaseUrl);
  t.teardown(() => engine.close());
  await migrate(engine);
  const contents = await firstContentsFor(folder);
  const laid = await foundation(engine, async () => contents);
  const master = readMasterKeyFile(join(folder, 'master.key'));
  const ring = openKeyRing({ master, deployment: laid.deployment, rows: laid.keys });
  return createStore({
    engine,
    sealer: ring.sealer,
    clock: new TestClock(),
    failpoints: noFailpoints,
    log: pino({ level: 'silent' }),
  });
}
