import type { Test } from 'tap';
import { json, token } from '../support/scripted-provider.js';
import { credentialInput, outcome } from '../support/vault.js';
import { consentWorld, sent } from './world.js';

const BOTH = { input: { scope: 'mail.read mail.send offline_access openid' } };

/** What a draw may name, and what of it reaches the provider. */
export function scopeCases(t: Test): void {
  t.test('a name of no scope at all draws nothing, whatever the permission', async t => {
    const { vault, provider, draw, connect, admin } = await consentWorld(t, BOTH);
    await connect();
    const calls = provider.requests.length;
    for (const scopes of [undefined, [], ['mail.read'], ['openid']]) {
      await vault.vault.consumers.replacePermissions(admin, 'svc', [{ credential: 'mail', account: '*', scopes }]);
      for (const scope of ['openid', 'offline_access', 'profile email', ' ', '']) {
        t.equal(await outcome(draw({ scope })), 'not_found', `"${scope}" with ${scopes ?? 'all'}`);
      }
    }
    t.equal(provider.requests.length, calls, 'nobody was asked');
  });

  t.test('a scope is sent as it was granted, however a caller spells it', async t => {
    const { provider, draw, connect } = await consentWorld(t, BOTH);
    await connect();
    provider.next(token('narrow', { scope: 'mail.read' }));
    const narrow = await draw({ scope: 'MAIL.Read' });
    t.equal(sent(provider).get('scope'), 'mail.read offline_access');
    const calls = provider.requests.length;
    t.equal((await draw({ scope: 'mail.read' })).token.id, narrow.token.id, 'both spellings are one token');
    t.equal(provider.requests.length, calls);
  });

  t.test('a permission narrows to scopes in whatever spelling', async t => {
    const { vault, draw, connect, admin } = await consentWorld(t, BOTH);
    await connect();
    const permission = { credential: 'mail', account: '*', scopes: ['Mail.Read'] };
    await vault.vault.consumers.replacePermissions(admin, 'svc', [permission]);
    t.equal(await outcome(draw({ scope: 'mail.read' })), 'ok');
    t.equal(await outcome(draw({ scope: 'mail.send' })), 'not_found');
    t.equal(await outcome(draw()), 'not_found', 'the scope of the credential is more');
  });

  t.test(
    'after an operator narrowed a credential, a refresh names the scope, for the grant still holds more',
    async t => {
      const { vault, provider, draw, connect, admin } = await consentWorld(t, BOTH);
      await connect();
      const narrower = credentialInput(provider.url(), {
        grantType: 'authorization_code',
        authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
        scope: 'mail.read offline_access',
        secret: undefined,
      });
      await vault.vault.credentials.replace(admin, 'mail', '*', narrower);
      await draw();
      t.equal(sent(provider).get('scope'), 'mail.read offline_access');
    },
  );

  t.test('a scope that the provider refuses concerns the draw that named it and nobody else', async t => {
    const { vault, provider, clock, draw, connect, admin } = await consentWorld(t, BOTH);
    await connect();
    provider.next(json(400, { error: 'invalid_scope' }));
    t.equal(await outcome(draw({ scope: 'mail.send' })), 'provider_refused');
    t.match(await vault.vault.accounts.get(admin.caller, 'mail', 'default'), {
      account: { state: 'connected', failCount: 0 },
    });
    clock.advance(3_600_000);
    t.match(await draw(), { warning: undefined });
    const calls = provider.requests.length;
    provider.always(json(400, { error: 'invalid_scope' }));
    for (let n = 0; n < 70; n++) await outcome(draw({ scope: 'mail.send' }));
    t.equal(provider.requests.length - calls, 60, 'such calls have a limit of their own');
    provider.always(token('fresh', { expires_in: 7_200 }));
    t.equal(await outcome(draw({ minTtl: 3_600 })), 'ok', "which is nobody else's");
  });
}
