import type { Test } from 'tap';
import { TENANT } from '../presets/said.js';
import { TestClock } from '../support/clock.js';
import { consent, granted, signInCredential } from './consenting.js';
import { ALLOWED, PORTAL, REFUSED, WITH_CONTROLS } from './return-addresses.js';
import { broken, newCredential, type Running, startRunning } from './running.js';

const PEOPLE = '/api/v1/credentials/people';
const LINKS = `${PEOPLE}/connect-links`;
const OWN = 'http://127.0.0.1:0';

async function startWithPeople(t: Test, options: Parameters<typeof startRunning>[1] = {}): Promise<Running> {
  const running = await startRunning(t, options);
  const { send, keys, provider } = running;
  const body = signInCredential('people', provider);
  t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body })).status, 201);
  return running;
}

/** Connect links and links for administrators, as resources. */
export function linkCases(t: Test): void {
  t.test('C12: return_to leads to us or to an origin of the configuration, however it is spelled', async t => {
    const { send, keys } = await startWithPeople(t, { env: { TOKENWELL_RETURN_TO_ORIGINS: PORTAL } });
    const make = (return_to: string) => send('POST', LINKS, { key: keys.operator, body: { return_to } });
    for (const [trick, addresses] of Object.entries(REFUSED)) {
      for (const address of addresses) {
        const answer = await make(address);
        t.equal(answer.status, 400, `${trick}: ${address}`);
        t.strictSame(broken(answer), ['return_to origin'], `${trick}: ${address}`);
        t.notMatch(answer.text, /evil/, 'what came in is not repeated');
      }
    }
    for (const address of WITH_CONTROLS) {
      t.strictSame(broken(await make(address)), ['return_to control_characters'], JSON.stringify(address));
    }
    t.strictSame(broken(await make('')), ['return_to min_length']);
    t.strictSame(broken(await make(`${PORTAL}/${'a'.repeat(2048)}`)), ['return_to max_length']);
    const { json: before } = await send('GET', LINKS, { key: keys.auditor });
    t.strictSame(before.items, [], 'nothing was made of them');
    for (const address of [...ALLOWED, `${OWN}/credentials`]) t.equal((await make(address)).status, 201, address);
    const { json } = await send('GET', LINKS, { key: keys.auditor });
    const followed = json.items.map(item => new URL(String(item.return_to), OWN).origin);
    t.equal(followed.length, ALLOWED.length + 1);
    t.strictSame([...new Set(followed)].sort(), [OWN, PORTAL].sort(), 'where a browser goes from there');
  });

  t.test('D8: the address of a link is in the answer to its maker and nowhere else', async t => {
    const { send, keys, lines, url, provider, app } = await startWithPeople(t);
    const made = await send('POST', LINKS, { key: keys.operator });
    t.match(made, { status: 201, json: { id: /^link_/, url: /^http:\/\/127\.0\.0\.1:0\/connect\/[\w-]{43}$/ } });
    t.equal(made.headers.get('location'), `${LINKS}/${made.json.id}`);
    t.equal(made.headers.get('cache-control'), 'no-store');
    const path = new URL(made.json.url).pathname;
    for (const method of ['GET', 'HEAD', 'POST', 'PUT']) await send(method, path);
    await send('GET', `${path}/further`);
    await send('GET', `${path}?query=1`);
    provider.next(granted('one'));
    t.strictSame(await consent(url, made.json.url), [303, 303]);
    await send('DELETE', `${LINKS}/${made.json.id}`, { key: keys.operator });
    await app.vault.ledger.drain();
    const read = [
      await send('GET', LINKS, { key: keys.operator }),
      await send('GET', `${PEOPLE}/accounts`, { key: keys.operator }),
      await send('GET', '/api/v1/ledger?limit=1000', { key: keys.auditor }),
    ];
    const secret = path.split('/')[2] ?? '';
    t.equal(secret.length, 43);
    for (const { status, text } of read) t.notOk(status !== 200 || text.includes(secret), text.slice(0, 60));
    t.ok(
      lines.some(line => line.includes('"/connect/:link"')),
      'the log has the pattern',
    );
    t.notOk(lines.join('').includes(secret), 'the log has no link');
  });

  t.test('a code with a question mark of its own comes back whole', async t => {
    const { send, keys, url, provider } = await startWithPeople(t);
    const { json } = await send('POST', LINKS, { key: keys.operator });
    provider.next(granted('one'));
    t.strictSame(await consent(url, json.url, 'code=ab?c?d&session_state=?'), [303, 303]);
    t.equal(provider.requests[0]?.form.get('code'), 'ab?c?d');
  });

  t.test('a link is listed with what became of it, deleted once, and then over', async t => {
    const clock = new TestClock();
    const { send, keys, url, provider } = await startWithPeople(t, { overrides: { clock } });
    const key = keys.operator;
    const make = async (body: unknown) => (await send('POST', LINKS, { key, body })).json;
    const found = async (id: string) =>
      (await send('GET', LINKS, { key: keys.auditor })).json.items.find((item: { id: string }) => item.id === id);
    const used = await make({ account: 'info@acme.example', login_hint: 'info@acme.example', expires_in: 60 });
    t.equal(used.expires_at, new Date(clock.now() + 60_000).toISOString());
    t.strictSame(await found(used.id), {
      id: used.id,
      kind: 'connect',
      account: 'info@acme.example',
      login_hint: 'info@acme.example',
      made_by: 'ope',
      starts: 0,
      created_at: new Date(clock.now()).toISOString(),
      expires_at: used.expires_at,
      usable: true,
    });
    t.match((await send('GET', `${PEOPLE}/accounts/info@acme.example`, { key })).json, { state: 'pending' });
    provider.next(granted('one'));
    await consent(url, used.url);
    t.match(await found(used.id), { starts: 1, usable: false, ended_at: /Z$/, completed_at: /Z$/ });
    const late = await make({});
    t.equal(late.expires_at, new Date(clock.now() + 86_400_000).toISOString(), 'a day unless said');
    clock.advance(86_400_000);
    t.match(await found(late.id), { usable: false, ended_at: undefined });
    const gone = await make({});
    const path = new URL(gone.url).pathname;
    t.equal((await send('GET', path)).status, 200);
    t.equal((await send('DELETE', `${LINKS}/${gone.id}`, { key })).status, 204);
    t.equal((await send('GET', path)).status, 410);
    t.equal((await send('DELETE', `${LINKS}/${gone.id}`, { key })).status, 404, 'again');
    t.equal(await found(gone.id), undefined);
  });

  t.test('the page for an administrator names the permissions that are needed, where they are known', async t => {
    const { send, keys, provider } = await startWithPeople(t);
    const key = keys.operator;
    const body = (id: string, purpose: string) => ({
      ...newCredential(id, provider.url(), { preset: 'microsoft', tenant: TENANT, purpose }),
      client_id: '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10',
      token_url: undefined,
      scope: undefined,
    });
    const pageFor = async (id: string, purpose: string) => {
      await send('POST', '/api/v1/credentials', { key, body: body(id, purpose) });
      const { json } = await send('POST', `/api/v1/credentials/${id}/admin-consent-links`, { key });
      return (await send('GET', new URL(String(json.url)).pathname)).text;
    };
    t.match(await pageFor('reads', 'imap'), /All that it needs is <code>IMAP\.AccessAsApp<\/code>\. If the next page/);
    t.notMatch(await pageFor('graph', 'graph-read'), 'All that it needs', 'Exchange gives that, by a role');
  });

  t.test('a link that will not last says so, and why', async t => {
    const { send, keys, provider } = await startWithPeople(t);
    const key = keys.operator;
    const body = signInCredential('short', provider, { scope: 'mail.read' });
    await send('POST', '/api/v1/credentials', { key, body });
    const { json } = await send('POST', '/api/v1/credentials/short/connect-links', { key });
    const local = { code: 'local_address', detail: /TOKENWELL_PUBLIC_URL/ };
    t.match(json.warnings, [local, { code: 'no_refresh_token', detail: /offline_access/ }]);
    t.match((await send('POST', LINKS, { key })).json, { warnings: [local] }, 'nothing else to say of the other one');
    const nobody = await send('POST', '/api/v1/credentials/acme/connect-links', { key });
    t.match(nobody, { status: 409, json: { code: 'conflict', action: /connect link/ } });
  });

  t.test('a link for an administrator leads to an origin of the credential', async t => {
    const { send, keys, provider } = await startWithPeople(t);
    const key = keys.operator;
    const own = provider.url().replace('/token', '/adminconsent');
    const make = (body: unknown) => send('POST', `${PEOPLE}/admin-consent-links`, { key, body });
    t.strictSame(broken(await send('POST', `${PEOPLE}/admin-consent-links`, { key })), ['admin_consent_url required']);
    for (const admin_consent_url of [
      'https://evil.example/adminconsent',
      own.replace('127.0.0.1', '127.0.0.2'),
      own.replace('http:', 'https:'),
      own.replace(/:\d+/, ':1'),
      own.replace('127.0.0.1', '127.0.0.1@evil.example'),
      'javascript:alert(1)',
    ]) {
      t.strictSame(broken(await make({ admin_consent_url })), ['admin_consent_url origin'], admin_consent_url);
    }
    const made = await make({ admin_consent_url: own, expires_in: 3_600 });
    t.match(made, { status: 201, json: { url: /\/connect\// } });
    t.match((await send('GET', LINKS, { key: keys.auditor })).json.items, [
      { id: made.json.id, kind: 'admin_consent', account: 'default', usable: true },
    ]);
    t.equal((await send('GET', new URL(made.json.url).pathname)).status, 200);
    t.equal((await send('DELETE', made.headers.get('location') ?? '', { key })).status, 204);
  });

  t.test('W6: a link is deleted under its own credential alone, by an operator, and read by an auditor', async t => {
    const { send, keys } = await startWithPeople(t);
    const { json } = await send('POST', LINKS, { key: keys.operator });
    const elsewhere = await send('DELETE', `/api/v1/credentials/acme/connect-links/${json.id}`, { key: keys.operator });
    t.match(elsewhere, { status: 404, json: { code: 'not_found' } });
    for (const key of [keys.auditor, keys.service]) {
      t.equal((await send('DELETE', `${LINKS}/${json.id}`, { key })).status, 403);
      t.equal((await send('POST', LINKS, { key })).status, 403);
    }
    t.equal((await send('GET', LINKS, { key: keys.service })).status, 403);
    const { json: list } = await send('GET', LINKS, { key: keys.auditor });
    t.match(list.items, [{ id: json.id, usable: true }]);
    t.equal(list.items.length, 1);
    for (const odd of ['link_x', '..%2f..', 'link_%00', 'x'.repeat(300)]) {
      t.equal((await send('DELETE', `${LINKS}/${odd}`, { key: keys.operator })).status, 404, odd);
    }
  });

  t.test('W1: no page of another site makes a link with what a browser sends by itself', async t => {
    const { send, keys } = await startWithPeople(t);
    const cookie = { cookie: `session=${keys.admin}`, origin: 'https://evil.example' };
    for (const path of [LINKS, `${PEOPLE}/admin-consent-links`, `${PEOPLE}/accounts/default/refresh`]) {
      t.equal((await send('POST', path, { headers: cookie })).status, 401, path);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const asked = { key: keys.operator, raw: '{"account":"x"}', headers: { 'content-type': type } };
      t.equal((await send('POST', LINKS, asked)).status, 415, type);
    }
    t.strictSame((await send('GET', LINKS, { key: keys.operator })).json.items, []);
  });

  t.test('W10: only what is known is taken, in its own form', async t => {
    const { send, keys } = await startWithPeople(t);
    const refused: [string, unknown, string[]][] = [
      ['an unknown key', { owner: 'me' }, ['owner unknown_field']],
      ['what only Tokenwell sets', { made_by: 'admin', starts: 0 }, ['made_by unknown_field', 'starts unknown_field']],
      [
        'the address of an administrator',
        { admin_consent_url: 'https://a.example' },
        ['admin_consent_url unknown_field'],
      ],
      ['an account that cannot be one', { account: 'a/b' }, ['account pattern']],
      ['a hint of 321 characters', { login_hint: 'a'.repeat(321) }, ['login_hint max_length']],
      ['a line break in the hint', { login_hint: 'a\r\nb' }, ['login_hint control_characters']],
      ['a minute less a second', { expires_in: 59 }, ['expires_in minimum']],
      ['a month and a second', { expires_in: 2_592_001 }, ['expires_in maximum']],
      ['half a second', { expires_in: 60.5 }, ['expires_in type']],
      ['a number in quotes', { expires_in: '3600' }, ['expires_in type']],
      ['a list', [], ['body type']],
    ];
    for (const [name, body, rules] of refused) {
      const answer = await send('POST', LINKS, { key: keys.operator, body });
      t.strictSame(broken(answer).sort(), rules, name);
    }
    const { json } = await send('GET', LINKS, { key: keys.operator });
    t.strictSame(json.items, []);
    const admin = { key: keys.operator, body: { account: 'default' } };
    t.strictSame(broken(await send('POST', `${PEOPLE}/admin-consent-links`, admin)), ['account unknown_field']);
    const said = { key: keys.operator, body: { force: true } };
    for (const what of ['refresh', 'disable', 'enable', 'candidate/accept', 'candidate/reject']) {
      const answer = await send('POST', `${PEOPLE}/accounts/default/${what}`, said);
      t.strictSame(broken(answer), ['body unexpected'], what);
    }
  });
}
