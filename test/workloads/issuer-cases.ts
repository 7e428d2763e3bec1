import { createServer } from 'node:net';
import fc from 'fast-check';
import type { Test } from 'tap';
import { createWorkloadTokens } from '../../src/oauth/workload-tokens.js';
import { type Answer, drip, gzipBomb, hold, json, redirect, reset, respond } from '../support/scripted-provider.js';
import { outcome } from '../support/vault.js';
import { createIssuerKey, publicJwk } from '../support/workload-issuer.js';
import { said, workloadWorld } from './world.js';

const MINUTE_MS = 60_000;

/** What an issuer may do instead of publishing its keys; who must act, and what is said of it. */
const FAULTS: readonly { what: string; answer: Answer; class: string; says: RegExp }[] = [
  { what: 'S6: a redirect', answer: redirect(302, 'http://127.0.0.1:1/'), class: 'needs_operator', says: /redirect/ },
  {
    what: 'S9: ten megabytes',
    answer: respond(200, Buffer.alloc(10_000_000, 0x20)),
    class: 'needs_operator',
    says: /more than 256 KiB/,
  },
  { what: 'R2: a bomb', answer: gzipBomb(10_000_000), class: 'needs_operator', says: /more than 256 KiB/ },
  { what: 'R3: one byte at a time', answer: drip(20), class: 'unavailable', says: /did not answer within/ },
  { what: 'R4: no JSON', answer: respond(200, '<html>'), class: 'needs_operator', says: /else than JSON/ },
  {
    what: 'R4: no object',
    answer: json(200, [1]),
    class: 'needs_operator',
    says: /else than JSON|another issuer|JWKS/,
  },
  { what: 'a connection that breaks', answer: reset(), class: 'unavailable', says: /127\.0\.0\.1/ },
  { what: 'out of service', answer: json(503, {}), class: 'unavailable', says: /answered with 503/ },
  { what: 'forbidden', answer: json(403, {}), class: 'needs_operator', says: /answered with 403/ },
];

/** Keys that no signature is checked with. */
const USELESS = [
  { kty: 'oct', kid: 'k1', k: 'c2VjcmV0' },
  { kty: 'RSA', kid: 'k1', n: 'AQAB', e: 'AQAB' },
  // 2047 bits, then 2048 that are zeroes but for the last.
  { kty: 'RSA', kid: 'k1', n: `f${'x'.repeat(340)}w`, e: 'AQAB' },
  { kty: 'RSA', kid: 'k1', n: `${'A'.repeat(341)}B`, e: 'AQAB' },
  { kty: 'RSA', kid: 'k1', n: 'x'.repeat(20_000), e: 'AQAB' },
  { kty: 'RSA', kid: 'k1', n: 'x'.repeat(342), e: 'x'.repeat(342) },
  { kty: 'EC', kid: 'k1', crv: 'secp256k1', x: 'x'.repeat(43), y: 'x'.repeat(43) },
  { kty: 'RSA', kid: 7, n: 'x'.repeat(342), e: 'AQAB' },
  { kty: 'RSA', kid: 'k1', use: 'enc', n: 'x'.repeat(342), e: 'AQAB' },
  null,
  'k1',
];

