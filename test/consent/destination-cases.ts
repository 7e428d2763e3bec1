import { join } from 'node:path';
import type { Test } from 'tap';
import { openFile } from '../../src/store/sqlite-file.js';
import type { CredentialInput } from '../../src/vault/credential.js';
import { Secret } from '../../src/vault/secret.js';
import { hold, json, respond, ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, outcome } from '../support/vault.js';
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

/** A world whose provider ends refresh tokens, too. */
async function startWithRevocation(t: Test): Promise<World> {
  const world = await consentWorld(t);
  await change(world, { revocationUrl: at(world.provider, 'revoke') });
  return world;
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

  t.test('a disconnect is done although a secret does not open; it says that nobody was told, and why', async t => {
    const forgeries = {
      'client secret': `update secrets set version = 'v_forged'`,
      'refresh token': `update grants set generation = 'gen_forged'`,
    };
    for (const [what, sql] of Object.entries(forgeries)) {
      const world = await startWithRevocation(t);
      const { vault, admin, provider } = world;
      await world.connect();
      forge(world, sql);
      const end = await vault.vault.accounts.disconnect(admin, 'mail', 'default');
      t.match(end, { revoked: new RegExp(`The stored ${what} does not open: .* the provider was not told`) }, what);
      t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'pending' }, what);
      t.strictSame(await vault.store.reads.grants.list('mail', 'default'), [], what);
      t.equal(provider.requests.length, 1, what);
    }
  });

  t.test('D14: a credential that is deleted during a refresh or an exchange leaves no live refresh token', async t => {
    const during: Record<string, (world: World) => Promise<() => Promise<unknown>>> = {
      'a refresh': async world => {
        await world.connect();
        world.clock.advance(3_600_000);
        return () => outcome(world.draw());
      },
      'an exchange': async world => {
        const dance = await world.begin(await world.link());
        return () => world.back(dance, { code: 'c' });
      },
    };
    for (const [name, prepare] of Object.entries(during)) {
      for (const revoked of [true, false]) {
        const world = await startWithRevocation(t);
        const { vault, admin, provider } = world;
        const work = await prepare(world);
        const late = hold(token('late', { refresh_token: 'refresh-late' }));
        provider.next(late.answer, revoked ? respond(200, '') : respond(503, ''));
        const before = provider.requests.length;
        const done = work();
        await provider.received(before + 1);
        await vault.vault.credentials.remove(admin, 'mail', '*');
        late.release();
        await done;
        t.match(provider.requests.at(-1), { path: '/revoke' }, name);
        const asked = { token: 'refresh-late', client_id: 'client', client_secret: 'client-secret' };
        t.match(Object.fromEntries(sent(provider)), asked, `${name}: as the client that asked`);
        const entries = (await vault.entries()).filter(entry => entry.action === 'account.revoke');
        const said = revoked ? { outcome: 'ok', code: undefined } : { outcome: 'failed', code: 'not_told' };
        t.match(entries, [{ credential: 'mail', account: 'default', ...said }], `${name}, the ledger`);
      }
    }
  });

  t.test(
    'D14: a refresh that ends after its registration was changed is kept for when the change is undone',
    async t => {
      const world = await startWithRevocation(t);
      const { vault, provider, clock } = world;
      await world.connect();
      clock.advance(3_600_000);
      const late = hold(token('late', { refresh_token: 'refresh-late' }));
      provider.next(late.answer);
      const done = outcome(world.draw());
      await provider.received(2);
      const revocationUrl = at(provider, 'revoke');
      await change(world, { revocationUrl, clientId: 'another' });
      late.release();
      t.equal(await done, 'not_connected');
      t.equal(provider.requests.length, 2, 'it is not ended');
      await change(world, { revocationUrl });
      clock.advance(61_000);
      t.equal(await outcome(world.draw()), 'ok');
      t.equal(sent(provider).get('refresh_token'), 'refresh-late');
      t.equal(provider.requests.length, 3, 'the one before is not sent again');
      t.ok((await vault.entries()).some(entry => entry.action === 'account.recover'));
    },
  );

  t.test('W8: a late refresh token of another client is not sent as this one', async t => {
    const world = await startWithRevocation(t);
    const { vault, provider, clock } = world;
    await world.connect();
    const mine = await vault.store.reads.grants.find('mail', 'default', 'current');
    if (!mine) throw new Error('no grant');
    const orphan = { ...mine, id: 'grant_late', kind: 'orphan' as const, clientId: 'another', generation: 'gen_late' };
    await vault.store.transaction(tx => tx.grants.insert(orphan, new Secret('refresh-of-another')));
    clock.advance(3_600_000);
    provider.next(json(400, { error: 'invalid_grant' }));
    t.equal(await outcome(world.draw()), 'not_connected');
    t.equal(provider.requests.length, 2);
  });

  t.test(
    'D1: a code is not exchanged when the client secret does not open, and its page says whose turn it is',
    async t => {
      const world = await consentWorld(t);
      const dance = await world.begin(await world.link());
      forge(world, `update secrets set version = 'v_forged'`);
      await world.back(dance, { code: 'c' });
      const outcome = { code: 'failed', class: 'needs_operator', action: /^Give the client secret/ };
      t.match(await world.vault.vault.consents.ended(dance.consent, dance.browser), { outcome });
      t.equal(world.provider.requests.length, 0);
    },
  );
}
