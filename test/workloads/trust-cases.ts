import type { Test } from 'tap';
import { matchesSubject, overlaps, type Trust, trusts } from '../../src/vault/trust.js';
import { broken } from '../http/running.js';
import { said, workloadWorld } from './world.js';

const MATCHES: readonly [rule: string, subject: string, matches: boolean][] = [
  ['system:serviceaccount:mail:fetcher', 'system:serviceaccount:mail:fetcher', true],
  ['system:serviceaccount:mail:fetcher', 'system:serviceaccount:mail:Fetcher', false],
  ['system:serviceaccount:mail:fetcher', 'system:serviceaccount:mail:fetcher ', false],
  ['system:serviceaccount:mail:*', 'system:serviceaccount:mail:fetcher', true],
  ['system:serviceaccount:mail:*', 'system:serviceaccount:mail:', false],
  ['system:serviceaccount:mail:*', 'system:serviceaccount:mail:a:b', false],
  ['system:serviceaccount:mail:*', 'system:serviceaccount:mail', false],
  ['system:serviceaccount:mail:*', 'system:serviceaccount:mailer:x', false],
  ['system:serviceaccount:mail:*', 'x:system:serviceaccount:mail:x', false],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/mail:ref:refs/heads/main', true],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/mail:ref:refs/heads/main2', false],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/mail:environment:x:ref:refs/heads/main', false],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/a/b:ref:refs/heads/main', false],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme-evil/mail:ref:refs/heads/main', false],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/*:ref:refs/heads/main', true],
  ['repo:acme/*/x', 'repo:acme::/x', false],
  ['repo:acme/a.c', 'repo:acme/abc', false],
];

const ISSUER = 'https://idp.example/v2.0';
const trust = (subject: string, more: Partial<Trust> = {}): Trust => ({
  issuer: ISSUER,
  audience: 'tokenwell',
  subject,
  ...more,
});

/** Two trusts, and whether one token could be that of both. */
const PAIRS: readonly [one: Trust, other: Trust, overlap: boolean][] = [
  [trust('a:b:c'), trust('a:b:c'), true],
  [trust('a:b:c'), trust('a:b:d'), false],
  [trust('a:b:*'), trust('a:b:d'), true],
  [trust('a:b:*:d'), trust('a:b:c:*'), true],
  [trust('a:b:*:d'), trust('a:b:c:e'), false],
  [trust('a:b:*'), trust('a:b:*'), true],
  [trust('a:b:*'), trust('a:b/c'), false],
  [trust('a:b:*'), trust('a:b:c:d'), false],
  [trust('a:b:*'), trust('a:b:'), false],
  [trust('a:b:c'), trust('a:b:c', { audience: 'other' }), false],
  [trust('a:b:c'), trust('a:b:c', { issuer: `${ISSUER}/` }), false],
];

const BAD: readonly [wish: Record<string, unknown>, ...rules: string[]][] = [
  [{ issuer: 'idp.example' }, 'trust.issuer not_a_url'],
  [{ issuer: '' }, 'trust.issuer min_length', 'trust.issuer pattern'],
  [{ issuer: 'https://idp.example/?tenant=1' }, 'trust.issuer no_query'],
  [{ issuer: 'https://idp.example/#x' }, 'trust.issuer no_fragment'],
  [{ issuer: 'https://me:pw@idp.example/' }, 'trust.issuer no_userinfo'],
  [{ issuer: 'http://idp.example' }, 'trust.issuer https_required'],
  [{ issuer: 'ftp://idp.example' }, 'trust.issuer scheme'],
  [{ issuer: 'https://10.0.0.1' }, 'trust.issuer private_address'],
  [{ issuer: 'https://169.254.169.254' }, 'trust.issuer private_address'],
  [{ issuer: 'https://login.microsoftonline.com/{tenant-id}/v2.0' }, 'trust.issuer placeholder'],
  [{ issuer: 'https://login.microsoftonline.com/your-tenant-id/v2.0' }, 'trust.issuer placeholder'],
  [{ audience: '' }, 'trust.audience min_length'],
  [{ subject: '*' }, 'trust.subject begins_fixed'],
  [{ subject: 'repo:*' }, 'trust.subject begins_fixed'],
  [{ subject: 'repo:*/mail:ref:refs/heads/main' }, 'trust.subject begins_fixed'],
  [{ subject: '//repo/*' }, 'trust.subject begins_fixed'],
  [{ subject: 'system:serviceaccount:mail-*:x' }, 'trust.subject whole_segment'],
  [{ subject: 'repo:acme/**' }, 'trust.subject whole_segment'],
  [{ subject: undefined }, 'trust.subject required'],
  [{ jwks_uri: 'https://idp.example/jwks' }, 'trust.jwks_uri unknown_field'],
];

