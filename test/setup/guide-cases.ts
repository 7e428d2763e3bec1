import type { Test } from 'tap';
import type { Script } from '../../src/vault/findings/words.js';
import type { CloudId, Purpose } from '../../src/vault/presets/preset.js';
import { markdownOf, scriptOf } from '../../src/vault/setup/formats.js';
import { guideFor } from '../../src/vault/setup/setup.js';
import { CLIENT, caseOf, commandsOf, guideOf, idsOf, REDIRECT, stepsText } from './cases.js';

const MAIL = ['imap', 'pop', 'smtp'] as const;
const GRAPH = ['graph-read', 'graph-readwrite', 'graph-send'] as const;
const CLOUDS = ['public', 'gcc-high', 'dod', 'china'] as const;
const METHODS = ['client_secret_post', 'private_key_jwt', 'none'] as const;

/** Names, ids and hosts of each cloud, from Microsoft's own pages. */
const AT: Record<CloudId, Record<'portal' | 'login' | 'az' | 'graph' | 'exchange' | 'outlook', string>> = {
  public: {
    portal: 'https://entra.microsoft.com',
    login: 'login.microsoftonline.com',
    az: 'AzureCloud',
    graph: 'Global',
    exchange: 'O365Default',
    outlook: 'outlook.office365.com',
  },
  'gcc-high': {
    portal: 'https://portal.azure.us',
    login: 'login.microsoftonline.us',
    az: 'AzureUSGovernment',
    graph: 'USGov',
    exchange: 'O365USGovGCCHigh',
    outlook: 'outlook.office365.us',
  },
  dod: {
    portal: 'https://portal.azure.us',
    login: 'login.microsoftonline.us',
    az: 'AzureUSGovernment',
    graph: 'USGovDoD',
    exchange: 'O365USGovDoD',
    outlook: 'outlook-dod.office365.us',
  },
  china: {
    portal: 'https://portal.azure.cn',
    login: 'login.partner.microsoftonline.cn',
    az: 'AzureChinaCloud',
    graph: 'China',
    exchange: 'O365China',
    outlook: 'partner.outlook.cn',
  },
};

const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000';
const MICROSOFT_GRAPH = '00000003-0000-0000-c000-000000000000';
const DELEGATED: Record<string, [name: string, id: string]> = {
  imap: ['IMAP.AccessAsUser.All', '652390e4-393a-48de-9484-05f9b1212954'],
  pop: ['POP.AccessAsUser.All', 'd7b7f2d9-0f45-4ea1-9d42-e50810c06991'],
  smtp: ['SMTP.Send', '258f6531-6087-4cc4-bb90-092c5fb3ed3f'],
  'graph-read': ['Mail.Read', '570282fd-fa5c-430d-a7fd-fc8dc98a9dca'],
  'graph-readwrite': ['Mail.ReadWrite', '024d486e-b451-40bb-833d-3e66d98c5c73'],
  'graph-send': ['Mail.Send', 'e383f46e-2787-4529-855e-0e479a3ffac0'],
};
const APPLICATION: Record<string, [name: string, id: string]> = {
  imap: ['IMAP.AccessAsApp', '5e5addcd-3e8d-4e90-baf5-964efab2b20a'],
  pop: ['POP.AccessAsApp', 'cb842b43-da6e-4506-86fe-bb12199c656d'],
};
const REGISTER = `az ad app show --id='${CLIENT}' --query=displayName --output=tsv
az ad sp show --id='${CLIENT}' --query=id --output=tsv || az ad sp create --id='${CLIENT}'`;
/** Whatever permits more than these. */
const ANY_PERMISSION =
  /\b(?:(?:Application )?Mail\.\w+(?:\.All)?|(?:IMAP|POP)\.AccessAs\w+(?:\.All)?|SMTP\.Send\w*|full_access_as_app|EWS\.\w+)/g;

function permissionsIn(text: string): string[] {
  return [...new Set(text.match(ANY_PERMISSION))].sort();
}

