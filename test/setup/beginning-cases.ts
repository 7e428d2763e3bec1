import { spawnSync } from 'node:child_process';
import type { Test } from 'tap';
import { scriptOf } from '../../src/vault/setup/formats.js';
import { planGuideFor } from '../../src/vault/setup/plan.js';
import { guideFor } from '../../src/vault/setup/setup.js';
import { run, runAsked } from '../cli/terminal.js';
import { startRunning } from '../http/running.js';
import { TENANT } from '../presets/said.js';
import { caseOf, commandsOf, guideOf, idsOf, planFor, REDIRECT, stepsText } from './cases.js';

const CLIENT = '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';

/** The guide for somebody who has nothing yet: up to where the credential is stored, and on from there. */
export function beginningCases(t: Test): void {
  t.test('at Microsoft it registers the application, has a secret made, stores both and leads on', async t => {
    const guide = planGuideFor(planFor({ tenant: TENANT }));
    t.strictSame(idsOf(guide), ['cloud', 'register-application', 'new-secret', 'store-credential', 'go-on']);
    t.match(stepsText(guide), 'Redirect URI: leave it empty');
    t.notMatch(stepsText(guide), REDIRECT);
    t.match(commandsOf(guide, 'register-application'), "New-MgApplication -DisplayName 'Tokenwell mail'");
    t.match(commandsOf(guide, 'register-application', 'bash'), "--sign-in-audience='AzureADMyOrg'");
    t.equal(
      commandsOf(guide, 'store-credential', 'bash'),
      `tokenwell credential create 'mail' --purpose='imap' --preset='microsoft' --tenant='${TENANT}' --mailbox='info@acme.example'`,
    );
    t.equal(commandsOf(guide, 'go-on', 'bash'), "tokenwell credential setup 'mail'");
    t.match(scriptOf(guide), /^[\x20-\x7E\n]*$/);
  });

  t.test('an application of the same name is not taken for its own: anybody may have made it', async t => {
    const guide = planGuideFor(planFor({ tenant: TENANT }));
    t.match(
      commandsOf(guide, 'register-application'),
      /\$others = @\(Get-MgApplication [^\n]*\nif \(\$others\) \{ throw /,
    );
    // An az that knows one of the name, and would tell of whatever else it is asked.
    const az = `az() { case "$*" in *'app list'*) echo other-id;; *) echo "az $*";; esac; }`;
    const script = `${az}\n${commandsOf(guide, 'register-application', 'bash')}`;
    const { stdout } = spawnSync('/bin/sh', ['-c', script], { env: { PATH: '/usr/bin:/bin' } });
    t.match(stdout.toString(), /^There is an application of this name already\..* other-id\n$/);
  });

  t.test('a certificate that waits beside the one in use is uploaded, tried and then activated', async t => {
    const { credential, ...one } = caseOf({ purpose: 'imap', method: 'private_key_jwt' });
    const textWith = (more: object) =>
      stepsText(guideFor({ ...one, credential: { ...credential, clientAuth: { ...credential.clientAuth, ...more } } }));
    const waiting = /One is waiting, this one: .*auth-test mail.*, then .*auth-activate mail/;
    t.notMatch(textWith({ certificate: one.certificate }), waiting);
    t.match(textWith({ certificate: { ...one.certificate, thumbprintSha256: 'other' } }), waiting);
    t.match(textWith({ hasSecret: false }), waiting);
  });

  t.test('with a certificate no secret is made; where people sign in the redirect URI is registered', async t => {
    const certificate = planGuideFor(planFor({ tenant: TENANT, cloud: 'gcc-high', method: 'private_key_jwt' }));
    t.strictSame(idsOf(certificate), ['cloud', 'register-application', 'store-credential', 'go-on']);
    t.match(
      commandsOf(certificate, 'store-credential', 'bash'),
      "--cloud='gcc-high' --auth-method='private_key_jwt' --mailbox=",
    );
    const people = planGuideFor(planFor({ tenant: 'common', grantType: 'authorization_code', purpose: 'smtp' }));
    t.match(stepsText(people), `Redirect URI: choose Web, and give ${REDIRECT}`);
    t.match(commandsOf(people, 'register-application'), `-Web @{ RedirectUris = @('${REDIRECT}') }`);
    t.match(
      commandsOf(people, 'register-application', 'bash'),
      `'AzureADandPersonalMicrosoftAccount' --web-redirect-uris='${REDIRECT}'`,
    );
    t.match(commandsOf(people, 'store-credential', 'bash'), "--grant-type='authorization_code'");
  });

  t.test('an application is registered for whom its tenant stands for, however its tenant is written', async t => {
    for (const tenant of ['common', 'Common', 'COMMON']) {
      const guide = planGuideFor(planFor({ tenant, grantType: 'authorization_code' }));
      const made = commandsOf(guide, 'register-application');
      t.match(made, "-SignInAudience 'AzureADandPersonalMicrosoftAccount'", tenant);
      t.notMatch(commandsOf(guide, 'cloud'), /-TenantId/, tenant);
      const { at } = caseOf({ tenant, grantType: 'authorization_code', purpose: 'imap' });
      t.equal(at.tenant, 'common', tenant);
    }
    const plan = planFor({ tenant: TENANT, grantType: 'authorization_code' });
    for (const tenant of ['constructor', '__proto__', 'toString']) {
      const guide = planGuideFor({ ...plan, at: { ...plan.at, tenant } });
      t.match(commandsOf(guide, 'register-application'), "-SignInAudience 'AzureADMyOrg'", tenant);
    }
  });

  t.test('at Google it makes a service account with its key, or a client of the web', async t => {
    const account = planGuideFor(planFor({ preset: 'google', grantType: 'jwt_bearer' }));
    t.strictSame(idsOf(account), ['register-application', 'store-credential', 'go-on']);
    t.match(stepsText(account), /Gmail API, Enable[\s\S]*Create new key, JSON[\s\S]*delete it once it is stored/);
    t.match(commandsOf(account, 'store-credential', 'bash'), / --service-account-file=key\.json$/);
    const people = planGuideFor(planFor({ preset: 'google', grantType: 'authorization_code' }));
    t.strictSame(idsOf(people), ['consent-screen', 'register-application', 'store-credential', 'go-on']);
    t.match(stepsText(people), `Add URI: ${REDIRECT}`);
  });

  t.test('a vault that no other machine reaches says so before people are to sign in', async t => {
    const people = { grantType: 'authorization_code' as const, localOnly: true };
    for (const preset of ['microsoft', 'google']) {
      const guide = planGuideFor(planFor({ preset, tenant: preset === 'google' ? undefined : TENANT, ...people }));
      t.match(guide.steps[0], { id: 'public-address', who: 'operator', text: { plain: /TOKENWELL_PUBLIC_URL/ } });
      const stored = guideOf({ purpose: 'imap', preset, ...people }, { localOnly: true });
      t.ok(idsOf(stored).includes('public-address'), preset);
      t.notOk(idsOf(guideOf({ purpose: 'imap', preset, ...people })).includes('public-address'));
    }
    t.notOk(idsOf(planGuideFor(planFor({ tenant: TENANT, localOnly: true }))).includes('public-address'), 'nobody');
  });

  t.test('what the provider would refuse is refused now, and what is missing is named', async t => {
    const wrong: [said: Parameters<typeof planFor>[0], field: string, rule: string][] = [
      [{}, 'tenant', 'required'],
      [{ tenant: 'acme' }, 'tenant', 'tenant'],
      [{ tenant: 'common' }, 'tenant', 'one_tenant'],
      [{ tenant: TENANT, method: 'none' }, 'client_auth.method', 'not_for_this_grant'],
      [{ tenant: TENANT, grantType: 'jwt_bearer' }, 'grant_type', 'not_at_this_provider'],
      [{ preset: 'google' }, 'grant_type', 'not_at_this_provider'],
      [{ preset: undefined, tenant: TENANT }, 'preset', 'required'],
    ];
    for (const [said, field, rule] of wrong) {
      t.throws(() => planFor(said), { code: 'invalid_request', details: { errors: [{ field, rule }] } }, field);
    }
    t.throws(() => planFor({ preset: 'yahoo' }), {
      code: 'not_found',
      details: { action: /microsoft .* and google / },
    });
  });

  t.test('over HTTP: what is not stored begins with a plan, what is stored has none', async t => {
    const { send, keys } = await startRunning(t);
    const ask = (id: string, query = '') =>
      send('GET', `/api/v1/credentials/${id}/setup${query}`, { key: keys.auditor });
    const plan = `?preset=microsoft&tenant=${TENANT}&purpose=imap`;
    t.match(await ask('new', plan), { status: 200, json: { credential: 'new', purpose: 'imap', remove: [] } });
    t.match(await ask('new'), {
      status: 404,
      json: {
        detail: /no credential new yet/,
        action: /--preset microsoft .*\. There are guides for the presets microsoft \([^)]+\) and google \([^)]+\)\.$/,
      },
    });
    t.match(await ask('new', '?tenant=x'), { status: 400, json: { errors: [{ field: 'preset', rule: 'required' }] } });
    t.match(await ask('new', '?preset=google&grant_type=fax'), { status: 400 });
    t.match(await ask('acme', plan), {
      status: 409,
      json: { code: 'conflict', action: /\(tokenwell credential setup acme\)/ },
    });
    t.match(await send('GET', `/api/v1/credentials/new/setup${plan}`, { key: keys.service }), { status: 403 });
  });

  t.test(
    'from nothing: what the guide prints is typed, asks for the rest, and the next guide is the whole one',
    async t => {
      const { url, keys } = await startRunning(t);
      const variables = { TOKENWELL_URL: url, TOKENWELL_KEY: keys.operator };
      const flags = [
        '--preset',
        'microsoft',
        '--tenant',
        TENANT,
        '--purpose',
        'imap',
        '--mailbox',
        "o'brien@acme.example",
      ];
      const first = await run(['credential', 'setup', 'new', ...flags], variables);
      t.match(first, { code: 0, err: '', out: /^Set-up of new for imap at Microsoft 365/ });
      const lines = first.out.split('\n').map(line => line.trim());
      const [create = '', next = ''] = lines.filter(line => line.startsWith('tokenwell '));
      t.match(create, 'credential create');
      const questions = ['Client id: ', 'Client secret (not shown): '];
      const answers = [CLIENT, 'x9~Q8-secret-value-of-the-app'];
      let asked = 0;
      const typing = runAsked(argumentsOf(create), variables, () => {
        // Questions and answers go in turn; what else is said ends no question.
        const answer = answers[asked++];
        if (answer !== undefined) setImmediate(() => typing.answer(answer));
      });
      const stored = await typing.end;
      t.match(stored, { code: 0, out: new RegExp(`Stored the credential new[\\s\\S]*${CLIENT}`) });
      for (const question of questions) t.match(stored.err, question);
      t.notMatch(stored.out + stored.err, 'secret-value');
      const whole = await run(argumentsOf(next), variables);
      t.match(whole, { code: 0, out: /Add-MailboxPermission/ });
      t.match(whole.out, "foreach ($mailbox in @('o''brien@acme.example'))");
    },
  );
}

/** The arguments that a shell makes of the line. */
function argumentsOf(line: string): string[] {
  const { stdout } = spawnSync('/bin/sh', ['-c', `tokenwell() { printf '%s\\0' "$@"; }\n${line}`], {
    env: { PATH: '/usr/bin:/bin' },
  });
  return stdout.toString().split('\0').slice(0, -1);
}
