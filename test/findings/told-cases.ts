import { generateKeyPairSync } from 'node:crypto';
import type { Test } from 'tap';
import { begin, consent, granted, signInCredential } from '../http/consenting.js';
import { type Running, startRunning } from '../http/running.js';
import { TestClock } from '../support/clock.js';
import { json } from '../support/scripted-provider.js';
import { ERRORS } from './codes.js';
import { NUMBERED } from './row-cases.js';

const HOUR = 3_600_000;
const DRAW = '/api/v1/credentials/acme/token';
const PEOPLE = '/api/v1/credentials/people';
const TRACE = '0ac63be0-5c3c-4e5a-9d5e-0f1a2b3c4d00';

/** What Entra ID answers with this number. */
function entra(status: number, error: string, code: number) {
  const about = { trace_id: TRACE, correlation_id: '7b1c2d3e-1111', timestamp: '2026-11-20 22:47:55Z' };
  return json(status, { error, error_description: `AADSTS${code}: No.`, error_codes: [code], ...about });
}

interface Told {
  code: number;
  error: string;
  /** 400 unless said. */
  status?: number;
  who: string;
  detail: RegExp;
  action: RegExp;
}

/** Refusals of an application: the answer is always 424 and of the operator's class, for that is what `error` says. */
const OF_APPLICATIONS: readonly Told[] = [
  {
    code: 7000215,
    error: 'invalid_client',
    status: 401,
    who: 'operator',
    detail: /Secret ID/,
    action: /copy its Value/,
  },
  {
    code: 7000222,
    error: 'invalid_client',
    status: 401,
    who: 'operator',
    detail: /has expired/,
    action: /--id client --/,
  },
  { code: 700016, error: 'unauthorized_client', who: 'operator', detail: /no application/, action: /client id client/ },
  { code: 700027, error: 'invalid_client', status: 401, who: 'operator', detail: /certificate/, action: /Upload this/ },
  { code: 700024, error: 'invalid_client', status: 401, who: 'operator', detail: /clock/, action: /NTP/ },
  {
    code: 7000218,
    error: 'invalid_client',
    status: 401,
    who: 'operator',
    detail: /none was sent/,
    action: /public client/,
  },
  {
    code: 700025,
    error: 'invalid_client',
    status: 401,
    who: 'operator',
    detail: /public client/,
    action: /platform Web/,
  },
  {
    code: 7000229,
    error: 'unauthorized_client',
    who: 'tenant_admin',
    detail: /service principal/,
    action: /az ad sp create --id client/,
  },
  { code: 1002012, error: 'invalid_scope', who: 'operator', detail: /at one resource/, action: /\/\.default/ },
  { code: 70011, error: 'invalid_scope', who: 'operator', detail: /several resources/, action: /\(mail\.read\)/ },
  {
    code: 500011,
    error: 'invalid_resource',
    who: 'operator',
    detail: /does not exist in this tenant/,
    action: /cloud/,
  },
  { code: 90002, error: 'invalid_request', who: 'operator', detail: /no such tenant/, action: /<tenant>/ },
  { code: 9002313, error: 'invalid_request', who: 'operator', detail: /malformed/, action: /token URL/ },
  { code: 900144, error: 'invalid_request', who: 'operator', detail: /lacks a parameter/, action: /token URL/ },
  { code: 50105, error: 'invalid_grant', who: 'tenant_admin', detail: /assigned/, action: /Users and groups/ },
  { code: 53003, error: 'access_denied', who: 'tenant_admin', detail: /Conditional Access/, action: /Sign-in logs/ },
  { code: 501051, error: 'invalid_grant', who: 'tenant_admin', detail: /assigned a role/, action: /admin consent/ },
];

