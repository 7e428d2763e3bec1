import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { hold, json, reset, respond, token } from '../support/scripted-provider.js';
import { credentialInput, outcome } from '../support/vault.js';
import { problem } from '../vault/world.js';
import { consentWorld, idToken, sent } from './world.js';

const GONE = json(400, { error: 'invalid_grant', error_description: 'expired' });
const HOUR = 3_600_000;

/** A grant from its consent to its end: rotation, races, lost answers, refusals (threats and faults §5). */
export function refreshCases(t: Test): void {
  t.test(
    'a consent gives a token; when it ends the refresh token brings the next, for two hundred callers at once',
    async t => {
      const { provider, clock, draw, connect } = await consentWorld(t);
      t.match(await problem(draw()), { code: 'not_connected', details: { class: 'needs_user' } });
      t.match(await connect(), { outcome: { code: 'connected', name: 'owner@acme.example', lasting: true } });
      t.equal((await draw()).token.value.reveal(), 'access-1');
      t.equal(provider.requests.length, 1, 'a stored token costs no call');
      clock.advance(HOUR);
      provider.next(token('access-2', { refresh_token: 'refresh-2' }));
      const many = await Promise.all(Array.from({ length: 200 }, () => draw()));
      t.strictSame([...new Set(many.map(one => one.token.value.reveal()))], ['access-2']);
      t.match(Object.fromEntries(sent(provider)), { grant_type: 'refresh_token', refresh_token: 'refresh-1' });
      t.notOk(sent(provider).has('scope'), 'what was granted is what is asked for');
      clock.advance(HOUR);
      await draw();
      t.equal(sent(provider).get('refresh_token'), 'refresh-2', 'the rotated one is used');
      t.equal(provider.requests.length, 3);
    },
  );

  t.test('R8: a provider that does not rotate keeps its refresh token', async t => {
    const { provider, clock, draw, connect } = await consentWorld(t);
    await connect();
    for (const odd of [undefined, '', ['a'], null]) {
      clock.advance(HOUR);
      provider.next(token('next', odd === undefined ? {} : { refresh_token: odd }));
      await draw();
      t.equal(sent(provider).get('refresh_token'), 'refresh-1');
    }
  });

  t.test('finding 4: a refresh token is kept although the rest of its answer is useless', async t => {
    const { provider, clock, draw, connect, vault } = await consentWorld(t);
    await connect();
    clock.advance(HOUR);
    provider.next(json(200, { token_type: 'Bearer', refresh_token: 'refresh-kept' }));
    t.match(await problem(draw()), { details: { class: 'needs_operator' } });
    clock.advance(61_000);
    t.equal(await outcome(draw()), 'ok');
    t.equal(sent(provider).get('refresh_token'), 'refresh-kept');
    t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'connected', failCount: 0 });
  });

  t.test('F31: a refused grant needs its owner once, is not asked again, and comes back by a new consent', async t => {
    const { provider, clock, draw, connect } = await consentWorld(t);
    await connect();
    clock.advance(HOUR);
    provider.next(GONE);
    t.match(await problem(draw()), { code: 'not_connected', details: { provider: { error: 'invalid_grant' } } });
    t.match(await problem(draw()), { code: 'not_connected', details: { action: /connect link/ } });
    t.equal(provider.requests.length, 2);
    t.match(await connect(), { outcome: { code: 'connected' } });
    t.equal(await outcome(draw()), 'ok');
  });

  t.test('a token that is still good is served with a warning after its grant was refused (invariant 7)', async t => {
    const { provider, clock, draw, connect } = await consentWorld(t);
    await connect();
    clock.advance(HOUR / 2);
    provider.next(GONE);
    t.match(await problem(draw({ minTtl: 3_000 })), { code: 'not_connected' });
    t.match(await draw(), { expiresIn: 1_800, warning: { code: 'refresh_failing' } });
  });

  t.test('F6: a strict provider is not asked again until a lost answer cannot come any more; then once', async t => {
    const { provider, clock, draw, connect, vault } = await consentWorld(t);
    await connect();
    clock.advance(HOUR - 120_000);
    provider.next(reset());
    t.match(await problem(draw({ minTtl: 300 })), { code: 'provider_unavailable', details: { class: 'in_doubt' } });
    t.match(await draw({ minTtl: 60 }), { warning: { code: 'refresh_failing' } }, 'the old token serves');
    clock.advance(50_000);
    t.match(await problem(draw({ minTtl: 300 })), { details: { class: 'in_doubt' } });
    t.equal(provider.requests.length, 2, 'it rests');
    clock.advance(15_000);
    provider.next(GONE);
    t.match(await problem(draw({ minTtl: 300 })), { code: 'not_connected' });
    t.match(await vault.store.reads.accounts.find('mail', 'default'), { finding: { reason: 'rotation_lost' } });
  });

  t.test('F6: with a grace period the same refresh token is tried at once, and strictly after it', async t => {
    const { provider, clock, draw, connect } = await consentWorld(t, {
      input: { refreshPolicy: 'grace', graceSeconds: 30 },
    });
    await connect();
    clock.advance(HOUR - 300_000);
    provider.next(reset());
    await problem(draw({ minTtl: 600 }));
    clock.advance(5_000);
    provider.next(reset());
    t.match(await problem(draw({ minTtl: 600 })), { details: { class: 'in_doubt' } });
    t.equal(provider.requests.length, 3, 'within the grace period');
    clock.advance(26_000);
    t.match(await problem(draw({ minTtl: 600 })), { code: 'provider_unavailable' });
    t.equal(provider.requests.length, 3, 'counted from the first attempt');
  });

  t.test('F6: a provider that never rotates is asked again as after any failure', async t => {
    const { provider, clock, draw, connect } = await consentWorld(t, { input: { refreshPolicy: 'none' } });
    await connect();
    clock.advance(HOUR - 300_000);
    provider.next(reset());
    t.match(await problem(draw({ minTtl: 600 })), { details: { class: 'unavailable' } });
    clock.advance(5_000);
    t.equal(await outcome(draw({ minTtl: 600 })), 'ok');
  });

  t.test('F2: a process that died after its intent leaves an account in doubt', async t => {
    const { clock, draw, connect, vault, provider } = await consentWorld(t);
    await connect();
    clock.advance(HOUR - 120_000);
    const lease = await vault.store.takeLease('mail', 'default', 'the dead one', -1);
    await vault.store.intend({ credential: 'mail', account: 'default' }, lease?.fence ?? -1, {
      id: 'x',
      at: clock.now(),
    });
    t.match(await problem(draw({ minTtl: 300 })), { details: { class: 'in_doubt' } });
    t.equal(provider.requests.length, 1);
    clock.advance(61_000);
    t.equal(await outcome(draw({ minTtl: 300 })), 'ok');
    t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'connected', intent: undefined });
  });

  for (const newer of [false, true]) {
    const what = newer
      ? 'another instance has a newer one: it is put aside, and used when theirs is refused'
      : 'nobody has a newer one: it is used, and a strict provider never sees the one before again';
    t.test(`F8: an answer comes after the lease was taken over, and ${what}`, async t => {
      const { clock, draw, connect, vault, provider } = await consentWorld(t);
      await connect();
      clock.advance(HOUR);
      const late = hold(token('late', { refresh_token: 'refresh-late' }));
      provider.next(late.answer);
      const waiting = outcome(draw());
      await provider.received(2);
      clock.advance(16_000);
      t.ok(await vault.store.takeLease('mail', 'default', 'another instance', 60_000), 'the lease has ended');
      const grant = await vault.store.reads.grants.find('mail', 'default', 'current');
      const next = {
        generation: 'gen_newer',
        refreshToken: new Secret('refresh-newer'),
        now: 0,
        keepAliveAt: 0,
        idleEndsAt: 0,
      };
      if (newer && grant) await vault.store.transaction(tx => tx.grants.renew(grant, next));
      late.release();
      clock.advance(200_000);
      const after = token('recovered', { refresh_token: 'refresh-after' });
      provider.next(...(newer ? [GONE, after] : [after]));
      t.equal(await waiting, 'ok');
      const forms = provider.requests.map(({ form }) => form.get('refresh_token'));
      t.strictSame(forms.slice(2), newer ? ['refresh-newer', 'refresh-late'] : ['refresh-late']);
      const actions = (await vault.entries()).map(({ action }) => action);
      t.equal(actions.includes('account.orphan'), newer);
      t.ok(actions.includes('account.recover'));
      t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'connected', intent: undefined });
    });
  }

  t.test(
    'D14: an account that is disconnected during its refresh gets nothing; the new refresh token is revoked',
    async t => {
      const { clock, draw, connect, vault, provider, admin } = await consentWorld(t);
      const { version } = (await vault.vault.credentials.get(admin.caller, 'mail')).credential;
      await vault.vault.credentials.replace(
        admin,
        'mail',
        version,
        credentialInput(provider.url(), {
          grantType: 'authorization_code',
          authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
          revocationUrl: `${new URL(provider.url()).origin}/revoke`,
          scope: 'mail.read offline_access openid',
          secret: new Secret('client-secret'),
        }),
      );
      await connect();
      clock.advance(HOUR);
      const slow = hold(token('late', { refresh_token: 'refresh-late' }));
      provider.next(slow.answer);
      const waiting = outcome(draw());
      await provider.received(2);
      const revoked = respond(200, '');
      provider.next(revoked, revoked);
      t.match(await vault.vault.accounts.disconnect(admin, 'mail', 'default'), { revoked: true });
      t.match(Object.fromEntries(sent(provider)), { token: 'refresh-1' });
      slow.release();
      t.equal(await waiting, 'not_connected');
      t.match(Object.fromEntries(sent(provider)), { token: 'refresh-late' });
      t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'pending' });
    },
  );

  t.test('F43: a refresh that brings another account is given to nobody and waits for an operator', async t => {
    const { clock, draw, connect, vault, provider, admin } = await consentWorld(t);
    await connect();
    clock.advance(HOUR);
    provider.next(token('theirs', { refresh_token: 'refresh-theirs', id_token: idToken({ sub: 'somebody else' }) }));
    t.match(await problem(draw()), { code: 'provider_refused', details: { class: 'needs_operator' } });
    const view = await vault.vault.accounts.get(admin.caller, 'mail', 'default');
    t.match(view, { grant: { identity: { subject: 'owner' } }, candidate: { identity: { subject: 'somebody else' } } });
    const calls = provider.requests.length;
    for (let n = 0; n < 5; n++) t.equal(await outcome(draw()), 'provider_refused');
    t.equal(provider.requests.length, calls, 'and is asked again at most once a minute');
    clock.advance(24 * HOUR);
    t.equal(await outcome(draw()), 'provider_refused');
    t.equal(await outcome(vault.vault.accounts.refresh(admin, 'mail', 'default')), 'provider_refused');
    t.equal(provider.requests.length, calls, 'a refresh token that was most likely used up is not sent while it waits');
  });

  t.test('F43: no new secret of the credential takes the decision from the operator', async t => {
    const { clock, draw, connect, vault, provider, admin } = await consentWorld(t);
    const authorizationUrl = `${new URL(provider.url()).origin}/authorize`;
    const person = {
      grantType: 'authorization_code' as const,
      scope: 'mail.read offline_access openid',
      authorizationUrl,
    };
    const withSecret = (secret: string) => {
      const input = credentialInput(provider.url(), { ...person, secret: new Secret(secret) });
      return vault.vault.credentials.replace(admin, 'mail', '*', input);
    };
    await withSecret('first');
    await connect();
    clock.advance(HOUR);
    provider.next(token('theirs', { refresh_token: 'refresh-theirs', id_token: idToken({ sub: 'somebody else' }) }));
    t.equal(await outcome(draw()), 'provider_refused');
    const calls = provider.requests.length;
    await withSecret('second');
    t.equal(await outcome(draw()), 'provider_refused');
    const none = { secretExpiresAt: undefined, signingAlg: undefined, keyFile: undefined, keyId: undefined };
    const next = { ...none, method: 'client_secret_post' as const, secret: new Secret('third'), sameAs: undefined };
    const { id } = await vault.vault.clientAuths.add(admin, 'mail', next);
    await vault.vault.clientAuths.activate(admin, 'mail', id);
    t.equal(await outcome(draw()), 'provider_refused');
    t.equal(provider.requests.length, calls, 'the refresh token that was most likely used up is not sent');
    t.match(await vault.store.reads.accounts.find('mail', 'default'), { finding: { reason: 'other_identity' } });
  });

  for (const decision of ['accept', 'reject'] as const) {
    t.test(`F43: ${decision} ends nothing at the provider, for both tokens are of one grant there`, async t => {
      const { clock, draw, connect, vault, provider, admin } = await consentWorld(t);
      const { origin } = new URL(provider.url());
      const more = { authorizationUrl: `${origin}/authorize`, revocationUrl: `${origin}/revoke` };
      const person = { grantType: 'authorization_code' as const, scope: 'mail.read offline_access openid', ...more };
      const input = credentialInput(provider.url(), { ...person, secret: new Secret('client-secret') });
      await vault.vault.credentials.replace(admin, 'mail', '*', input);
      await connect();
      clock.advance(HOUR);
      provider.next(token('theirs', { refresh_token: 'refresh-theirs', id_token: idToken({ sub: 'somebody else' }) }));
      t.equal(await outcome(draw()), 'provider_refused');
      const calls = provider.requests.length;
      await vault.vault.accounts[decision](admin, 'mail', 'default');
      t.equal(provider.requests.length, calls);
      t.equal(await outcome(draw()), 'ok');
      t.equal(sent(provider).get('refresh_token'), decision === 'accept' ? 'refresh-theirs' : 'refresh-1');
      t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'connected' });
    });
  }

  t.test(
    'F43: the same person stays the same where one ID token names the organisation and the other does not',
    async t => {
      const { clock, draw, connect, provider } = await consentWorld(t);
      await connect();
      for (const tid of ['acme-tenant', undefined]) {
        clock.advance(HOUR);
        provider.next(token(`of-${tid}`, { refresh_token: 'next', id_token: idToken(tid ? { tid } : {}) }));
        t.equal((await draw()).token.value.reveal(), `of-${tid}`);
      }
    },
  );

  t.test(
    'F43: an ID token that is refused names another account all the same; the own one, expired, does no harm',
    async t => {
      const { clock, draw, connect, provider } = await consentWorld(t);
      await connect();
      clock.advance(HOUR);
      const expired = { exp: Math.floor(clock.now() / 1000) - 7_200 };
      provider.next(token('mine', { refresh_token: 'refresh-mine', id_token: idToken(expired) }));
      t.equal((await draw()).token.value.reveal(), 'mine');
      const foreign = { iss: 'ftp://elsewhere.example', sub: 'somebody else' };
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${idToken(foreign).split('.')[1]}.`;
      for (const id_token of [idToken(foreign), unsigned, idToken({ sub: undefined }), idToken({ sub: 7 })]) {
        const one = await consentWorld(t);
        await one.connect();
        one.clock.advance(HOUR);
        one.provider.next(token('theirs', { refresh_token: 'refresh-theirs', id_token }));
        t.match(await problem(one.draw()), { code: 'provider_refused', details: { class: 'needs_operator' } });
      }
    },
  );

  t.test('F43: an ID token that cannot be read may be anybody’s; its refresh token is kept all the same', async t => {
    const large = idToken({ groups: 'g'.repeat(20_000) });
    for (const id_token of [large, 'garbage', 'a.b.c.d.e', { payload: 'e30' }]) {
      const { clock, draw, connect, vault, provider, admin } = await consentWorld(t);
      await connect();
      clock.advance(HOUR);
      provider.next(token('whose', { refresh_token: 'refresh-whose', id_token }));
      const { code, details, message } = await problem(draw());
      t.match({ code, details, message }, { code: 'provider_refused', details: { class: 'needs_operator' } });
      t.match(message, /may be another account’s, for their ID token cannot be read/);
      await vault.vault.accounts.accept(admin, 'mail', 'default');
      t.equal(await outcome(draw()), 'ok', 'an operator may say that it is the right one');
      t.equal(sent(provider).get('refresh_token'), 'refresh-whose');
    }
    const nobody = await consentWorld(t, { input: { scope: 'mail.read offline_access' } });
    await nobody.connect('default', { id_token: undefined });
    nobody.clock.advance(HOUR);
    nobody.provider.next(token('nobody', { id_token: 'garbage' }));
    t.equal(await outcome(nobody.draw()), 'ok', 'a grant that never had an identity goes on without one');
  });

  t.test(
    'invariant 13: a grant goes to no other token endpoint, and works again when the change is undone',
    async t => {
      const { clock, draw, connect, vault, provider, admin } = await consentWorld(t);
      await connect();
      const there = (more: object) =>
        credentialInput(provider.url(), {
          grantType: 'authorization_code',
          authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
          scope: 'mail.read offline_access openid',
          secret: new Secret('client-secret'),
          ...more,
        });
      await vault.vault.credentials.replace(admin, 'mail', '*', there({ clientId: 'another' }));
      t.match(await problem(draw()), { code: 'not_connected' });
      t.equal(provider.requests.length, 1, 'nothing was sent as the other client');
      await vault.vault.credentials.replace(admin, 'mail', '*', there({}));
      clock.advance(HOUR);
      t.equal(await outcome(draw()), 'ok');
      t.equal(sent(provider).get('refresh_token'), 'refresh-1');
    },
  );

  t.test('F10: a refresh token is not sent when its intent cannot be stored', async t => {
    const { clock, draw, connect, provider, vault } = await consentWorld(t);
    await connect();
    clock.advance(HOUR);
    const { intend } = vault.store;
    vault.store.intend = async () => {
      throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
    };
    t.not(await outcome(draw()), 'ok');
    t.equal(provider.requests.length, 1);
    vault.store.intend = intend;
    t.equal(await outcome(draw()), 'ok');
  });
}