/** What a consumer may trust, and what that means. */
export function trustCases(t: Test): void {
  t.test('a * stands for one whole segment, and everything else for itself', async t => {
    for (const [rule, subject, matches] of MATCHES) {
      t.equal(matchesSubject(rule, subject), matches, `${rule} and ${subject}`);
      const workload = { ...trust(subject), until: 0 };
      t.equal(trusts(trust(rule), workload), matches);
      t.notOk(trusts(trust(rule, { issuer: `${ISSUER}/` }), workload));
      t.notOk(trusts(trust(rule, { audience: 'Tokenwell' }), workload));
    }
    for (const [one, other, overlap] of PAIRS) {
      t.equal(overlaps(one, other), overlap, `${one.subject} and ${other.subject}`);
      t.equal(overlaps(other, one), overlap, 'either way');
    }
  });

  t.test('a trust that is a slip is refused by field and rule, and nobody is called', async t => {
    const { issuer, running, trust, put } = await workloadWorld(t);
    for (const [wish, ...rules] of BAD) {
      const answer = await put({ ...trust, ...wish });
      t.equal(answer.status, 400, JSON.stringify(wish));
      t.strictSame(broken(answer), rules, JSON.stringify(wish));
    }
    for (const body of [null, 'x', []]) t.equal((await put(body)).status, 400);
    const { json } = await running.send('GET', '/api/v1/consumers/robot', { key: running.keys.auditor });
    t.strictSame(json.trust, trust, 'as it was');
    t.equal(issuer.server.requests.length, 0);
  });

  t.test('what GET answers may be sent back; a PUT without trust ends it', async t => {
    const { issuer, running, trust, put, draw } = await workloadWorld(t);
    const { json } = await running.send('GET', '/api/v1/consumers/robot', { key: running.keys.admin });
    const same = await running.send('PUT', '/api/v1/consumers/robot', { key: running.keys.admin, body: json });
    t.strictSame(same.json.trust, trust);
    t.equal((await draw(await issuer.token())).status, 200);
    const without = await put(undefined);
    t.notOk('trust' in without.json);
    t.match(said(await draw(await issuer.token())), /^401/);
  });

  t.test('no two consumers trust one token', async t => {
    const { running, issuer, trust, draw } = await workloadWorld(t);
    const key = running.keys.admin;
    const make = async (id: string, wish: Record<string, unknown>) =>
      running.send('POST', '/api/v1/consumers', { key, body: { id, role: 'service', trust: { ...trust, ...wish } } });
    for (const wish of [{}, { subject: 'system:serviceaccount:mail:*' }, { subject: 'system:serviceaccount:*:*' }]) {
      const answer = await make('twin', wish);
      t.match(said(answer), /^409 conflict: .*consumer robot/, JSON.stringify(wish));
      t.match(answer.json.action, /audience or a subject of its own/);
    }
    t.equal((await running.send('GET', '/api/v1/consumers/twin', { key })).status, 404, 'nothing was stored');
    t.equal((await make('neighbour', { subject: 'system:serviceaccount:mail:sender' })).status, 201);
    t.equal((await make('stage', { audience: 'stage' })).status, 201);
    t.equal((await make('all', { subject: 'system:serviceaccount:other:*' })).status, 201);
    const taken = { role: 'service', trust: { ...trust, subject: 'system:serviceaccount:mail:*' } };
    t.equal((await running.send('PUT', '/api/v1/consumers/robot', { key, body: taken })).status, 409);
    const me = async (sub: string) => {
      const token = await issuer.token({ claims: { sub } });
      return (await running.send('GET', '/api/v1/me', { key: token })).json.consumer;
    };
    t.equal(await me('system:serviceaccount:mail:sender'), 'neighbour');
    t.equal(await me('system:serviceaccount:other:x'), 'all');
    t.equal((await draw(await issuer.token())).status, 200);
  });
}
