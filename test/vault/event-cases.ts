import type { Test } from 'tap';
import type { VaultEvent } from '../../src/vault/events.js';
import { consentWorld } from '../consent/world.js';
import { json, token } from '../support/scripted-provider.js';
import { outcome } from '../support/vault.js';

const HOUR = 3_600_000;

/** What others in this process hear of what the vault does. */
export function eventCases(t: Test): void {
  t.test('every change of an account is told once it is durable, and stands in the ledger', async t => {
    const { vault, provider, clock, admin, draw, connect } = await consentWorld(t);
    const heard: VaultEvent[] = [];
    const end = vault.vault.ledger.events.subscribe(event => heard.push(event));
    const told = () =>
      heard
        .splice(0)
        .flatMap(({ transitions }) => transitions.map(({ from, to, finding }) => [from, to, finding?.reason]));
    await connect();
    t.strictSame(told(), [['pending', 'connected', undefined]]);
    clock.advance(HOUR);
    provider.next(json(503, {}));
    await outcome(draw());
    t.strictSame(told(), [['connected', 'degraded', 'provider_error']]);
    clock.advance(HOUR);
    provider.next(token('back', { refresh_token: 'refresh-back' }));
    await draw();
    t.strictSame(told(), [['degraded', 'connected', undefined]]);
    await draw();
    t.strictSame(heard, [], 'a draw changes nothing');
    await vault.vault.accounts.setDisabled(admin, 'mail', 'default', true);
    await vault.vault.accounts.setDisabled(admin, 'mail', 'default', false);
    t.strictSame(told(), [
      ['connected', 'disabled', undefined],
      ['disabled', 'connected', undefined],
    ]);
    clock.advance(HOUR);
    provider.next(json(400, { error: 'invalid_grant' }));
    await outcome(draw());
    t.strictSame(told(), [['connected', 'needs_user', 'invalid_grant']]);
    await vault.vault.accounts.disconnect(admin, 'mail', 'default');
    t.strictSame(told(), [['needs_user', 'pending', undefined]]);
    end();
    await connect();
    t.strictSame(heard, [], 'who unsubscribed hears nothing');
    const states = (await vault.entries()).flatMap(({ state }) => state ?? []);
    const path = ['connected', 'degraded', 'connected', 'disabled', 'connected', 'needs_user', 'pending', 'connected'];
    t.strictSame(states, path);
  });

  t.test('an account that goes is told, a write that fails is not, and a bad listener harms nobody', async t => {
    const { vault, admin, connect } = await consentWorld(t);
    await connect('second');
    const heard: VaultEvent[] = [];
    vault.vault.ledger.events.subscribe(() => {
      throw new Error('a listener that fails');
    });
    vault.vault.ledger.events.subscribe(event => heard.push(event));
    await vault.vault.accounts.disconnect(admin, 'mail', 'second');
    t.match(heard, [{ entry: { action: 'account.disconnect' }, transitions: [{ account: 'second', to: undefined }] }]);
    const failing = vault.vault.ledger.write({}, async tx => {
      const account = await tx.accounts.find('mail', 'default');
      if (account) await tx.accounts.revise(account, { ...account, state: 'disabled' });
      throw new Error('it does not come to an end');
    });
    await t.rejects(failing);
    t.equal(heard.length, 1);
    t.notMatch(JSON.stringify(heard), /refresh-|access-|client-secret/, 'nothing secret is told');
  });
}
