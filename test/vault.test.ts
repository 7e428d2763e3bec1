import t from 'tap';
import { credentialCases } from './vault/credential-cases.js';
import { databases } from './vault/databases.js';
import { drawCases } from './vault/draw-cases.js';
import { eventCases } from './vault/event-cases.js';
import { ledgerCases } from './vault/ledger-cases.js';
import { paceCases } from './vault/pace-cases.js';
import { rejectionCases } from './vault/rejection-cases.js';
import { renewalCases } from './vault/renewal-cases.js';
import { reportCases } from './vault/report-cases.js';
import { besideCases, sharingCases } from './vault/sharing-cases.js';

// Before a vault starts, which lets nobody else read the files that are made after it: PostgreSQL is another user.
const both = await databases(t);

t.test('credentials and consumers', async t => credentialCases(t));
t.test('shared secrets', async t => sharingCases(t));
t.test('draws', async t => drawCases(t));
t.test('pace', async t => paceCases(t));
t.test('events', async t => eventCases(t));
t.test('refused tokens', async t => rejectionCases(t));
t.test('renewals', async t => renewalCases(t));
t.test('ledger', async t => ledgerCases(t));

for (const database of both) {
  t.test(`secrets shared beside, on ${database.name}`, { skip: database.skip }, async t => besideCases(t, database));
  t.test(`reports, on ${database.name}`, { skip: database.skip }, async t => reportCases(t, database));
}
