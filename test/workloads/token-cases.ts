import type { Test } from 'tap';
import { createIssuerKey, publicJwk, type TokenWish, type WorkloadIssuer } from '../support/workload-issuer.js';
import { DRAW, said, workloadWorld } from './world.js';

const MINUTE = 60;

interface Bad {
  what: string;
  token: (issuer: WorkloadIssuer, now: number) => Promise<string>;
  says: RegExp;
}

const wished = (wish: (now: number) => TokenWish): Bad['token'] => {
  return (issuer, now) => issuer.token(wish(now));
};

interface Refused {
  count?: number;
  credential?: string;
}

/** Tokens of a trusted issuer that are none, and the check that says so. */
const BAD: readonly Bad[] = [
  { what: 'alg none', token: issuer => issuer.byHand({ alg: 'none' }, () => ''), says: /not signed/ },
  {
    what: 'alg none with a signature',
    token: issuer => issuer.byHand({ alg: 'none' }, () => 'c2lnbmF0dXJl'),
    says: /\(alg\)/,
  },
  { what: 'HS256, signed with the public key', token: issuer => issuer.confused(), says: /\(alg\)/ },
  {
    what: 'another alg than the key has',
    token: issuer => issuer.byHand({ alg: 'PS256', kid: 'k1' }, () => 'c2lnbmF0dXJl'),
    says: /\(kid\)/,
  },
  {
    what: 'a signature of somebody else under the name of the key',
    token: async issuer => issuer.token({ key: await createIssuerKey('k1') }),
    says: /not signed with the key of its issuer/,
  },
  {
    what: 'a key that the token brings along',
    token: async issuer => {
      const key = await createIssuerKey('mine');
      const jku = `http://127.0.0.1:${issuer.server.port}/jwks-of-a-stranger`;
      return issuer.token({ key, header: { jwk: await publicJwk(key), jku } });
    },
    says: /\(kid\)/,
  },
  { what: 'a crit', token: wished(() => ({ header: { crit: ['b64'], b64: true } })), says: /\(crit\)/ },
  { what: 'the type of another token', token: wished(() => ({ header: { typ: 'dpop+jwt' } })), says: /\(typ\)/ },
  { what: 'expired', token: wished(now => ({ claims: { exp: now - 10 * MINUTE } })), says: /has expired \(exp\)/ },
  { what: 'no exp', token: wished(() => ({ claims: { exp: undefined } })), says: /until when it holds \(exp\)/ },
  { what: 'exp as text', token: wished(() => ({ claims: { exp: '9999999999' } })), says: /\(exp\)/ },
  { what: 'not yet valid', token: wished(now => ({ claims: { nbf: now + 10 * MINUTE } })), says: /not valid yet/ },
  { what: 'another audience', token: wished(() => ({ claims: { aud: 'other' } })), says: /\(aud\) other/ },
  {
    what: 'also for somebody else',
    token: wished(() => ({ claims: { aud: ['tokenwell', 'other'] } })),
    says: /also for others/,
  },
  { what: 'no audience', token: wished(() => ({ claims: { aud: undefined } })), says: /whom it is for/ },
  { what: 'an empty list of audiences', token: wished(() => ({ claims: { aud: [] } })), says: /whom it is for/ },
  {
    what: 'another subject',
    token: wished(() => ({ claims: { sub: 'system:serviceaccount:mail:x' } })),
    says: /\(sub\)/,
  },
  { what: 'no subject', token: wished(() => ({ claims: { sub: undefined } })), says: /whose it is/ },
  { what: 'a subject that is no text', token: wished(() => ({ claims: { sub: ['a'] } })), says: /whose it is|\(sub\)/ },
  { what: 'no issuer', token: wished(() => ({ claims: { iss: undefined } })), says: /\(iss\)/ },
  {
    what: 'another issuer',
    token: issuer => issuer.token({ claims: { iss: `${issuer.url}/` } }),
    says: /no consumer trusts its issuer/,
  },
  { what: 'longer than 12 KiB', token: wished(() => ({ claims: { pad: 'x'.repeat(9_300) } })), says: /longer/ },
  { what: 'no JSON', token: async () => 'bm8.bm8.bm8', says: /read as a JWT/ },
];

