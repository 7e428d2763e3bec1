import type { Test } from 'tap';
import { createKey } from '../../src/vault/callers.js';
import type { Credential, CredentialInput } from '../../src/vault/credential.js';
import { credentialErrors } from '../../src/vault/credential-rules.js';
import type { FieldError } from '../../src/vault/errors.js';
import { expand } from '../../src/vault/presets/expansion.js';
import type { CloudId } from '../../src/vault/presets/preset.js';
import { severalResources } from '../../src/vault/presets/scope-rules.js';
import { Secret } from '../../src/vault/secret.js';
import { startRunning } from '../http/running.js';
import { credentialInput } from '../support/vault.js';
import { CLIENT, saying, TENANT } from './said.js';

const ENTRA = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0`;
const PERSON = { grantType: 'authorization_code', authorizationUrl: `${ENTRA}/authorize` } as const;

async function rules(more: Partial<CredentialInput>): Promise<string[]> {
  return (await flaws(more)).map(({ field, rule }) => `${field} ${rule}`);
}

async function flaws(more: Partial<CredentialInput>, stored?: Credential): Promise<FieldError[]> {
  const input = credentialInput(`${ENTRA}/token`, { clientId: CLIENT, ...more });
  return await credentialErrors(input, { check: async () => undefined }, stored);
}

/** What is said of an edit of a credential that was stored before there were rules. */
async function edited(before: Partial<CredentialInput>, change: Partial<CredentialInput>): Promise<string[]> {
  const { method, ...fields } = credentialInput(`${ENTRA}/token`, { clientId: CLIENT, ...before });
  const none = { secretExpiresAt: undefined, signingAlg: undefined, keyId: undefined, sameAs: undefined };
  const clientAuth = { ...none, id: 'ca', method, hasSecret: true, certificate: undefined };
  const stored = { ...fields, id: 'mail', clientAuth, disabled: false, version: 1, createdAt: 0, updatedAt: 0 };
  return (await flaws({ ...before, ...change }, stored)).map(({ field, rule }) => `${field} ${rule}`);
}

/** Combinations that a provider is known to refuse (reference: Microsoft, "Scopes and permissions"). */
export function ruleCases(t: Test): void {
  t.test('scopes that Microsoft refuses are refused first, whether or not a preset was chosen', async t => {
    const cases: [Partial<CredentialInput>, string[]][] = [
      [{ scope: 'https://outlook.office365.com/.default' }, []],
      [{ scope: 'https://outlook.office365.com/IMAP.AccessAsApp' }, ['scope default_only']],
      [{ scope: 'constructor' }, ['scope default_only']],
      [{ ...PERSON, scope: '__proto__ toString' }, []],
      [{ ...PERSON, scope: 'offline_access https://graph.microsoft.com/.default Mail.Read' }, ['scope default_alone']],
      [{ ...PERSON, scope: 'openid offline_access https://graph.microsoft.com/.default' }, []],
      [{ ...PERSON, scope: 'IMAP.AccessAsUser.All offline_access' }, ['scope with_resource']],
      [{ ...PERSON, scope: 'smtp.send' }, ['scope with_resource']],
      [{ ...PERSON, scope: 'https://graph.microsoft.com/SMTP.Send' }, []],
      [
        { ...PERSON, scope: 'https://outlook.office.com/IMAP.AccessAsUser.All https://graph.microsoft.com/Mail.Send' },
        ['scope one_resource'],
      ],
      [{ ...PERSON, scope: 'https://outlook.office.com/IMAP.AccessAsUser.All Mail.Send' }, ['scope one_resource']],
      [{ ...PERSON, scope: 'Mail.Read https://graph.microsoft.com/Mail.Send' }, []],
      [
        {
          ...PERSON,
          scope: 'https://outlook.office.com/SMTP.Send',
          consentScope: 'https://outlook.office.com/SMTP.Send Mail.Read offline_access',
        },
        [],
      ],
      [
        { ...PERSON, scope: 'Mail.Read', consentScope: 'Mail.Read IMAP.AccessAsUser.All' },
        ['consent_scope with_resource'],
      ],
    ];
    for (const [more, expected] of cases) t.strictSame(await rules(more), expected, more.scope ?? '');
  });

  t.test('a Secret ID is no secret', async t => {
    const scope = 'https://graph.microsoft.com/.default';
    const secret = new Secret('4d2f9b1e-6f0a-4c3e-9a57-1b8f0c2d7e64');
    t.strictSame(await rules({ scope, secret }), ['client_auth.secret secret_id']);
    t.strictSame(await rules({ tokenUrl: 'https://login.example/token', scope, secret }), []);
  });

  t.test('a key to the vault is no secret of any provider, whatever stands around it', async t => {
    const key = createKey().key.reveal();
    for (const text of [key, ` ${key}\n`, `TOKENWELL_KEY=${key}`]) {
      const [flaw] = await flaws({ scope: 'https://graph.microsoft.com/.default', secret: new Secret(text) });
      t.match(flaw, { field: 'client_auth.secret', rule: 'vault_key' });
      t.notMatch(flaw?.detail, key);
    }
    const tokenUrl = 'https://login.example/token';
    t.strictSame(await rules({ tokenUrl, secret: new Secret(key) }), ['client_auth.secret vault_key']);
    t.strictSame(await rules({ tokenUrl, secret: new Secret('twk_of_our_own') }), []);
  });

  t.test('a client id that Microsoft never gave is refused at its own servers alone', async t => {
    const scope = 'https://graph.microsoft.com/.default';
    for (const clientId of ['Mail app', 'acme-mail', `${CLIENT}0`, `api://${CLIENT}`, `{${CLIENT}}`]) {
      t.strictSame(await rules({ scope, clientId }), ['client_id form'], clientId);
      t.strictSame(await rules({ tokenUrl: 'https://login.example/token', scope, clientId }), [], clientId);
      const inFront = { ...expand(saying({ preset: 'microsoft', tenant: TENANT, purpose: 'imap' })), clientId };
      t.strictSame(await rules({ ...inFront, tokenUrl: 'https://proxy.example/token' }), [], clientId);
    }
    t.strictSame(await rules({ scope, clientId: 'your-client-id' }), ['client_id placeholder']);
    const tokenUrl = 'https://login.example/token';
    for (const clientId of [` ${CLIENT}`, `${CLIENT} `, '\u00a0mail']) {
      t.strictSame(await rules({ scope, clientId, tokenUrl }), ['client_id no_space_around'], clientId);
    }
    t.strictSame(await rules({ scope, clientId: `${CLIENT} ` }), ['client_id no_space_around'], 'said once');
  });

  t.test('addresses and scopes of two clouds are refused, with whose each one is', async t => {
    const graph = 'https://graph.microsoft.us/.default';
    const at = (login: string) => `https://${login}/${TENANT}/oauth2/v2.0`;
    const chosen = (cloud: CloudId, more: object = {}) =>
      expand(saying({ preset: 'microsoft', tenant: TENANT, purpose: 'imap', cloud, ...more }));
    const usGov = at('login.microsoftonline.us');
    const cases: [Partial<CredentialInput>, string[]][] = [
      [{ scope: graph }, ['scope one_cloud']],
      [chosen('gcc-high', { tokenUrl: `${ENTRA}/token` }), ['token_url one_cloud']],
      [chosen('gcc-high', { scope: 'https://outlook.office365.com/.default' }), ['scope one_cloud']],
      [chosen('public', { tokenUrl: `${usGov}/token` }), ['token_url one_cloud']],
      [chosen('dod', { scope: graph }), ['scope one_cloud']],
      [{ ...PERSON, tokenUrl: `${usGov}/token`, scope: 'Mail.Read' }, ['token_url one_cloud']],
      [
        { ...PERSON, scope: 'Mail.Read', consentScope: 'https://partner.outlook.cn/SMTP.Send' },
        ['consent_scope one_cloud'],
      ],
      [{ tokenUrl: `${usGov}/token`, scope: graph }, []],
      [{ tokenUrl: `${usGov}/token`, scope: 'https://dod-graph.microsoft.us/.default' }, []],
      [
        {
          grantType: 'authorization_code',
          authorizationUrl: `${usGov}/authorize`,
          tokenUrl: `${usGov}/token`,
          scope: 'https://dod-graph.microsoft.us/Mail.Read',
          consentScope: 'https://dod-graph.microsoft.us/Mail.Read https://outlook.office365.us/SMTP.Send',
        },
        [],
      ],
      [chosen('dod', { scope: 'https://outlook.office365.us/.default' }), []],
      [chosen('china', { tokenUrl: `${at('login.chinacloudapi.cn')}/token` }), []],
      [chosen('public', { scope: 'https://outlook.office.com/.default' }), []],
      [chosen('gcc-high', { scope: 'https://api.acme.example/.default', tokenUrl: 'https://login.example/token' }), []],
      ...(['public', 'gcc-high', 'dod', 'china'] as const).map(
        cloud => [chosen(cloud), []] as [Partial<CredentialInput>, string[]],
      ),
    ];
    for (const [more, expected] of cases)
      t.strictSame(await rules(more), expected, `${more.cloud} ${more.tokenUrl} ${more.scope}`);
    const [flaw] = await flaws(chosen('gcc-high', { tokenUrl: `${ENTRA}/token` }));
    const says =
      'login.microsoftonline.com belongs to the cloud public, but cloud says gcc-high. Give token_url and cloud of one cloud.';
    t.equal(flaw?.detail, says);
    const [unsaid] = await flaws(expand(saying({ preset: 'microsoft', purpose: 'imap', tokenUrl: `${usGov}/token` })));
    t.match(unsaid?.detail, /but cloud says public, which is meant where cloud is left out\. Give token_url and cloud/);
  });

  t.test('an address of v1 is refused with that of v2.0, unless it is asked by resource', async t => {
    const v1 = `https://login.microsoftonline.com/${TENANT}/oauth2`;
    const scope = 'https://graph.microsoft.com/.default';
    const [flaw, more] = await flaws({ tokenUrl: `${v1}/token`, scope });
    t.match(flaw, { field: 'token_url', rule: 'outdated', detail: `${ENTRA}/token` });
    t.equal(more, undefined);
    const person = { ...PERSON, scope: 'Mail.Read', authorizationUrl: `${v1}/authorize`, tokenUrl: `${v1}/token/` };
    t.strictSame(await rules(person), ['authorization_url outdated', 'token_url outdated']);
    t.strictSame(
      await rules({ tokenUrl: `${v1}/token`, scope, tokenParams: { resource: 'https://graph.microsoft.com' } }),
      [],
    );
    const inQuery = `${v1}/authorize?resource=https%3A%2F%2Fgraph.microsoft.com`;
    t.strictSame(await rules({ ...person, authorizationUrl: inQuery }), []);
    t.strictSame(await rules({ tokenUrl: 'https://login.example/acme/oauth2/token', scope }), []);
  });

  t.test('what was stored before a rule was known stays editable; a compared field that changes is judged', async t => {
    const scope = 'https://graph.microsoft.com/.default';
    const v1 = `https://login.microsoftonline.com/${TENANT}/oauth2/token`;
    const usGov = `https://login.microsoftonline.us/${TENANT}/oauth2/v2.0/token`;
    const anybody = 'https://login.microsoftonline.com/common/oauth2/v2.0/token';
    const unsaid = expand(saying({ preset: 'microsoft', tenant: TENANT, purpose: 'imap', tokenUrl: usGov }));
    const resource = { resource: 'https://graph.microsoft.com' };
    const cases: [Partial<CredentialInput>, Partial<CredentialInput>, string[]][] = [
      [{ scope, clientId: 'my-app' }, { clientId: 'your-app' }, ['client_id form']],
      [{ scope, tokenUrl: v1 }, { tokenUrl: `${v1}/` }, ['token_url outdated']],
      [{ scope, tokenUrl: v1, tokenParams: resource }, { tokenParams: {} }, ['token_url outdated']],
      [unsaid, { tokenUrl: `${usGov}?a=b` }, ['token_url one_cloud']],
      [{ scope, tokenUrl: usGov }, { scope: `${scope} ` }, ['scope one_cloud']],
      [{ scope, tokenUrl: usGov }, { consentScope: 'https://partner.outlook.cn/.default' }, ['scope one_cloud']],
      [{ scope: 'Mail.Read' }, { scope: 'Mail.Send' }, ['scope default_only']],
      [
        { ...PERSON, scope: 'Mail.Read', consentScope: 'SMTP.Send' },
        { consentScope: 'Smtp.Send' },
        ['consent_scope with_resource'],
      ],
      [{ ...PERSON, scope: 'Mail.Read' }, { grantType: 'client_credentials' }, ['scope default_only']],
      [
        { tokenUrl: 'https://login.example/token', scope: 'IMAP.AccessAsUser.All' },
        { tokenUrl: `${ENTRA}/token` },
        ['scope with_resource'],
      ],
      [{ scope, tokenUrl: anybody }, { tokenUrl: anybody.replace('common', 'consumers') }, ['token_url one_tenant']],
    ];
    for (const [before, change, expected] of cases) {
      const about = JSON.stringify(change);
      t.strictSame(await edited(before, {}), [], `the same fields: ${about}`);
      const more = { description: 'of sales', secret: new Secret('next-secret') };
      t.strictSame(await edited(before, more), [], `with a new secret: ${about}`);
      t.strictSame(await edited(before, change), expected, about);
    }
    const secret = new Secret(TENANT);
    t.strictSame(await edited({ scope }, { secret }), ['client_auth.secret secret_id']);
    t.strictSame(await edited({ scope, tokenUrl: v1 }, { tokenUrl: `${ENTRA}/token` }), [], 'mended');
  });

  t.test('a mailbox is an address, whatever the grant type', async t => {
    const mailboxes = [
      { address: 'info@acme.example', purposes: [] },
      { address: 'info', purposes: [] },
    ];
    const scope = 'https://graph.microsoft.com/.default';
    t.strictSame(await rules({ scope, mailboxes }), ['mailboxes address']);
    t.strictSame(await rules({ ...PERSON, scope: 'Mail.Read', mailboxes }), ['mailboxes address']);
  });

  t.test('a tenant that stands for anybody is not for client_credentials', async t => {
    const scope = 'https://graph.microsoft.com/.default';
    const tokenUrl = 'https://login.microsoftonline.com/common/oauth2/v2.0/token';
    t.strictSame(await rules({ tokenUrl, scope }), ['token_url one_tenant']);
    const filled = expand(saying({ preset: 'microsoft', tenant: 'organizations', purpose: 'imap' }));
    t.strictSame(await rules(filled), ['tenant one_tenant']);
    t.strictSame(await rules({ ...PERSON, tokenUrl, scope: 'Mail.Read' }), []);
    const spelled = ['//Common/', '/COMMON/', '/%63ommon/'].map(path => `https://login.microsoftonline.com${path}`);
    for (const base of [...spelled, 'https://login.microsoftonline.com./common/']) {
      t.strictSame(await rules({ tokenUrl: `${base}oauth2/v2.0/token`, scope }), ['token_url one_tenant'], base);
    }
  });

  t.test('at a server that we do not know, every scope goes', async t => {
    const scope = 'IMAP.AccessAsUser.All https://a.example/x https://b.example/.default';
    t.strictSame(await rules({ tokenUrl: 'https://login.example/token', scope }), []);
  });

  t.test('the rule is said in a sentence over HTTP, and a draw of two resources asks no provider', async t => {
    const { send, keys, provider } = await startRunning(t);
    const client_auth = { method: 'client_secret_post', secret: 's' };
    const said = {
      id: 'mail',
      grant_type: 'client_credentials',
      preset: 'microsoft',
      tenant: TENANT,
      client_id: CLIENT,
      client_auth,
    };
    const refused = await send('POST', '/api/v1/credentials', {
      key: keys.operator,
      body: { ...said, scope: 'Mail.Read' },
    });
    t.match(refused, { status: 400, json: { detail: /takes only a resource with \/\.default, not Mail\.Read/ } });
    const outlook = 'https://outlook.office.com/IMAP.AccessAsUser.All';
    const graph = 'https://graph.microsoft.com/Mail.Send';
    const body = {
      ...said,
      token_url: provider.url(),
      scope: 'https://outlook.office365.com/.default',
      consent_scope: 'https://outlook.office365.com/.default https://graph.microsoft.com/.default',
    };
    t.match(await send('POST', '/api/v1/credentials', { key: keys.operator, body }), { status: 201 });
    await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'mail' }] });
    const both = encodeURIComponent(body.consent_scope);
    const draw = await send('GET', `/api/v1/credentials/mail/token?scope=${both}`, { key: keys.service });
    t.match(draw, {
      status: 400,
      json: { code: 'invalid_request', errors: [{ field: 'scope', rule: 'one_resource' }] },
    });
    t.equal(provider.requests.length, 0);
    const microsoft = credentialInput(`${ENTRA}/token`);
    t.ok(severalResources(microsoft, `${outlook} ${graph}`));
    t.notOk(severalResources(microsoft, `openid Mail.Read ${graph}`));
  });
}
