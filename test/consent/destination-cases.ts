import { join } from 'node:path';
import type { Test } from 'tap';
import { openFile } from '../../src/store/sqlite-file.js';
import type { CredentialInput } from '../../src/vault/credential.js';
import { Secret } from '../../src/vault/secret.js';
import { respond, ScriptedProvider } from '../support/scripted-provider.js';
import { credentialInput } from '../support/vault.js';
import { consentWorld, sent, type World } from './world.js';

const MAIL = {
  grantType: 'authorization_code',
  scope: 'mail.read offline_access openid',
} as const satisfies Partial<CredentialInput>;

async function anotherHost(t: Test): Promise<ScriptedProvider> {
  const host = await ScriptedProvider.start();
  t.teardown(() => host.close());
  host.always(respond(200, ''));
  return host;
}

function at(host: ScriptedProvider, path: string): string {
  return `${new URL(host.url()).origin}/${path}`;
}

/** Changes the credential as an operator would who leaves everything else as it is. */
async function change({ vault, admin, provider }: World, more: Partial<CredentialInput>): Promise<void> {
  const authorizationUrl = at(provider, 'authorize');
  const input = credentialInput(provider.url(), { ...MAIL, authorizationUrl, ...more });
  await vault.vault.credentials.replace(admin, 'mail', '*', input);
}

/** What somebody does who can write to the database. */
function forge({ vault }: World, sql: string): void {
  const database = openFile(join(vault.config.dataDir, 'tokenwell.db'));
  database.exec(sql);
  database.close();
}

/** Where what an account was given may go, and as whom (invariant 13). */
export function destinationCases(t: Test): void {
  t.test('W8: a refresh token is ended only where it could be ended when it was obtained', async t => {
    const elsewhere = await anotherHost(t);
    const revocationUrl = at(elsewhere, 'steal');
    const changes: Record<string, (world: World) => Promise<void> | void> = {
      'a made-up secret': world => change(world, { revocationUrl, secret: new Secret('made-up') }),
      'a client without a secret': world => change(world, { revocationUrl, method: 'none', secret: undefined }),
      'the database': world => forge(world, `update credentials set revocation_url = '${revocationUrl}'`),
      'the database, and no address': world => forge(world, `update credentials set revocation_url = 'nowhere'`),
    };
    for (const [name, make] of Object.entries(changes)) {
      const world = await consentWorld(t, { input: { method: 'none', secret: undefined } });
      await world.connect();
      await make(world);
      const end = await world.vault.vault.accounts.disconnect(world.admin, 'mail', 'default');
      t.match(end, { revoked: /leads to another origin .* nobody was told/ }, name);
      t.equal(world.provider.requests.length, 1, name);
    }
    t.equal(elsewhere.requests.length, 0);
  });

  t.test('a revocation endpoint of another host than the token endpoint is told what it gave', async t => {
    const elsewhere = await anotherHost(t);
    const world = await consentWorld(t, { input: { revocationUrl: at(elsewhere, 'revoke') } });
    await world.connect();
    world.clock.advance(3_600_000);
    await world.draw();
    t.equal(sent(world.provider).get('refresh_token'), 'refresh-1', 'and it is used at the token endpoint');
    t.match(await world.vault.vault.accounts.disconnect(world.admin, 'mail', 'default'), { revoked: true });
    t.match(Object.fromEntries(sent(elsewhere)), { token: 'refresh-1' });
    t.equal(elsewhere.requests.length, 1);
  });

  t.test(
    'D1: a consent that was moved in the database proves nothing at another credential, account or link',
    async t => {
      const forgeries: Record<string, string> = {
        'another credential': `update consents set credential = 'theirs'`,
        'another account': `update consents set account = 'info'`,
        'another link': `update consents set connect_link = (select id from connect_links where account = 'info')`,
        'another version': `update consents set credential_version = 2; update credentials set version = 2, client_id = 'mine'`,
      };
      for (const [name, sql] of Object.entries(forgeries)) {
        const world = await consentWorld(t, { input: { method: 'none', secret: undefined } });
        const { vault, admin, provider, begin, back, link } = world;
        const theirs = await anotherHost(t);
        const input = credentialInput(theirs.url(), {
          ...MAIL,
          authorizationUrl: at(theirs, 'authorize'),
          method: 'none',
        });
        await vault.vault.credentials.create(admin, 'theirs', { ...input, secret: undefined });
        await link('info');
        const dance = await begin(await link());
        forge(world, sql);
        await back(dance, { code: 'the-code' });
        t.match(await vault.vault.consents.ended(dance.consent, dance.browser), { outcome: { code: 'failed' } }, name);
        t.strictSame([provider.requests, theirs.requests], [[], []], `${name}: nobody has the code`);
      }
    },
  );
}
