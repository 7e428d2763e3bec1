import t from 'tap';
import { conformance } from './store/conformance.js';
import { dueCases } from './store/due-cases.js';
import { expiryCases, expiryMigrationCases } from './store/expiry-cases.js';
import { migrationCases } from './store/migration-cases.js';
import { openStore } from './store/open.js';
import { sqliteCases } from './store/sqlite-cases.js';
import { startPostgres } from './support/postgres.js';

t.test('sqlite', async t => {
  conformance(t, openStore);
  dueCases(t, openStore);
  expiryCases(t, openStore);
  expiryMigrationCases(t, async () => undefined);
  migrationCases(t, async () => undefined);
  sqliteCases(t);
});

const server = await startPostgres();
const skip = typeof server === 'string' ? server : false;

t.test('postgres', { skip }, async t => {
  if (typeof server === 'string') return;
  t.teardown(() => server.stop());
  conformance(t, async t => openStore(t, await server.createDatabase()));
  dueCases(t, async t => openStore(t, await server.createDatabase()));
  expiryCases(t, async t => openStore(t, await server.createDatabase()));
  expiryMigrationCases(t, () => server.createDatabase());
  migrationCases(t, () => server.createDatabase());
});
