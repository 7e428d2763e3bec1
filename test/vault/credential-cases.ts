import type { Test } from 'tap';
import type { CredentialInput } from '../../src/vault/credential.js';
import { VaultError } from '../../src/vault/errors.js';
import { Secret } from '../../src/vault/secret.js';
import { credentialInput, outcome, startVault } from '../support/vault.js';

const URL_OF_PROVIDER = 'https://login.example/token';
const PERSON = { grantType: 'authorization_code' as const, authorizationUrl: 'https://login.example/authorize' };

/** What is refused, and under which field and rule the answer names it. */
const REFUSED: { name: string; more: Partial<CredentialInput>; field: string; rule: string }[] = [
  {
    name: 'S1: plain http',
    more: { tokenUrl: 'http://login.example/token' },
    field: 'token_url',
    rule: 'https_required',
  },
  {
    name: 'S2: the metadata address',
    more: { tokenUrl: 'https://169.254.169.254/token' },
    field: 'token_url',
    rule: 'private_address',
  },
  {
    name: 'S2: the loopback of IPv6',
    more: { tokenUrl: 'https://[::1]/token' },
    field: 'token_url',
    rule: 'private_address',
  },
  {
    name: 'S3: a name that resolves to this machine',
    more: { tokenUrl: 'https://localhost/token' },
    field: 'token_url',
    rule: 'private_address',
  },
  {
    name: 'S2: a private revocation URL',
    more: { revocationUrl: 'https://10.0.0.1/r' },
    field: 'revocation_url',
    rule: 'private_address',
  },
  { name: 'S2: a private issuer', more: { issuer: 'https://192.168.1.1' }, field: 'issuer', rule: 'private_address' },
  {
    name: 'method none for an application',
    more: { method: 'none', secret: undefined },
    field: 'client_auth.method',
    rule: 'not_for_this_grant',
  },
  { name: 'no secret', more: { secret: undefined }, field: 'client_auth.secret', rule: 'required' },
  {
    name: 'a secret with method none',
    more: { ...PERSON, method: 'none' },
    field: 'client_auth.secret',
    rule: 'not_for_this_method',
  },
  {
    name: 'no authorization URL for a person',
    more: { grantType: 'authorization_code' },
    field: 'authorization_url',
    rule: 'required',
  },
  {
    name: 'a token parameter that is ours',
    more: { tokenParams: { client_secret: 'x' } },
    field: 'token_params.client_secret',
    rule: 'reserved',
  },
  {
    name: 'an authorization parameter that is ours',
    more: { ...PERSON, authorizationParams: { state: 'x' } },
    field: 'authorization_params.state',
    rule: 'reserved',
  },
  {
    name: 'prompt twice, in the URL and beside it',
    more: {
      ...PERSON,
      authorizationUrl: 'https://login.example/authorize?prompt=select_account',
      authorizationParams: { prompt: 'login' },
    },
    field: 'authorization_params.prompt',
    rule: 'one_prompt',
  },
  {
    name: 'two prompts in one',
    more: { ...PERSON, authorizationParams: { prompt: 'select_account consent' } },
    field: 'authorization_params.prompt',
    rule: 'prompt',
  },
  { name: 'grace without its seconds', more: { refreshPolicy: 'grace' }, field: 'grace_seconds', rule: 'required' },
];

/** Each change that sends the secret elsewhere or in another way. */
const NEW_DESTINATIONS: [string, Partial<CredentialInput>][] = [
  ['token_url', { tokenUrl: 'https://elsewhere.example/token' }],
  ['revocation_url', { revocationUrl: 'https://elsewhere.example/revoke' }],
  ['issuer', { issuer: 'https://elsewhere.example' }],
  ['client_id', { clientId: 'another' }],
  ['client_auth.method', { method: 'client_secret_basic' }],
];

/** Values that real providers gave, although a part of each looks like a placeholder. */
const LEGITIMATE: Partial<CredentialInput>[] = [
  ...[
    '{3F2504E0-4F89-11D3-9A0C-0305E82C3301}',
    '{AF2504E0-4F89-11D3-9A0C-0305E82C3301}',
    'acme-yourid',
    'APP-ID-4711',
    'CLIENT_ID-77',
    'APP-5D8F1C3E-TENANT_ID',
    'your-secret-santa',
    'billing{1}',
    'YOUR-HOME-GmbH',
    'https://yourdomain.com/client',
  ].map(clientId => ({ clientId })),
  ...[
    'auth.yourdomain.com/token',
    'login.your-domain.co.uk/token',
    'id.your-realm.net/token',
    'sso.yourtenant.com/token',
    'login.example/realms/YOUR-HOME-GmbH',
    'login.example/realms/DOMAIN-ID',
    'login.example/token?realm=%7B3F2504E0-4F89-11D3-9A0C-0305E82C3301%7D',
  ].map(rest => ({ tokenUrl: `https://${rest}` })),
  { issuer: 'https://login.example/{tenantid}/v2.0' },
];

