import type { Test } from 'tap';
import type { CredentialInput } from '../../src/vault/credential.js';
import { VaultError } from '../../src/vault/errors.js';
import { Secret } from '../../src/vault/secret.js';
import { json } from '../support/scripted-provider.js';
import { credentialInput, outcome, whole } from '../support/vault.js';
import type { DatabaseUnderTest } from './databases.js';
import { problem, world } from './world.js';

/** A client auth to put beside the active one. */
const NEXT = {
  method: 'client_secret_post',
  secret: new Secret('next'),
  secretExpiresAt: undefined,
  signingAlg: undefined,
  keyFile: undefined,
  keyId: undefined,
  sameAs: undefined,
} as const;

/** `world`, whose credential `mail` shares its secret with others of the same provider. */
async function sharing(t: Test, env: Record<string, string> = {}) {
  const made = await world(t, env);
  const { vault, provider, admin } = made;
  const { origin } = new URL(provider.url());
  const like = (more: Partial<CredentialInput> = {}) =>
    credentialInput(`${origin}/other-tenant/token`, { secret: undefined, sameAs: 'mail', ...more });
  const { credentials } = vault.vault;
  const create = (id: string, more?: Partial<CredentialInput>) => credentials.create(admin, id, like(more));
  const replace = (id: string, input: CredentialInput) => credentials.replace(admin, id, '*', input);
  return { ...made, origin, like, create, replace };
}

async function rules(work: Promise<unknown>): Promise<string[]> {
  const error = await work.catch((error: unknown) => error);
  if (!(error instanceof VaultError)) return [String(error)];
  return (error.details.errors ?? []).map(({ field, rule }) => `${field} ${rule}`);
}

/** One registration for several tenants, without copies of its secret (`same_as`). */
export function sharingCases(t: Test): void {
  t.test('a credential draws with the secret of another, also after that was exchanged', async t => {
    const { vault, provider, create, replace } = await sharing(t);
    const { credential } = await create('tenant-b');
    t.match(credential.clientAuth, { sameAs: 'mail', method: 'client_secret_post', hasSecret: true });
    const { key } = await vault.consumer('other', [whole('tenant-b')]);
    t.equal(await outcome(vault.draw(key, 'tenant-b')), 'ok');
    t.match(provider.requests.at(-1), { path: '/other-tenant/token' });
    t.equal(provider.requests.at(-1)?.form.get('client_secret'), 'client-secret');
    provider.next(json(401, { error: 'invalid_client' }));
    await problem(vault.draw(key, 'tenant-b', { minTtl: 86_400 })).catch(() => undefined);
    await replace('mail', credentialInput(provider.url(), { secret: new Secret('the-next-secret') }));
    await vault.vault.testing.test(await vault.admin(), 'tenant-b', 'default');
    t.equal(provider.requests.at(-1)?.form.get('client_secret'), 'the-next-secret');
  });

  t.test('whoever shares a secret is tried again at once when the holder activates a next one', async t => {
    const { vault, provider, admin, create } = await sharing(t);
    await create('tenant-b');
    const { key } = await vault.consumer('other', [whole('tenant-b')]);
    const draw = () => outcome(vault.draw(key, 'tenant-b'));
    const state = async () => (await vault.vault.accounts.get(admin.caller, 'tenant-b', 'default')).account.state;
    provider.next(json(401, { error: 'invalid_client' }));
    t.equal(await draw(), 'provider_refused');
    t.equal(await state(), 'needs_operator');
    t.equal(await draw(), 'provider_refused', 'not asked again while nothing changed');
    t.equal(provider.requests.length, 1);
    const { clientAuths } = vault.vault;
    const { id } = await clientAuths.add(admin, 'mail', NEXT);
    await clientAuths.activate(admin, 'mail', id);
    t.equal(await draw(), 'ok');
    t.equal(provider.requests.at(-1)?.form.get('client_secret'), 'next');
    t.equal(await state(), 'connected');
  });

  t.test('invariant 13: only the same client at the same servers shares, and only what is held', async t => {
    const { origin, like, create, replace } = await sharing(t);
    const refused: [Partial<CredentialInput>, string][] = [
      [{ clientId: 'another' }, 'client_auth.same_as same_client'],
      [{ tokenUrl: 'http://127.0.0.1:9/token' }, 'client_auth.same_as same_origin'],
      [{ revocationUrl: `${origin}/revoke` }, 'client_auth.same_as same_origin'],
      [{ sameAs: 'nobody' }, 'client_auth.same_as exists'],
      [{ sameAs: 'tenant-b' }, 'client_auth.same_as another'],
      [{ secret: new Secret('x') }, 'client_auth.secret not_with_same_as'],
    ];
    for (const [more, rule] of refused) t.strictSame(await rules(create('tenant-b', more)), [rule]);
    await create('tenant-b');
    t.strictSame(await rules(create('tenant-c', { sameAs: 'tenant-b' })), ['client_auth.same_as own']);
    const moved = like({ tokenUrl: 'http://127.0.0.1:9/token' });
    t.strictSame(await rules(replace('tenant-b', moved)), ['client_auth.same_as same_origin'], 'nor by a change');
  });

  t.test('a holder is not changed or deleted so that others lose the secret', async t => {
    const { vault, provider, admin, create, replace } = await sharing(t);
    await create('tenant-b');
    const ends: Partial<CredentialInput>[] = [
      { clientId: 'another' },
      { tokenUrl: 'http://127.0.0.1:9/token' },
      { revocationUrl: 'http://127.0.0.1:9/revoke' },
    ];
    for (const more of ends) {
      const secret = new Secret('given-again');
      t.strictSame(await rules(replace('mail', credentialInput(provider.url(), { ...more, secret }))), [
        'client_auth shared',
      ]);
    }
    const deleted = await problem(vault.vault.credentials.remove(admin, 'mail', '*'));
    t.match(deleted, { code: 'conflict', message: /tenant-b/ });
    await replace('tenant-b', credentialInput(provider.url(), { secret: new Secret('own') }));
    t.match(await vault.vault.credentials.get(admin.caller, 'tenant-b'), {
      credential: { clientAuth: { sameAs: undefined, hasSecret: true } },
    });
    t.equal(await outcome(vault.vault.credentials.remove(admin, 'mail', '*')), 'ok');
  });

  t.test('a secret of one’s own is needed again by whoever shared one', async t => {
    const { provider, create, replace, vault, admin } = await sharing(t);
    await create('tenant-b');
    const own = credentialInput(provider.url(), { secret: undefined });
    t.strictSame(await rules(replace('tenant-b', own)), ['client_auth.secret required']);
    await replace('mail', credentialInput(provider.url(), { secret: new Secret('one') }));
    await vault.vault.credentials.create(admin, 'third', credentialInput(provider.url()));
    await replace('third', credentialInput(provider.url(), { secret: undefined, sameAs: 'mail' }));
    const { credential } = await vault.vault.credentials.get(admin.caller, 'third');
    t.equal((await vault.store.reads.credentials.secret(credential))?.reveal(), 'one', 'the own one is gone');
  });

  t.test('a next secret that was sealed for other addresses goes when they change', async t => {
    const { vault, admin, origin, replace } = await sharing(t);
    const { clientAuths } = vault.vault;
    await clientAuths.add(admin, 'mail', NEXT);
    await replace('mail', credentialInput(`${origin}/token`, { description: 'the same address' }));
    t.equal((await clientAuths.list(admin.caller, 'mail')).length, 2);
    await replace('mail', credentialInput(`${origin}/moved`, { secret: new Secret('given again') }));
    t.match(await clientAuths.list(admin.caller, 'mail'), [{ active: true }]);
    t.equal((await clientAuths.list(admin.caller, 'mail')).length, 1);
  });
}

