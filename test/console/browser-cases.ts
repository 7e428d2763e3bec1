import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { faintTexts } from '../browser/faint-text.js';
import { openTab, originsOf, PHONE, widthOf } from '../support/browser.js';
import { servePages } from './page-server.js';
import { pages } from './views.js';

const DESK = { viewport: { width: 1280, height: 900 } } as const;

/** Runs in the page: what a screen reader walks along, and what is too small to be touched. */
const OUTLINE = `() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const shape = all('body > .sheet > *').map(element => element.localName).join(' ');
  const levels = all('h1, h2, h3, h4, h5, h6').map(element => Number(element.localName[1]));
  const loose = all('img:not([alt]), button:not([type]), [aria-labelledby]').filter(element => {
    const named = element.getAttribute('aria-labelledby');
    return named === null || document.getElementById(named) === null;
  });
  const small = all('button, a, summary').filter(element => element.checkVisibility())
    .filter(element => element.getBoundingClientRect().height < 44).map(element => element.textContent);
  const ids = all('[id]').map(element => element.id);
  return { shape, levels, loose: loose.length, small, twice: ids.length - new Set(ids).size };
}`;

interface Outline {
  shape: string;
  levels: number[];
  loose: number;
  small: string[];
  twice: number;
}

/** Runs in the page: how far the colours of dots and edges stand out from what is behind them, at least. */
const EDGES = `() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  const style = getComputedStyle(document.documentElement);
  const light = name => {
    canvas.fillStyle = style.getPropertyValue(name);
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ratios = ['--edge', '--accent', '--good', '--warn', '--bad', '--quiet'].map(name => {
    const pair = [light(name), light('--surface')];
    return Math.max(...pair) / Math.min(...pair);
  });
  return Math.min(...ratios);
}`;

/** Runs in the page: where the sheet ends with its margin, and how high the page is. */
const HEIGHTS = `() => {
  const sheet = document.querySelector('.sheet');
  const end = sheet.getBoundingClientRect().bottom + parseFloat(getComputedStyle(sheet).marginBottom);
  return { end: Math.ceil(end), height: document.scrollingElement.scrollHeight };
}`;

async function outlineOf(page: Page): Promise<Outline> {
  return await page.evaluate(`(${OUTLINE})()`);
}

/** The pages as people meet them, in a real browser. */
export function browserCases(t: Test, browser: Browser): void {
  for (const [device, options] of Object.entries({ telephone: PHONE, desk: DESK })) {
    t.test(`on a ${device} every page fits, is readable in light and dark, and has one order of headings`, async t => {
      const { origin } = await servePages(t, pages);
      const { page, complaints } = await openTab(t, browser, { ...options, reducedMotion: 'reduce' });
      for (const name of Object.keys(pages)) {
        await page.goto(`${origin}/${name}`);
        for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click();
        const { shape, levels, loose, small, twice } = await outlineOf(page);
        t.match(shape, /^header main(?: footer)?$/, `${name}: landmarks`);
        t.ok(levels[0] === 1 && levels.slice(1).every(level => level === 2), `${name}: headings ${levels}`);
        t.strictSame({ loose, small, twice }, { loose: 0, small: [], twice: 0 }, `${name}: names, sizes, ids`);
        t.equal(await widthOf(page), options.viewport.width, `${name} does not scroll to the side`);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          t.strictSame(await faintTexts(page, 4.5), [], `${name} (${colorScheme})`);
          t.ok((await page.evaluate<number>(`(${EDGES})()`)) >= 3, `${name} (${colorScheme}): edges and dots`);
        }
      }
      t.strictSame(complaints, [], 'no error and no violation of the policy');
    });
  }

  for (const [device, { viewport }] of Object.entries({
    telephone: PHONE,
    desk: { viewport: { width: 1280, height: 800 } },
  })) {
    t.test(`on a ${device} a page that fits does not scroll`, async t => {
      const { origin } = await servePages(t, pages);
      const { page } = await openTab(t, browser, { viewport });
      let fitting = 0;
      for (const name of Object.keys(pages)) {
        await page.goto(`${origin}/${name}`);
        const { end, height } = await page.evaluate<{ end: number; height: number }>(`(${HEIGHTS})()`);
        if (end <= viewport.height) fitting += 1;
        t.equal(height, Math.max(viewport.height, end), name);
      }
      t.ok(fitting >= Object.keys(pages).length / 2, `${fitting} pages fit`);
    });
  }

  t.test(
    'the one button is the first that the keyboard reaches, is seen to be reached, and posts to the page',
    async t => {
      const { origin, asked } = await servePages(t, pages);
      const tab = await openTab(t, browser);
      const { page, complaints } = tab;
      await page.goto(`${origin}/connect`);
      await page.keyboard.press('Tab');
      t.equal(await page.evaluate('document.activeElement.textContent'), 'Continue to Microsoft');
      t.equal(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
      const answer = page.waitForResponse(`${origin}/connect`);
      await page.keyboard.press('Enter');
      await answer;
      t.strictSame(
        asked.filter(one => one.endsWith('/connect')),
        ['GET /connect', 'POST /connect'],
      );
      t.strictSame(complaints, []);
      t.strictSame(originsOf(tab), [origin], 'nothing is asked of another host');
    },
  );

  t.test('a copy button copies what stands beside it and says so', async t => {
    const { origin } = await servePages(t, pages);
    const { page, complaints } = await openTab(t, browser, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${origin}/needs-admin`);
    await page.click('text=Copy the link');
    await page.waitForSelector('button:has-text("Copied")');
    const text = await page.locator('#admin-link').textContent();
    t.equal(await page.evaluate('navigator.clipboard.readText()'), text);
    t.equal(await page.locator('[role=status]').textContent(), 'Copied');
    t.strictSame(complaints, []);
  });

  t.test('where the clipboard is closed, the text is selected instead', async t => {
    const { origin } = await servePages(t, pages);
    const { page } = await openTab(t, browser);
    await page.addInitScript(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
    await page.goto(`${origin}/failed`);
    await page.click('text=Copy the codes');
    await page.waitForSelector('button:has-text("Selected")');
    t.equal(await page.evaluate('getSelection().toString()'), await page.locator('#trace').textContent());
  });

  t.test('a time is told in the zone of the reader, in UTC where no script runs', async t => {
    const { origin } = await servePages(t, pages);
    const zoned = await openTab(t, browser, { timezoneId: 'America/New_York' });
    await zoned.page.goto(`${origin}/connect`);
    t.match(await zoned.page.locator('time').textContent(), /^14 January 2027.* 11:30 \S+$/);
    t.match(await zoned.page.locator('time').getAttribute('title'), /16:30 UTC$/);
    const plain = await openTab(t, browser, { timezoneId: 'America/New_York', javaScriptEnabled: false });
    await plain.page.goto(`${origin}/connect`);
    t.match(await plain.page.locator('time').textContent(), /^14 January 2027.* 16:30 UTC$/);
  });

  t.test('without a script there is no button that does nothing', async t => {
    const { origin } = await servePages(t, pages);
    const { page } = await openTab(t, browser, { javaScriptEnabled: false });
    await page.goto(`${origin}/needs-admin`);
    t.equal(await page.locator('button:visible').count(), 0);
    t.ok(await page.locator('#admin-link').isVisible());
  });
}
