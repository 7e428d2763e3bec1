import t from 'tap';
import { databases } from './vault/databases.js';
import { oneInstanceCases, twoInstanceCases } from './vault/revocation-cases.js';

const rounds = process.env.TEST_LONG ? 300 : 25;

for (const database of await databases(t)) {
  t.test(`exact revocation on ${database.name}`, { skip: database.skip }, async t => {
    oneInstanceCases(t, database, rounds);
    if (database.name === 'postgres') twoInstanceCases(t, database);
  });
}
