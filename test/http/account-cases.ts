import type { Test } from 'tap';
import { TestClock } from '../support/clock.js';
import { json as answer, hold, respond } from '../support/scripted-provider.js';
import { consent, granted, signInCredential } from './consenting.js';
import { type Answer, broken, type Running, startRunning } from './running.js';

const PEOPLE = '/api/v1/credentials/people';
const DEFAULT = `${PEOPLE}/accounts/default`;

interface World extends Running {
  /** Makes a link for an account and consents by it; the provider gives what it is told to, or a lasting grant. */
  connect(account?: string, gives?: Parameters<Running['provider']['next']>[0]): Promise<void>;
  account(method: string, more?: string, name?: string): Promise<Answer>;
}

async function startWorld(t: Test, more: Record<string, unknown> = {}, options = {}): Promise<World> {
  const running = await startRunning(t, options);
  const { send, keys, provider, url } = running;
  const key = keys.operator;
  const body = signInCredential('people', provider, more);
  t.equal((await send('POST', '/api/v1/credentials', { key, body })).status, 201);
  await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: '*' }] });
  return {
    ...running,
    connect: async (account = 'default', gives = granted('one')) => {
      const { json } = await send('POST', `${PEOPLE}/connect-links`, { key, body: { account } });
      provider.next(gives);
      t.strictSame(await consent(url, json.url), [303, 303]);
    },
    account: (method, more = '', name = 'default') => send(method, `${PEOPLE}/accounts/${name}${more}`, { key }),
  };
}