/** How the keys of an issuer are found, kept and done without. */
export function issuerCases(t: Test): void {
  t.test('the metadata may be that of RFC 8414, and the keys on another host', async t => {
    const { issuer, draw } = await workloadWorld(t, { env: { TOKENWELL_ALLOWED_HOSTS: '127.0.0.1,localhost' } });
    issuer.plainOAuth = true;
    issuer.metadata = { jwks_uri: `http://localhost:${issuer.server.port}/jwks` };
    t.match(said(await draw(await issuer.token())), /^200/);
  });

  t.test('S8: metadata that names another issuer is refused, and nothing else of it is used', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    for (const name of [
      `${issuer.url}/`,
      issuer.url.toUpperCase(),
      'https://elsewhere.example',
      undefined,
      [issuer.url],
    ]) {
      clock.advance(MINUTE_MS);
      issuer.metadata = { issuer: name };
      const answer = await draw(await issuer.token());
      t.match(said(answer), /^503 provider_unavailable: .*names another issuer/, String(name));
      t.match(answer.json, { class: 'needs_operator', action: /operator/ });
    }
    t.equal(issuer.fetches, 0, 'its keys were not asked for');
    clock.advance(MINUTE_MS);
    issuer.metadata = { token_endpoint: 'http://10.0.0.1/token', authorization_endpoint: 'file:///etc/passwd' };
    t.match(said(await draw(await issuer.token())), /^200/);
    clock.advance(2 * 60 * MINUTE_MS);
    issuer.metadata = { issuer: 'https://elsewhere.example' };
    t.match(said(await draw(await issuer.token())), /^503 .*names another issuer/, 'checked at every fetch');
  });

  t.test('S2, S8: keys at a private address are not fetched, and no connection is made', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    let connections = 0;
    const inner = createServer(socket => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>(resolve => inner.listen(issuer.server.port, '127.0.0.2', resolve));
    t.teardown(() => new Promise(resolve => inner.close(resolve)));
    for (const host of ['http://127.0.0.2', 'https://127.0.0.2', 'http://[::ffff:127.0.0.2]', 'https://2130706434']) {
      clock.advance(MINUTE_MS);
      issuer.metadata = { jwks_uri: `${host}:${issuer.server.port}/jwks` };
      const answer = await draw(await issuer.token());
      t.match(said(answer), /^503 provider_unavailable/, host);
      t.match(answer.json, { class: 'needs_operator', detail: /TOKENWELL_ALLOWED_HOSTS/ });
    }
    for (const jwks_uri of ['file:///etc/passwd', 'data:application/json,{"keys":[]}', 'jwks', '', 7, undefined]) {
      clock.advance(MINUTE_MS);
      issuer.metadata = { jwks_uri };
      t.match(said(await draw(await issuer.token())), /^503 provider_unavailable/, String(jwks_uri));
    }
    t.equal(connections, 0);
  });

  t.test('S6, S9: keys that cannot be had are 503, who must act, and the next try succeeds', async t => {
    const { clock, issuer, draw } = await workloadWorld(t, { failureMs: 300 });
    for (const { what, answer, says, ...expected } of FAULTS) {
      for (const at of ['metadata', 'keys'] as const) {
        clock.advance(2 * 60 * MINUTE_MS);
        if (at === 'metadata') issuer.server.next(answer);
        else issuer.jwks = answer;
        const refused = await draw(await issuer.token());
        t.match(said(refused), /^503 provider_unavailable/, `${what} for ${at}`);
        t.match(refused.json, { ...expected, detail: says, action: /\w/, retry_after: 10 }, what);
        const before = issuer.server.requests.length;
        t.match(said(await draw(await issuer.token())), /^503/, 'again at once');
        t.equal(issuer.server.requests.length, before, 'and nobody was asked');
        issuer.jwks = undefined;
        clock.advance(10_000);
        t.match(said(await draw(await issuer.token())), /^200/, `${what}: it recovers`);
      }
    }
  });

  t.test('S9: ten thousand keys, huge ones and those of another kind are not taken', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    issuer.jwks = json(200, { keys: Array(10_000).fill({ kty: 'RSA' }) });
    t.match(said(await draw(await issuer.token())), /^503 .*more than 100 keys/);
    for (const key of USELESS) {
      clock.advance(2 * 60 * MINUTE_MS);
      issuer.jwks = json(200, { keys: [key] });
      t.match(said(await draw(await issuer.token())), /^401 .*\(kid\)/, JSON.stringify(key)?.slice(0, 60));
    }
    clock.advance(2 * 60 * MINUTE_MS);
    const polluting = '{"keys":[],"__proto__":{"keys":[{"polluted":1}]},"constructor":{"prototype":{"polluted":1}}}';
    issuer.jwks = json(200, polluting);
    t.match(said(await draw(await issuer.token())), /^401 .*\(kid\)/);
    t.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    clock.advance(2 * 60 * MINUTE_MS);
    issuer.jwks = json(200, { keys: [...USELESS, await publicJwk(issuer.key)] });
    t.match(said(await draw(await issuer.token())), /^200/, 'the good one beside them');
  });

  t.test('a key that looks good and is none is 503, not a crash', async t => {
    const { issuer, draw } = await workloadWorld(t);
    issuer.key = await createIssuerKey('k1', 'ES256');
    const y = 'x'.repeat(43);
    issuer.jwks = json(200, { keys: [{ ...(await publicJwk(issuer.key)), y }] });
    t.match(said(await draw(await issuer.token())), /^503 .*cannot be used/);
  });

  t.test('a token without kid is taken where only one key suits it', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    const header = { kid: undefined };
    t.match(said(await draw(await issuer.token({ header }))), /^200/);
    issuer.keys = [...issuer.keys, await createIssuerKey('k2')];
    clock.advance(2 * 60 * MINUTE_MS);
    t.match(said(await draw(await issuer.token({ header }))), /^401 .*with which of the keys/);
  });

  t.test('S9, W11: whatever comes as metadata, keys or token ends in a refusal with its code', whateverComes);

  stormCases(t);
}