/** What a guide says for each purpose, grant type and cloud: all that is needed, and nothing more. */
export function guideCases(t: Test): void {
  t.test('each cloud is named as its own tools and pages name it', async t => {
    for (const cloud of CLOUDS) {
      const own = AT[cloud];
      const guide = guideOf({ purpose: 'imap', cloud });
      t.match(commandsOf(guide, 'cloud'), `Connect-MgGraph -Environment '${own.graph}' `, cloud);
      t.match(commandsOf(guide, 'cloud', 'bash'), `az cloud set --name='${own.az}'\naz login`);
      t.match(
        commandsOf(guide, 'connect-exchange'),
        `Connect-ExchangeOnline -ExchangeEnvironmentName '${own.exchange}' `,
      );
      const consent = new URL(guide.steps.find(({ id }) => id === 'admin-consent')?.link ?? '');
      t.equal(consent.host, own.login);
      t.strictSame(Object.fromEntries(consent.searchParams), {
        client_id: CLIENT,
        redirect_uri: REDIRECT,
        scope: `https://${own.outlook}/.default`,
      });
      t.equal(guide.steps.find(({ id }) => id === 'cloud')?.link, own.portal);
      const others = CLOUDS.flatMap(one => Object.values(AT[one])).filter(name => !Object.values(own).includes(name));
      for (const other of others)
        t.notOk(new RegExp(`'${other}'|//${other}`).test(stepsText(guide)), `${cloud}: ${other}`);
    }
  });

  t.test('IMAP and POP for the application: one permission in Entra, and access mailbox by mailbox', async t => {
    for (const purpose of ['imap', 'pop'] as const) {
      const [name = '', id] = APPLICATION[purpose] ?? [];
      const guide = guideOf({ purpose });
      t.strictSame(idsOf(guide), [
        ...[
          'cloud',
          'register-application',
          'redirect-uri',
          'permissions',
          'admin-consent',
          'new-secret',
          'connect-exchange',
        ],
        ...['new-service-principal', 'add-mailbox-permission', 'enable-protocol', 'remove', 'test'],
      ]);
      t.strictSame(permissionsIn(stepsText(guide)), [name], 'nothing else is asked for');
      const add = `az ad app permission add --id='${CLIENT}' --api='${EXCHANGE}' --api-permissions='${id}=Role'`;
      t.equal(commandsOf(guide, 'permissions', 'bash'), add);
      t.match(commandsOf(guide, 'permissions'), `$names = @('${name}')`);
      t.equal(commandsOf(guide, 'register-application', 'bash'), REGISTER);
      const principal = commandsOf(guide, 'new-service-principal');
      t.match(principal, `$enterprise = Get-MgServicePrincipal -Filter 'appId eq ''${CLIENT}'''`);
      t.match(
        principal,
        `New-ServicePrincipal -AppId '${CLIENT}' -ObjectId $enterprise.Id -DisplayName 'Tokenwell mail'`,
      );
      const access = commandsOf(guide, 'add-mailbox-permission');
      t.match(access, "foreach ($mailbox in @('info@acme.example', 'o''brien@acme.example'))");
      t.match(access, 'Add-MailboxPermission -Identity $mailbox -User $enterprise.Id -AccessRights FullAccess');
      const enabled = purpose === 'imap' ? '-ImapEnabled $true' : '-PopEnabled $true';
      t.match(commandsOf(guide, 'enable-protocol'), `Set-CASMailbox -Identity $mailbox ${enabled}`);
      t.match(guide.remove, [{ permissions: ['full_access_as_app'], resource: 'Office 365 Exchange Online' }]);
      const removed = guide.remove.flatMap(({ permissions, resource }) => permissions.map(one => `${resource} ${one}`));
      for (const one of ['Mail.Read', 'Mail.ReadWrite', 'Mail.Send']) {
        t.ok(removed.includes(`Office 365 Exchange Online ${one}`) && removed.includes(`Microsoft Graph ${one}`), one);
      }
      t.notOk(removed.includes(`Office 365 Exchange Online ${name}`));
    }
  });

  t.test('Graph for the application: a role for its mailboxes alone, and no permission in Entra', async t => {
    const roles = { 'graph-read': 'Mail.Read', 'graph-readwrite': 'Mail.ReadWrite', 'graph-send': 'Mail.Send' };
    for (const purpose of GRAPH) {
      for (const cloud of CLOUDS) {
        const guide = guideOf({ purpose, cloud });
        const role = roles[purpose];
        t.strictSame(idsOf(guide), [
          ...[
            'cloud',
            'register-application',
            'new-secret',
            'connect-exchange',
            'new-service-principal',
            'mailbox-scope',
            'remove',
            'test',
          ],
        ]);
        t.strictSame(permissionsIn(stepsText(guide)), [`Application ${role}`]);
        const commands = commandsOf(guide, 'mailbox-scope');
        const name = `tokenwell-${CLIENT}-${purpose}`;
        t.ok(name.length <= 64, name);
        t.match(commands, `New-ManagementScope -Name '${name}' -RecipientRestrictionFilter $filter`);
        t.match(commands, `-App $enterprise.Id -Role 'Application ${role}' -CustomResourceScope '${name}'`);
        t.match(commands, 'Test-ServicePrincipalAuthorization -Identity $enterprise.Id -Resource $mailbox');
        t.notMatch(stepsText(guide), /az ad app permission|New-MgServicePrincipalAppRoleAssignment/);
        const wide = guide.remove.find(
          ({ permissions, resource }) => permissions.includes(role) && resource === 'Microsoft Graph',
        );
        t.match(wide?.why, /every mailbox.*adds to it/);
        t.match(commandsOf(guide, 'remove'), '$keep = @()');
      }
    }
  });

  t.test(
    'SMTP for the application: by a role where there is one, else by the permission, looked up by its name',
    async t => {
      const role = guideOf({ purpose: 'smtp' });
      t.strictSame(idsOf(role).slice(3), [
        'connect-exchange',
        'new-service-principal',
        'mailbox-scope',
        'enable-smtp-auth',
        'remove',
        'test',
      ]);
      t.match(commandsOf(role, 'mailbox-scope'), "-Role 'Application SMTP.SendAsApp'");
      t.match(commandsOf(role, 'enable-smtp-auth'), '-SmtpClientAuthenticationDisabled $false');
      t.match(role.remove.find(({ permissions }) => permissions.includes('SMTP.SendAsApp'))?.why, /no longer counts/);
      for (const cloud of ['gcc-high', 'dod', 'china'] as const) {
        const guide = guideOf({ purpose: 'smtp', cloud });
        t.strictSame(permissionsIn(stepsText(guide)), ['SMTP.SendAsApp']);
        t.match(commandsOf(guide, 'permissions', 'bash'), `az ad sp show --id='${EXCHANGE}'`);
        t.match(commandsOf(guide, 'permissions', 'bash'), 'SMTP.SendAsApp');
        t.notMatch(stepsText(guide), /7146a1f0|undefined/, 'no id that nobody is sure of');
        t.match(commandsOf(guide, 'add-mailbox-permission'), 'FullAccess');
        t.match(commandsOf(guide, 'add-send-as'), '-Trustee $enterprise.Id -AccessRights SendAs');
      }
    },
  );

  t.test('with people who sign in: one delegated permission of Graph, and nothing for the application', async t => {
    for (const purpose of [...MAIL, ...GRAPH]) {
      for (const cloud of CLOUDS) {
        const [name = '', id = ''] = DELEGATED[purpose] ?? [];
        const guide = guideOf({ purpose, cloud, grantType: 'authorization_code' });
        t.strictSame(permissionsIn(stepsText(guide)), [name], `${purpose} ${cloud}`);
        const add = `az ad app permission add --id='${CLIENT}' --api='${MICROSOFT_GRAPH}' --api-permissions=`;
        t.match(commandsOf(guide, 'permissions', 'bash'), `${add}'${id}=Scope'\n`);
        t.notMatch(commandsOf(guide, 'permissions', 'bash'), /=Role/);
        const ids = idsOf(guide);
        t.notOk(ids.some(one => ['new-service-principal', 'add-mailbox-permission', 'mailbox-scope'].includes(one)));
        const enabled = purpose === 'smtp' ? 'enable-smtp-auth' : 'enable-protocol';
        t.equal(ids.includes(enabled), (MAIL as readonly string[]).includes(purpose));
        const redirect = guide.steps.find(({ id }) => id === 'redirect-uri');
        t.match(
          redirect?.instructions?.map(({ plain }) => plain),
          [/Web\. Not Single-page/, `Redirect URI: ${REDIRECT}`],
        );
        t.notOk(redirect?.optional);
        t.match(commandsOf(guide, 'connect-link', 'bash'), "tokenwell account link 'mail' 'info@acme.example'");
        t.ok(
          guide.remove.some(
            ({ permissions, kind }) => permissions.includes('IMAP.AccessAsApp') && kind === 'Application',
          ),
        );
        t.notOk(guide.remove.some(({ permissions, kind }) => permissions.includes(name) && kind === 'Delegated'));
      }
    }
  });

  t.test('what another purpose of the credential needs is not to be taken away', async t => {
    const both = guideOf({ purpose: 'imap', cloud: 'dod', mailboxes: [{ address: 'a@b', purposes: ['smtp', 'pop'] }] });
    const removed = both.remove.flatMap(({ permissions }) => permissions);
    t.notOk(removed.some(one => ['IMAP.AccessAsApp', 'POP.AccessAsApp', 'SMTP.SendAsApp'].includes(one)));
    t.match(commandsOf(both, 'remove'), `'${EXCHANGE}/POP.AccessAsApp'`);
    t.ok(removed.includes('full_access_as_app'));
  });
}

