import type { Test } from 'tap';
import { placeText } from '../../src/vault/expiry.js';
import { Secret } from '../../src/vault/secret.js';
import { json } from '../support/scripted-provider.js';
import { credentialInput, outcome, whole } from '../support/vault.js';
import type { DatabaseUnderTest } from '../vault/databases.js';
import { DAY, expiryWorld } from './world.js';

const ID = /^(?:auth|grant|link)_/;

/** What is listed: each kind with its date, and gone once it was replaced. */
export function listCases(t: Test, database: DatabaseUnderTest): void {
  const start = async (t: Test, options: Parameters<typeof expiryWorld>[1] = {}) =>
    await expiryWorld(t, { ...options, env: await database.env() });

  t.test('a secret ends when its operator says, and a new one has an end of its own', async t => {
    const { clock, days, create, replace, list } = await start(t);
    await create('acme', { secretExpiresAt: clock.now() + 40 * DAY });
    t.strictSame(await days('client_secret'), [
      ['acme', 40, 'notice'],
      ['mail', 365, 'notice'],
    ]);
    clock.advance(10 * DAY);
    t.strictSame((await days('client_secret'))[0], ['acme', 30, 'warning']);
    clock.advance(23 * DAY);
    t.strictSame((await days('client_secret'))[0], ['acme', 7, 'critical']);
    clock.advance(7 * DAY + 1);
    t.strictSame((await days('client_secret'))[0], ['acme', -1, 'expired']);
    const [ended] = await list({ kind: 'client_secret' });
    t.match(ended, { class: 'needs_operator', id: ID, estimated: false });
    t.match(ended?.action, /tokenwell credential replace acme --secret-file <file> --secret-expires-at <date>$/);
    await replace('acme', { secret: new Secret('second'), secretExpiresAt: clock.now() + 400 * DAY });
    t.strictSame(
      (await days('client_secret')).map(([id]) => id),
      ['mail', 'acme'],
      'the old date is gone',
    );
  });

  t.test('a secret without a date: a reminder a year after it came, however often the rest is changed', async t => {
    const { clock, days, create, replace, list } = await start(t);
    await create('acme');
    await create('google-robot', { tokenUrl: 'https://oauth2.googleapis.com/token', scope: 'mail.read' });
    clock.advance(100 * DAY);
    await replace('acme', { secret: undefined, description: 'renamed' });
    const before = await days('client_secret');
    t.strictSame(before.sort(), [
      ['acme', 265, 'notice'],
      ['mail', 265, 'notice'],
    ]);
    clock.advance(300 * DAY);
    const reminder = (await list({ kind: 'client_secret' })).find(one => one.credential === 'acme');
    t.match(reminder, { daysLeft: -35, severity: 'warning' }, 'a guess never says that it is over');
    t.match(reminder, { estimated: true, action: /^No date given; secrets there last at most 24 months/ });
    const own = (await list({ kind: 'client_secret' })).find(one => one.credential === 'mail');
    t.match(own?.action, /^No date given; Microsoft's secrets last at most 24 months/);
    await replace('acme', { secret: new Secret('second') });
    const renewed = (await days('client_secret')).find(([id]) => id === 'acme');
    t.strictSame(renewed, ['acme', 365, 'notice'], 'a new secret counts anew');
    await replace('acme', { secret: undefined, secretExpiresAt: clock.now() + 20 * DAY });
    t.match(
      (await list({ kind: 'client_secret' })).find(one => one.credential === 'acme'),
      { estimated: false, daysLeft: 20 },
    );
  });

  t.test('a certificate ends as it says; one that is not active presses nobody', async t => {
    const { vault, admin, list, create, clock } = await start(t);
    await create('acme');
    const next = await vault.vault.clientAuths.generate(admin, 'acme', { subject: 'acme', months: 1 });
    const [staged] = await list({ kind: 'certificate' });
    t.match(staged, {
      credential: 'acme',
      id: next.id,
      endsAt: next.certificate?.notAfter,
      spare: true,
      severity: 'none',
    });
    t.match(staged?.action, new RegExp(`tokenwell credential auth-delete acme ${next.id}$`));
    await vault.vault.clientAuths.activate(admin, 'acme', next.id);
    t.match(await list({ kind: 'certificate' }), [
      { spare: false, severity: /warning|notice/, class: 'needs_operator' },
    ]);
    const secret = (await list({ kind: 'client_secret' })).find(one => one.credential === 'acme');
    t.match(secret, { spare: true, severity: 'none' }, 'the secret is the one beside it now');
    clock.advance(25 * DAY);
    const after = await vault.vault.clientAuths.generate(admin, 'acme', { subject: 'acme', months: 24 });
    await vault.vault.clientAuths.activate(admin, 'acme', after.id);
    await vault.vault.clientAuths.remove(admin, 'acme', next.id);
    t.match(await list({ kind: 'certificate' }), [{ id: after.id, severity: 'notice' }]);
  });

  t.test('a draw warns of a certificate that ends within two weeks', async t => {
    const { vault, admin, clock, provider } = await start(t);
    await vault.vault.credentials.create(admin, 'own', credentialInput(provider.url()));
    const { id } = await vault.vault.clientAuths.generate(admin, 'own', { subject: 'own', months: 1 });
    await vault.vault.clientAuths.activate(admin, 'own', id);
    const { key } = await vault.consumer('desk', [whole('own')]);
    t.equal((await vault.draw(key, 'own')).warning, undefined);
    clock.advance(20 * DAY);
    const { warning } = await vault.draw(key, 'own');
    t.match(warning, { code: 'expiring_secret', detail: /^The certificate expires on 2026-12-01\. Create a new one/ });
  });

  t.test('a refresh token ends so long after its last use as its provider lets it lie idle', async t => {
    const microsoft = { preset: 'microsoft', tenant: 'contoso.example', purpose: 'custom' as const };
    const { clock, list, connect, draw, vault, admin } = await start(t, { input: microsoft });
    await connect('info@acme.example', { id_token: undefined });
    const found = async () => (await list({ kind: 'refresh_token' }))[0];
    t.match(await found(), { account: 'info@acme.example', daysLeft: 90, severity: 'none', estimated: false });
    t.match((await found())?.action, /^Nobody must act/);
    clock.advance(40 * DAY);
    t.match(await found(), { daysLeft: 50, severity: 'none' });
    await draw({ account: 'info@acme.example' });
    t.match(await found(), { daysLeft: 90 }, 'it was used');
    // Used by upkeep after 63 days at the latest, here with random 1.
    clock.advance(64 * DAY + 1);
    t.match(await found(), { daysLeft: 25, severity: 'warning', class: 'needs_user' }, 'upkeep did not use it');
    t.match((await found())?.action, /tokenwell account link mail info@acme\.example$/);
    await vault.vault.accounts.setDisabled(admin, 'mail', 'info@acme.example', true);
    t.match(await found(), { disabled: true, severity: 'none' });
    await vault.vault.accounts.setDisabled(admin, 'mail', 'info@acme.example', false);
    t.match(await found(), { disabled: false, severity: 'warning' });
    await vault.vault.accounts.disconnect(admin, 'mail', 'info@acme.example');
    t.equal(await found(), undefined);
  });

  t.test('where the provider is not known seven days are assumed; whose owner must sign in has no end', async t => {
    const { list, connect, clock, provider, draw } = await start(t);
    await connect();
    t.match(await list({ kind: 'refresh_token' }), [{ daysLeft: 7, estimated: true }]);
    clock.advance(3_600_000);
    provider.next(json(400, { error: 'invalid_grant' }));
    await outcome(draw());
    t.strictSame(await list({ kind: 'refresh_token' }), []);
  });

  t.test('a key ends as it says, unless its consumer has one that lives longer', async t => {
    const { vault, admin, clock, days, list } = await start(t);
    const { id } = await vault.vault.consumers.createKey(admin, 'svc', clock.now() + 5 * DAY);
    t.strictSame(await days('consumer_key'), [['svc', 5, 'none']], 'the first key does not end');
    await vault.consumer('desk', [whole('mail')]);
    const [first] = await vault.vault.consumers.keys(admin.caller, 'desk');
    const ending = await vault.vault.consumers.createKey(admin, 'desk', clock.now() + 9 * DAY);
    await vault.vault.consumers.removeKey(admin, 'desk', first?.id ?? '');
    t.strictSame(await days('consumer_key'), [
      ['svc', 5, 'none'],
      ['desk', 9, 'warning'],
    ]);
    await vault.vault.consumers.replace(admin, 'desk', { description: undefined, role: 'service', disabled: true });
    t.match((await list({ kind: 'consumer_key' }))[1], { disabled: true, severity: 'none' });
    await vault.vault.consumers.removeKey(admin, 'svc', id);
    t.strictSame(
      (await list({ kind: 'consumer_key' })).map(one => one.id),
      [ending.id],
    );
    clock.advance(40 * DAY);
    t.strictSame(await days('consumer_key'), [], 'long over');
  });

  t.test('an open link is listed and presses nobody; a spent or ended one is none', async t => {
    const { connect, link, days, clock, list } = await start(t);
    await connect();
    await link('second', { expiresIn: 2 * 86_400 });
    t.strictSame(await days('connect_link'), [['mail', 2, 'none']]);
    t.match((await list({ kind: 'connect_link' }))[0], { account: 'second', class: undefined });
    t.notOk((await list({ pressing: true })).some(one => one.kind === 'connect_link'));
    clock.advance(2 * DAY);
    t.strictSame(await days('connect_link'), []);
  });

  t.test('what a disabled credential has is listed and marked; a deleted one has nothing', async t => {
    const { vault, admin, create, list, clock } = await start(t);
    await create('acme', { secretExpiresAt: clock.now() + DAY });
    await vault.vault.credentials.setDisabled(admin, 'acme', true);
    t.match((await list())[0], { credential: 'acme', disabled: true, severity: 'none', class: undefined });
    t.match((await list())[0]?.action, /^The credential acme is disabled, so nothing fails/);
    t.strictSame(await list({ pressing: true, within: 30 }), []);
    await vault.vault.credentials.remove(admin, 'acme', '*');
    t.notOk((await list()).some(one => one.credential === 'acme'));
  });

  t.test('a secret that is shared is listed once, with the credential that holds it', async t => {
    const { create, list, clock } = await start(t);
    await create('acme', { secretExpiresAt: clock.now() + 3 * DAY });
    await create('other', { secret: undefined, sameAs: 'acme' });
    t.strictSame(
      (await list({ within: 10 })).map(one => one.credential),
      ['acme'],
    );
  });

  t.test('the soonest first, page by page, also where all end at the same moment', async t => {
    const { vault, admin, create, list, clock } = await start(t);
    for (let n = 0; n < 7; n++) {
      await create(`acme-${n}`, { secretExpiresAt: clock.now() + 5 * DAY });
      await vault.vault.consumers.createKey(admin, 'svc', clock.now() + (n < 4 ? 5 : 4) * DAY);
    }
    const all = await list({ within: 30 });
    t.equal(all.length, 14);
    t.ok(all.every((one, n) => n === 0 || one.endsAt >= (all[n - 1]?.endsAt ?? 0)));
    for (const limit of [1, 3, 5]) {
      const seen: string[] = [];
      for (let page = await list({ within: 30, limit }); page.length > 0; ) {
        seen.push(...page.map(placeText));
        page = await list({ within: 30, limit, after: page.at(-1) });
      }
      t.strictSame(seen, all.map(placeText), `${limit} at a time`);
    }
    t.equal((await list({ within: 4 })).length, 3, 'within so many days');
    t.equal((await list({ kind: 'client_secret', within: 5 })).length, 7);
    t.equal(
      await outcome(
        vault.vault.expiries.list(
          { ...admin.caller, role: 'service' },
          { within: 1, kind: undefined, pressing: false, after: undefined, limit: 1 },
        ),
      ),
      'forbidden',
    );
  });

  t.test('the soonest of each kind and credential in numbers: what presses nobody is none of them', async t => {
    const { vault, admin, create, clock, connect } = await start(t);
    await create('acme', { secretExpiresAt: clock.now() + 5 * DAY });
    await create('off', { secretExpiresAt: clock.now() + 1 * DAY });
    await vault.vault.credentials.setDisabled(admin, 'off', true);
    await connect();
    await connect('second');
    const { soonest, accounts } = await vault.vault.expiries.gauges();
    t.strictSame(
      soonest.map(one => [one.kind, one.credential, one.estimated, Math.round((one.endsAt - clock.now()) / DAY)]),
      [
        ['client_secret', 'acme', false, 5],
        ['client_secret', 'mail', true, 365],
      ],
    );
    t.strictSame(accounts, { connected: 2, pending: 2 });
    clock.advance(6 * DAY);
    const later = (await vault.vault.expiries.gauges()).soonest.filter(one => one.kind === 'refresh_token');
    t.equal(later.length, 1, 'one for both accounts');
  });
}
