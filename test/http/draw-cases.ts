import type { Test } from 'tap';
import { TestClock } from '../support/clock.js';
import { json as answers, token } from '../support/scripted-provider.js';
import { broken, startRunning } from './running.js';

const DRAW = '/api/v1/credentials/acme/token';

/** `GET …/token`. */
export function drawCases(t: Test): void {
  t.test('a draw answers exactly what was promised, and may not be kept by anybody', async t => {
    const clock = new TestClock();
    const { send, keys, provider } = await startRunning(t, { overrides: { clock } });
    provider.next(token('the-token', { scope: 'mail.read mail.send' }));
    const { status, headers, json } = await send('GET', DRAW, { key: keys.service });
    t.equal(status, 200);
    t.match(json.token_id, /^tok_/);
    t.strictSame(json, {
      access_token: 'the-token',
      token_type: 'Bearer',
      expires_at: new Date(clock.now() + 3_600_000).toISOString(),
      expires_in: 3600,
      scope: 'mail.read mail.send',
      credential: 'acme',
      account: 'default',
      token_id: json.token_id,
    });
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('pragma'), 'no-cache');
    clock.advance(10_000);
    const again = await send('GET', DRAW, { key: keys.service });
    t.match(again.json, { token_id: json.token_id, expires_in: 3590, expires_at: json.expires_at });
  });

  t.test('W10: numbers are read from the query, where everything is text', async t => {
    const { send, keys, provider } = await startRunning(t);
    const draw = (query: string) => send('GET', `${DRAW}?${query}`, { key: keys.service });
    t.equal((await draw('min_ttl=61')).status, 200);
    t.equal((await draw('min_ttl=0&account=default&scope=mail.read')).status, 200);
    const bad: [string, string][] = [
      ['min_ttl=', 'min_ttl type'],
      ['min_ttl=x', 'min_ttl type'],
      ['min_ttl=1.5', 'min_ttl type'],
      ['min_ttl=-1', 'min_ttl minimum'],
      ['min_ttl=86401', 'min_ttl maximum'],
      ['min_ttl=NaN', 'min_ttl type'],
      ['min_ttl=1&min_ttl=2', 'min_ttl repeated'],
      ['account=a%00b', 'account pattern'],
      [`account=${'a'.repeat(129)}`, 'account pattern'],
      ['scope=a%20%20b', 'scope pattern'],
      ['scope=', 'scope pattern'],
      ['minttl=60', 'minttl unknown_field'],
    ];
    for (const [query, rule] of bad) t.strictSame(broken(await draw(query)), [rule], query);
    t.equal(provider.requests.length, 1, 'no bad one reached the provider');
  });

  t.test('a token that a server refused is reported, and a newer one comes back', async t => {
    const clock = new TestClock();
    const { send, keys } = await startRunning(t, { overrides: { clock } });
    const { json: first } = await send('GET', DRAW, { key: keys.service });
    const report = (body: unknown) => send('POST', `${DRAW}/rejected`, { key: keys.service, body });
    const young = await report({ token_id: first.token_id, status: 401 });
    t.match(young, { status: 424, json: { code: 'provider_refused', class: 'needs_operator' } });
    clock.advance(60_000);
    const sasl = Buffer.from('{"status":"400","schemes":"Bearer"}').toString('base64');
    const { status, headers, json } = await report({ token_id: first.token_id, sasl });
    t.equal(status, 200);
    t.not(json.token_id, first.token_id);
    t.equal(headers.get('cache-control'), 'no-store');
    t.strictSame(broken(await report({ status: 401 })), ['token_id required']);
    t.strictSame(broken(await report({ token_id: first.token_id, extra: 1 })), ['extra unknown_field']);
  });

  t.test('HEAD draws nothing', async t => {
    const { send, keys, provider } = await startRunning(t);
    const head = await send('HEAD', DRAW, { key: keys.service });
    t.equal(head.status, 405);
    t.equal(head.headers.get('allow'), 'GET');
    t.equal(provider.requests.length, 0);
  });

  t.test('W6, W9: unknown, not permitted and never possible look the same', async t => {
    const { send, keys } = await startRunning(t);
    await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [] });
    const paths = [DRAW, '/api/v1/credentials/nothing/token', `${DRAW}?account=nobody`, `${DRAW}?scope=mail.write`];
    const problems = [];
    for (const path of paths) {
      const { status, json } = await send('GET', path, { key: keys.service });
      problems.push({ status, ...json, request_id: '' });
    }
    for (const problem of problems) t.strictSame(problem, problems[0]);
    t.match(problems[0], { status: 404, code: 'not_found' });
    t.equal((await send('GET', DRAW, { key: keys.auditor })).status, 404, 'an auditor, although it has a permission');
  });

  t.test('a refusal of the provider says who must act and where', async t => {
    const { send, keys, provider } = await startRunning(t);
    provider.next(answers(401, { error: 'invalid_client', error_description: 'AADSTS7000215: wrong secret' }));
    const refused = await send('GET', DRAW, { key: keys.service });
    t.match(refused, { status: 424, json: { code: 'provider_refused', class: 'needs_operator', action: /./ } });
    t.match(refused.json, {
      connect_url: 'http://127.0.0.1:0/credentials/acme/accounts/default',
      provider: { error: 'invalid_client' },
    });
  });

  t.test('when the provider is away, the answer says how long to wait', async t => {
    const { send, keys, provider } = await startRunning(t);
    provider.next(answers(503, {}, { 'retry-after': '7' }));
    const away = await send('GET', DRAW, { key: keys.service });
    t.match(away, { status: 503, json: { code: 'provider_unavailable', class: 'unavailable' } });
    t.equal(away.headers.get('retry-after'), String(away.json.retry_after));
    t.notOk('connect_url' in away.json);
  });

  t.test('a credential that nobody has connected says where to connect it', async t => {
    const { send, keys, provider } = await startRunning(t);
    const body = {
      id: 'code',
      grant_type: 'authorization_code',
      authorization_url: provider.url(),
      token_url: provider.url(),
      issuer: 'https://login.example/{tenantid}/v2.0',
      client_id: 'client',
      client_auth: { method: 'none' },
      scope: 'mail.read',
    };
    t.equal((await send('POST', '/api/v1/credentials', { key: keys.admin, body })).status, 201);
    await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'code' }] });
    const connect_url = 'http://127.0.0.1:0/credentials/code/accounts/default';
    const draw = await send('GET', '/api/v1/credentials/code/token', { key: keys.service });
    t.match(draw, { status: 409, json: { code: 'not_connected', class: 'needs_user', connect_url } });
    const tested = await send('POST', '/api/v1/credentials/code/test', { key: keys.operator });
    t.match(tested, { status: 409, json: { code: 'not_connected', connect_url } });
    const page = await send('GET', new URL(connect_url).pathname);
    t.match(page, { status: 200, text: 'tokenwell account show code default' });
    const other = await send('GET', '/credentials/nobody/accounts/default');
    t.equal(other.text, page.text.replaceAll(/\bcode\b/g, 'nobody'), 'a stranger does not learn which there are');
    t.equal((await send('GET', '/credentials/code/accounts/x%3B%20rm%20-rf')).status, 404, 'it ends in a command');
  });

  t.test('a disabled credential gives nothing until it is enabled again', async t => {
    const { send, keys } = await startRunning(t);
    const act = (what: string) => send('POST', `/api/v1/credentials/acme/${what}`, { key: keys.operator });
    const draw = () => send('GET', DRAW, { key: keys.service });
    t.equal((await draw()).status, 200);
    t.match(await act('disable'), { status: 200, json: { disabled: true } });
    t.match(await draw(), { status: 409, json: { code: 'conflict' } });
    t.match(await act('enable'), { status: 200, json: { disabled: false } });
    t.equal((await draw()).status, 200);
  });
}
