import t from 'tap';
import { crowdCases } from './faults/crowd-cases.js';
import { expiryCases, leaselessCases } from './faults/expiry-cases.js';
import { startFleet } from './faults/fleet.js';
import { idleCases } from './faults/idle-cases.js';
import { consentKillCases, refreshKillCases } from './faults/kill-cases.js';
import { lostAnswerCases } from './faults/lost-answer-cases.js';
import { pauseCases } from './faults/pause-cases.js';
import { postgresOutageCases, readOnlyDiskCases, sqliteOutageCases } from './faults/storage-cases.js';
import { ROTATIONS } from './support/rotation.js';
import { databases } from './vault/databases.js';

const LONG = Boolean(process.env.TEST_LONG);

const [sqlite, postgres] = await databases(t);
if (postgres) {
  t.test('instances beside one another', { skip: postgres.skip, timeout: 3_000_000 }, async t => {
    const fleet = await startFleet(t, postgres, { size: LONG ? 4 : 2, kind: 'strict', lifetime: 3_600 });
    // Renewals without a draw would be calls of their own.
    for (const instance of fleet.instances) instance.without('upkeep');
    expiryCases(t, fleet, LONG ? { callers: 25, rounds: 1_000 } : { callers: 10, rounds: 20 });
    idleCases(t, fleet);
    const long = { seconds: [0.1, 0.5, 1, 2, 5, 9, 11, 13, 16, 18, 20, 25, 30], waitForLease: true };
    pauseCases(t, fleet, postgres, LONG ? long : { seconds: [0.2, 16], waitForLease: false });
    postgresOutageCases(t, fleet, postgres);
    leaselessCases(t, fleet, LONG ? { callers: 25, rounds: 40 } : { callers: 10, rounds: 8 });
  });
}

t.test('a process that dies', { timeout: 3_400_000 }, async t => {
  if (!LONG) {
    if (sqlite) refreshKillCases(t, sqlite, 'strict', 1);
    if (postgres && !postgres.skip) consentKillCases(t, postgres, 'strict', 1);
    return;
  }
  for (const database of [sqlite, postgres]) {
    if (!database || database.skip) continue;
    for (const kind of ROTATIONS) {
      refreshKillCases(t, database, kind, 10);
      consentKillCases(t, database, kind, 10);
    }
  }
});

t.test('answers that are lost on their way', { timeout: 3_000_000 }, async t => {
  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  for (const kind of ROTATIONS) lostAnswerCases(t, kind, LONG ? 1_000 : 30, seed);
});

t.test('a slow provider', { timeout: 3_000_000 }, async t => {
  crowdCases(
    t,
    LONG ? { callers: 10_000, sockets: 500, credentials: 10_000 } : { callers: 1_000, sockets: 50, credentials: 300 },
  );
});

if (sqlite) {
  t.test('a database that is away', { timeout: 600_000 }, async t => {
    sqliteOutageCases(t, sqlite);
    if (LONG) readOnlyDiskCases(t, sqlite);
  });
}
