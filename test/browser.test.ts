import t from 'tap';
import { consentCases } from './browser/consent-cases.js';
import { explorerCases } from './browser/explorer-cases.js';
import { startBrowser } from './support/browser.js';
import { databases } from './vault/databases.js';

const browser = await startBrowser();
const skip = typeof browser === 'string' ? browser : false;

t.test('in Chromium', { skip }, async t => {
  if (typeof browser === 'string') return;
  t.teardown(() => browser.close());
  for (const database of await databases(t)) {
    if (database.name === 'postgres' && !process.env.TEST_LONG) {
      t.comment(
        'a consent in Chromium on sqlite alone; TEST_LONG=1 has one on postgres, as test/consent.test.ts always has',
      );
      continue;
    }
    t.test(`a consent on ${database.name}`, { skip: database.skip }, async t =>
      consentCases(t, browser, await database.env()),
    );
  }
  t.test('the explorer', async t => explorerCases(t, browser));
});