/** Copied from instructions, and the field that is told. */
const COPIED: [Partial<CredentialInput>, string][] = [
  ...['{client-id}', '[client-id]', 'your_app_id', 'CLIENT_ID', 'APPLICATION_ID'].map(
    (clientId): [Partial<CredentialInput>, string] => [{ clientId }, 'client_id'],
  ),
  ...['CLIENT_SECRET', 'your_app_secret', '{client-secret}'].map((text): [Partial<CredentialInput>, string] => [
    { secret: new Secret(text) },
    'client_auth.secret',
  ]),
  ...[
    'login.example/token?tenant=%7Btenant-id%7D',
    'login.example/token?tenant=YOUR_TENANT_ID',
    'your-domain.auth0.com/token',
    'your-okta-domain.okta.com/token',
    'login.example/your-tenant.onmicrosoft.com/token',
    'login.example/{tenantid}/token',
  ].map((rest): [Partial<CredentialInput>, string] => [{ tokenUrl: `https://${rest}` }, 'token_url']),
];

/** Names resolve here without a network. */
const resolve = async (host: string) => [
  { address: host === 'localhost' ? '127.0.0.1' : '203.0.114.7', family: 4 as const },
];

async function refusal(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (error instanceof VaultError)
      return { code: error.code, errors: error.details.errors?.map(({ field, rule }) => ({ field, rule })) };
  }
  return undefined;
}