/** What shares a secret and is not active, but may become it again. */
export function besideCases(t: Test, database: DatabaseUnderTest): void {
  const beside = async (t: Test) => {
    const made = await sharing(t, await database.env());
    await made.create('tenant-b');
    const { clientAuths } = made.vault.vault;
    const [shared] = await clientAuths.list(made.admin.caller, 'tenant-b');
    const own = await clientAuths.add(made.admin, 'tenant-b', NEXT);
    await clientAuths.activate(made.admin, 'tenant-b', own.id);
    return { ...made, clientAuths, shared: shared?.id ?? '' };
  };

  t.test('invariant 13: a holder stays where it is while one beside the active one shares its secret', async t => {
    const { vault, provider, admin, replace, clientAuths, shared } = await beside(t);
    const { credentials } = vault.vault;
    const moved = credentialInput('http://127.0.0.1:9/token', { secret: new Secret('given-again') });
    t.strictSame(await rules(replace('mail', moved)), ['client_auth shared']);
    const deleted = await problem(credentials.remove(admin, 'mail', '*'));
    t.match(deleted, { code: 'conflict', message: /tenant-b/, details: { action: /delete .* beside/ } });
    await clientAuths.activate(admin, 'tenant-b', shared);
    const { key } = await vault.consumer('other', [whole('tenant-b')]);
    t.equal(await outcome(vault.draw(key, 'tenant-b')), 'ok', 'going back works');
    t.equal(provider.requests.at(-1)?.form.get('client_secret'), 'client-secret');
    const own = (await clientAuths.list(admin.caller, 'tenant-b')).find(one => !one.active);
    await clientAuths.activate(admin, 'tenant-b', own?.id ?? '');
    await clientAuths.remove(admin, 'tenant-b', shared);
    t.equal(await outcome(credentials.remove(admin, 'mail', '*')), 'ok');
  });

  t.test('invariant 13: whoever shares a secret already is not made to share another', async t => {
    const { vault, provider, admin, replace, clientAuths, shared } = await beside(t);
    await vault.vault.credentials.create(admin, 'third', credentialInput(provider.url()));
    await replace('mail', credentialInput(provider.url(), { sameAs: undefined, secret: new Secret('x') }));
    const third = credentialInput(provider.url(), { secret: undefined, sameAs: 'tenant-b' });
    await replace('third', third);
    const refused = await problem(clientAuths.activate(admin, 'tenant-b', shared));
    t.match(refused, { code: 'conflict', message: /third/, details: { action: /of its own/ } });
    t.match(await clientAuths.get(admin.caller, 'tenant-b', shared), { active: false });
    const { key } = await vault.consumer('other', [whole('third')]);
    t.equal(await outcome(vault.draw(key, 'third')), 'ok');
  });
}
