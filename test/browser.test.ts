import t from 'tap';
import { explorerCases } from './browser/explorer-cases.js';
import { startBrowser } from './support/browser.js';

const browser = await startBrowser();
const skip = typeof browser === 'string' ? browser : false;

t.test('in Chromium', { skip }, async t => {
  if (typeof browser === 'string') return;
  t.teardown(() => browser.close());
  t.test('the explorer', async t => explorerCases(t, browser));
});
