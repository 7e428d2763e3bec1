import type { Test } from 'tap';
import { type Rejection, readRejection } from '../../src/vault/rejection.js';
import { consentWorld } from '../consent/world.js';
import { json, reset } from '../support/scripted-provider.js';
import { outcome, whole } from '../support/vault.js';
import { problem, world } from './world.js';

const MINUTE = 60_000;
const NOTHING = { status: undefined, wwwAuthenticate: undefined, sasl: undefined, detail: undefined };
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

/** `world`, with reports of refused tokens. */
async function rejecting(t: Test) {
  const made = await world(t);
  const { vault, key } = made;
  const report = async (tokenId: string, more: Partial<Parameters<typeof readRejection>[0]> = {}, by = key) => {
    const asked = { credential: 'mail', account: 'default', minTtl: 60, scope: undefined, requestId: 'test' };
    return await vault.vault.tokens.reject(await vault.vault.callers.identify(by), asked, {
      ...NOTHING,
      ...more,
      tokenId,
    });
  };
  return { ...made, report };
}

/** What becomes of a token that a mail server refused. */
export function rejectionCases(t: Test): void {
  t.test('the newest token is replaced when a server refused it, and every consumer gets the newer one', async t => {
    const { vault, provider, clock, draw, report } = await rejecting(t);
    const other = await vault.consumer('other', [whole('mail')]);
    const { token: first } = await draw();
    await vault.draw(other.key, 'mail');
    clock.advance(MINUTE);
    const reports = await Promise.all(Array.from({ length: 5 }, () => report(first.id)));
    const ids = new Set(reports.map(issued => issued.token.id));
    t.equal(ids.size, 1);
    t.notOk(ids.has(first.id));
    t.equal(provider.requests.length, 2, 'one call for five reports');
    t.ok(ids.has((await vault.draw(other.key, 'mail')).token.id), 'who drew it from memory gets the newer one too');
    t.ok(ids.has((await report(first.id)).token.id), 'a late report of the old one gets the newest');
    t.ok(ids.has((await report('tok_never-given')).token.id));
    t.equal(provider.requests.length, 2);
    const told = (await vault.entries()).filter(({ action }) => action === 'token.reject');
    t.match(told, [{ consumer: 'svc', credential: 'mail', token_id: first.id, code: 'invalid_token' }]);
  });

  t.test('a fresh token that is refused too is not replaced: somebody must act', async t => {
    const { provider, clock, draw, report } = await rejecting(t);
    const { token: first } = await draw();
    clock.advance(MINUTE - 1);
    t.match(await problem(report(first.id)), {
      code: 'provider_refused',
      details: { class: 'needs_operator', action: /IMAP/ },
    });
    const lacks = { wwwAuthenticate: 'Bearer realm="x", error="insufficient_scope"' };
    t.match((await problem(report(first.id, lacks))).details, { action: /permission that is missing/ });
    t.equal((await draw()).token.id, first.id, 'it is given on');
    clock.advance(1);
    const off = {
      detail: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
    };
    t.match((await problem(report(first.id, off))).details, { action: /SMTP AUTH/ });
    t.equal(provider.requests.length, 1, 'nobody was asked');
  });

  t.test('whoever reports every token at once makes us ask once a minute and is held to six reports', async t => {
    const { provider, clock, draw, report } = await rejecting(t);
    await draw();
    const codes = new Set<string>();
    for (let second = 0; second < 600; second++) {
      clock.advance(1_000);
      codes.add(await outcome(report((await draw()).token.id)));
    }
    t.ok(provider.requests.length <= 11, `${provider.requests.length} calls in ten minutes`);
    t.strictSame([...codes].sort(), ['ok', 'provider_refused', 'rate_limited']);
  });

  t.test('while the provider is away the refused token is given on with a warning, and replaced later', async t => {
    const { provider, clock, draw, report } = await rejecting(t);
    const { token: first } = await draw();
    clock.advance(MINUTE);
    provider.next(reset());
    t.match(await report(first.id), { token: { id: first.id }, warning: { code: 'refresh_failing' } });
    t.match(await draw(), { token: { id: first.id }, warning: { code: 'refresh_failing' } });
    t.equal(provider.requests.length, 2, 'its pause is kept');
    clock.advance(10 * MINUTE);
    t.not((await draw()).token.id, first.id);
  });

  t.test('who reports what others no longer get is given another one, also where memory still has it', async t => {
    const { vault, provider, clock, admin, draw, report } = await rejecting(t);
    const { token: first } = await draw();
    clock.advance(MINUTE);
    await vault.vault.accounts.refresh(admin, 'mail', 'default');
    t.equal((await draw()).token.id, first.id, 'it is good, so it is given on');
    const { token: second } = await report(first.id);
    t.not(second.id, first.id);
    t.equal((await draw()).token.id, second.id);
    t.equal(provider.requests.length, 2);
  });

  t.test('who may not draw cannot report, and nothing is changed', async t => {
    const { vault, provider, clock, draw, report } = await rejecting(t);
    const { key } = await vault.consumer('stranger', []);
    const { token: first } = await draw();
    clock.advance(MINUTE);
    t.equal(await outcome(report(first.id, {}, key)), 'not_found');
    t.equal((await draw()).token.id, first.id);
    t.equal(provider.requests.length, 1);
  });

  t.test('the claims of a challenge go into the next request, beside those that are always asked for', async t => {
    const tokenParams = { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' };
    const { vault, provider, clock, draw, connect, key } = await consentWorld(t, { input: { tokenParams } });
    await connect();
    const { token: first } = await draw();
    clock.advance(MINUTE);
    const claims = base64({ access_token: { nbf: { essential: true, value: '1604106651' } }, id_token: { sub: null } });
    const wwwAuthenticate = `Bearer realm="", authorization_uri="https://a.example/x,y", error="insufficient_claims", claims="${claims}"`;
    const asked = { credential: 'mail', account: 'default', minTtl: 60, scope: undefined, requestId: 'test' };
    const caller = await vault.vault.callers.identify(key);
    await vault.vault.tokens.reject(caller, asked, { ...NOTHING, tokenId: first.id, status: 401, wwwAuthenticate });
    t.strictSame(JSON.parse(provider.requests.at(-1)?.form.get('claims') ?? ''), {
      access_token: { xms_cc: { values: ['cp1'] }, nbf: { essential: true, value: '1604106651' } },
    });
    clock.advance(60 * MINUTE);
    await draw();
    t.equal(provider.requests.at(-1)?.form.get('claims'), tokenParams.claims, 'only once');
    clock.advance(MINUTE);
    const { token: third } = await draw();
    const refused = json(400, { error: 'interaction_required' });
    provider.next(refused, refused);
    const again = vault.vault.tokens.reject(caller, asked, { ...NOTHING, tokenId: third.id, wwwAuthenticate });
    t.equal((await problem(again)).code, 'not_connected', 'the provider wants the person');
  });

  for (const refused of ['interaction_required', 'invalid_grant', 'invalid_request', 'no_such_error']) {
    t.test(`a challenge that somebody made up (${refused}) harms nobody, and is sent once`, async t => {
      const tokenParams = { claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}' };
      const person = await consentWorld(t, { input: { tokenParams } });
      await person.connect();
      const application = await world(t);
      for (const { vault, provider, clock, draw, key } of [person, application]) {
        const other = await vault.consumer('other', [whole('mail')]);
        const { token: first } = await draw();
        clock.advance(MINUTE);
        const claims = base64({ access_token: { acrs: { essential: false }, mad: { value: 'up' } } });
        const told = { ...NOTHING, tokenId: first.id, wwwAuthenticate: `Bearer claims="${claims}"` };
        const asked = { credential: 'mail', account: 'default', minTtl: 60, scope: undefined, requestId: 'test' };
        const before = provider.requests.length;
        provider.next(json(400, { error: refused }));
        await outcome(vault.vault.tokens.reject(await vault.vault.callers.identify(key), asked, told));
        t.match(provider.requests[before]?.form.get('claims'), /"mad"/);
        if (provider === person.provider) t.match(provider.requests[before]?.form.get('claims'), /"value":"c1"/);
        const state = async () => (await vault.store.reads.accounts.find('mail', 'default'))?.state;
        // An error that nobody knows may be a fault of the provider's, which is noted.
        if (refused !== 'no_such_error') t.equal(await state(), 'connected');
        t.equal(await outcome(vault.draw(other.key, 'mail')), 'ok');
        clock.advance(10 * MINUTE);
        t.equal(await outcome(draw()), 'ok');
        t.equal(await state(), 'connected');
        const later = provider.requests.slice(before + 1).map(({ form }) => form.get('claims') ?? '');
        t.notOk(later.join().includes('mad'), 'it went to the provider once');
      }
    });
  }

  t.test('one report does not take the token from others while no newer one can be had', async t => {
    const { vault, provider, clock, draw, report } = await rejecting(t);
    const other = await vault.consumer('other', [whole('mail')]);
    const { token: first } = await draw();
    clock.advance(30 * MINUTE);
    provider.always(json(401, { error: 'invalid_client' }));
    t.match(await problem(report(first.id, {}, other.key)), { code: 'provider_refused' }, 'who reports it is told why');
    t.match(await draw(), { token: { id: first.id }, warning: { code: 'refresh_failing' } });
  });

  t.test('reports of one consumer do not hold off the operator or another consumer', async t => {
    const { vault, admin, clock, draw, report } = await rejecting(t);
    const other = await vault.consumer('other', [whole('mail')]);
    const { token: first } = await draw();
    const codes: string[] = [];
    for (let n = 0; n < 8; n++) codes.push(await outcome(report(first.id)));
    t.strictSame([...new Set(codes)], ['provider_refused', 'rate_limited']);
    t.equal(await outcome(report(first.id, {}, other.key)), 'provider_refused');
    clock.advance(1_000);
    t.match(await vault.vault.testing.test(admin, 'mail', 'default'), { ok: true });
  });

  t.test('reports are read as servers write them', async t => {
    const cases: [string, Partial<Parameters<typeof readRejection>[0]>, Pick<Rejection, 'kind' | 'claims'>][] = [
      ['nothing', {}, { kind: 'invalid_token', claims: undefined }],
      ['401', { status: 401 }, { kind: 'invalid_token', claims: undefined }],
      ['403', { status: 403 }, { kind: 'insufficient_scope', claims: undefined }],
      [
        'XOAUTH2 400',
        { sasl: base64({ status: '400', schemes: 'Bearer', scope: 's' }) },
        { kind: 'invalid_token', claims: undefined },
      ],
      [
        'RFC 7628',
        { sasl: base64({ status: 'insufficient_scope', scope: 's' }) },
        { kind: 'insufficient_scope', claims: undefined },
      ],
      [
        'RFC 6750',
        { wwwAuthenticate: 'Bearer error=insufficient_scope' },
        { kind: 'insufficient_scope', claims: undefined },
      ],
      [
        'claims that are no JSON',
        { wwwAuthenticate: 'Bearer claims="e30="' },
        { kind: 'invalid_token', claims: undefined },
      ],
      [
        'claims of another kind',
        { wwwAuthenticate: `Bearer claims="${base64({ access_token: 'x' })}"` },
        { kind: 'invalid_token', claims: undefined },
      ],
      [
        'claims without end',
        { wwwAuthenticate: `Bearer claims="${base64({ access_token: { a: 'x'.repeat(2_000) } })}"` },
        { kind: 'invalid_token', claims: undefined },
      ],
      ['what is no base64', { sasl: '\u0000{{{' }, { kind: 'invalid_token', claims: undefined }],
    ];
    for (const [what, report, meaning] of cases) {
      const { kind, claims } = readRejection({ ...NOTHING, tokenId: 'tok', ...report });
      t.strictSame({ kind, claims }, meaning, what);
    }
  });

  t.test('a challenge of whatever length is read in no time', async t => {
    const begun = performance.now();
    readRejection({ ...NOTHING, tokenId: 'tok', wwwAuthenticate: `a="${'\\'.repeat(8_000)}` });
    readRejection({ ...NOTHING, tokenId: 'tok', wwwAuthenticate: 'a '.repeat(4_000) });
    readRejection({ ...NOTHING, tokenId: 'tok', wwwAuthenticate: 'a'.repeat(64_000) });
    readRejection({ ...NOTHING, tokenId: 'tok', wwwAuthenticate: `a${' '.repeat(64_000)}` });
    readRejection({ ...NOTHING, tokenId: 'tok', wwwAuthenticate: 'a="'.repeat(20_000) });
    t.ok(performance.now() - begun < 1_000, 'whatever is sent is read in no time');
  });
}
