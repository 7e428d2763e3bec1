import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { renewed } from '../../src/vault/account.js';
import { hashOf } from '../../src/vault/opaque.js';
import { Secret } from '../../src/vault/secret.js';
import { consentWorld } from '../consent/world.js';
import { hold, json, ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, newAccount, startVault, type TestVault, whole } from '../support/vault.js';
import { world } from './world.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

/** What is renewed without a draw: when, how fast, by whom. */
export function renewalCases(t: Test): void {
  t.test('a token that is drawn is renewed before its end, and nobody waits for it', async t => {
    const { vault, provider, clock, draw } = await world(t, {}, { random: () => 0 });
    const first = await draw();
    clock.advance(54 * MINUTE);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 1, 'not yet');
    clock.advance(MINUTE);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 2, 'five minutes before its end');
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 2, 'once');
    clock.advance(4 * MINUTE + 30 * SECOND);
    const second = await draw();
    t.not(second.token.id, first.token.id);
    t.equal(provider.requests.length, 2, 'the draw asked nobody');
    clock.advance(55 * MINUTE);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 3, 'and again, for it was drawn again');
  });

  t.test('a token that nobody drew since it came is not renewed', async t => {
    const { vault, provider, clock, draw } = await world(t);
    await draw();
    for (let hour = 0; hour < 6; hour++) {
      clock.advance(59 * MINUTE);
      await vault.vault.renewals.round();
    }
    t.equal(provider.requests.length, 2);
  });

  t.test('a token is renewed when its provider says (refresh_in), with jitter', async t => {
    for (const [random, minutes] of [
      [0, 30],
      [1, 35],
    ] as const) {
      const { vault, provider, clock, draw } = await world(t, {}, { random: () => random });
      provider.next(token('one', { expires_in: 3_600, refresh_in: 1_800 }));
      await draw();
      clock.advance(minutes * MINUTE - SECOND);
      await vault.vault.renewals.round();
      t.equal(provider.requests.length, 1, `not before ${minutes} minutes`);
      clock.advance(SECOND);
      await vault.vault.renewals.round();
      t.equal(provider.requests.length, 2);
    }
  });

  t.test('each scope that is drawn is renewed, and no other', async t => {
    const { vault, provider, clock, draw, connect } = await consentWorld(t, {
      input: { scope: 'mail.read offline_access', consentScope: 'mail.read mail.send cal.read offline_access' },
    });
    await connect();
    for (const scope of ['mail.send', 'mail.read']) await draw({ scope });
    clock.advance(59 * MINUTE);
    const before = provider.requests.length;
    await vault.vault.renewals.round();
    const scopes = provider.requests.slice(before).map(({ form }) => form.get('scope'));
    t.strictSame(scopes.sort(), ['mail.read offline_access', 'mail.send offline_access']);
  });

  t.test('a refresh token that nobody uses is used after 50 to 70 % of the time it may lie idle', async t => {
    for (const [random, days] of [
      [0, 3.5],
      [1, 4.9],
    ] as const) {
      const { vault, provider, clock, connect, admin } = await consentWorld(t, { overrides: { random: () => random } });
      await connect();
      const view = await vault.vault.accounts.get(admin.caller, 'mail', 'default');
      t.equal(view.nextDue, clock.now() + days * DAY, 'the account says when');
      clock.advance(days * DAY - MINUTE);
      await vault.vault.renewals.round();
      t.equal(provider.requests.length, 1, `not before ${days} days`);
      clock.advance(MINUTE);
      provider.next(token('kept-alive', { refresh_token: 'refresh-2' }));
      await vault.vault.renewals.round();
      t.equal(provider.requests.at(-1)?.form.get('refresh_token'), 'refresh-1');
      await vault.vault.renewals.round();
      t.equal(provider.requests.length, 2, 'once');
      clock.advance(days * DAY);
      await vault.vault.renewals.round();
      t.equal(provider.requests.at(-1)?.form.get('refresh_token'), 'refresh-2', 'and the next one in its time');
    }
  });

  t.test('nobody is renewed who is disabled, must sign in, has no refresh token, or waits out a pause', async t => {
    const { vault, provider, clock, admin, draw, connect } = await consentWorld(t);
    await connect('default', { refresh_token: undefined });
    await draw();
    clock.advance(59 * MINUTE);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 1, 'there is nothing to renew it with, and it still works');
    t.equal((await draw({ minTtl: 1 })).expiresIn, 60);
    await connect();
    await vault.vault.accounts.setDisabled(admin, 'mail', 'default', true);
    clock.advance(30 * DAY);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 2, 'disabled');
    await vault.vault.accounts.setDisabled(admin, 'mail', 'default', false);
    provider.next(json(503, {}, { 'retry-after': '600' }));
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 3, 'enabled again');
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 3, 'the pause that the provider asked for');
    clock.advance(11 * MINUTE);
    provider.next(json(400, { error: 'invalid_grant' }));
    await vault.vault.renewals.round();
    clock.advance(30 * DAY);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 4, 'the grant is refused: a person must sign in');
  });

  t.test('an endpoint that is away is left alone for the round, and its neighbour is served', async t => {
    let leased = 0;
    const failpoints = (step: string) => {
      if (step === 'refresh.leased') leased += 1;
    };
    const { vault, provider, clock, admin, key } = await world(t, {}, { failpoints });
    const other = await ScriptedProvider.start();
    t.teardown(() => other.close());
    const names = Array.from({ length: 12 }, (_, n) => `at-${n}`);
    for (const id of names) await vault.vault.credentials.create(admin, id, credentialInput(provider.url()));
    await vault.vault.credentials.create(admin, 'other', credentialInput(other.url()));
    await vault.vault.consumers.replacePermissions(admin, 'svc', [...names, 'other'].map(whole));
    for (const id of [...names, 'other']) await vault.draw(key, id);
    clock.advance(58 * MINUTE);
    const before = leased;
    provider.next(json(429, {}, { 'retry-after': '30' }));
    await vault.vault.renewals.round();
    t.ok(leased - before <= 5, `${leased - before} of 13 were begun, four at once and the neighbour`);
    t.equal(other.requests.length, 2);
    clock.advance(MINUTE);
    await vault.vault.renewals.round();
    for (const id of names) t.equal((await vault.draw(key, id)).warning, undefined, `${id} came back by itself`);
  });

  t.test('F29: many clients of a slow provider do not keep another provider waiting', async t => {
    const { vault, provider, clock, admin, key } = await world(t);
    const other = await ScriptedProvider.start();
    t.teardown(() => other.close());
    const names = Array.from({ length: 12 }, (_, n) => `at-${n}`);
    for (const id of names) {
      await vault.vault.credentials.create(admin, id, credentialInput(provider.url(), { clientId: id }));
    }
    await vault.vault.credentials.create(admin, 'other', credentialInput(other.url()));
    await vault.vault.consumers.replacePermissions(admin, 'svc', [...names, 'other'].map(whole));
    for (const id of names) await vault.draw(key, id);
    clock.advance(SECOND);
    await vault.draw(key, 'other');
    clock.advance(58 * MINUTE);
    const slow = hold(token('late'));
    provider.always(slow.answer);
    const round = vault.vault.renewals.round();
    const served = other.received(2).then(() => true);
    t.ok(await Promise.race([served, sleep(5_000, false)]), 'renewed while all the others hang');
    slow.release();
    await round;
  });

  t.test('what the provider refuses is not asked for in every round', async t => {
    const { vault, provider, clock, admin, draw } = await world(t);
    await vault.vault.credentials.replace(admin, 'mail', '*', credentialInput(provider.url(), { scope: 'a b' }));
    await draw({ scope: 'a' });
    clock.advance(58 * MINUTE);
    provider.always(json(400, { error: 'invalid_scope' }));
    for (let n = 0; n < 5; n++) await vault.vault.renewals.round();
    t.equal(provider.requests.length, 2);
  });

  t.test('an endpoint that another instance renews at is left to it', async t => {
    const { vault, provider, clock, draw } = await world(t);
    await draw();
    clock.advance(59 * MINUTE);
    const lease = `upkeep ${hashOf(`${provider.url()} client`)}`;
    await vault.store.due.takeNamed(lease, 'another', MINUTE);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 1);
    clock.advance(MINUTE + SECOND);
    await vault.vault.renewals.round();
    t.equal(provider.requests.length, 2, 'it died: its lease has ended');
  });

  t.test('F30: after a restart with thousands of tokens due they are renewed at a measured pace', async t => {
    const [count, seconds] = process.env.TEST_LONG ? [10_000, 20] : [1_000, 3];
    t.comment(`${count} accounts due, looked at for ${seconds} s`);
    const ids = Array.from({ length: count }, (_, n) => `due-${n}`);
    const provider = await ScriptedProvider.start();
    t.teardown(() => provider.close());
    const vault = await startVault(t, { overrides: { random: () => 0.5 } });
    await fill(vault, provider.url(), ids);
    const begun = Date.now();
    const round = vault.vault.renewals.round();
    await new Promise(resolve => setTimeout(resolve, seconds * SECOND));
    vault.vault.renewals.stop();
    await round;
    const took = (Date.now() - begun) / SECOND;
    const rate = provider.requests.length / took;
    t.ok(rate <= 11, `${provider.requests.length} of ${count} in ${took.toFixed(1)} s: at most ten a second`);
    t.ok(rate >= 4, 'and it does not dawdle');
    const { key } = await vault.consumer('svc', [whole('due-999')]);
    t.ok((await vault.draw(key, 'due-999')).expiresIn > 0, 'whoever draws meanwhile is served at once');
  });

  t.test('F23: a clock that jumps an hour either way loses nothing', async t => {
    for (const jump of [60 * MINUTE, -60 * MINUTE]) {
      const { vault, provider, clock, draw, connect } = await consentWorld(t);
      await connect();
      await draw();
      for (let n = 2; n < 9; n++) {
        provider.next(token(`access-${n}`, { refresh_token: `refresh-${n}` }));
        if (n === 4) jump > 0 ? clock.advance(jump) : clock.turnBack(-jump);
        else clock.advance(30 * MINUTE);
        await vault.vault.renewals.round();
        t.ok((await draw()).expiresIn >= 60, `${jump > 0 ? 'on' : 'back'}: drawn at step ${n}`);
      }
      const used = provider.requests.slice(1).map(({ form }) => form.get('refresh_token'));
      t.equal(new Set(used).size, used.length, 'no refresh token was sent twice');
    }
  });
}

/** Accounts whose tokens are in use and became due while the vault stood still. */
async function fill({ store }: TestVault, tokenUrl: string, ids: string[]): Promise<void> {
  const now = Date.now();
  const times = { obtainedAt: now - 3_500_000, expiresAt: now + 100_000, lifetime: 3_600, refreshAt: now };
  const base = { account: 'default', scope: 'mail.read', type: 'Bearer', grantedScope: 'mail.read', ...times };
  await store.transaction(async tx => {
    for (const credential of ids) {
      await tx.credentials.insert(credential, credentialInput(tokenUrl), now);
      await tx.accounts.insert(credential, 'default');
      await tx.accounts.revise(newAccount(credential), renewed(now));
      await tx.saveToken({ ...base, credential, id: `tok_${credential}`, value: new Secret(`at-${credential}`) });
    }
  });
  await store.due.noteDrawn(
    ids.map(id => `tok_${id}`),
    now,
  );
}
