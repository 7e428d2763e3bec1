import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { startRunning } from '../http/running.js';
import { Api } from '../support/api.js';
import { openTab, PHONE, type Tab } from '../support/browser.js';
import { TestClock } from '../support/clock.js';
import { freePort } from '../support/postgres.js';
import { type SignInServer, startSignInServer } from '../support/sign-in-server.js';

const SECRET = 'hunter2-hunter2';

interface Stage {
  url: string;
  server: SignInServer;
  clock: TestClock;
  admin: Api;
  /** A new link of the credential `mail`. */
  link(account: string, more?: object): Promise<string>;
  tab(options?: object): Promise<Tab>;
}

/** A vault and a real OpenID provider, with the credential `mail`, whose grants rotate. */
async function stage(t: Test, browser: Browser, env: Record<string, string>): Promise<Stage> {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const server = await startSignInServer({ redirectUri: `${publicUrl}/OAuth2Callback`, secret: SECRET });
  t.teardown(() => server.close());
  // Real time, which the provider has too, that can be moved on.
  const clock = new TestClock(Date.now());
  const running = await startRunning(t, {
    env: { TOKENWELL_PORT: String(port), TOKENWELL_PUBLIC_URL: publicUrl, ...env },
    overrides: { clock },
  });
  const admin = new Api(running.url, running.keys.admin);
  await admin.must('POST', '/api/v1/credentials', {
    id: 'mail',
    description: 'Acme Helpdesk',
    grant_type: 'authorization_code',
    authorization_url: server.authorizationUrl,
    token_url: server.tokenUrl,
    revocation_url: server.revocationUrl,
    issuer: server.issuer,
    client_id: 'app-1',
    client_auth: { method: 'client_secret_post', secret: SECRET },
    scope: 'openid offline_access email',
    // This server knows no select_account.
    authorization_params: { prompt: 'consent' },
  });
  const permissions = [{ credential: 'acme' }, { credential: 'mail' }];
  await admin.must('PUT', '/api/v1/consumers/svc/permissions', permissions);
  const link = async (account: string, more: object = {}) =>
    (await admin.must('POST', '/api/v1/credentials/mail/connect-links', { account, ...more })).json.url;
  return {
    url: running.url,
    server,
    clock,
    admin: withService(running, admin),
    link,
    tab: o => openTab(t, browser, o),
  };
}

function withService({ url, keys }: { url: string; keys: { service: string } }, admin: Api): Api {
  const service = new Api(url, keys.service);
  admin.draw = (credential, query) => service.draw(credential, query);
  return admin;
}

/** Signs in at the provider, or declines there. */
async function signIn(page: Page, person: string): Promise<void> {
  await page.fill('input[name=login]', person);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]');
}

const heading = (page: Page) => page.locator('h1').innerText();

/** The dance as a mailbox owner lives it, against a real OpenID provider. */
export async function consentCases(t: Test, browser: Browser, env: Record<string, string>): Promise<void> {
  const { url, admin, clock, link, tab } = await stage(t, browser, env);

  t.test('consent, token, expiry, refresh, disconnect', async t => {
    const { page, complaints } = await tab(PHONE);
    await page.goto(await link('default'));
    t.match(await heading(page), /Acme Helpdesk asks to/);
    t.strictSame(complaints, [], 'nothing on the page is against its policy');
    await page.click('button[type=submit]');
    await signIn(page, 'owner@acme.example');
    await page.waitForURL(`${url}/connect/results/**`);
    t.match(await heading(page), 'Connected as owner@acme.example');
    t.notMatch(page.url(), /code=|state=/, 'C14: neither code nor state is left in the address');
    complaints.length = 0; // those of the provider's pages
    await page.reload();
    t.strictSame(complaints, []);
    const first = (await admin.draw('mail')).json;
    t.ok(first.access_token);
    clock.advance(first.expires_in * 1_000);
    const second = await admin.draw('mail');
    t.match(second, { status: 200 }, 'its refresh token brought the next');
    t.not(second.json.access_token, first.access_token);
    await admin.must('DELETE', '/api/v1/credentials/mail/accounts/default');
    t.match(await admin.draw('mail'), { status: 409, json: { code: 'not_connected' } });
  });

  t.test('the back button, a second look and a reload do nothing again', async t => {
    const { page } = await tab();
    const address = await link('back@acme.example');
    await page.goto(address);
    await page.click('button[type=submit]');
    await signIn(page, 'back@acme.example');
    await page.waitForURL(`${url}/connect/results/**`);
    await page.reload();
    t.match(await heading(page), 'Connected as back@acme.example');
    await page.goBack().catch(() => undefined);
    await page.goto(address);
    t.match(await heading(page), 'This link no longer works');
    t.match(await admin.draw('mail', '?account=back@acme.example'), { status: 200 });
  });

  t.test('who declines is told so, and may try again', async t => {
    const { page } = await tab();
    await page.goto(await link('declined@acme.example'));
    await page.click('button[type=submit]');
    await page.click('text=Cancel');
    await page.waitForURL(`${url}/connect/results/**`);
    t.match(await heading(page), 'Nothing was connected');
    await page.click('text=Try again');
    t.match(await heading(page), /asks to/);
  });

  t.test('C2: a second browser cannot finish what the first began, and the first still can', async t => {
    const first = await tab();
    const sentTo: string[] = [];
    first.page.on('request', request => void sentTo.push(request.url()));
    await first.page.goto(await link('two@acme.example'));
    await first.page.click('button[type=submit]');
    await first.page.waitForSelector('input[name=login]');
    const asked = new URL(sentTo.find(one => one.includes('state=')) ?? '');
    const second = await tab();
    const callback = `${url}/OAuth2Callback?code=stolen&state=${asked.searchParams.get('state')}`;
    t.equal((await second.page.goto(callback))?.status(), 400);
    t.match(await heading(second.page), 'This sign-in began in another browser');
    await signIn(first.page, 'two@acme.example');
    await first.page.waitForURL(`${url}/connect/results/**`);
    t.match(await heading(first.page), 'Connected as two@acme.example');
  });

  t.test('a link that is over says so', async t => {
    const { page } = await tab();
    const address = await link('late@acme.example', { expires_in: 60 });
    await page.goto(address);
    clock.advance(61_000);
    await page.click('button[type=submit]');
    t.match(await heading(page), 'This link no longer works');
  });
}