/** Accounts, as resources. */
export function accountCases(t: Test): void {
  t.test('an account says what it was given, and not who signed in where nobody knows', async t => {
    const clock = new TestClock();
    const more = { scope: 'mail.read mail.send offline_access' };
    const { account, connect } = await startWorld(t, more, { overrides: { clock, random: () => 0 } });
    const pending = { credential: 'people', account: 'default', state: 'pending' };
    t.strictSame((await account('GET')).json, pending);
    await connect();
    const at = new Date(clock.now()).toISOString();
    const { json, text } = await account('GET');
    const { client_auth } = Object(json.grant);
    t.match(client_auth, /^auth_/, 'the client authentication that obtained it');
    t.strictSame(json, {
      ...pending,
      state: 'connected',
      last_success_at: at,
      next_refresh_at: new Date(clock.now() + 3.5 * 86_400_000).toISOString(),
      grant: { obtained_at: at, scopes: ['mail.read'], missing_scopes: ['mail.send'], lasting: true, client_auth },
    });
    t.notMatch(text, /refresh-one|access-one/);
  });

  t.test('a grant without a refresh token is told as one that does not last', async t => {
    const { account, connect, provider } = await startWorld(t);
    await connect('default', answer(200, { access_token: 'a', token_type: 'Bearer', expires_in: 600 }));
    t.match((await account('GET')).json, { state: 'connected', grant: { lasting: false } });
    t.equal(provider.requests.length, 1);
  });

  t.test('refresh asks the provider now, six times a minute at most, and keeps the token', async t => {
    const { account, connect, provider } = await startWorld(t, {}, { overrides: { clock: new TestClock() } });
    const never = await account('POST', '/refresh');
    t.match(never, {
      status: 409,
      json: { code: 'not_connected', connect_url: /\/credentials\/people\/accounts\/default$/ },
    });
    t.equal(provider.requests.length, 0);
    await connect();
    const refreshed = await account('POST', '/refresh');
    t.match(refreshed, { status: 200, json: { state: 'connected', grant: { lasting: true } } });
    t.equal(provider.requests[1]?.form.get('refresh_token'), 'refresh-one');
    t.notMatch(refreshed.text, /token-\d/);
    provider.next(answer(401, { error: 'invalid_client' }));
    const wrong = await account('POST', '/refresh');
    t.match(wrong, { status: 424, json: { code: 'provider_refused', connect_url: /accounts\/default$/ } });
    for (let n = 3; n <= 5; n++) t.equal((await account('POST', '/refresh')).status, 200, `time ${n}`);
    provider.next(respond(503, ''));
    t.match(await account('POST', '/refresh'), { status: 503, json: { code: 'provider_unavailable' } });
    const limited = await account('POST', '/refresh');
    t.match(limited, { status: 429, json: { code: 'rate_limited' } });
    t.equal(limited.headers.get('retry-after'), String(limited.json.retry_after));
  });

  t.test('a change while the token is on the way is told as one, not as a fault of ours', async t => {
    const { account, connect, provider } = await startWorld(t);
    await connect();
    const { answer: late, release } = hold(granted('late'));
    provider.next(late);
    const refreshing = account('POST', '/refresh');
    await provider.received(2);
    await account('POST', '/disable');
    release();
    t.match(await refreshing, { status: 409, json: { code: 'conflict', detail: /was changed/ } });
    t.match((await account('GET')).json, { state: 'disabled' });
  });

  t.test('a disabled account gives nothing until it is enabled', async t => {
    const { account, connect, send, keys } = await startWorld(t);
    await connect();
    const draw = async () => (await send('GET', `${PEOPLE}/token`, { key: keys.service })).status;
    t.equal(await draw(), 200);
    t.match(await account('POST', '/disable'), { status: 200, json: { state: 'disabled', grant: { lasting: true } } });
    t.equal(await draw(), 409);
    t.match(await account('POST', '/refresh'), {
      status: 409,
      json: { code: 'conflict', action: /account enable people default$/ },
    });
    t.match(await account('POST', '/enable'), { status: 200, json: { state: 'connected' } });
    t.equal(await draw(), 200);
  });

  t.test('a newer consent that differs waits, and is accepted or rejected once', async t => {
    const { account, connect, send, keys, provider } = await startWorld(t);
    const drawn = async () => (await send('GET', `${PEOPLE}/token`, { key: keys.service })).json.access_token;
    await connect();
    for (const decision of ['accept', 'reject']) {
      const none = await account('POST', `/candidate/${decision}`);
      t.match(none, { status: 409, json: { code: 'conflict' } }, decision);
    }
    await connect('default', granted('two'));
    t.match((await account('GET')).json, { grant: { lasting: true }, candidate: { scopes: ['mail.read'], at: /Z$/ } });
    t.equal(await drawn(), 'access-one', 'the one in use stays');
    const rejected = await account('POST', '/candidate/reject');
    t.match(rejected, { status: 200, json: { state: 'connected', candidate: undefined } });
    t.equal(rejected.headers.get('tokenwell-revoked'), 'no');
    t.match(rejected.headers.get('tokenwell-detail'), /^[\x20-\x7e]+some providers would end with it\.$/);
    t.equal((await account('POST', '/candidate/reject')).status, 409, 'again');
    await connect('default', granted('three'));
    const accepted = await account('POST', '/candidate/accept');
    t.match(accepted, { status: 200, json: { state: 'connected', candidate: undefined } });
    t.equal(accepted.headers.get('tokenwell-revoked'), null);
    const asked = provider.requests.length;
    await drawn();
    t.equal(provider.requests[asked]?.form.get('refresh_token'), 'refresh-three', 'draws use it');
  });

  t.test('a disconnected account is over here; what the provider was not told stands in two headers', async t => {
    const { account, connect, send, keys, provider } = await startWorld(t);
    await connect();
    const info = 'info@acme.example';
    await connect(info);
    const gone = await account('DELETE');
    t.equal(gone.status, 204);
    t.equal(gone.text, '');
    t.equal(gone.headers.get('tokenwell-revoked'), 'no');
    t.match(gone.headers.get('tokenwell-detail'), /no revocation URL/);
    t.strictSame((await account('GET')).json, { credential: 'people', account: 'default', state: 'pending' });
    t.equal((await send('GET', `${PEOPLE}/token`, { key: keys.service })).status, 409);
    t.equal((await account('DELETE', '', info)).status, 204);
    t.equal((await account('GET', '', info)).status, 404, 'any other account goes');
    t.equal((await account('DELETE', '', info)).status, 404, 'again');
    t.equal(provider.requests.length, 2, 'nobody was asked');
  });

  t.test('a disconnect ends the open links of its owner, not those of an administrator', async t => {
    const { account, send, keys, url, provider } = await startWorld(t);
    const admin_consent_url = provider.url().replace('/token', '/adminconsent');
    const links = `${PEOPLE}/connect-links`;
    const make = async (path: string, body: unknown) => (await send('POST', path, { key: keys.operator, body })).json;
    const owner = await make(links, {});
    const other = await make(links, { account: 'info' });
    const admin = await make(`${PEOPLE}/admin-consent-links`, { admin_consent_url });
    t.equal((await account('DELETE')).status, 204);
    const status = async (link: string) => (await fetch(`${url}${new URL(link).pathname}`)).status;
    t.strictSame(await Promise.all([owner, other, admin].map(link => status(link.url))), [410, 200, 200]);
    const { json } = await send('GET', links, { key: keys.auditor });
    const ended = json.items.filter(link => link.ended_at !== undefined);
    t.match(ended, [{ id: owner.id, completed_at: undefined, usable: false }]);
    t.equal(ended.length, 1);
  });

  t.test('a disconnected account whose provider was told has no such headers; a refusal of it has', async t => {
    const { account, connect, provider, send, keys } = await startWorld(t);
    const revocation_url = provider.url().replace('/token', '/revoke');
    const { json } = await send('GET', PEOPLE, { key: keys.operator });
    const client_auth = { ...json.client_auth, secret: 'client-secret' };
    const body = { ...json, revocation_url, client_auth };
    await send('PUT', PEOPLE, { key: keys.operator, body, headers: { 'if-match': '*' } });
    await connect();
    provider.next(respond(200, ''));
    const told = await account('DELETE');
    t.equal(told.status, 204);
    t.equal(told.headers.get('tokenwell-revoked'), null);
    t.equal(told.headers.get('tokenwell-detail'), null);
    t.match(provider.requests.at(-1), { path: '/revoke' });
    t.equal(provider.requests.at(-1)?.form.get('token'), 'refresh-one');
    await connect();
    provider.next(respond(503, ''));
    const untold = await account('DELETE');
    t.equal(untold.status, 204, 'it is over here all the same');
    t.equal(untold.headers.get('tokenwell-revoked'), 'no');
    t.match((await account('GET')).json, { state: 'pending', grant: undefined });
  });

  t.test('accounts and links come page by page, each once, in order of name', async t => {
    const { send, keys } = await startWorld(t);
    const links: string[] = [];
    for (const account of ['b', 'A', 'info@acme.example', 'c', 'b']) {
      links.push((await send('POST', `${PEOPLE}/connect-links`, { key: keys.operator, body: { account } })).json.id);
    }
    const names = await walk(send, keys.auditor, `${PEOPLE}/accounts`, 'account');
    t.strictSame(names, [['A', 'b'], ['c', 'default'], ['info@acme.example']]);
    const ids = await walk(send, keys.auditor, `${PEOPLE}/connect-links`, 'id');
    t.strictSame(ids.flat(), links.sort());
    for (const list of ['accounts', 'connect-links']) {
      const cursor = Buffer.from("' or 1=1").toString('base64url');
      const odd = await send('GET', `${PEOPLE}/${list}?cursor=${cursor}`, { key: keys.auditor });
      t.strictSame(broken(odd), ['cursor cursor'], list);
    }
  });

  t.test('W6: what is not there and what is under another credential are answered alike', async t => {
    const { send, keys } = await startWorld(t);
    await send('POST', `${PEOPLE}/connect-links`, { key: keys.operator, body: { account: 'info' } });
    const texts = new Set<string>();
    for (const path of ['acme/accounts/info', 'people/accounts/nobody', 'nothing/accounts/nobody']) {
      const { status, json } = await send('GET', `/api/v1/credentials/${path}`, { key: keys.auditor });
      t.equal(status, 404, path);
      texts.add(json.detail.replace(/(credential|account) [^ ]+\.$/, 'thing.'));
    }
    t.equal(texts.size, 1);
    for (const key of [keys.auditor, keys.service]) {
      for (const what of ['refresh', 'disable', 'enable', 'candidate/accept', 'candidate/reject']) {
        t.equal((await send('POST', `${DEFAULT}/${what}`, { key })).status, 403, what);
      }
      t.equal((await send('DELETE', DEFAULT, { key })).status, 403);
    }
    t.equal((await send('GET', DEFAULT, { key: keys.service })).status, 403);
    t.match((await send('GET', DEFAULT, { key: keys.auditor })).json, { state: 'pending' });
  });
}

async function walk(send: Running['send'], key: string, path: string, name: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json } = await send('GET', `${path}?limit=2${cursor && `&cursor=${cursor}`}`, { key });
    pages.push(json.items.map(item => String(item[name])));
    cursor = json.next_cursor;
  }
  return pages;
}
