import type { Browser } from 'playwright-core';
import type { Test } from 'tap';
import { openTab, originsOf, PHONE, widthOf } from '../support/browser.js';
import { paste, type RunningDemo } from './running.js';

/** Clicks through what the demo printed, as the owner of a mailbox would on a telephone, and draws after it. */
export async function consentCase(t: Test, browser: Browser | string, demo: RunningDemo): Promise<void> {
  if (typeof browser === 'string') return;
  const link = /its owner opens +(\S+)/.exec(demo.output())?.[1] ?? 'no link was printed';
  const tab = await openTab(t, browser, PHONE);
  const { page } = tab;
  await page.goto(link);
  await page.click('button[type=submit]');
  t.equal(await page.locator('h1').innerText(), 'Sign in');
  t.match(await page.locator('main').innerText(), /Any name signs in. There is no password/);
  t.equal(await widthOf(page), PHONE.viewport.width, 'nothing sticks out');
  await page.click('text=Decline');
  await page.waitForURL('**/connect/results/**');
  t.equal(await page.locator('h1').innerText(), 'Nothing was connected');
  await page.goto(link);
  await page.click('button[type=submit]');
  await page.fill('input[name=name]', 'anna@acme.example');
  await page.click('text=Sign in and allow');
  await page.waitForURL('**/connect/results/**');
  t.match(await page.locator('h1').innerText(), 'Connected as anna@acme.example');
  t.equal(originsOf(tab).length, 2, 'the vault and the provider, and nobody else');
  t.strictSame(tab.complaints, []);
  await page.goBack();
  t.equal(await page.locator('h1').innerText(), 'This sign-in is over', 'and cannot be done again');
  const printed = (pattern: RegExp) => pattern.exec(demo.output())?.[0] ?? 'false';
  t.match(await paste(printed(/curl .*info-mail\/token .*/), demo.folder), /"access_token":/);
  const said = await paste(printed(/curl .*introspection .*/).replace('demo-mail', 'info-mail'), demo.folder);
  t.match(JSON.parse(said), { active: true, client_id: 'mail-app', sub: 'anna@acme.example', scope: /mail\.read/ });
  const renewed = 'unset TOKENWELL_KEY_FILE; . demo/session.sh; tokenwell account refresh info-mail';
  t.match(await paste(renewed, demo.folder), /connected/, 'it lasts: there is a refresh token');
}
