import type { Test } from 'tap';
import type { Credential } from '../../src/vault/credential.js';
import { keepAlive } from '../../src/vault/due.js';
import { VaultError } from '../../src/vault/errors.js';
import { adminConsentUrl } from '../../src/vault/presets/admin-consent.js';
import { PRESETS } from '../../src/vault/presets/catalog.js';
import { expand } from '../../src/vault/presets/expansion.js';
import { credentialInput, startVault } from '../support/vault.js';
import { saying, TENANT } from './said.js';

const DAY_MS = 86_400_000;

/** The broken rules of what cannot be filled in, each as `field rule`. */
function broken(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return (error.details.errors ?? []).map(({ field, rule }) => `${field} ${rule}`);
  }
}

/** What a preset fills in, and what it leaves to the operator. */
export function expansionCases(t: Test): void {
  t.test('Microsoft in each cloud, for each purpose, by each grant type', async t => {
    const hosts: [cloud: 'public' | 'gcc-high' | 'dod' | 'china', login: string, outlook: string, graph: string][] = [
      ['public', 'login.microsoftonline.com', 'outlook.office365.com', 'graph.microsoft.com'],
      ['gcc-high', 'login.microsoftonline.us', 'outlook.office365.us', 'graph.microsoft.us'],
      ['dod', 'login.microsoftonline.us', 'outlook-dod.office365.us', 'dod-graph.microsoft.us'],
      ['china', 'login.partner.microsoftonline.cn', 'partner.outlook.cn', 'microsoftgraph.chinacloudapi.cn'],
    ];
    const delegated = { imap: 'IMAP.AccessAsUser.All', pop: 'POP.AccessAsUser.All', smtp: 'SMTP.Send' } as const;
    const graph = {
      'graph-read': 'Mail.Read',
      'graph-readwrite': 'Mail.ReadWrite',
      'graph-send': 'Mail.Send',
    } as const;
    for (const [cloud, login, outlook, graphHost] of hosts) {
      const said = saying({ preset: 'microsoft', tenant: TENANT, cloud });
      for (const purpose of ['imap', 'pop', 'smtp'] as const) {
        const application = expand({ ...said, purpose });
        t.match(application, {
          tokenUrl: `https://${login}/${TENANT}/oauth2/v2.0/token`,
          scope: `https://${outlook}/.default`,
          authorizationUrl: undefined,
          servers: { imap: { host: outlook, port: 993, tls: 'implicit' }, smtp: { port: 587, tls: 'starttls' } },
        });
        const host = cloud === 'public' ? 'outlook.office.com' : outlook;
        const person = expand({ ...said, grantType: 'authorization_code', purpose });
        t.equal(
          person.scope,
          `openid profile offline_access https://${host}/${delegated[purpose]}`,
          `${cloud} ${purpose}`,
        );
        t.equal(person.authorizationUrl, `https://${login}/${TENANT}/oauth2/v2.0/authorize`);
        t.equal(person.issuer, `https://${login}/${TENANT}/v2.0`);
        t.equal(person.refreshPolicy, 'none');
      }
      for (const [purpose, permission] of Object.entries(graph) as [keyof typeof graph, string][]) {
        t.equal(expand({ ...said, purpose }).scope, `https://${graphHost}/.default`);
        const { scope } = expand({ ...said, grantType: 'authorization_code', purpose });
        t.equal(scope, `openid profile offline_access https://${graphHost}/${permission}`);
      }
    }
  });

  t.test('a domain in place of the tenant id leaves the issuer open for the id that comes', async t => {
    const said = saying({
      preset: 'microsoft',
      tenant: 'acme.example',
      purpose: 'imap',
      grantType: 'authorization_code',
    });
    t.match(expand(said), {
      cloud: 'public',
      tokenUrl: 'https://login.microsoftonline.com/acme.example/oauth2/v2.0/token',
      issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
    });
  });

  t.test('Google asks for a lasting grant, and Yahoo is one more file', async t => {
    const consent = expand(saying({ preset: 'google', purpose: 'imap', grantType: 'authorization_code' }));
    t.match(consent, {
      authorizationParams: { access_type: 'offline', prompt: 'consent' },
      scope: 'openid email https://mail.google.com/',
      revocationUrl: 'https://oauth2.googleapis.com/revoke',
      cloud: undefined,
    });
    const delegated = { grantType: 'jwt_bearer', method: 'private_key_jwt', secret: undefined } as const;
    const service = expand(saying({ preset: 'google', purpose: 'smtp', ...delegated }));
    t.match(service, { scope: 'https://mail.google.com/', signingAlg: 'RS256', authorizationUrl: undefined });
    const yahoo = expand(saying({ preset: 'yahoo', purpose: 'imap', grantType: 'authorization_code' }));
    t.match(yahoo, { scope: 'openid mail-w', servers: { imap: { host: 'imap.mail.yahoo.com' } } });
  });

  t.test('what is said stands; what is left out and unknown is asked for by name', async t => {
    const own = { tokenUrl: 'https://login.example/token', scope: 'a b', servers: {} };
    t.match(expand(saying({ preset: 'microsoft', tenant: TENANT, purpose: 'imap', ...own })), own);
    const mistakes: [Partial<Parameters<typeof saying>[0]>, string[]][] = [
      [{}, ['token_url required', 'scope required']],
      [{ preset: 'microsoft' }, ['tenant required', 'purpose required']],
      [{ preset: 'microsoft', tenant: TENANT, purpose: 'custom' }, ['purpose required']],
      [{ preset: 'microsoft', tenant: '{tenant-id}', purpose: 'imap' }, ['tenant tenant']],
      [{ preset: 'microsoft', tenant: 'a/b', purpose: 'imap' }, ['tenant tenant']],
      [{ preset: 'microsoft', tenant: 'acme', purpose: 'imap' }, ['tenant tenant']],
      [{ preset: 'google', tenant: TENANT, purpose: 'imap', grantType: 'jwt_bearer' }, ['tenant not_at_this_provider']],
      [{ preset: 'google', purpose: 'imap' }, ['grant_type not_at_this_provider']],
      [{ preset: 'google', purpose: 'graph-read', grantType: 'jwt_bearer' }, ['purpose not_at_this_provider']],
      [{ preset: 'google', purpose: 'imap', cloud: 'dod', grantType: 'jwt_bearer' }, ['cloud not_at_this_provider']],
      [{ preset: 'nobody', purpose: 'imap' }, ['preset exists']],
      [{ tenant: TENANT, cloud: 'dod', ...own }, ['tenant needs_preset', 'cloud needs_preset']],
      [{ preset: 'custom' }, ['token_url required', 'scope required']],
    ];
    for (const [said, rules] of mistakes)
      t.strictSame(
        broken(() => expand(saying(said))),
        rules,
        JSON.stringify(said),
      );
  });

  t.test('another choice in a PUT fills in anew what came back as it was, and keeps what was changed', async t => {
    const first = saying({ preset: 'microsoft', tenant: TENANT, purpose: 'imap' });
    const clientAuth = { id: 'auth', hasSecret: true, certificate: undefined, ...expand(first) };
    const kept = { id: 'mail', clientAuth, disabled: false, version: 1, createdAt: 0, updatedAt: 0 };
    const stored: Credential = { ...expand(first), ...kept };
    const back = { ...first, ...expand(first) };
    t.match(expand({ ...back, cloud: 'gcc-high' }, stored), {
      tokenUrl: `https://login.microsoftonline.us/${TENANT}/oauth2/v2.0/token`,
      scope: 'https://outlook.office365.us/.default',
      servers: { imap: { host: 'outlook.office365.us' } },
    });
    t.match(expand({ ...back, purpose: 'graph-read', description: 'x' }, stored), {
      scope: 'https://graph.microsoft.com/.default',
    });
    const own = { cloud: 'gcc-high', scope: 'https://other.example/.default' } as const;
    t.equal(expand({ ...back, ...own }, stored).scope, own.scope, 'changed in the same PUT');
    t.equal(expand({ ...back, description: 'x' }, stored).tokenUrl, stored.tokenUrl);
    const edited = { ...stored, scope: 'https://graph.microsoft.com/.default' };
    t.equal(expand({ ...back, scope: edited.scope }, edited).scope, edited.scope, 'no other choice, so it stays');
  });

  t.test('every preset holds together: templates have their hosts, and every purpose its scope', async t => {
    for (const { id, clouds, endpoints, grants } of PRESETS) {
      const texts = [
        ...Object.values(endpoints),
        ...Object.values(grants).flatMap(({ purposes }) => Object.values(purposes).map(({ scope }) => scope)),
      ];
      for (const cloud of Object.values(clouds)) {
        const known = new Set([...Object.keys(cloud.hosts), 'tenant', 'tenantid']);
        const unknown = texts.flatMap(text =>
          [...(text.match(/\{\w+\}/g) ?? [])].filter(name => !known.has(name.slice(1, -1))),
        );
        t.strictSame(unknown, [], `${id} ${cloud.name}`);
        for (const protocol of cloud.unsure ?? []) t.ok(cloud.servers[protocol], `${id} ${cloud.name} ${protocol}`);
      }
    }
  });

  t.test('a credential without a preset is known by its addresses: idle limit and administrator’s page', async t => {
    const tokenUrl = 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token';
    const authorizationUrl = 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?prompt=login';
    const entra = credentialInput(tokenUrl, { grantType: 'authorization_code', authorizationUrl });
    t.equal(keepAlive(entra, 0, 0), 45 * DAY_MS);
    t.equal(keepAlive(credentialInput('https://oauth2.googleapis.com/token'), 0, 0), 90 * DAY_MS);
    t.equal(keepAlive(credentialInput('https://login.chinacloudapi.cn/x/oauth2/v2.0/token'), 0, 0), 45 * DAY_MS);
    t.equal(keepAlive(credentialInput('https://unknown.example/token'), 0, 0), 3.5 * DAY_MS);
    const url = 'https://login.microsoftonline.com/organizations/v2.0/adminconsent?scope=a+b';
    t.equal(adminConsentUrl(entra, 'a b'), url);
    const one = expand(saying({ preset: 'microsoft', tenant: TENANT, cloud: 'china', purpose: 'imap' }));
    t.match(adminConsentUrl(one, 'x'), `https://login.partner.microsoftonline.cn/${TENANT}/v2.0/adminconsent?`);
    t.equal(adminConsentUrl(credentialInput('https://unknown.example/token'), 'x'), undefined);
  });

  t.test('a credential is stored as it was filled in, and an administrator’s link needs no address', async t => {
    const vault = await startVault(t);
    const admin = await vault.admin();
    const said = saying({
      preset: 'microsoft',
      tenant: TENANT,
      purpose: 'imap',
      mailboxes: [{ address: 'a@b.example', purposes: ['imap'] }],
    });
    await vault.vault.credentials.create(admin, 'mail', said);
    const { credential } = await vault.vault.credentials.get(admin.caller, 'mail');
    const { method: _, secret: __, ...filledIn } = expand(said);
    t.match(credential, filledIn);
    const { link } = await vault.vault.connectLinks.createForAdmin(admin, 'mail', {
      adminConsentUrl: undefined,
      expiresIn: 60,
    });
    const scope = encodeURIComponent('https://outlook.office365.com/.default');
    t.equal(link.adminConsentUrl, `https://login.microsoftonline.com/${TENANT}/v2.0/adminconsent?scope=${scope}`);
  });
}
