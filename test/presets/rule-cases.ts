import type { Test } from 'tap';
import type { CredentialInput } from '../../src/vault/credential.js';
import { credentialErrors } from '../../src/vault/credential-rules.js';
import { expand } from '../../src/vault/presets/expansion.js';
import { severalResources } from '../../src/vault/presets/scope-rules.js';
import { Secret } from '../../src/vault/secret.js';
import { startRunning } from '../http/running.js';
import { credentialInput } from '../support/vault.js';
import { saying, TENANT } from './said.js';

const ENTRA = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0`;
const PERSON = { grantType: 'authorization_code', authorizationUrl: `${ENTRA}/authorize` } as const;

async function rules(more: Partial<CredentialInput>): Promise<string[]> {
  const input = credentialInput(`${ENTRA}/token`, more);
  const errors = await credentialErrors(input, { check: async () => undefined });
  return errors.map(({ field, rule }) => `${field} ${rule}`);
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
      client_id: 'c',
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