/** Refusals of a person's grant: always 409, for a person must sign in again. */
const OF_GRANTS: readonly Told[] = [
  {
    code: 50173,
    error: 'invalid_grant',
    who: 'mailbox_owner',
    detail: /password was changed/,
    action: /present password/,
  },
  { code: 700082, error: 'invalid_grant', who: 'mailbox_owner', detail: /90 days/, action: /connect link/ },
  { code: 70043, error: 'invalid_grant', who: 'mailbox_owner', detail: /sign-in frequency/, action: /connect link/ },
  { code: 50076, error: 'interaction_required', who: 'mailbox_owner', detail: /multifactor/, action: /second step/ },
  {
    code: 53003,
    error: 'invalid_grant',
    who: 'tenant_admin',
    detail: /Conditional Access/,
    action: /Then the owner .* connect link/,
  },
  {
    code: 65001,
    error: 'invalid_grant',
    who: 'tenant_admin',
    detail: /consented/,
    action: /Grant admin consent.*connect link/,
  },
  { code: 50034, error: 'invalid_grant', who: 'mailbox_owner', detail: /no account of this name/, action: /spelling/ },
  { code: 70008, error: 'invalid_grant', who: 'mailbox_owner', detail: /has expired/, action: /connect link/ },
];

/** Callbacks: what comes beside `error`, whose turn it is, what the page says. */
const CALLBACKS: readonly [error: string, code: string, turn: string, says: RegExp][] = [
  ['access_denied', 'AADSTS65004', 'Yours.', /did not accept[\s\S]*For this, open the link again/],
  [
    'access_denied',
    'AADSTS90094',
    'An administrator of your organisation.',
    /Tell your administrator[\s\S]*Grant|grant/,
  ],
  ['access_denied', 'AADSTS90095', 'An administrator of your organisation.', /Admin consent requests/],
  ['interaction_required', 'AADSTS65001', 'An administrator of your organisation.', /Grant admin consent/],
  ['access_denied', 'AADSTS50105', 'An administrator of your organisation.', /Users and groups/],
  [
    'invalid_request',
    'AADSTS7000215',
    'Whoever sent you the link, or',
    /^((?!secret).)*did nothing wrong((?!secret).)*$/i,
  ],
  ['invalid_request', 'AADSTS50194', 'Whoever sent you the link, or', /What they do [\s\S]*in the place of common/],
  [
    'invalid_request',
    'AADSTS50011',
    'Whoever sent you the link, or',
    /Add http:\/\/127\.0\.0\.1:0\/OAuth2Callback under/,
  ],
  ['server_error', 'AADSTS90033', 'Yours, after a wait.', /passing fault[\s\S]*Wait a few minutes/],
];

/** Replies of mail servers that a consumer reports. */
const REPLIES: readonly [detail: string, who: string, action: RegExp][] = [
  ['BAD User is authenticated but not connected.', 'exchange_admin', /Add-MailboxPermission -Identity <mailbox>/],
  ['NO AUTHENTICATE failed.', 'exchange_admin', /New-ServicePrincipal -AppId <client id>/],
  ['535 5.7.139 Authentication unsuccessful, the request did not meet the criteria', 'tenant_admin', /Sign-in logs/],
  ['550 5.7.60 Client does not have permissions to send as this sender', 'exchange_admin', /SendAs/],
];

async function withPeople(t: Test): Promise<Running & { clock: TestClock }> {
  const clock = new TestClock();
  const running = await startRunning(t, { overrides: { clock, random: () => 1 } });
  const { send, keys, provider } = running;
  const made = await send('POST', '/api/v1/credentials', {
    key: keys.admin,
    body: signInCredential('people', provider),
  });
  t.equal(made.status, 201);
  const body = [{ credential: 'acme' }, { credential: 'people' }];
  t.equal((await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body })).status, 200);
  return { ...running, clock };
}

async function linkFor({ send, keys }: Running, account: string): Promise<string> {
  const made = await send('POST', `${PEOPLE}/connect-links`, { key: keys.operator, body: { account } });
  return made.json.url;
}

