import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { asset, iconPath, scriptPath, stylesPath } from '../../src/console/assets.js';
import { pages } from './views.js';

const ASKING = /^(?:connect|admin-consent)(?:$|-)/;

function count(page: string, pattern: RegExp): number {
  return [...page.matchAll(pattern)].length;
}

/** What every page's HTML holds to, whatever reads it. */
export function markupCases(t: Test): void {
  t.test(
    'a connect page holds exactly one form, to itself, with exactly one button; no other page has a form',
    async t => {
      for (const [name, page] of Object.entries(pages)) {
        t.equal(count(page, /<form\b/g), ASKING.test(name) ? 1 : 0, name);
        if (!ASKING.test(name)) continue;
        t.match(page, '<form method="post"><button type="submit">', name);
        t.equal(count(page, /<(?:button|input|select|textarea|a)\b/g), 1, `${name}: one thing to press`);
      }
    },
  );

  t.test('no page carries a style, a script or an event of its own, or anything of another host', async t => {
    for (const [name, page] of Object.entries(pages)) {
      t.notMatch(page, /\sstyle=|<style|\son[a-z]+=|javascript:/i, name);
      t.strictSame(
        page.match(/<script\b.*?<\/script>/gs),
        [`<script type="module" src="${scriptPath}"></script>`],
        name,
      );
      const links = [...page.matchAll(/<link\b[^>]*href="([^"]*)"/g)].map(([, href]) => href);
      t.strictSame(links, [iconPath, stylesPath], name);
      t.notMatch(page, /\ssrc="(?!data:image\/|\/)/, name);
      t.match(page, /^<!doctype html><html lang="en">/, name);
    }
  });

  t.test('whatever went wrong, the page says whose turn it is and what to do', async t => {
    for (const [name, page] of Object.entries(pages)) {
      if (ASKING.test(name) || name.startsWith('connected') || name === 'home') continue;
      t.match(page, /<dt>Whose turn it is<\/dt><dd>.+?<\/dd><dt>What (?:to|they) do<\/dt><dd><bdi>[^<]+/, name);
    }
  });

  t.test('an asset is found under the name that holds its hash, and under no other', async t => {
    for (const path of [stylesPath, scriptPath, iconPath]) {
      const body = asset(path)?.body ?? '';
      t.ok(path.includes(createHash('sha256').update(body).digest('hex').slice(0, 16)), path);
      t.notMatch(body, /https?:(?!\/\/www\.w3\.org\/2000\/svg")|@import|url\(/, 'it loads nothing itself');
    }
    t.match(asset(stylesPath)?.contentType, 'text/css');
    t.match(asset(scriptPath)?.contentType, 'text/javascript');
    for (const path of ['/assets/console.css', '/assets/', '__proto__', `${stylesPath}?x`, stylesPath.toUpperCase()]) {
      t.equal(asset(path), undefined, path);
    }
  });
}
