import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { hold, json, reset, token } from '../support/scripted-provider.js';
import { outcome } from '../support/vault.js';
import { problem } from '../vault/world.js';
import { idToken, sent, type World, type Worlds } from './world.js';

const GONE = json(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' });
const HOUR = 3_600_000;

function importing({ vault: { vault }, admin }: World) {
  return (text = 'brought', account = 'default', credential = 'mail') =>
    vault.importing.take(admin, credential, account, new Secret(text));
}

/** All that could have been changed. */
async function all({ vault: { store } }: World) {
  const { reads } = store;
  const accounts = await reads.accounts.list('mail');
  const grants = await Promise.all(accounts.map(({ account }) => reads.grants.list('mail', account)));
  return { accounts, grants, token: await reads.findToken('mail', 'default', 'mail.read') };
}

async function entries({ vault }: World) {
  const found = (await vault.entries()).filter(({ action }) => action === 'account.import');
  return found.map(({ outcome, code, account }) => `${account} ${outcome} ${code}`);
}

/** A refresh token that other software obtained: used once, then kept. */
export function importCases(t: Test, worlds: Worlds): void {
  t.test('it is used once before it is kept, its token is drawn, and the ledger says so', async t => {
    const world = await worlds(t);
    const { provider, draw, clock } = world;
    provider.next(token('access-1', { id_token: idToken() }));
    t.match(await importing(world)(), {
      waits: undefined,
      view: { account: { state: 'connected' }, grant: { hasRefreshToken: true, identity: { subject: 'owner' } } },
    });
    t.match(Object.fromEntries(sent(provider)), { grant_type: 'refresh_token', refresh_token: 'brought' });
    t.equal((await draw()).token.value.reveal(), 'access-1');
    t.equal(provider.requests.length, 1);
    clock.advance(HOUR);
    await draw();
    t.equal(sent(provider).get('refresh_token'), 'brought', 'it was not rotated, so it stays');
    t.strictSame(await entries(world), ['default ok begun', 'default ok connected']);
    t.notMatch(JSON.stringify(await world.vault.entries()), /brought|access-1/);
  });

  t.test('a rotated answer is what is kept, for a new account too', async t => {
    const world = await worlds(t);
    const { provider, draw, clock } = world;
    provider.next(token('access-1', { refresh_token: 'rotated' }));
    t.match(await importing(world)('brought', 'info@acme.example'), { view: { account: { state: 'connected' } } });
    clock.advance(HOUR);
    await draw({ account: 'info@acme.example' });
    t.equal(sent(provider).get('refresh_token'), 'rotated');
  });

  t.test('a refresh token that came is kept although the rest of its answer is useless', async t => {
    const world = await worlds(t);
    const { provider, draw, clock } = world;
    provider.next(json(200, { token_type: 'Bearer', refresh_token: 'rotated' }));
    t.match(await importing(world)(), { waits: undefined, view: { account: { state: 'needs_operator' } } });
    clock.advance(61_000);
    t.equal(await outcome(draw()), 'ok');
    t.equal(sent(provider).get('refresh_token'), 'rotated');
  });

  t.test('what the provider refuses changes nothing: no account begins, and one that works goes on', async t => {
    const world = await worlds(t);
    const { provider, connect, draw } = world;
    const take = importing(world);
    const empty = await all(world);
    provider.next(GONE);
    const refused = await problem(take('dead', 'new@acme.example'));
    t.match(refused, {
      code: 'provider_refused',
      details: { class: 'needs_user', provider: { error: 'invalid_grant' } },
    });
    t.match(refused.message, /Nothing was changed/);
    t.notMatch(JSON.stringify(refused), /dead/);
    t.strictSame(await all(world), empty);
    await connect();
    const before = await all(world);
    const answers = {
      provider_refused: [GONE, json(401, { error: 'invalid_client' }), json(200, { access_token: 7 })],
      provider_unavailable: [reset(), json(503, {}), json(429, {})],
    };
    for (const [code, some] of Object.entries(answers)) {
      for (const answer of some) {
        provider.next(answer);
        t.equal(await outcome(take()), code);
        t.strictSame(await all(world), before, code);
        world.clock.advance(61_000);
      }
    }
    t.equal((await draw()).token.value.reveal(), 'access-2');
    t.match(
      (await entries(world)).filter(one => one.startsWith('new@')),
      [/ok begun/, /failed invalid_grant/],
    );
  });

  t.test('a refusal that is known by its code is told in the words for it, like every other', async t => {
    const world = await worlds(t);
    const refused = async (error: string, error_description: string) => {
      world.clock.advance(60_000);
      world.provider.next(json(400, { error, error_description }));
      return await problem(importing(world)());
    };
    const consent = await refused('invalid_grant', 'AADSTS65001: x');
    t.match(consent, { code: 'provider_refused', message: /^Nobody has consented yet .* Nothing was changed\.$/ });
    const { details } = consent;
    t.match(details, {
      class: 'needs_user',
      who: 'tenant_admin',
      link: /admin-consent$/,
      provider: { codes: ['AADSTS65001'] },
    });
    t.match(details.action, /Grant admin consent.*`tokenwell credential admin-consent-link mail`\. Then let the owner/);
    t.match(await refused('consent_required', 'AADSTS65001: x'), { details: { class: 'needs_admin' } });
    t.match(await refused('invalid_grant', 'AADSTS50173: x'), {
      message: /password was changed/,
      details: { who: 'mailbox_owner' },
    });
    const plain = await refused('invalid_grant', 'x');
    t.match(plain, {
      message: /refuses this refresh token/,
      details: { class: 'needs_user', action: /newest refresh token/ },
    });
  });

  t.test('an answer that was lost is said to be in doubt, and a try more is all it takes', async t => {
    const world = await worlds(t);
    world.provider.next(reset());
    const lost = await problem(importing(world)());
    t.match(lost, { code: 'provider_unavailable', details: { class: 'in_doubt' } });
    t.match(lost.message, /not known whether the provider used/);
    t.equal(await outcome(importing(world)()), 'ok');
  });

  t.test('beside a grant that works somebody else’s waits, and so does one of nobody knows whom', async t => {
    const world = await worlds(t);
    const { provider, connect, draw, vault, admin } = world;
    await connect();
    const wait = { other_identity: idToken({ sub: 'somebody else' }), identity_unknown: undefined };
    for (const [waits, id_token] of Object.entries(wait)) {
      provider.next(token('foreign', { refresh_token: `rotated-${waits}`, id_token }));
      t.match(await importing(world)(), { waits, view: { candidate: { kind: 'candidate' } } });
      t.equal((await draw()).token.value.reveal(), 'access-1', waits);
    }
    await vault.vault.accounts.accept(admin, 'mail', 'default');
    await draw();
    t.equal(sent(provider).get('refresh_token'), 'rotated-identity_unknown');
    const own = token('own', { refresh_token: 'own', id_token: idToken() });
    await vault.vault.accounts.disconnect(admin, 'mail', 'default');
    await connect();
    provider.next(own);
    t.match(await importing(world)(), { waits: undefined }, 'the same person’s takes the place at once');
    t.equal((await draw()).token.value.reveal(), 'own');
  });

  t.test('only authorization_code has refresh tokens; what is disabled takes none; six a minute', async t => {
    const world = await worlds(t, { input: { grantType: 'client_credentials', scope: 'mail.read' } });
    t.match(await problem(importing(world)()), { code: 'conflict', message: /client_credentials/ });
    t.equal(await outcome(importing(world)('x', 'default', 'nothing')), 'not_found');
    t.equal(world.provider.requests.length, 0);
    const other = await worlds(t);
    const take = importing(other);
    const { accounts, credentials } = other.vault.vault;
    await accounts.setDisabled(other.admin, 'mail', 'default', true);
    t.equal(await outcome(take()), 'conflict');
    await accounts.setDisabled(other.admin, 'mail', 'default', false);
    await credentials.setDisabled(other.admin, 'mail', true);
    t.equal(await outcome(take()), 'conflict');
    await credentials.setDisabled(other.admin, 'mail', false);
    t.equal(other.provider.requests.length, 0);
    t.strictSame(await entries(other), [], 'none of this began');
    for (let i = 0; i < 6; i += 1) await take().catch(() => undefined);
    t.equal(await outcome(take()), 'rate_limited');
  });

  t.test('of two at once one is sent; the other learns that the account was connected', async t => {
    const world = await worlds(t);
    const held = hold(token('access-1', { refresh_token: 'rotated' }));
    world.provider.next(held.answer);
    const take = importing(world);
    const both = [outcome(take()), outcome(take())];
    await world.provider.received(1);
    t.match(await entries(world), ['default ok begun'], 'a process that is killed now has left a trace');
    held.release();
    t.strictSame((await Promise.all(both)).sort(), ['conflict', 'ok']);
    t.equal(world.provider.requests.length, 1);
  });

  t.test('what happens to account and credential meanwhile decides what becomes of what came', async t => {
    const during = async (before: boolean, act: (world: World) => Promise<unknown>) => {
      const world = await worlds(t);
      if (before) await world.connect();
      const held = hold(token('late', { refresh_token: 'rotated', id_token: idToken() }));
      world.provider.next(held.answer);
      const taking = importing(world)().then(
        ({ waits }) => waits,
        error => error.code,
      );
      await world.provider.received(before ? 2 : 1);
      await act(world);
      held.release();
      const end = await taking;
      const grants = await world.vault.store.reads.grants.list('mail', 'default');
      return `${end} ${grants.map(({ kind }) => kind).sort()}`.trim();
    };
    const disconnect = ({ vault: { vault }, admin }: World) => vault.accounts.disconnect(admin, 'mail', 'default');
    t.equal(await during(true, disconnect), 'conflict', 'D14: ended, and nothing comes back');
    t.equal(
      await during(false, disconnect),
      'changed_meanwhile candidate',
      'it cannot be told why, so a person decides',
    );
    const disable = ({ vault: { vault }, admin }: World) => vault.accounts.setDisabled(admin, 'mail', 'default', true);
    t.equal(await during(false, disable), 'changed_meanwhile candidate');
    const change = ({ vault: { vault }, admin }: World) => vault.credentials.setDisabled(admin, 'mail', true);
    t.equal(await during(true, change), 'changed_meanwhile candidate,current');
  });
}