/** Whether some guide has the step that findings name; a new name does not compile until it is said here. */
const STEPS_OF_FINDINGS: Record<Script, boolean> = {
  'register-application': true,
  'redirect-uri': true,
  'admin-consent': true,
  'new-secret': true,
  certificate: true,
  cloud: true,
  scope: true,
  'new-service-principal': true,
  'add-mailbox-permission': true,
  'add-send-as': true,
  'enable-protocol': true,
  'enable-smtp-auth': true,
  'mailbox-scope': true,
  'domain-wide-delegation': true,
  'connect-link': true,
  // Of people, of the machine that the vault runs on, and of what is typed into the credential.
  'assign-users': false,
  clock: false,
  tenant: false,
};

/** What holds for every guide. */
export function wholeGuideCases(t: Test): void {
  t.test('the step that a finding names is there', async t => {
    const ids = new Set([
      ...MAIL.flatMap(purpose =>
        CLOUDS.flatMap(cloud => idsOf(guideOf({ purpose, cloud, method: 'private_key_jwt' }))),
      ),
      ...idsOf(guideOf({ purpose: 'graph-read' })),
      ...idsOf(guideFor({ ...caseOf({ purpose: 'graph-send', grantType: 'authorization_code' }), purpose: 'smtp' })),
      ...idsOf(guideOf({ purpose: 'imap', preset: 'google', grantType: 'jwt_bearer', method: 'private_key_jwt' })),
    ]);
    for (const [id, there] of Object.entries(STEPS_OF_FINDINGS)) t.equal(ids.has(id), there, id);
  });

  t.test('the proof is what the credential has: certificate, secret, that of another one, none', async t => {
    const certified = guideOf({ purpose: 'imap', method: 'private_key_jwt' });
    t.match(commandsOf(certified, 'certificate'), "-eq '3F1A9C0B7D52E8846A1FB0C9D37E5A2641C8F09B'");
    t.match(commandsOf(certified, 'certificate'), "FromBase64String('MIIBAAAA')");
    t.match(commandsOf(certified, 'certificate', 'bash'), "az ad app credential reset --id='6f1c9f0e");
    t.match(commandsOf(certified, 'certificate', 'bash'), "--append --cert='@mail.pem'");
    t.match(stepsText(certified), /thumbprint that is shown there must be 3F1A9C0B.*\n/);
    t.notOk(idsOf(certified).includes('new-secret'));
    const none = guideOf({ purpose: 'imap', method: 'private_key_jwt' }, { certificate: undefined });
    t.equal(commandsOf(none, 'certificate', 'bash'), "tokenwell credential certificate-generate 'mail'");
    t.match(stepsText(none), /has one made in the vault, which the credential then uses/);
    const secret = stepsText(guideOf({ purpose: 'imap' }));
    t.match(secret, /Copy the column Value at once.*Secret ID beside it is not the secret/);
    t.match(
      secret,
      "--end-date='2027-11-21' --query=password --output=tsv | tokenwell credential auth-create 'mail' --secret-file -",
    );
    t.match(secret, /stands beside the one that is in use/);
    const shared = guideOf({ purpose: 'imap', sameAs: 'holder' });
    t.equal(commandsOf(shared, 'new-secret', 'bash'), "tokenwell credential setup 'holder'");
    t.notOk(
      idsOf(guideOf({ purpose: 'imap', grantType: 'authorization_code', method: 'none' })).includes('new-secret'),
    );
  });

  t.test('without a mailbox a step asks for one, and no command has an empty place for it', async t => {
    for (const purpose of [...MAIL, ...GRAPH]) {
      const guide = guideOf({ purpose, cloud: purpose === 'smtp' ? 'dod' : 'public' }, { mailboxes: [] });
      t.equal(idsOf(guide)[0], 'mailboxes');
      const commands = guide.steps.flatMap(step => step.commands?.map(({ text }) => text) ?? []).join('\n');
      const person = guideOf({ purpose, grantType: 'authorization_code' }, { mailboxes: [] });
      t.equal(idsOf(person).includes('mailboxes'), (MAIL as readonly string[]).includes(purpose));
      t.notMatch(commands, /\$mailbox|-Identity (?:''|@\(\)|$)|Set-CASMailbox|Add-MailboxPermission/m, purpose);
    }
  });

  t.test('a scope that the credential does not ask for is to be added to it', async t => {
    const one = caseOf({ purpose: 'graph-send', grantType: 'authorization_code' });
    t.notOk(idsOf(guideFor(one)).includes('scope'));
    const guide = guideFor({ ...one, purpose: 'smtp' });
    const outlook = 'https://outlook.office.com/SMTP.Send';
    t.equal(
      commandsOf(guide, 'scope', 'bash'),
      `tokenwell credential replace 'mail' --consent-scope='openid profile offline_access https://graph.microsoft.com/Mail.Send ${outlook}'`,
    );
    const other = { ...one.credential, scope: 'https://outlook.office365.com/SMTP.Send' };
    t.notOk(
      idsOf(guideFor({ ...one, purpose: 'smtp', credential: other })).includes('scope'),
      'the same, spelled otherwise',
    );
  });

  t.test('Google: a consent screen that lasts, or delegation with exact scopes', async t => {
    const person = guideOf({ purpose: 'imap', preset: 'google', grantType: 'authorization_code' });
    t.strictSame(idsOf(person), [
      'consent-screen',
      'register-application',
      'redirect-uri',
      'new-secret',
      'admin-consent',
      'enable-protocol',
      'connect-link',
      'test',
    ]);
    t.match(stepsText(person), /Internal\. .*External, then Publish app.*Never leave it at Testing/);
    t.match(stepsText(person), `Authorized redirect URIs, Add URI: ${REDIRECT}`);
    const account = 'mail-vault@acme.iam.gserviceaccount.com';
    const said = { purpose: 'smtp', preset: 'google', grantType: 'jwt_bearer', method: 'private_key_jwt' } as const;
    const service = guideOf({ ...said, clientId: account });
    t.strictSame(idsOf(service), ['register-application', 'certificate', 'domain-wide-delegation', 'test']);
    t.match(stepsText(service), 'OAuth scopes, exactly: https://mail.google.com/\n');
    const describe = `gcloud iam service-accounts describe '${account}' --format='value(oauth2ClientId)'`;
    t.equal(commandsOf(service, 'domain-wide-delegation', 'bash'), describe);
    t.match(stepsText(guideOf({ ...said, clientId: '112233445566778899001' })), 'Client ID: 112233445566778899001\n');
    t.match(commandsOf(service, 'test', 'bash'), "tokenwell credential test 'mail' --account='info@acme.example'");
  });

  t.test('every guide, in every format: no gap is left, and each step says who and why', async t => {
    let count = 0;
    for (const cloud of CLOUDS) {
      for (const purpose of [...MAIL, ...GRAPH] satisfies Purpose[]) {
        for (const grantType of ['client_credentials', 'authorization_code'] as const) {
          for (const method of METHODS) {
            for (const mailboxes of [[], ['info@acme.example']]) {
              const guide = guideOf({ purpose, cloud, grantType, method }, { mailboxes });
              const all = `${stepsText(guide)}\n${markdownOf(guide)}\n${scriptOf(guide)}`;
              if (/\{\w+\}|undefined|\[object|NaN|<[a-z_-]+>/.test(all))
                t.fail(`${cloud} ${purpose} ${grantType} ${method}`);
              for (const { id, why, title } of guide.steps) if (!/\.$/.test(why.plain) || !title.plain) t.fail(id);
              t.equal(new Set(idsOf(guide)).size, guide.steps.length, 'ids are told apart');
              count++;
            }
          }
        }
      }
    }
    t.comment(`${count} guides`);
  });

  t.test('a script runs nothing that is needed by some only, and stops at the first error', async t => {
    const script = scriptOf(guideOf({ purpose: 'imap', grantType: 'authorization_code' }));
    const run = script.split('\n').filter(line => !line.startsWith('#'));
    t.equal(
      run.find(line => line !== ''),
      "$ErrorActionPreference = 'Stop'",
    );
    t.notOk(
      run.some(line => line.includes('New-MgOauth2PermissionGrant')),
      'approval for all is not given unasked',
    );
    t.match(script, /^# {2}New-MgOauth2PermissionGrant|^# {3}New-MgOauth2PermissionGrant/m);
    t.notOk(
      run.some(line => /^(?:az|tokenwell) /.test(line)),
      'what is for a shell stands in comments',
    );
    t.match(script, "\n# $ az ad app credential reset --id='6f1c9f0e");
  });
}