/** Comes back from the provider like this, and answers the page that is shown. */
async function pageAfter(running: Running, says: Record<string, string>): Promise<string> {
  const { url } = running;
  const { state, cookie } = await begin(url, await linkFor(running, 'default'));
  const query = new URLSearchParams({ state, ...says });
  const back = await fetch(`${url}/OAuth2Callback?${query}`, { headers: { cookie }, redirect: 'manual' });
  const page = await fetch(`${url}${back.headers.get('location')}`, { headers: { cookie } });
  return await page.text();
}

/** What people are told, from the answer of a token endpoint or a mail server to the place where it is read. */
export function toldCases(t: Test): void {
  t.test('a draw for an application is told what happened, who must act and what to do', async t => {
    const { send, keys, provider, clock } = await withPeople(t);
    for (const { code, error, status = 400, who, detail, action } of OF_APPLICATIONS) {
      clock.advance(HOUR);
      provider.next(entra(status, error, code));
      const { json: problem } = await send('GET', DRAW, { key: keys.service });
      const about = { status: 424, code: 'provider_refused', class: 'needs_operator', who, detail, action };
      t.match(problem, { ...about, provider: { error, codes: [`AADSTS${code}`], trace_id: TRACE } }, String(code));
      const { json: account } = await send('GET', '/api/v1/credentials/acme/accounts/default', { key: keys.auditor });
      t.match(account, { state: 'needs_operator', finding: { who, message: problem.detail, action: problem.action } });
      const finding = Object(account.finding);
      t.equal(finding.link, problem.link);
      t.notOk('script' in finding);
    }
  });

  t.test('where nobody signs in, no error and no code sends anybody to a mailbox owner', async t => {
    const { send, keys, provider, clock } = await withPeople(t);
    const service = { grant_type: 'jwt_bearer', mailboxes: [{ address: 'anna@acme.example' }] };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const certificate = { private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
    const client_auth = { method: 'private_key_jwt', key_id: 'key-1', certificate };
    const body = { id: 'service', ...service, token_url: provider.url(), client_id: 'c', scope: 's', client_auth };
    t.match(await send('POST', '/api/v1/credentials', { key: keys.admin, body }), { status: 201 });
    for (const path of ['acme/accounts/default', 'service/accounts/anna@acme.example']) {
      for (const error of ERRORS) {
        for (const code of [0, 50076, 65001, 50034, 53000, 70008]) {
          clock.advance(HOUR);
          provider.next(entra(400, error, code));
          await send('POST', `/api/v1/credentials/${path}/refresh`, { key: keys.operator });
          const { json: account } = await send('GET', `/api/v1/credentials/${path}`, { key: keys.auditor });
          const { who = '', message = '', action = '' } = Object(account.finding);
          t.not(who, 'mailbox_owner', `${path} ${error} ${code}`);
          t.notMatch(
            `${action}`,
            /owner of the mailbox|sign in again|account link/i,
            `${path} ${error} ${code}: ${message}`,
          );
        }
      }
    }
  });

  t.test('a finding names the command that mends it here, with the credential’s id', async t => {
    const { send, keys, provider, clock } = await withPeople(t);
    const refused = async (status: number, error: string, code: number) => {
      clock.advance(HOUR);
      provider.next(entra(status, error, code));
      return (await send('GET', DRAW, { key: keys.service })).json.action;
    };
    t.match(
      await refused(401, 'invalid_client', 7000222),
      /In Tokenwell: `tokenwell credential replace acme --secret-file -`\.$/,
    );
    t.match(await refused(401, 'invalid_client', 700027), /`tokenwell credential certificate acme`\.$/);
    t.match(await refused(400, 'invalid_grant', 65001), /`tokenwell credential admin-consent-link acme`\.$/);
    const never = await send('GET', `${PEOPLE}/token`, { key: keys.service });
    t.match(never.json, { status: 409, action: /`tokenwell account link people default`\.$/ });
    await send('POST', `${PEOPLE}/connect-links`, { key: keys.operator, body: { account: "o'hara@acme.example" } });
    const unclaimed = await send('GET', `${PEOPLE}/token?account=o'hara@acme.example`, { key: keys.service });
    t.match(unclaimed.json, { action: /`tokenwell account link people <account>`\.$/ });
  });

  t.test(
    'a page for whoever signed in names no command, and says nothing of how the application proves itself',
    async t => {
      const running = await withPeople(t);
      for (const code of NUMBERED) {
        const html = await pageAfter(running, { error: 'invalid_request', error_description: `${code}: No.` });
        const shown = html.replace(/<details[\s\S]*<\/details>/, '').replaceAll(/<style[\s\S]*?<\/style>/g, '');
        t.notMatch(shown, /tokenwell (?:credential|account) |secret|certificate|assertion/i, code);
      }
    },
  );

  t.test('a draw of a person’s account is told it too, and how the person comes back', async t => {
    const running = await withPeople(t);
    const { send, keys, provider, clock, url } = running;
    for (const { code, error, who, detail, action } of OF_GRANTS) {
      const account = `a${code}`;
      const link = await linkFor(running, account);
      provider.next(granted(account));
      t.strictSame(await consent(url, link), [303, 303]);
      clock.advance(2 * HOUR);
      provider.next(entra(400, error, code));
      const { json: problem } = await send('GET', `${PEOPLE}/token?account=${account}`, { key: keys.service });
      const about = { status: 409, code: 'not_connected', class: 'needs_user', who, detail, action };
      t.match(problem, { ...about, connect_url: /accounts/, provider: { correlation_id: /./ } }, String(code));
      const asked = provider.requests.length;
      const { json: again } = await send('GET', `${PEOPLE}/token?account=${account}`, { key: keys.service });
      t.match(again, about, `${code}: as long as nobody has signed in`);
      t.equal(provider.requests.length, asked);
      provider.next(entra(400, error, code));
      const tested = await send('POST', `${PEOPLE}/accounts/${account}/refresh`, { key: keys.operator });
      t.match(tested, { status: 409, json: { who, action } }, `${code}: a refresh says the same`);
    }
  });

  t.test('what Google says by its subtype or by a known text is told', async t => {
    const running = await withPeople(t);
    const { send, keys, provider, clock, url } = running;
    const refuse = async (says: Record<string, string>) => {
      clock.advance(HOUR);
      provider.next(json(400, says));
      return (await send('GET', DRAW, { key: keys.service })).json;
    };
    const rapt = await refuse({ error: 'invalid_grant', error_description: 'reauth', error_subtype: 'invalid_rapt' });
    t.match(rapt, { who: 'operator', detail: /here nobody signs in/, provider: { codes: ['invalid_rapt'] } });
    provider.next(granted('rapt'));
    t.strictSame(await consent(url, await linkFor(running, 'rapt')), [303, 303]);
    clock.advance(2 * HOUR);
    provider.next(json(400, { error: 'invalid_grant', error_description: 'x', error_subtype: 'invalid_rapt' }));
    const { json: person } = await send('GET', `${PEOPLE}/token?account=rapt`, { key: keys.service });
    t.match(person, { who: 'mailbox_owner', detail: /Google sessions/, provider: { codes: ['invalid_rapt'] } });
    const odd = await refuse({ error: 'invalid_grant', error_description: 'x', error_subtype: 'client-secret' });
    t.match(odd, { detail: /here nobody signs in/, who: 'operator', provider: { error: 'invalid_grant' } });
    t.notOk('codes' in Object(odd.provider));
    const error_description = 'Client is unauthorized to retrieve access tokens using this method, or not authorized.';
    const delegation = await refuse({ error: 'unauthorized_client', error_description });
    t.match(delegation, { who: 'tenant_admin', action: /the client id client with exactly the scopes mail\.read/ });
    t.match(delegation.link, /service-account$/);
  });

  t.test('a test says it, and the standard token endpoint with codes and trace in its own characters', async t => {
    const { send, keys, provider, clock } = await withPeople(t);
    provider.next(entra(401, 'invalid_client', 7000222));
    const { json: tested } = await send('POST', '/api/v1/credentials/acme/test', { key: keys.operator });
    t.match(tested, { ok: false, finding: { who: 'operator', message: /expired/, action: /Certificates & secrets/ } });
    t.notOk('script' in Object(tested.finding));
    clock.advance(HOUR);
    provider.next(entra(401, 'invalid_client', 7000222));
    const form = { grant_type: 'client_credentials', scope: 'acme', client_id: 'svc', client_secret: keys.service };
    const { json: answer } = await send('POST', '/oauth2/token', {
      raw: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const { error_description: said } = answer;
    t.match(said, /^The client secret has expired\. Create the next secret \(.*New client secret|az ad app/);
    t.match(said, /\(AADSTS7000222, trace_id 0ac63be0-\S+, correlation_id 7b1c2d3e-1111, timestamp \S+ \S+\)$/);
    t.match(said, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    t.notOk(said.includes('?'), 'no character had to be left out');
  });

  t.test('the page after a sign-in says whose turn it is and keeps the codes', async t => {
    const running = await withPeople(t);
    for (const [error, code, turn, says] of CALLBACKS) {
      const trace = `${code}: No. Trace ID: ${TRACE}`;
      const html = await pageAfter(running, { error, error_description: trace });
      const text = html
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .replaceAll('&gt;', '>');
      t.ok(text.includes(`Whose turn it is ${turn.replace('Tokenwell.', '')}`), `${code}: ${text}`);
      t.match(text, says, code);
      t.ok(text.includes(code) && text.includes(TRACE), `${code}: the codes are there`);
      t.equal(html.includes('<details open'), turn !== 'Yours.' || error !== 'access_denied', `${code}: seen`);
      t.notMatch(text, /\{[a-z_]+\}/, code);
    }
  });

  t.test('a mail server’s reply that is known is told in words', async t => {
    const { send, keys } = await withPeople(t);
    const { json: token } = await send('GET', DRAW, { key: keys.service });
    for (const [detail, who, action] of REPLIES) {
      const body = { token_id: token.token_id, detail };
      const { status, json: problem } = await send('POST', `${DRAW}/rejected`, { key: keys.service, body });
      t.match(
        { status, ...problem },
        { status: 424, code: 'provider_refused', class: 'needs_operator', who, action },
        detail,
      );
    }
    const sasl = Buffer.from('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}').toString(
      'base64',
    );
    const body = { token_id: token.token_id, sasl };
    const { json: gmail } = await send('POST', `${DRAW}/rejected`, { key: keys.service, body });
    t.match(gmail, { who: 'operator', link: /gmail/, detail: /user name, or IMAP is off/ });
    const unknown = await send('POST', `${DRAW}/rejected`, { key: keys.service, body: { token_id: token.token_id } });
    t.match(unknown.json, { who: 'operator', action: /^Check that the user name/ });
    t.notOk('link' in unknown.json);
  });

  t.test('a finding from before there was `who` is read, and its class says who', async t => {
    const { send, keys, app, clock } = await withPeople(t);
    const row = await app.vault.accounts.get(await app.vault.callers.identify(keys.admin), 'acme', 'default');
    t.equal(row.account.finding, undefined);
    const old = { class: 'needs_admin' as const, reason: 'consent_required', message: 'Old.', action: 'Old.', at: 0 };
    const state = { state: 'needs_admin' as const, failCount: 1, nextTryAt: clock.now() + HOUR };
    await app.store.transaction(tx =>
      tx.accounts.restart(row.account, { ...state, lastSuccessAt: undefined, finding: old }),
    );
    const { json: account } = await send('GET', '/api/v1/credentials/acme/accounts/default', { key: keys.auditor });
    t.match(account.finding, { message: 'Old.', who: 'tenant_admin' });
    t.match((await send('GET', DRAW, { key: keys.service })).json, { status: 424, who: 'tenant_admin' });
  });
}
