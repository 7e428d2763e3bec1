import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { strangeKey } from '../http/caller-cases.js';
import { startRunning } from '../http/running.js';
import { Api } from '../support/api.js';
import { keptBy, openTab, originsOf, PHONE, widthOf } from '../support/browser.js';
import { freePort } from '../support/postgres.js';
import { faintTexts } from './faint-text.js';

const REFUSED = 'Failed to load resource: the server responded with a status of 401 (Unauthorized)';

async function open(page: Page, operation: string): Promise<void> {
  await page.click(`#operations-${operation} .opblock-summary-control`);
  await page.waitForSelector(`#operations-${operation} .opblock-body .execute`);
}

async function authorize(page: Page, key: string): Promise<void> {
  await page.click('.btn.authorize');
  await page.fill('#auth-bearer-value', key);
  const form = page.locator('.auth-container', { has: page.locator('#auth-bearer-value') });
  await form.locator('button[type=submit]').click();
  await page.click('.auth-container:first-child .btn-done');
}

/** Presses Execute in the opened operation and reads the answer off the page. */
async function execute(page: Page, operation: string): Promise<{ status: string; body: unknown }> {
  await page.click(`#operations-${operation} .execute`);
  const answer = page.locator(`#operations-${operation} .live-responses-table .response`);
  const status = await answer.locator('.response-col_status').textContent();
  const body = await answer.locator('.response-col_description pre').first().textContent();
  return { status: status?.trim() ?? '', body: JSON.parse(body ?? '') };
}

/** The explorer at /docs as a person uses it, in a real browser. */
export async function explorerCases(t: Test, browser: Browser): Promise<void> {
  // The explorer calls the public address, which has to be known before the vault listens.
  const { url, keys, provider } = await startRunning(t, { env: { TOKENWELL_PORT: String(await freePort()) } });
  // One tab for several tests: the scripts are large, and a tab of its own would fetch and compile them each time.
  const desk = await openTab(t, browser);
  const phone = await openTab(t, browser, PHONE);

  t.test('a pasted key calls the API, goes to no other host, is kept nowhere and is gone with the page', async t => {
    const { page, requests, complaints } = desk;
    await page.goto(`${url}/docs`);
    await authorize(page, keys.service);
    await open(page, 'Me-getMe');
    t.match(await execute(page, 'Me-getMe'), { status: '200', body: { consumer: 'svc', role: 'service' } });
    t.strictSame(complaints.splice(0), [], 'no error and no violation of the policy');
    t.notOk(`${await keptBy(page)} ${requests.join(' ')}`.includes(keys.service), 'in no storage and no address');
    t.strictSame(originsOf(desk), [url], 'nothing is asked of another host');

    // The address names the operation, so it is open again.
    await page.reload();
    t.match(await execute(page, 'Me-getMe'), { status: '401', body: { code: 'unauthenticated' } }, 'forgotten');
    t.strictSame(complaints.splice(0), [REFUSED]);
  });

  t.test('what is opened and sent as it stands is the plain request: nothing optional is filled in', async t => {
    const { page, complaints } = desk;
    const admin = new Api(url, keys.admin);
    await admin.createCredential('demo-mail', provider.url());
    const helpdesk = await admin.createConsumer('helpdesk', [{ credential: 'demo-mail' }]);
    const drawn = { credential: 'demo-mail', account: 'default', access_token: /./ };
    const issued = { items: [{ action: 'token.issue', consumer: 'helpdesk' }] };
    const listed = { items: [{ id: 'acme' }, { id: 'demo-mail' }] };
    for (const [key, asked] of [
      [helpdesk, { 'Tokens-drawToken': drawn }],
      [keys.admin, { 'Ledger-readLedger': issued, 'Credentials-listCredentials': listed }],
    ] as const) {
      await page.goto('about:blank');
      await page.goto(`${url}/docs`);
      await authorize(page, key);
      for (const [operation, body] of Object.entries(asked)) {
        await open(page, operation);
        t.match(await execute(page, operation), { status: '200', body }, operation);
      }
    }
    t.strictSame(complaints.splice(0), []);
  });

  t.test('a wrong key is answered with the problem', async t => {
    const { page, complaints } = desk;
    await page.goto(`${url}/docs`);
    await authorize(page, strangeKey());
    await open(page, 'Me-getMe');
    const { status, body } = await execute(page, 'Me-getMe');
    t.equal(status, '401');
    t.match(body, { status: 401, code: 'unauthenticated', detail: /API key/, request_id: /./ });
    t.strictSame(complaints.splice(0), [REFUSED]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`on a telephone (${colorScheme}) the page is as wide as the window`, async t => {
      const { page, complaints } = phone;
      await page.emulateMedia({ colorScheme });
      await page.goto(`${url}/docs`);
      await page.waitForSelector('.opblock');
      t.equal(await widthOf(page), PHONE.viewport.width, 'closed');
      for (const one of ['Credentials-replaceCredential', 'Token_endpoint-grantToken']) {
        await open(page, one);
        t.equal(await widthOf(page), PHONE.viewport.width, one);
      }
      // The light colours are Swagger UI's own and stay as they are.
      if (colorScheme === 'dark') t.strictSame(await faintTexts(page, 3), [], 'every text is seen');
      await page.click('.btn.authorize');
      await page.waitForSelector('#auth-bearer-value');
      t.equal(await widthOf(page), PHONE.viewport.width, 'Authorize');
      await page.waitForFunction(() => document.activeElement?.matches('#auth-bearer-value[type=password]'));
      t.pass('a key that is pasted at once goes where it is not shown');
      t.strictSame(complaints.splice(0), []);
    });
  }
}
