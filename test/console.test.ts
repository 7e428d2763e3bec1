import t from 'tap';
import { browserCases } from './console/browser-cases.js';
import { hostileCases } from './console/hostile-cases.js';
import { markupCases } from './console/markup-cases.js';
import { wordCases } from './console/word-cases.js';
import { startBrowser } from './support/browser.js';

t.test('the words', async t => wordCases(t));
t.test('the HTML', async t => markupCases(t));

const browser = await startBrowser();
const skip = typeof browser === 'string' ? browser : false;

t.test('in Chromium', { skip }, async t => {
  if (typeof browser === 'string') return;
  t.teardown(() => browser.close());
  browserCases(t, browser);
  hostileCases(t, browser);
});
