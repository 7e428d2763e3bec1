import t from 'tap';
import { databases } from './vault/databases.js';
import { processCases } from './vault/process-cases.js';
import { oneInstanceCases, twoInstanceCases } from './vault/revocation-cases.js';

const rounds = process.env.TEST_LONG ? 300 : 25;

for (const database of await databases(t)) {
  t.test(`exact revocation on ${database.name}`, { skip: database.skip, timeout: 600_000 }, async t => {
    oneInstanceCases(t, database, rounds);
    if (database.name === 'sqlite') return;
    twoInstanceCases(t, database);
    processCases(t, database, rounds);
  });
}
