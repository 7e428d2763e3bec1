import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { json, token } from '../support/scripted-provider.js';
import { credentialInput, outcome } from '../support/vault.js';
import { ISSUER, idToken, sent, type World, type Worlds } from './world.js';

const MINUTE = 60_000;

/** What a refused callback must not have done: asked the provider, or changed the account. */
async function nothingDone(t: Test, { provider, vault }: World, name: string): Promise<void> {
  t.equal(provider.requests.length, 0, `${name}: the provider was not asked`);
  t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'pending' }, `${name}: no change`);
  t.equal(await vault.store.reads.grants.find('mail', 'default', 'current'), undefined);
}

async function refusals(world: World): Promise<string[]> {
  const entries = await world.vault.entries();
  return entries.filter(entry => entry.action === 'consent.refuse').map(entry => entry.code ?? '');
}

/** Starting a consent and coming back from it (threats and faults, C1–C19). */
export function callbackCases(t: Test, consentWorld: Worlds): void {
  t.test(
    'C5: the browser is sent with state, an S256 challenge, a nonce and select_account, and the exchange proves it',
    async t => {
      const { provider, link, begin, back } = await consentWorld(t);
      const dance = await begin(await link());
      const asked = Object.fromEntries(dance.location.searchParams);
      t.match(asked, {
        response_type: 'code',
        client_id: 'client',
        redirect_uri: 'http://127.0.0.1:0/OAuth2Callback',
        scope: 'mail.read offline_access openid',
        code_challenge_method: 'S256',
        prompt: 'select_account',
      });
      provider.next(token('access', { refresh_token: 'r', id_token: idToken({}, dance.nonce) }));
      await back(dance, { code: 'the-code', session_state: 'ignored', something: 'else' });
      const form = Object.fromEntries(sent(provider));
      t.match(form, { grant_type: 'authorization_code', code: 'the-code', redirect_uri: asked.redirect_uri });
      const challenge = createHash('sha256')
        .update(form.code_verifier ?? '')
        .digest('base64url');
      t.equal(challenge, asked.code_challenge);
      t.notOk('something' in form, 'C8: what nobody asked for goes nowhere');
    },
  );

  t.test('C1: fifty replays of one callback exchange one code', async t => {
    const { provider, link, begin, back } = await consentWorld(t);
    const dance = await begin(await link());
    provider.always(token('access', { refresh_token: 'r', id_token: idToken({}, dance.nonce) }));
    const ends = await Promise.all(Array.from({ length: 50 }, () => back(dance, { code: 'the-code' })));
    t.equal(provider.requests.length, 1);
    t.ok(
      ends.every(end => 'consent' in end),
      'all of them come to the page of the one consent',
    );
    t.match(await back(dance, { code: 'the-code' }), { repeated: true });
    t.equal(provider.requests.length, 1);
  });

  t.test('C2: a callback in another browser is refused, and the first browser can still finish', async t => {
    const world = await consentWorld(t);
    const dance = await world.begin(await world.link());
    const stranger = 'A'.repeat(43);
    for (const browser of [stranger, '', 'x', `${dance.browser}x`]) {
      t.strictSame(await world.back(dance, { code: 'c' }, browser), { refused: 'other_browser' });
    }
    await nothingDone(t, world, 'another browser');
    t.equal(await world.vault.vault.consents.ended(dance.consent, stranger), undefined, 'nor can it see how it ended');
    world.provider.next(token('access', { refresh_token: 'r', id_token: idToken({}, dance.nonce) }));
    t.match(await world.back(dance, { code: 'c' }), { consent: dance.consent });
    t.equal(await outcome(world.draw()), 'ok');
  });

  t.test(
    'C3, C7, C10: a callback that is stale, malformed or of another flow does nothing and is in the ledger',
    async t => {
      const world = await consentWorld(t);
      const dance = await world.begin(await world.link());
      const { finish } = world.vault.vault.consents;
      const good = `state=${dance.state}&code=c`;
      const odd = {
        'no state': 'code=c',
        'no answer': `state=${dance.state}`,
        'an unknown state': `state=${dance.state.slice(0, -1)}${dance.state.endsWith('A') ? 'B' : 'A'}&code=c`,
        'a state cut short': `state=${dance.state.slice(0, 40)}&code=c`,
        'a state with NUL': `state=${dance.state}%00&code=c`,
        'a megabyte of state': `state=${'x'.repeat(1_000_000)}&code=c`,
        'state as a list': `state[]=${dance.state}&code=c`,
        'C7: two states': `${good}&state=${dance.state}`,
        'C7: two codes': `${good}&code=d`,
        'C7: two issuers': `${good}&iss=a&iss=b`,
        'C7: two errors': `${good}&error=a&error=b`,
        'C10: JARM': `${good}&response=x.y.z`,
        'C10: an ID token': `${good}&id_token=x.y.z`,
        'C10: an access token': `${good}&access_token=x`,
      };
      for (const [name, query] of Object.entries(odd)) {
        const end = await finish.call(world.vault.vault.consents, new URLSearchParams(query), () => dance.browser, {
          id: 'r',
          address: name,
        });
        t.match(end, { refused: /malformed|unknown/ }, name);
      }
      await nothingDone(t, world, 'odd callbacks');
      world.clock.advance(10 * MINUTE);
      t.strictSame(await world.back(dance, { code: 'c' }), { refused: 'expired' });
      await nothingDone(t, world, 'ten minutes later');
      t.strictSame([...new Set(await refusals(world))].sort(), ['expired', 'malformed', 'unknown']);
    },
  );

  t.test('C4: an answer of another issuer is refused before its code goes anywhere', async t => {
    const world = await consentWorld(t, { input: { issuer: ISSUER } });
    const dance = await world.begin(await world.link());
    for (const iss of ['https://evil.example', `${ISSUER}/`, ISSUER.toUpperCase(), '']) {
      t.strictSame(await world.back(dance, { code: 'c', iss }), { refused: 'issuer' }, iss);
    }
    await nothingDone(t, world, 'another issuer');
    world.provider.next(token('access', { refresh_token: 'r', id_token: idToken({}, dance.nonce) }));
    t.match(await world.back(dance, { code: 'c', iss: ISSUER }), { consent: dance.consent });
  });

  t.test('C4: without a stored issuer, the one of the working grant counts', async t => {
    const world = await consentWorld(t);
    await world.connect();
    const dance = await world.begin(await world.link());
    t.strictSame(await world.back(dance, { code: 'c', iss: 'https://evil.example' }), { refused: 'issuer' });
  });

  t.test('C9, C13: an error counts before a code, is told in our words, and asks the provider nothing', async t => {
    const world = await consentWorld(t);
    const errors = {
      access_denied: { code: 'declined', class: 'needs_user' },
      consent_required: { code: 'needs_admin', class: 'needs_admin' },
      temporarily_unavailable: { code: 'failed', class: 'unavailable' },
      invalid_scope: { code: 'failed', class: 'needs_operator' },
      'anything else': { code: 'failed', class: 'needs_operator' },
    };
    for (const [error, expected] of Object.entries(errors)) {
      const dance = await world.begin(await world.link());
      const error_description = 'AADSTS65004: no\r\n<script>\u202ealert(1)</script>';
      await world.back(dance, { code: 'c', error, error_description });
      const end = await world.vault.vault.consents.ended(dance.consent, dance.browser);
      t.match(end, { outcome: { ...expected, provider: { codes: ['AADSTS65004'] } }, mayRetry: true }, error);
      t.notMatch(JSON.stringify(end?.outcome), /\\r|\\n|\u202e/, 'on one line, without invisible characters');
    }
    t.equal(world.provider.requests.length, 0);
    t.match(await world.vault.store.reads.accounts.find('mail', 'default'), { state: 'needs_admin' });
    t.match(await world.connect(), { outcome: { code: 'connected' } }, 'the way back');
  });

  t.test(
    'C15: another person, fewer scopes or a refused identity waits; the working grant stays until an operator decides',
    async t => {
      const world = await consentWorld(t);
      const { vault, admin, provider, draw } = world;
      await world.connect();
      const doubts = {
        other_identity: { id_token: idToken({ sub: 'somebody else' }) },
        identity_unknown: { id_token: undefined },
        identity_refused: { id_token: idToken({ aud: 'another client' }) },
      };
      for (const [doubt, answer] of Object.entries(doubts)) {
        const dance = await world.begin(await world.link());
        const claims =
          doubt === 'other_identity' ? { id_token: idToken({ sub: 'somebody else' }, dance.nonce) } : answer;
        provider.next(token('theirs', { refresh_token: 'refresh-theirs', ...claims }));
        await world.back(dance, { code: 'c' });
        const end = await vault.vault.consents.ended(dance.consent, dance.browser);
        t.match(end, { outcome: { code: 'waiting', doubt } }, doubt);
        t.equal((await draw()).token.value.reveal(), 'access-1', `${doubt}: the grant before is used`);
      }
      t.match(await vault.vault.accounts.get(admin.caller, 'mail', 'default'), { candidate: { kind: 'candidate' } });
      const late = vault.vault.accounts.accept(admin, 'mail', 'default', 'grant_that-was-seen');
      t.equal(await outcome(late), 'version_conflict', 'another one waits than the one that was looked at');
      const { candidate } = await vault.vault.accounts.get(admin.caller, 'mail', 'default');
      await vault.vault.accounts.reject(admin, 'mail', 'default', candidate?.id);
      t.equal((await vault.vault.accounts.get(admin.caller, 'mail', 'default')).candidate, undefined);
      t.equal((await draw()).token.value.reveal(), 'access-1');

      const dance = await world.begin(await world.link());
      provider.next(
        token('new', { refresh_token: 'refresh-new', id_token: idToken({ sub: 'successor' }, dance.nonce) }),
      );
      await world.back(dance, { code: 'c' });
      t.match(await vault.vault.accounts.accept(admin, 'mail', 'default'), {
        grant: { identity: { subject: 'successor' } },
      });
      provider.next(token('of-the-successor'));
      t.equal((await draw()).token.value.reveal(), 'of-the-successor');
      t.equal(sent(provider).get('refresh_token'), 'refresh-new');
    },
  );

  t.test('C16: what was granted is compared with what was asked, however it is spelled', async t => {
    const scope =
      'offline_access openid https://outlook.office.com/IMAP.AccessAsUser.All https://graph.microsoft.com/Mail.Send';
    const cases = {
      'https://outlook.office365.com/IMAP.AccessAsUser.All Mail.Send': [],
      'mail.send https://outlook.office.com/imap.accessasuser.all profile': [],
      'https://graph.microsoft.com/Mail.Send': ['https://outlook.office.com/IMAP.AccessAsUser.All'],
    };
    for (const [granted, missing] of Object.entries(cases)) {
      const world = await consentWorld(t, { input: { scope } });
      t.match(await world.connect('default', { scope: granted }), { outcome: { code: 'connected', missing } }, granted);
    }
    const world = await consentWorld(t);
    t.match(await world.connect(), { outcome: { missing: [] } }, 'nothing said means as asked');
    t.match(await world.connect('default', { scope: 'openid' }), {
      outcome: { code: 'waiting', doubt: 'fewer_scopes' },
    });
  });

  t.test('C17: the identity is issuer and subject, never a name; the same one replaces its grant at once', async t => {
    const world = await consentWorld(t);
    await world.connect();
    const again = await world.begin(await world.link());
    const renamed = idToken({ preferred_username: 'new-name@acme.example' }, again.nonce);
    world.provider.next(token('access-new', { refresh_token: 'refresh-new', id_token: renamed }));
    await world.back(again, { code: 'c' });
    t.match(await world.vault.vault.consents.ended(again.consent, again.browser), {
      outcome: { code: 'connected', name: 'new-name@acme.example' },
    });
    t.equal((await world.draw()).token.value.reveal(), 'access-new');
    const wrong = await world.begin(await world.link());
    const copied = idToken({ sub: 'imposter', preferred_username: 'new-name@acme.example' }, wrong.nonce);
    world.provider.next(token('theirs', { refresh_token: 'r', id_token: copied }));
    await world.back(wrong, { code: 'c' });
    t.match(await world.vault.vault.consents.ended(wrong.consent, wrong.browser), {
      outcome: { doubt: 'other_identity' },
    });
  });

  t.test('C17: on the first consent too a refused identity waits for an operator', async t => {
    const world = await consentWorld(t);
    const end = await world.connect('default', { id_token: idToken({}, 'a nonce of somebody else') });
    t.match(end, { outcome: { code: 'waiting', doubt: 'identity_refused' } });
    t.equal(await outcome(world.draw()), 'not_connected');
  });

  t.test(
    'C18: a link is spent by the first completed consent, ends by time, by deletion and after ten starts',
    async t => {
      const { vault, admin, clock, link, begin, connect, back, provider } = await consentWorld(t);
      const { consents, connectLinks } = vault.vault;
      const first = await link();
      const dance = await begin(first);
      provider.next(token('a', { refresh_token: 'r', id_token: idToken({}, dance.nonce) }));
      await back(dance, { code: 'c' });
      t.equal(await consents.page(first), undefined, 'spent');
      const short = await link('default', { expiresIn: 60 });
      t.ok(await consents.page(short));
      clock.advance(MINUTE);
      t.equal(await consents.page(short), undefined, 'over');
      const deleted = await link();
      const ids = (await connectLinks.list(admin.caller, 'mail')).filter(
        one => one.starts === 0 && one.expiresAt > clock.now(),
      );
      await connectLinks.remove(admin, 'mail', ids[0]?.id ?? '');
      t.equal(await consents.page(deleted), undefined, 'deleted');
      const busy = await link();
      for (let start = 0; start < 10; start++) t.ok(await consents.start(busy, 'r'));
      t.equal(await consents.start(busy, 'r'), undefined, 'the eleventh');
      for (const strange of ['', 'x', 'A'.repeat(43), '../', 'a'.repeat(10_000)])
        t.equal(await consents.page(strange), undefined);
      t.match(await connect(), { outcome: { code: 'connected' } }, 'a new link works');
    },
  );

  t.test(
    'C18: of two consents that one link began only the first is completed; a deleted link completes none',
    async t => {
      const world = await consentWorld(t);
      const { vault, admin, provider, begin, back, link } = world;
      const address = await link();
      const [mine, theirs, late] = [await begin(address), await begin(address), await begin(await link())];
      provider.next(token('mine', { refresh_token: 'r', id_token: idToken({}, mine.nonce) }));
      await back(mine, { code: 'c' });
      t.strictSame(await back(theirs, { code: 'c' }), { refused: 'link_over' });
      for (const { id } of await vault.vault.connectLinks.list(admin.caller, 'mail')) {
        await vault.vault.connectLinks.remove(admin, 'mail', id);
      }
      t.strictSame(await back(late, { code: 'c' }), { refused: 'link_over' });
      t.equal(provider.requests.length, 1);
      t.equal((await world.draw()).token.value.reveal(), 'mine');
    },
  );

  t.test('C18: looking at a link uses nothing up; the ledger says who made it and what came of it', async t => {
    const { vault, link, begin, back, provider } = await consentWorld(t);
    const token_ = await link();
    for (let look = 0; look < 25; look++) t.ok(await vault.vault.consents.page(token_));
    const dance = await begin(token_);
    provider.next(token('a', { refresh_token: 'r', id_token: idToken({}, dance.nonce) }));
    await back(dance, { code: 'c' });
    const actions = (await vault.entries()).filter(entry => entry.action.startsWith('consent.'));
    t.match(actions, [
      { action: 'consent.link', consumer: 'admin' },
      { action: 'consent.start', outcome: 'ok' },
      { action: 'consent.finish', outcome: 'ok', code: 'connected', account: 'default' },
    ]);
  });

  t.test('a waiting grant is forgotten after seven days, a consent too, its link after thirty', async t => {
    const { vault, clock, admin, connect } = await consentWorld(t);
    const DAY = 24 * 60 * MINUTE;
    await connect();
    await connect('default', { id_token: undefined });
    const { reads } = vault.store;
    const candidate = () => reads.grants.find('mail', 'default', 'candidate');
    await vault.vault.upkeep.minute();
    t.ok(await candidate());
    clock.advance(7 * DAY + MINUTE);
    await vault.vault.upkeep.minute();
    t.equal(await candidate(), undefined);
    t.ok(await reads.grants.find('mail', 'default', 'current'), 'the one in use stays');
    t.equal((await vault.vault.connectLinks.list(admin.caller, 'mail')).length, 2);
    clock.advance(23 * DAY);
    await vault.vault.upkeep.minute();
    t.strictSame(await vault.vault.connectLinks.list(admin.caller, 'mail'), []);
  });

  t.test('a code that is refused at the token endpoint leaves the link open and says whose turn it is', async t => {
    const { link, begin, back, provider, vault } = await consentWorld(t);
    const expected = {
      invalid_grant: { code: 'failed', class: 'needs_user' },
      invalid_client: { code: 'failed', class: 'needs_operator' },
    };
    for (const [error, about] of Object.entries(expected)) {
      const dance = await begin(await link());
      provider.next(json(400, { error }));
      await back(dance, { code: 'c' });
      const end = await vault.vault.consents.ended(dance.consent, dance.browser);
      t.match(end, { outcome: about, mayRetry: true }, error);
    }
  });

  t.test('D14: a credential that was changed while its owner signed in gets no grant', async t => {
    const { link, begin, back, provider, vault, admin } = await consentWorld(t);
    const dance = await begin(await link());
    provider.next((socket, request) => {
      const input = credentialInput(provider.url(), {
        grantType: 'authorization_code',
        authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
        clientId: 'another',
        secret: new Secret('another-secret'),
      });
      const answer = token('access', { refresh_token: 'r', id_token: idToken({}, dance.nonce) });
      void vault.vault.credentials.replace(admin, 'mail', '*', input).then(() => answer(socket, request));
    });
    await back(dance, { code: 'c' });
    t.match(await vault.vault.consents.ended(dance.consent, dance.browser), { outcome: { code: 'failed' } });
    t.equal(await vault.store.reads.grants.find('mail', 'default', 'current'), undefined);
  });

  t.test(
    'one consent, several resources: a draw names one, each is cached apart, and nothing beyond the grant is asked',
    async t => {
      const outlook = 'https://outlook.office.com/IMAP.AccessAsUser.All';
      const input = { scope: `${outlook} offline_access`, consentScope: `${outlook} Mail.Send offline_access` };
      const { provider, draw, connect } = await consentWorld(t, { input });
      t.match(await connect('default', { scope: outlook }), { outcome: { code: 'connected', missing: [] } });
      t.equal(sent(provider).get('scope'), `${outlook} offline_access`, 'the exchange names one resource');
      provider.next(token('graph', { scope: 'Mail.Send', refresh_token: 'refresh-2' }));
      t.equal((await draw({ scope: 'Mail.Send' })).token.value.reveal(), 'graph');
      t.equal(sent(provider).get('scope'), 'Mail.Send offline_access');
      t.equal((await draw()).token.value.reveal(), 'access-1');
      t.equal((await draw({ scope: 'Mail.Send' })).token.value.reveal(), 'graph');
      t.equal(provider.requests.length, 2, 'both from the store');
      t.equal(await outcome(draw({ scope: 'Mail.ReadWrite' })), 'not_found');
      t.equal(provider.requests.length, 2, 'W23: nothing was asked');
    },
  );

  t.test('an administrator’s consent changes nothing but says so; its tenant is a note, not an identity', async t => {
    const world = await consentWorld(t);
    const { vault, admin, provider, begin, back } = world;
    const adminConsentUrl = `${new URL(provider.url()).origin}/adminconsent?scope=x`;
    const made = await vault.vault.connectLinks.createForAdmin(admin, 'mail', { adminConsentUrl, expiresIn: 600 });
    const dance = await begin(made.token.reveal());
    t.match(Object.fromEntries(dance.location.searchParams), {
      client_id: 'client',
      scope: 'x',
      redirect_uri: /Callback$/,
    });
    await back(dance, { admin_consent: 'True', tenant: 'acme-tenant' });
    t.match(await vault.vault.consents.ended(dance.consent, dance.browser), {
      outcome: { code: 'admin_consented', tenant: 'acme-tenant' },
      tests: undefined,
    });
    await nothingDone(t, world, 'admin consent');
  });
}
