import type { Browser } from 'playwright-core';
import type { Test } from 'tap';
import { openTab, originsOf, PHONE } from '../support/browser.js';
import { hostilePages, MARK, payloads } from './hostile.js';
import { servePages } from './page-server.js';

/** Runs in the page: what it is made of, and where the mark stands. */
const CENSUS = `mark => {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  const around = new Set();
  while (walker.nextNode()) {
    if (walker.currentNode.data.includes(mark)) around.add(walker.currentNode.parentElement.localName);
  }
  const elements = [...document.querySelectorAll('*')];
  const apart = ['bdi', 'code', 'pre', 'title'];
  return {
    made: elements.map(element => element.localName + '[' + element.getAttributeNames() + ']').join(' '),
    links: [...document.links].map(link => link.href),
    loose: [...around].filter(name => !apart.includes(name)),
    width: document.scrollingElement.scrollWidth,
    text: document.title + document.body.textContent,
  };
}`;

interface Census {
  made: string;
  links: string[];
  loose: string[];
  width: number;
  text: string;
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Text from outside, in a real browser. */
export function hostileCases(t: Test, browser: Browser): void {
  t.test('W4, C13: what comes from outside is text in every field of every page', async t => {
    const tab = await openTab(t, browser, PHONE);
    const { page, complaints } = tab;
    const served = new Map(Object.entries(hostilePages('harmless')));
    for (const [index, { text }] of payloads.entries()) {
      for (const [name, html] of Object.entries(hostilePages(text))) served.set(`${name}-${index}`, html);
    }
    const { origin } = await servePages(t, Object.fromEntries(served));
    const census = async (path: string) => {
      await page.goto(`${origin}/${path}`);
      return await page.evaluate<Census>(`(${CENSUS})(${JSON.stringify(MARK)})`);
    };
    for (const name of Object.keys(hostilePages(''))) {
      const { made, links } = await census(name);
      t.ok(
        links.every(link => link === `${origin}/docs`),
        `${name}: no link but ours`,
      );
      for (const [index, { seen }] of payloads.entries()) {
        const { text: shown, ...rest } = await census(`${name}-${index}`);
        const what = `${name}, payload ${index}`;
        t.strictSame(rest, { made, links, loose: [], width: PHONE.viewport.width }, `${what} changes nothing`);
        t.ok(shown.includes(seen), `${what} is seen as it is`);
        t.notMatch(shown.replaceAll('\n', ''), INVISIBLE, `${what} has nothing that cannot be seen`);
      }
    }
    t.strictSame(complaints, [], 'no dialog, no error, no violation of the policy');
    t.strictSame(originsOf(tab), [origin], 'nothing is asked of another host');
  });
}
