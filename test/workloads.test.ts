import t from 'tap';
import { databases } from './vault/databases.js';
import { issuerCases } from './workloads/issuer-cases.js';
import { revocationCases } from './workloads/revocation-cases.js';
import { tokenCases } from './workloads/token-cases.js';
import { trustCases } from './workloads/trust-cases.js';

t.test('tokens of workloads', async t => tokenCases(t));
t.test('issuers', async t => issuerCases(t));
t.test('trust', async t => trustCases(t));

for (const database of await databases(t)) {
  t.test(`exact revocation of workloads on ${database.name}`, { skip: database.skip, timeout: 600_000 }, async t =>
    revocationCases(t, database),
  );
}
