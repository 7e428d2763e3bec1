import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { credentialInput } from '../support/vault.js';
import type { World, Worlds } from './world.js';

/** The credential of the world, changed by its operator. */
async function change({ vault, admin, provider }: World, more: Parameters<typeof credentialInput>[1]): Promise<void> {
  const input = credentialInput(provider.url(), {
    grantType: 'authorization_code',
    authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
    scope: 'mail.read offline_access openid',
    secret: new Secret('client-secret'),
    ...more,
  });
  await vault.vault.credentials.replace(admin, 'mail', '*', input);
}

/** What a consent was begun for, and what it may therefore end as. */
export function boundCases(t: Test, consentWorld: Worlds): void {
  t.test('D14: a credential that was changed after a consent began is sent no code and given no scope', async t => {
    const elsewhere = await ScriptedProvider.start();
    t.teardown(() => elsewhere.close());
    const changes = {
      'another token URL': { tokenUrl: elsewhere.url() },
      'more scopes': { scope: 'mail.read mail.send offline_access openid' },
      'another description': { description: 'another' },
    };
    for (const [name, more] of Object.entries(changes)) {
      const world = await consentWorld(t);
      const { vault, provider, begin, back, link } = world;
      const dance = await begin(await link());
      await change(world, more);
      const asked = () => provider.requests.length + elsewhere.requests.length;
      const before = asked();
      await back(dance, { code: 'the-code' });
      const end = await vault.vault.consents.ended(dance.consent, dance.browser);
      const outcome = { code: 'failed', class: 'needs_user', message: /operator changed this credential/ };
      t.match(end, { outcome, mayRetry: true }, name);
      t.equal(asked(), before, `${name}: nobody has the code`);
      t.equal(await vault.store.reads.grants.find('mail', 'default', 'current'), undefined, name);
      t.match(await world.connect(), { outcome: { code: 'connected' } }, `${name}: the way back`);
    }
  });
}