/** Which JWTs stand for a consumer. */
export function tokenCases(t: Test): void {
  t.test('a good token draws, and the second time without its issuer and from memory', async t => {
    const { issuer, running, draw } = await workloadWorld(t);
    const token = await issuer.token();
    for (const which of ['first', 'second', 'third']) {
      const answer = await draw(token);
      t.equal(answer.status, 200, `${which}: ${answer.text}`);
      t.equal(answer.json.access_token, 'token-1');
    }
    t.equal(issuer.server.requests.length, 2, 'metadata and keys, once');
    t.equal((await draw(await issuer.token({ claims: { jti: 'another' } }))).status, 200, 'another token of it');
    t.equal(issuer.server.requests.length, 2);
    t.notOk(running.lines.join('\n').includes(token.slice(-40)), 'the log does not have it');
  });

  t.test('tokens as platforms make them are taken', async t => {
    const { issuer, draw } = await workloadWorld(t);
    for (const alg of ['RS256', 'PS384', 'ES256', 'ES384', 'EdDSA']) {
      const key = await createIssuerKey(alg, alg);
      issuer.keys = [...issuer.keys, key];
    }
    for (const key of issuer.keys) t.equal((await draw(await issuer.token({ key }))).status, 200, key.alg);
    const forms: TokenWish[] = [
      { header: { typ: 'JWT' } },
      { header: { typ: 'at+jwt' } },
      { header: { typ: 'application/at+JWT' } },
      { claims: { aud: 'tokenwell' } },
      { claims: { nbf: 0 } },
      { claims: { exp: 1e300 } },
    ];
    for (const form of forms) t.equal((await draw(await issuer.token(form))).status, 200, JSON.stringify(form));
  });

  t.test('S8, S9: whatever else is 401 and says which check failed, in words that are fit to be shown', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    for (const { what, token, says } of BAD) {
      // What one address may send wrongly in a minute is another matter.
      clock.advance(60_000);
      const answer = await draw(await token(issuer, Math.floor(clock.now() / 1000)));
      t.equal(answer.status, 401, `${what}: ${said(answer)}`);
      t.match(answer.json, { code: 'unauthenticated', detail: says }, what);
      t.match(answer.json.action, /\w/, what);
      t.notMatch(answer.text, /robot|svc\b/, `${what}: nothing of a consumer`);
    }
    t.equal((await draw(await issuer.token())).status, 200, 'the good one is good');
    t.notOk(
      issuer.server.requests.some(({ path }) => path.includes('stranger')),
      'jku is not followed',
    );
  });

  t.test('a token of a megabyte is refused before it is read', async t => {
    const { issuer, running, draw } = await workloadWorld(t);
    const token = await issuer.token({ claims: { pad: 'x'.repeat(1_000_000) } });
    t.equal((await draw(token)).status, 431);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'acme',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: token,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    t.equal((await running.send('POST', '/oauth2/token', { raw: form.toString(), headers })).status, 413);
    t.equal(issuer.server.requests.length, 0);
  });

  t.test('clocks may differ by a minute, and a remembered token ends with its time', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    const now = Math.floor(clock.now() / 1000);
    const ending = await issuer.token({ claims: { exp: now + 30 } });
    const coming = await issuer.token({ claims: { nbf: now + 100 } });
    t.equal((await draw(ending)).status, 200);
    t.equal((await draw(coming)).status, 401, '100 s before its time');
    clock.advance(40_000);
    t.equal((await draw(coming)).status, 200, 'a minute before its time');
    clock.advance(49_000);
    t.equal((await draw(ending)).status, 200, '59 s after its end, from memory');
    clock.advance(1_000);
    t.match(said(await draw(ending)), /401 .*has expired/, 'a minute after its end');
  });

  t.test('wrong tokens are limited by address, good ones never', async t => {
    const { issuer, draw } = await workloadWorld(t);
    const wrong = await issuer.token({ claims: { aud: 'other' } });
    for (let n = 1; n <= 20; n++) t.equal((await draw(wrong)).status, 401, `${n}`);
    t.match((await draw(wrong)).json, { code: 'rate_limited', status: 429 });
    t.equal((await draw(await issuer.token())).status, 200);
  });

  t.test('the ledger names the consumer and the workload, and no key', async t => {
    const { issuer, running, draw } = await workloadWorld(t);
    const token = await issuer.token();
    await draw(token);
    await running.send('GET', '/api/v1/credentials/nothing/token', { key: token });
    await running.app.vault.ledger.drain();
    const { json, text } = await running.send('GET', '/api/v1/ledger?consumer=robot', { key: running.keys.auditor });
    const [refused, issued] = json.items;
    const sub = 'system:serviceaccount:mail:fetcher';
    t.match(issued, { action: 'token.issue', consumer: 'robot', workload: sub, credential: 'acme' });
    t.match(refused, { action: 'token.refuse', consumer: 'robot', workload: sub, code: 'not_found' });
    for (const entry of json.items) t.notOk('key_id' in entry);
    t.notOk(text.includes(token.slice(-40)));
  });

  t.test('a workload that asks for a hundred things fills no disk', async t => {
    const { issuer, running } = await workloadWorld(t);
    const key = await issuer.token();
    const paths = Array.from({ length: 20 }, (_, n) => `/api/v1/credentials/nothing-${n}/token`);
    for (const path of paths) t.equal((await running.send('GET', path, { key })).status, 404);
    await running.app.vault.ledger.drain();
    const { json } = await running.send('GET', '/api/v1/ledger?consumer=robot', { key: running.keys.auditor });
    const counts = json.items.map(({ count = 1, credential }: Refused) => ({ count, named: credential !== undefined }));
    t.equal(counts.filter(({ named }: { named: boolean }) => named).length, 5);
    t.strictSame(
      counts.filter(({ named }: { named: boolean }) => !named),
      [{ count: 15, named: false }],
    );
  });

  t.test('GET /me says which workload it is; a role above service manages with its token', async t => {
    const { issuer, running, trust, put } = await workloadWorld(t);
    const key = await issuer.token();
    const me = await running.send('GET', '/api/v1/me', { key });
    t.match(me.json, { consumer: 'robot', role: 'service', workload: { issuer: issuer.url, subject: trust.subject } });
    t.notOk('key' in me.json);
    t.equal((await running.send('GET', '/api/v1/consumers', { key })).status, 403);
    await put(trust, { role: 'operator' });
    t.equal((await running.send('POST', '/api/v1/credentials/acme/disable', { key })).status, 200);
    const { json } = await running.send('GET', '/api/v1/ledger?limit=1&consumer=robot', { key });
    t.match(json.items, [{ action: 'credential.disable', consumer: 'robot', workload: trust.subject }]);
  });

  assertionCases(t);
}

