import type { Test } from 'tap';
import { drawName } from '../../src/vault/memory.js';
import { entriesOf } from '../../src/vault/page.js';
import { hold, json, reset, token } from '../support/scripted-provider.js';
import { credentialInput, outcome, whole } from '../support/vault.js';
import { problem, world } from './world.js';

const HOUR = 3_600_000;

/** How often the provider is asked, whatever a consumer or the wall clock does. */
export function paceCases(t: Test): void {
  t.test('F24: a consumer that asks for a second less than the lifetime causes one call a minute', async t => {
    const { provider, clock, draw } = await world(t);
    for (let second = 0; second < 120; second++) {
      const { expiresIn } = await draw({ minTtl: 3_599 });
      t.ok(expiresIn > 3_539, 'what it gets is less than a minute short');
      clock.advance(1_000);
    }
    t.equal(provider.requests.length, 2);
    t.match(await draw({ minTtl: 3_599 }), { warning: undefined });
    clock.advance(30_000);
    t.match(await draw({ minTtl: 3_599 }), { warning: { code: 'min_ttl_unreachable', detail: /3570 s more/ } });
  });

  t.test('F24: a token that lives a little longer than asked for is used for half its life at least', async t => {
    const { provider, clock, draw } = await world(t);
    for (let second = 0; second < 60; second++) {
      if (second % 30 === 0) provider.next(token(`short-${second}`, { expires_in: 61 }));
      t.ok((await draw({ minTtl: 60 })).expiresIn > 30);
      clock.advance(1_000);
    }
    t.equal(provider.requests.length, 2);
  });

  t.test('F23: a pause that was set before the clock was put back does not hold an account off', async t => {
    const { vault, provider, clock, admin, draw } = await world(t);
    await vault.vault.credentials.create(admin, 'sibling', credentialInput(provider.url()));
    provider.next(json(429, { error: 'slow' }, { 'retry-after': '3600' }));
    t.match((await problem(draw())).details, { retryAfter: 3_600 });
    clock.turnBack(30_000);
    t.match(await problem(draw()), { code: 'provider_unavailable' }, 'another instance may be that much behind');
    clock.turnBack(60_000);
    t.equal(await outcome(draw()), 'ok', 'neither its own pause nor the breaker of its endpoint counts');
    clock.advance(2 * HOUR);
    provider.next(reset());
    t.match(await problem(draw()), { code: 'provider_unavailable' });
    t.equal(provider.requests.length, 3);
  });

  t.test(
    'a paused endpoint is asked again by the first draw after the pause, or at once by a test, as it says',
    async t => {
      const { vault, provider, clock, admin, draw } = await world(t);
      await vault.vault.credentials.create(admin, 'sibling', credentialInput(provider.url()));
      const { key } = await vault.consumer('other', [whole('sibling')]);
      provider.next(json(429, { error: 'slow' }, { 'retry-after': '3600' }));
      await problem(draw());
      const action = 'The first draw after the pause asks again; a test of the credential asks at once.';
      t.match((await problem(vault.draw(key, 'sibling'))).details, { action, retryAfter: 3_600 });
      clock.advance(10 * 60_000);
      t.equal(provider.requests.length, 1, 'nothing is asked without a draw');
      t.match(await vault.vault.testing.test(admin, 'mail', 'default'), { ok: true });
      t.equal(provider.requests.length, 2);
    },
  );

  t.test('F23: nor does the lease of a process that died before the clock was put back', async t => {
    const { vault, clock, draw } = await world(t);
    t.ok(await vault.store.takeLease('mail', 'default', 'a process that died', 15_000));
    clock.turnBack(HOUR);
    t.equal(await outcome(draw()), 'ok');
    t.equal(clock.now(), clock.monotonic() - HOUR, 'without waiting');
  });

  t.test('W6: who was revoked while the provider took its time does not learn how a test went', async t => {
    const { vault, provider, admin } = await world(t);
    const { key } = await vault.consumer('helper', [], 'operator');
    const caller = await vault.vault.callers.identify(key);
    const held = hold(token('late'));
    provider.next(held.answer);
    const testing = outcome(vault.vault.testing.test({ caller, requestId: 'r' }, 'mail', 'default'));
    await provider.received(1);
    await vault.vault.consumers.remove(admin, 'helper');
    held.release();
    t.equal(await testing, 'unauthenticated');
  });

  t.test('F23: a token from before the clock was put back is not served until its end by the wrong clock', async t => {
    const { provider, clock, draw } = await world(t);
    const before = await draw();
    clock.turnBack(5 * HOUR);
    const after = await draw();
    t.not(after.token.id, before.token.id);
    t.ok(after.expiresIn <= 3_600);
    t.equal(provider.requests.length, 2);
  });

  t.test('F23: refusals come into the ledger although the clock was put back', async t => {
    const { vault, clock, key, draw } = await world(t);
    await outcome(vault.draw(key, 'nothing'));
    clock.turnBack(HOUR);
    clock.advance(2_000);
    vault.vault.ledger.releaseRefusals();
    // Its page holds what was released before it; `entries` would release everything.
    await draw();
    const actions: string[] = [];
    for await (const page of vault.store.ledger.walk()) actions.push(...entriesOf(page).map(entry => entry.action));
    t.equal(actions.filter(action => action === 'token.refuse').length, 1);
  });

  t.test('a consumer does not decide how often the provider is asked, however many scopes it thinks of', async t => {
    const scopes = Array.from({ length: 8 }, (_, at) => `mail.${at}`);
    const { vault, provider, admin, key } = await world(t);
    await vault.vault.credentials.create(admin, 'many', credentialInput(provider.url(), { scope: scopes.join(' ') }));
    await vault.vault.consumers.replacePermissions(admin, 'svc', [whole('many')]);
    const outcomes: string[] = [];
    for (let subset = 1; subset <= 100; subset++) {
      const scope = scopes.filter((_, at) => subset & (1 << at)).join(' ');
      outcomes.push(await outcome(vault.draw(key, 'many', { scope })));
    }
    t.equal(provider.requests.length, 60);
    t.equal(outcomes.filter(one => one === 'provider_unavailable').length, 40);
    t.equal(await outcome(vault.draw(key, 'many', { scope: 'mail.0' })), 'ok', 'what is stored is given');
  });

  t.test('a set of scopes is one draw, in whatever order and however often they are named', async t => {
    const names = ['b a', 'a b', 'a b a', 'b b a'].map(scope => drawName('mail', 'default', scope));
    t.strictSame([...new Set(names)].length, 1);
    t.not(drawName('mail', 'default', 'a'), names[0]);
  });
}