/** Texts that look like what they are not, now and then with a part that is right. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.record({ issuer: fc.constant('https://idp.example'), jwks_uri: fc.oneof(fc.webUrl(), fc.jsonValue()) }),
  fc.record({
    keys: fc.array(fc.oneof(fc.jsonValue(), fc.record({ kty: fc.constantFrom('RSA', 'EC', 'OKP', 'oct') }))),
  }),
);
const anyPart = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcAZ09-_') }),
  anything.map(value => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc
    .record({ alg: fc.constantFrom('RS256', 'none', 'HS256', 'EdDSA'), kid: fc.jsonValue() }, { requiredKeys: ['alg'] })
    .map(value => Buffer.from(JSON.stringify(value)).toString('base64url')),
);

const REFUSED: ReadonlySet<string> = new Set(['unauthenticated', 'provider_unavailable']);

async function whateverComes(t: Test): Promise<void> {
  let [now, attempts] = [0, 0];
  const clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const attempt = async (answers: unknown[], token: string) => {
    now += 24 * 60 * MINUTE_MS;
    const fetch = async () => new Response(JSON.stringify(answers.shift() ?? null));
    const tokens = createWorkloadTokens({ fetch, clock, log });
    const named = await outcome(Promise.resolve(token).then(tokens.issuerOf));
    const proven = await outcome(tokens.prove(token, 'https://idp.example'));
    attempts += 1;
    return REFUSED.has(proven) && (named === 'ok' || REFUSED.has(named));
  };
  const parts = fc.tuple(anyPart, anyPart, anyPart).map(all => all.join('.'));
  await fc.assert(fc.asyncProperty(fc.array(anything, { maxLength: 3 }), parts, attempt), { numRuns: 2_000 });
  t.equal(attempts, 2_000);
}

function stormCases(t: Test): void {
  t.test('S9: a storm of unknown key names makes one fetch in half a minute', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    t.match(said(await draw(await issuer.token())), /^200/);
    t.equal(issuer.fetches, 1);
    const strange = async (n: number) => draw(await issuer.token({ header: { kid: `strange-${n}` } }));
    const storm = async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => strange(n)));
      t.ok(answers.every(({ status }) => status === 401 || status === 429));
    };
    await storm();
    t.equal(issuer.fetches, 1, 'they were read a moment ago');
    clock.advance(30_000);
    await storm();
    await storm();
    t.equal(issuer.fetches, 2);
    t.equal((await draw(await issuer.token({ claims: { jti: 'good' } }))).status, 200);
  });

  t.test('issuers that nobody trusts are never asked', async t => {
    const { issuer, draw, put } = await workloadWorld(t);
    await put(undefined);
    for (const iss of [issuer.url, `${issuer.url}/x`, `http://127.0.0.1:${issuer.server.port}`]) {
      t.match(said(await draw(await issuer.token({ claims: { iss } }))), /^401 .*no consumer trusts/);
    }
    t.equal(issuer.server.requests.length, 0);
  });

  t.test('fifty first draws at once fetch the keys once', async t => {
    const { issuer, draw } = await workloadWorld(t);
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, jti) => issuer.token({ claims: { jti: `${jti}` } })),
    );
    const held = hold(json(404, {}));
    issuer.plainOAuth = true;
    issuer.server.next(held.answer);
    const draws = tokens.map(draw);
    await issuer.server.received(1);
    held.release();
    const statuses = (await Promise.all(draws)).map(({ status }) => status);
    t.strictSame([...new Set(statuses)], [200]);
    t.equal(issuer.server.requests.length, 3, 'two places for the metadata, and the keys');
  });

  t.test('keys that the issuer exchanged are found within half a minute, and the old ones end', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    const old = issuer.key;
    const remembered = await issuer.token();
    t.match(said(await draw(remembered)), /^200/);
    await issuer.rotate('k2');
    const next = await issuer.token();
    t.match(said(await draw(next)), /^401 .*try|^401 .*half a minute/);
    clock.advance(30_000);
    t.match(said(await draw(next)), /^200/);
    t.match(said(await draw(await issuer.token({ key: old }))), /^401 .*\(kid\)/, 'a new token of the old key');
    t.match(said(await draw(remembered)), /^200/, 'one that was checked a moment ago');
    clock.advance(5 * MINUTE_MS);
    t.match(said(await draw(remembered)), /^401 .*\(kid\)/, 'and is checked again after five minutes');
  });

  t.test('an issuer that is down for a while is not missed; then its old keys prove nothing', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    const fresh = () => issuer.token({ claims: { jti: `${clock.now()}` } });
    t.match(said(await draw(await fresh())), /^200/);
    issuer.server.always(reset());
    clock.advance(11 * MINUTE_MS);
    t.match(said(await draw(await fresh())), /^200/);
    clock.advance(48 * MINUTE_MS);
    t.match(said(await draw(await fresh())), /^200/, 'for almost an hour');
    clock.advance(2 * MINUTE_MS);
    t.match(said(await draw(await fresh())), /^503/);
  });

  t.test('keys that nobody used for a while are read again before they are believed', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    const old = issuer.key;
    t.match(said(await draw(await issuer.token())), /^200/);
    await issuer.rotate('k2');
    clock.advance(20 * MINUTE_MS);
    t.match(said(await draw(await issuer.token({ key: old }))), /^401 .*\(kid\)/);
    t.match(said(await draw(await issuer.token())), /^200/);
    clock.advance(20 * MINUTE_MS);
    issuer.server.always(reset());
    t.match(said(await draw(await issuer.token())), /^200/, 'or believed when their issuer does not answer');
  });

  t.test('nobody waits for keys that are only a little old', async t => {
    const { clock, issuer, draw } = await workloadWorld(t);
    t.match(said(await draw(await issuer.token())), /^200/);
    clock.advance(11 * MINUTE_MS);
    const held = hold(json(404, {}));
    issuer.server.next(held.answer);
    const began = performance.now();
    t.match(said(await draw(await issuer.token())), /^200/);
    t.ok(performance.now() - began < 9_000, 'before the deadline of the call, which nobody answers');
    await issuer.server.received(3);
    held.release();
  });
}