function assertionCases(t: Test): void {
  t.test('RFC 7523 §2.2: an OAuth client proves itself with the JWT of its workload', async t => {
    const { issuer, running } = await workloadWorld(t);
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const ask = async (more: Record<string, string>, headers: Record<string, string> = {}) => {
      const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'acme', ...more });
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      return await running.send('POST', '/oauth2/token', { raw: form.toString(), headers: { ...type, ...headers } });
    };
    const client_assertion = await issuer.token();
    const good = { client_assertion_type, client_assertion };
    t.match(await ask(good), { status: 200, json: { access_token: 'token-1' } });
    t.match(await ask({ ...good, client_id: 'robot' }), { status: 200 });
    t.match(await ask({ ...good, client_id: 'svc' }), { status: 401, json: { error: 'invalid_client' } });
    t.match(await ask({ ...good, client_secret: 'x' }), { status: 400, json: { error: 'invalid_request' } });
    const basic = { authorization: `Basic ${Buffer.from('svc:x').toString('base64')}` };
    t.match(await ask(good, basic), { status: 400, json: { error: 'invalid_request' } });
    t.match(await ask({ client_assertion }), { status: 400, json: { error: 'invalid_request' } });
    t.match(await ask({ client_assertion_type }), { status: 401, json: { error: 'invalid_client' } });
    const key = { client_assertion_type, client_assertion: running.keys.service };
    t.match(await ask(key), { status: 401 }, 'a key is no assertion');
    const wrong = { client_assertion_type, client_assertion: await issuer.token({ claims: { aud: 'other' } }) };
    const error_description = /audience \(aud\) other/;
    t.match(await ask(wrong), { status: 401, json: { error: 'invalid_client', error_description } });
    t.match(await ask({ ...good, scope: 'nothing' }), { status: 400, json: { error: 'invalid_scope' } });
  });

  t.test('a token from nowhere is 401 on every route, before anything is looked up', async t => {
    const { issuer, running, draw } = await workloadWorld(t);
    const foreign = await issuer.token({ claims: { iss: 'https://elsewhere.example' } });
    t.match(said(await draw(foreign)), /401 .*no consumer trusts its issuer/);
    t.equal((await running.send('GET', '/api/v1/me', { key: foreign })).status, 401);
    t.equal((await running.send('GET', DRAW.replace('acme', 'nothing'), { key: foreign })).status, 401);
    t.equal(issuer.server.requests.length, 0);
  });
}
