import t from 'tap';
import { adminLinkCases } from './consent/admin-link-cases.js';
import { boundCases } from './consent/bound-cases.js';
import { callbackCases } from './consent/callback-cases.js';
import { destinationCases } from './consent/destination-cases.js';
import { importCases } from './consent/import-cases.js';
import { otherPersonCases } from './consent/other-person-cases.js';
import { pageWordCases } from './consent/page-word-cases.js';
import { refreshCases } from './consent/refresh-cases.js';
import { scopeCases } from './consent/scope-cases.js';
import { stepCases } from './consent/step-cases.js';
import { consentWorld, type Worlds } from './consent/world.js';
import { databases } from './vault/databases.js';

for (const database of await databases(t)) {
  t.test(`a consent on ${database.name}`, { skip: database.skip }, async t => {
    const world: Worlds = async (t, options = {}) => consentWorld(t, { ...options, env: await database.env() });
    callbackCases(t, world);
    boundCases(t, world);
    adminLinkCases(t, world);
    importCases(t, world);
    otherPersonCases(t, world);
  });
}
t.test('a grant', async t => refreshCases(t));
t.test('the page of a consent that failed', async t => pageWordCases(t, consentWorld));
t.test('scopes', async t => scopeCases(t));
t.test('where a grant may go', async t => destinationCases(t));
t.test('steps', async t => stepCases(t));