/** Storing credentials: what is refused and why, and invariant 13. */
export function credentialCases(t: Test): void {
  t.test('every mistake is named by field and rule, and nothing is stored', async t => {
    const { vault, store, admin } = await startVault(t, {
      env: { TOKENWELL_ALLOWED_HOSTS: 'allowed.example' },
      overrides: { resolve },
    });
    const actor = await admin();
    for (const { name, more, field, rule } of REFUSED) {
      const refused = await refusal(vault.credentials.create(actor, 'acme', credentialInput(URL_OF_PROVIDER, more)));
      t.same(refused, { code: 'invalid_request', errors: [{ field, rule }] }, name);
    }
    t.equal(await store.reads.credentials.find('acme'), undefined);
    const both = credentialInput('http://login.example/token', { secret: undefined });
    t.equal((await refusal(vault.credentials.create(actor, 'acme', both)))?.errors?.length, 2, 'all at once');
  });

  t.test('a value is a placeholder only as a whole', async t => {
    const { vault, admin } = await startVault(t, { overrides: { resolve } });
    const actor = await admin();
    for (const [n, more] of LEGITIMATE.entries()) {
      const input = credentialInput(URL_OF_PROVIDER, more);
      t.equal(await refusal(vault.credentials.create(actor, `good${n}`, input)), undefined, JSON.stringify(more));
    }
    for (const [more, field] of COPIED) {
      const refused = await refusal(vault.credentials.create(actor, 'copied', credentialInput(URL_OF_PROVIDER, more)));
      t.same(refused?.errors, [{ field, rule: 'placeholder' }], JSON.stringify(more));
    }
  });

  t.test('a stored value that looks like a placeholder stays editable; another one is judged', async t => {
    const { vault, store, admin } = await startVault(t, { overrides: { resolve } });
    const actor = await admin();
    const old = { clientId: 'CLIENT_ID', tokenUrl: 'https://your-tenant.okta.com/token' };
    await vault.credentials.create(actor, 'old', credentialInput(URL_OF_PROVIDER));
    const before = await store.reads.credentials.find('old');
    if (!before) throw new Error('not stored');
    await store.transaction(tx => tx.credentials.update(before, credentialInput(old.tokenUrl, old), before.updatedAt));
    const put = (more: Partial<CredentialInput>) =>
      refusal(vault.credentials.replace(actor, 'old', '*', credentialInput(old.tokenUrl, { ...old, ...more })));
    t.equal(await put({ description: 'other words' }), undefined);
    const errors = [
      { field: 'token_url', rule: 'placeholder' },
      { field: 'client_id', rule: 'placeholder' },
    ];
    t.same((await put({ clientId: 'APP_ID', tokenUrl: 'https://your-domain.okta.com/token' }))?.errors, errors);
    const secret = new Secret('CLIENT_SECRET');
    t.same((await put({ secret }))?.errors, [{ field: 'client_auth.secret', rule: 'placeholder' }]);
  });

  t.test('a host that the operator allows may be plain http', async t => {
    const { vault, admin } = await startVault(t, {
      env: { TOKENWELL_ALLOWED_HOSTS: 'allowed.example' },
      overrides: { resolve },
    });
    const input = credentialInput('http://allowed.example/token');
    t.equal(await outcome(vault.credentials.create(await admin(), 'acme', input)), 'ok');
  });

  t.test('W8: a stored secret goes nowhere else until it is given again (invariant 13)', async t => {
    const { vault, admin, store } = await startVault(t, { overrides: { resolve } });
    const actor = await admin();
    await vault.credentials.create(actor, 'acme', credentialInput(URL_OF_PROVIDER));
    const rule = 'required_with_new_destination';
    for (const [name, more] of NEW_DESTINATIONS) {
      const input = credentialInput(URL_OF_PROVIDER, { secret: undefined, ...more });
      const refused = await refusal(vault.credentials.replace(actor, 'acme', '*', input));
      t.same(refused, { code: 'invalid_request', errors: [{ field: 'client_auth.secret', rule }] }, name);
    }
    t.equal((await store.reads.credentials.find('acme'))?.version, 1, 'nothing was changed');
    const harmless = credentialInput(URL_OF_PROVIDER, {
      secret: undefined,
      description: 'other words',
      scope: 'mail.write',
    });
    t.equal(
      await outcome(vault.credentials.replace(actor, 'acme', 1, harmless)),
      'ok',
      'words and scope need no secret',
    );
    const moved = credentialInput('https://elsewhere.example/token', { secret: new Secret('again') });
    t.equal(await outcome(vault.credentials.replace(actor, 'acme', 2, moved)), 'ok', 'with the secret it may move');
  });

  t.test('D15: two operators who edit at once do not overwrite each other', async t => {
    const { vault, admin } = await startVault(t, { overrides: { resolve } });
    const actor = await admin();
    await vault.credentials.create(actor, 'acme', credentialInput(URL_OF_PROVIDER));
    const edits = ['one', 'two', 'three'].map(description =>
      outcome(vault.credentials.replace(actor, 'acme', 1, credentialInput(URL_OF_PROVIDER, { description }))),
    );
    t.same((await Promise.all(edits)).sort(), ['ok', 'version_conflict', 'version_conflict']);
  });

  t.test('an id may be used again after its credential was deleted, and no old permission opens it', async t => {
    const { vault, admin, consumer, draw } = await startVault(t, { overrides: { resolve } });
    const actor = await admin();
    await vault.credentials.create(actor, 'acme', credentialInput(URL_OF_PROVIDER));
    const { key } = await consumer('svc', [{ credential: 'acme', account: '*', scopes: undefined }]);
    await vault.credentials.remove(actor, 'acme', '*');
    await vault.credentials.create(actor, 'acme', credentialInput(URL_OF_PROVIDER));
    t.equal(await outcome(draw(key, 'acme')), 'not_found');
  });

  t.test(
    'roles: a service reads nothing, an auditor reads, an operator changes, only an admin makes consumers',
    async t => {
      const { vault, consumer } = await startVault(t, { overrides: { resolve } });
      const asRole = async (role: 'service' | 'auditor' | 'operator') => {
        const { key } = await consumer(role, [], role);
        const actor = { caller: await vault.callers.identify(key), requestId: 'test' };
        const input = credentialInput(URL_OF_PROVIDER);
        return [
          await outcome(vault.credentials.list(actor.caller, undefined, 10)),
          await outcome(vault.credentials.create(actor, `by-${role}`, input)),
          await outcome(
            vault.consumers.create(actor, 'new', { description: undefined, role: 'admin', disabled: false }),
          ),
        ];
      };
      t.same(await asRole('service'), ['forbidden', 'forbidden', 'forbidden']);
      t.same(await asRole('auditor'), ['ok', 'forbidden', 'forbidden']);
      t.same(await asRole('operator'), ['ok', 'ok', 'forbidden']);
    },
  );

  t.test('a permission must name a credential that exists', async t => {
    const { vault, admin, consumer } = await startVault(t, { overrides: { resolve } });
    await consumer('svc', []);
    const put = vault.consumers.replacePermissions(await admin(), 'svc', [
      { credential: 'nothing', account: '*', scopes: undefined },
    ]);
    t.same(await refusal(put), { code: 'invalid_request', errors: [{ field: '0.credential', rule: 'exists' }] });
  });

  t.test('a write by somebody who was revoked while the request was on its way does nothing', async t => {
    const { vault, admin, consumer } = await startVault(t, { overrides: { resolve } });
    const { key } = await consumer('second', [], 'admin');
    const slow = { caller: await vault.callers.identify(key), requestId: 'slow' };
    await vault.consumers.remove(await admin(), 'second');
    t.equal(await outcome(vault.consumers.createKey(slow, 'admin', undefined)), 'conflict');
    t.equal(await outcome(vault.credentials.create(slow, 'acme', credentialInput(URL_OF_PROVIDER))), 'conflict');
    t.equal((await vault.consumers.keys((await admin()).caller, 'admin')).length, 1, 'no key was made');
  });

  t.test('an admin may change itself', async t => {
    const { vault, admin } = await startVault(t, { overrides: { resolve } });
    const { id } = await vault.consumers.createKey(await admin(), 'admin', undefined);
    t.equal(await outcome(vault.consumers.removeKey(await admin(), 'admin', id)), 'ok');
  });
}
