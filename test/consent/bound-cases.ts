import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, outcome } from '../support/vault.js';
import { idToken, type World, type Worlds } from './world.js';

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

  t.test(
    'only admin_consent=True is an administrator’s approval; a code or False is none and uses nothing up',
    async t => {
      const { vault, admin, provider, begin, back } = await consentWorld(t);
      const adminConsentUrl = `${new URL(provider.url()).origin}/adminconsent`;
      const made = await vault.vault.connectLinks.createForAdmin(admin, 'mail', { adminConsentUrl, expiresIn: 600 });
      const dance = await begin(made.token.reveal());
      const others: Record<string, string>[] = [
        { code: 'x' },
        { admin_consent: 'False', code: 'x', tenant: 'acme-tenant' },
        { admin_consent: 'False', tenant: 'acme-tenant' },
        { admin_consent: 'True ', code: 'x' },
        { admin_consent: '', code: 'x' },
      ];
      for (const answer of others) {
        t.strictSame(await back(dance, answer), { refused: 'malformed' }, JSON.stringify(answer));
      }
      await back(dance, { admin_consent: 'tRUE', tenant: 'acme-tenant' });
      const end = await vault.vault.consents.ended(dance.consent, dance.browser);
      t.match(end, { outcome: { code: 'admin_consented', tenant: 'acme-tenant' } });
      t.equal(provider.requests.length, 0);
    },
  );

  t.test('C15: after another registration too, another person than before waits for an operator', async t => {
    const world = await consentWorld(t);
    const { vault, admin, provider } = world;
    await world.connect();
    await change(world, { clientId: 'another' });
    const aud = 'another';
    const as = async (claims: Record<string, unknown>) => {
      const dance = await world.begin(await world.link());
      const id_token = idToken({ aud, ...claims }, dance.nonce);
      provider.next(token('new', { refresh_token: 'refresh-new', id_token }));
      await world.back(dance, { code: 'c' });
      return await vault.vault.consents.ended(dance.consent, dance.browser);
    };
    t.match(await as({ sub: 'somebody else' }), { outcome: { code: 'waiting', doubt: 'other_identity' } });
    t.equal(await outcome(world.draw()), 'not_connected');
    t.match(await as({}), { outcome: { code: 'connected' } }, 'the same person, as this client');
    t.equal(await outcome(world.draw()), 'ok');
    await vault.vault.accounts.disconnect(admin, 'mail', 'default');
    t.match(
      await as({ sub: 'somebody else' }),
      { outcome: { code: 'connected' } },
      'once it was disconnected, anybody',
    );
  });
}
