import { generateKeyPairSync } from 'node:crypto';
import type { Test } from 'tap';
import { TestClock } from '../support/clock.js';
import { broken, newCredential, type Running, startRunning } from './running.js';

const ACME = '/api/v1/credentials/acme';

/** Credentials, consumers, keys, permissions and the ledger, as resources. */
export function resourceCases(t: Test): void {
  t.test('D15: a credential is changed by whoever has read its present version', async t => {
    const { send, keys } = await startRunning(t);
    const key = keys.operator;
    const read = await send('GET', ACME, { key });
    t.equal(read.headers.get('etag'), '"1"');
    const put = (ifMatch: string | undefined, body: unknown = read.json) =>
      send('PUT', ACME, { key, body, ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }) });
    t.match(await put(undefined), { status: 428, json: { code: 'precondition_required' } });
    t.match(await put('"2"'), { status: 412, json: { code: 'version_conflict' } });
    for (const odd of ['W/"1"', '1', '"x"', '"1", "2"', '"', '', '"01"', '"0"']) {
      const answer = await put(odd);
      t.equal(answer.status, 400, odd);
      t.strictSame(broken(answer), ['if-match etag'], odd);
    }
    const changed = await put('"1"', { ...read.json, description: 'changed' });
    t.equal(changed.status, 200);
    t.equal(changed.headers.get('etag'), '"2"');
    t.match(changed.json, { description: 'changed', version: 2 });
    t.equal((await put('"1"')).status, 412, 'the version that was read is gone');
    t.equal((await put('*')).status, 200, 'any version');
  });

  t.test('W8: PUT takes what GET gives and keeps the secret, which no answer holds', async t => {
    const { send, keys, provider } = await startRunning(t);
    const key = keys.operator;
    const { json, text } = await send('GET', ACME, { key });
    t.match(json, { client_auth: { method: 'client_secret_post', has_secret: true }, accounts: { pending: 1 } });
    t.equal(json.redirect_uri, 'http://127.0.0.1:0/OAuth2Callback');
    t.notOk(text.includes('client-secret'));
    const kept = await send('PUT', ACME, { key, body: json, headers: { 'if-match': '*' } });
    t.match(kept.json, { client_auth: { has_secret: true }, version: 2 });
    t.match((await send('POST', `${ACME}/test`, { key })).json, { ok: true });
    t.equal(provider.requests[0]?.form.get('client_secret'), 'client-secret');
    const elsewhere = { ...json, token_url: json.token_url.replace('/token', '/elsewhere') };
    const refused = await send('PUT', ACME, { key, body: elsewhere, headers: { 'if-match': '*' } });
    t.strictSame(broken(refused), ['client_auth.secret required_with_new_destination']);
  });

  t.test('who puts something in the wrong place is told the right one', async t => {
    const { send, keys, provider } = await startRunning(t);
    const key = keys.operator;
    const good = newCredential('two', provider.url());
    const { client_auth } = good;
    const post = async (body: unknown) => (await send('POST', '/api/v1/credentials', { key, body })).json;
    for (const body of [
      { ...good, secret: 'x' },
      { ...good, client_secret: 'x' },
      { ...good, client_auth: { ...client_auth, client_secret: 'x' } },
    ]) {
      t.match(await post(body), { errors: [{ rule: 'unknown_field', detail: /is given as client_auth\.secret\./ }] });
    }
    t.notMatch((await post({ ...good, owner: 'x' })).detail, /client_auth/);
    const copied = await post({ ...good, token_url: 'https://login.example/{tenant-id}/token' });
    t.match(copied.detail, /^token_url still holds the placeholder \{tenant-id\}\. Put your own value in its place\./);
    const text = { 'content-type': 'text/plain' };
    const form = await send('POST', '/api/v1/credentials', { key, raw: 'id=two', headers: text });
    t.match(form, { status: 415, json: { detail: /Content-Type: application\/json/ } });
    t.notMatch(form.text, /urlencoded/);
  });

  t.test('with a preset, the method of a new proof may be left out where one is usual', async t => {
    const { send, keys, provider } = await startRunning(t);
    const key = keys.operator;
    const scope = 'https://graph.microsoft.com/.default';
    const post = (id: string, client_auth: object, more: object = {}) =>
      send('POST', '/api/v1/credentials', {
        key,
        body: {
          ...newCredential(id, provider.url(), { scope }),
          preset: 'microsoft',
          tenant: 'acme.example',
          ...more,
          client_auth,
        },
      });
    t.match((await post('by-secret', { secret: 's' })).json, { client_auth: { method: 'client_secret_post' } });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const service = {
      preset: 'google',
      tenant: undefined,
      grant_type: 'jwt_bearer',
      mailboxes: [{ address: 'a@b.example' }],
    };
    t.match((await post('by-key', { certificate: { private_key } }, service)).json, {
      client_auth: { method: 'private_key_jwt', has_secret: true },
    });
    const method = ['client_auth.method required'];
    t.strictSame(broken(await post('nothing', {})), method);
    t.strictSame(broken(await post('both', { secret: 's', certificate: { private_key } })), method);
    const unknown = await post('unknown', { secret: 's' }, { preset: undefined, tenant: undefined });
    t.strictSame(broken(unknown), method);
    t.match(unknown.json.detail, /client_secret_post or client_secret_basic with a secret, private_key_jwt with/);
    const own = await send('GET', ACME, { key });
    const body = { ...own.json, client_auth: { secret: 's' }, preset: 'microsoft', tenant: 'acme.example' };
    const put = await send('PUT', ACME, { key, body, headers: { 'if-match': '*' } });
    t.strictSame(broken(put), method, 'what is stored may be another one');
  });

  t.test('a certificate without its private key is refused, not passed over', async t => {
    const { send, keys, provider } = await startRunning(t);
    const client_auth = { method: 'private_key_jwt', certificate: { certificate: '-----BEGIN CERTIFICATE-----' } };
    const body = newCredential('half', provider.url(), { client_auth });
    const refused = await send('POST', '/api/v1/credentials', { key: keys.operator, body });
    t.strictSame(broken(refused), ['client_auth.certificate.private_key required']);
  });

  t.test('a mistake is told in words that fit it', async t => {
    const { send, keys, provider } = await startRunning(t);
    const good = newCredential('two', provider.url());
    const { client_auth } = good;
    const post = async (body: unknown) => await send('POST', '/api/v1/credentials', { key: keys.admin, body });
    const own = 'is set by Tokenwell; leave it out.';
    for (const [body, detail] of [
      [[], 'body must be one JSON object.'],
      ['text', 'body must be one JSON object.'],
      [{ ...good, description: '\ud800' }, 'description holds half a character (an unpaired surrogate).'],
      [{ ...good, version: 7 }, `version ${own}`],
      [{ ...good, client_auth: { ...client_auth, has_secret: true } }, `client_auth.has_secret ${own}`],
      [{ ...good, owner: 7 }, 'owner is not known here.'],
      [{ ...good, grace_seconds: -1 }, 'grace_seconds must be at least 0.'],
    ] as const) {
      t.equal((await post(body)).json.detail, detail);
    }
    const secret = 'YOUR_CLIENT_SECRET';
    const answer = await post({ ...good, client_auth: { ...client_auth, secret } });
    t.match(answer.json.detail, /^client_auth\.secret still holds a placeholder\./);
    t.notMatch(answer.text, secret);
    const random = { ...good, client_auth: { ...client_auth, secret: 'x8<Q~>{4}YOUR_Z' } };
    t.equal((await post(random)).status, 201, 'a random secret with such characters is none');
  });

  t.test(
    'who may read everything is told what is missing; a draw does not tell it from what is not permitted',
    async t => {
      const { send, keys } = await startRunning(t);
      const missing = async (path: string, key: string) => (await send('GET', `/api/v1/${path}`, { key })).json.detail;
      t.equal(await missing('credentials/nosuch', keys.auditor), 'There is no credential nosuch.');
      t.equal(await missing('consumers/nosuch/keys', keys.auditor), 'There is no consumer nosuch.');
      t.match(await missing('credentials/nosuch/token', keys.service), /or you may not use it/);
      t.match(await missing('credentials/nosuch/token', keys.admin), /or you may not use it/);
    },
  );

  t.test('an expiry of the secret before today is refused, unless it is the stored one', async t => {
    const clock = new TestClock();
    const { send, keys, provider } = await startRunning(t, { overrides: { clock } });
    const key = keys.operator;
    const expiring = (body: { client_auth: object }, at: string) => {
      return { ...body, client_auth: { ...body.client_auth, secret_expires_at: at } };
    };
    const [yesterday, today] = ['2026-10-31T23:59:59Z', '2026-11-01T00:00:00Z'];
    const rule = ['client_auth.secret_expires_at today_or_later'];
    const good = newCredential('two', provider.url());
    const post = (body: unknown) => send('POST', '/api/v1/credentials', { key, body });
    const put = (body: unknown) => send('PUT', '/api/v1/credentials/two', { key, body, headers: { 'if-match': '*' } });
    t.strictSame(broken(await post(expiring(good, yesterday))), rule);
    t.equal((await post(expiring(good, today))).status, 201);
    clock.advance(86_400_000);
    const { json } = await send('GET', '/api/v1/credentials/two', { key });
    t.equal((await put({ ...json, description: 'still edited' })).status, 200, 'the stored one may come back');
    t.strictSame(broken(await put(expiring(json, '2026-11-01T00:00:01Z'))), rule, 'another past one may not');
    t.equal((await put(expiring(json, '2026-11-02T00:00:00Z'))).status, 200);
  });

  t.test('what is made says where it is, and what is deleted is gone', async t => {
    const { send, keys, provider } = await startRunning(t);
    const key = keys.admin;
    const made = [
      await send('POST', '/api/v1/credentials', { key, body: newCredential('two', provider.url()) }),
      await send('POST', '/api/v1/consumers', { key, body: { id: 'two', role: 'service' } }),
      await send('POST', '/api/v1/consumers/two/keys', { key }),
    ];
    const where = made.map(answer => answer.headers.get('location') ?? '');
    t.strictSame(
      made.map(answer => answer.status),
      [201, 201, 201],
    );
    t.match(where, [
      '/api/v1/credentials/two',
      '/api/v1/consumers/two',
      /^\/api\/v1\/consumers\/two\/keys\/[a-z0-9]{12}$/,
    ]);
    t.equal(made[0]?.headers.get('etag'), '"1"');
    const headers = { 'if-match': '*' };
    for (const path of where.reverse()) {
      const gone = await send('DELETE', path, { key, headers });
      t.equal(gone.status, 204, path);
      t.equal(gone.text, '');
      t.equal((await send('DELETE', path, { key, headers })).status, 404, `${path}, again`);
    }
  });

  t.test('a list comes page by page, each thing once, in order of id', async t => {
    const { send, keys, provider } = await startRunning(t);
    const key = keys.admin;
    for (const id of ['d', 'b', 'e', 'c']) {
      await send('POST', '/api/v1/credentials', { key, body: newCredential(id, provider.url()) });
      await send('POST', `/api/v1/consumers/svc/keys`, { key });
    }
    t.strictSame(await walk(send, key, '/api/v1/credentials?limit=2'), [['acme', 'b'], ['c', 'd'], ['e']]);
    t.strictSame(await walk(send, key, '/api/v1/consumers?limit=3'), [['admin', 'aud', 'ope'], ['svc']]);
    const pages = await walk(send, key, '/api/v1/consumers/svc/keys?limit=2');
    t.strictSame(
      pages.map(page => page.length),
      [2, 2, 1],
    );
    t.strictSame(pages.flat(), [...new Set(pages.flat())].sort());
    t.strictSame(await walk(send, key, '/api/v1/credentials?limit=5'), [['acme', 'b', 'c', 'd', 'e']], 'just full');
  });

  t.test('permissions are replaced as one list', async t => {
    const { send, keys } = await startRunning(t);
    const key = keys.admin;
    const path = '/api/v1/consumers/svc/permissions';
    const narrow = { credential: 'acme', account: 'default', scopes: ['mail.read'] };
    const wanted = [narrow, { credential: '*' }];
    const put = await send('PUT', path, { key, body: wanted });
    const stored = [narrow, { credential: '*', account: '*' }];
    t.equal(put.status, 200);
    t.strictSame(put.json, stored);
    const by = (one: { credential: string }, two: { credential: string }) => (one.credential < two.credential ? -1 : 1);
    const listed: { credential: string }[] = JSON.parse((await send('GET', path, { key: keys.auditor })).text);
    t.strictSame(listed.sort(by), stored.sort(by));
    t.match((await send('GET', '/api/v1/me', { key: keys.service })).json, {
      consumer: 'svc',
      role: 'service',
      key: { id: keys.service.split('_')[1] },
      permissions: [{}, {}],
    });
    const twice = await send('PUT', path, { key, body: [...wanted, { credential: '*', account: '*' }, narrow] });
    t.strictSame(broken(twice), ['2 unique', '3 unique']);
    const many = Array.from({ length: 1000 }, (_, n) => ({ credential: 'acme', account: `${'a'.repeat(100)}${n}` }));
    t.equal((await send('PUT', path, { key, body: many })).json.length, 1000, '1,000 fit, with long names');
  });

  t.test('the ledger is read with filters, as JSON and as lines, page by page', async t => {
    const { send, keys } = await startRunning(t);
    const key = keys.auditor;
    for (let n = 0; n < 3; n++) await send('GET', `${ACME}/token`, { key: keys.service });
    const draws = '/api/v1/ledger?action=token.issue&consumer=svc&credential=acme&account=default';
    const { json } = await send('GET', draws, { key });
    t.equal(json.items.length, 3);
    t.match(json.items[0], {
      action: 'token.issue',
      consumer: 'svc',
      outcome: 'ok',
      token_id: /^tok_/,
      at: /Z$/,
      expires_at: /Z$/,
    });
    t.equal(json.next_cursor, null);
    const first = json.items.at(-1)?.at;
    t.strictSame((await send('GET', `${draws}&to=${first}`, { key })).json.items, [], 'to is left out');
    t.equal((await send('GET', `${draws}&from=${first}`, { key })).json.items.length, 3, 'from is included');
    const ids = json.items.map((item: { id: string }) => item.id);
    t.strictSame((await walk(send, key, `${draws}&limit=2`)).flat(), ids);
    t.strictSame((await walk(send, key, `${draws}&limit=2&order=asc`)).flat(), ids.toReversed());
    const lines: string[] = [];
    for (let path = `${draws}&limit=2`; path; ) {
      const page = await send('GET', path, { key, headers: { accept: 'application/x-ndjson' } });
      t.match(page.headers.get('content-type'), /^application\/x-ndjson/);
      lines.push(
        ...page.text
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line).id),
      );
      path = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    }
    t.strictSame(lines, ids);
  });
}

async function walk(send: Running['send'], key: string, path: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json, status, text } = await send('GET', `${path}${cursor && `&cursor=${cursor}`}`, { key });
    if (status !== 200) throw new Error(text);
    pages.push(json.items.map((item: { id: string }) => item.id));
    cursor = json.next_cursor;
  }
  return pages;
}
