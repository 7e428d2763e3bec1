import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { filed } from './apply-cases.js';
import { startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

const NOWHERE = { TOKENWELL_URL: 'http://127.0.0.1:9', TOKENWELL_KEY: 'twk_x' };
const CLIENT = '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';
const ENTRA = `credential create acme --preset microsoft --tenant acme.example --client-id ${CLIENT} --secret-file -`;

/** Credentials that a preset fills in. */
export function presetCases(t: Test): void {
  t.test('presets are listed, and one is shown with its addresses', async t => {
    const { must, variables } = await startRunningVault(t);
    const all = await must(words('credential presets'));
    t.match(all, /^microsoft +Microsoft 365 +client_credentials +imap, pop, smtp, graph-read/m);
    t.match(all, /^ +jwt_bearer +imap, pop, smtp$/m);
    const one = await must(words('credential presets microsoft'));
    t.match(one, /^token url +https:\/\/login\.microsoftonline\.com\/\{tenant\}\/oauth2\/v2\.0\/token$/m);
    t.match(one, /^gcc-high .*smtp smtp\.office365\.us:587 \(starttls, not sure\)$/m);
    t.match(one, /^client_credentials +imap +https:\/\/outlook\.office365\.com\/\.default +IMAP\.AccessAsApp$/m);
    t.match(JSON.parse(await must(words('credential presets google --json'))), { items: [{ id: 'google' }] });
    t.match(await run(words('credential presets nobody'), variables), {
      code: 2,
      err: /no preset nobody; there are: mic/,
    });
  });

  t.test('a credential is stored and moved to another cloud with a few words', async t => {
    const { must, variables } = await startRunningVault(t);
    const flags =
      '--purpose imap --mailbox a@acme.example --mailbox b@acme.example=imap,smtp --mail-server smtp=m.example:465';
    const made = await must(words(`${ENTRA} ${flags}`), { input: 's' });
    t.match(made, /^provider +microsoft, public, tenant acme\.example$/m);
    t.match(made, /^scope +https:\/\/outlook\.office365\.com\/\.default$/m);
    t.match(made, /^mail servers +smtp m\.example:465 \(implicit\)$/m);
    t.match(made, /^mailboxes +a@acme\.example, b@acme\.example \(imap, smtp\)$/m);
    const moved = await must(words('credential replace acme --cloud gcc-high --secret-file -'), { input: 's' });
    t.match(moved, /^token url +https:\/\/login\.microsoftonline\.us\/acme\.example\/oauth2\/v2\.0\/token$/m);
    const kept = await run(words('credential replace acme --cloud public'), variables);
    t.match(kept, { code: 1, err: /client_auth\.secret \(--secret-file\): .*\[required_with_new_destination\]/ });
  });

  t.test('after a credential was stored, what is next stands there in order, each with its command', async t => {
    const { must } = await startRunningVault(t);
    const next = (made: string) =>
      made
        .split('\n')
        .filter(line => /^\d\. /.test(line))
        .map(line => line.replace(/.*: /, ''));
    const create = (id: string, flags: string) => must(words(`${ENTRA.replace('acme', id)} ${flags}`), { input: 's' });
    const setup = (id: string) => `tokenwell credential setup ${id}`;
    t.strictSame(next(await create('one', '--purpose imap')), [setup('one'), 'tokenwell credential test one']);
    const signs = ENTRA.replace('acme', 'two').replace(
      '--secret-file -',
      '--auth-method private_key_jwt --purpose imap',
    );
    const made = await must(words(signs));
    t.strictSame(next(made), [
      setup('two'),
      'tokenwell credential certificate-generate two',
      'tokenwell credential test two',
    ]);
    const person = '--grant-type authorization_code --scope https://outlook.office.com/SMTP.Send';
    t.strictSame(next(await create('three', person)), [
      `${setup('three')} --purpose <purpose>`,
      'tokenwell account link three',
      'tokenwell credential test three',
    ]);
    const [info, sales] = ['info@acme.example', 'sales@acme.example'];
    const one = `${person.replace(/ --scope.*/, '')} --purpose imap --mailbox ${info} --mailbox ${sales}=smtp`;
    t.strictSame(next(await create('four', one)).slice(1), [
      `tokenwell account link four --login-hint ${info}`,
      'tokenwell credential test four',
    ]);
    t.strictSame(next(await create('five', one.replace('=smtp', ''))).slice(1), [
      `tokenwell account link five ${info} --login-hint ${info}`,
      `tokenwell credential test five --account ${info}`,
    ]);
  });

  t.test('a new credential of which the file says no grant type is as `credential create` makes it', async t => {
    const { vault, write, apply } = await filed(t);
    const entra =
      'preset: microsoft, tenant: acme.example, purpose: imap, client_id: 6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const account = {
      type: 'service_account',
      client_email: 'mail@acme.example',
      private_key_id: 'k1',
      private_key: key,
    };
    write(JSON.stringify(account), 'key.json');
    const google = 'preset: google, purpose: imap, mailboxes: [{address: anna@acme.example}]';
    const path = write(
      [
        'credentials:',
        `  - {id: acme, ${entra}, client_auth: {secret: {file: secret.txt}}}`,
        `  - {id: delegated, ${google}, client_auth: {service_account: {file: key.json}}}`,
        '',
      ].join('\n'),
    );
    const dry = await apply(path, ['--dry-run']);
    t.equal(dry.code, 5);
    t.match(dry.out, /^ {2}grant_type: client_credentials$/m);
    t.match(dry.out, /^ {2}grant_type: jwt_bearer$/m);
    t.match(await apply(path), { code: 0, out: /^acme: created\ndelegated: created\n$/m, err: '' });
    for (const [id, type] of Object.entries({ acme: 'client_credentials', delegated: 'jwt_bearer' })) {
      t.equal(JSON.parse(await vault.must(['credential', 'show', id, '--json'])).grant_type, type);
    }
    t.match(await apply(path), { code: 0, out: /^Nothing to do/m });
  });

  t.test('a preset is named however its letters are', async t => {
    const { must } = await startRunningVault(t);
    const made = await must(words(`${ENTRA.replace('microsoft', 'Microsoft')} --purpose imap`), { input: 's' });
    t.match(made, /^provider +microsoft, public/m);
    t.match(await must(words('credential presets Google')), /^preset +google$/m);
  });

  t.test('a mail server whose name is not sure is marked, until another one is given', async t => {
    const { must } = await startRunningVault(t);
    const made = await must(words(`${ENTRA} --cloud gcc-high --purpose smtp`), { input: 's' });
    const shown = await must(words('credential show acme'));
    for (const text of [made, shown]) {
      t.match(
        text,
        /^mail servers +imap outlook\.office365\.us:993 \(implicit\), .*smtp .*:587 \(starttls, not sure\)$/m,
      );
      t.match(text, /^try first +smtp\. .*credential replace acme --mail-server smtp=<host>:<port>$/m);
    }
    await must(words('credential replace acme --mail-server smtp=outlook.office365.us:587'));
    t.notMatch(await must(words('credential show acme')), /not sure|try first/);
  });

  t.test('what is missing is asked for by its flag', async t => {
    const { variables } = await startRunningVault(t);
    const without = await run(words(ENTRA), variables, { input: 's' });
    t.match(without, { code: 1, err: /purpose \(--purpose\): Say what the tokens are for: imap, pop.*\[required\]/ });
    const account =
      'credential create g --preset google --grant-type jwt_bearer --purpose imap --client-id c --secret-file -';
    t.match(await run(words(account), variables, { input: 's' }), { code: 1, err: /mailboxes \(--mailbox\)/ });
    const unused = [
      ['credential create a --client-id c', /Still needed: --token-url, --scope;/],
      ['credential create a --preset microsoft', /Still needed: --client-id;/],
      ['credential create a --mailbox a@b=fax', /Give an address, or address=purposes of: imap/],
      ['credential create a --mail-server imap=host', /Give it as imap=, pop= or smtp= with host:port/],
      ['credential create a --cloud moon', /Allowed choices are public, gcc-high, dod, china/],
      ['credential create a --service-account-file /nowhere.json', /nowhere\.json cannot be read/],
    ] as const;
    for (const [line, says] of unused) t.match(await run(words(line), NOWHERE), { code: 2, err: says }, line);
  });

  t.test('the key file of a service account gives client id, key and its name', async t => {
    const { must, folder, variables } = await startRunningVault(t);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const [good, bad] = ['good.json', 'bad.json'].map(name => join(folder, name));
    const key = { type: 'service_account', client_email: 'v@p.example', private_key_id: 'k1', private_key };
    writeFileSync(good ?? '', JSON.stringify(key));
    writeFileSync(bad ?? '', JSON.stringify({ client_id: 'x' }));
    const line = 'credential create g --preset google --grant-type jwt_bearer --purpose imap --mailbox a@acme.example';
    const made = JSON.parse(await must([...words(`${line} --json --service-account-file`), good ?? '']));
    t.match(made, {
      client_id: 'v@p.example',
      client_auth: { method: 'private_key_jwt', key_id: 'k1', has_secret: true },
    });
    t.match(await must(words('account list g')), /^a@acme\.example +waiting for a first token/m);
    const refused = await run([...words(`${line} --service-account-file`), bad ?? ''], NOWHERE);
    t.match(refused, { code: 2, err: /bad\.json is no key file of a service account/ });
    const unsaid = line.replace('create g', 'create h').replace('--grant-type jwt_bearer ', '');
    const meant = JSON.parse(await must([...words(`${unsaid} --json --service-account-file`), good ?? '']));
    t.match(meant, { grant_type: 'jwt_bearer', client_auth: { method: 'private_key_jwt' } });
    const other = await run(
      [...words(`${unsaid} --grant-type authorization_code --service-account-file`), good ?? ''],
      NOWHERE,
    );
    t.match(other, { code: 2, err: /by jwt_bearer, not by authorization_code\. Leave out --service-account-file, or/ });
    await must(words(`${ENTRA} --purpose imap`), { input: 's' });
    const changed = await run([...words('credential replace acme --service-account-file'), good ?? ''], variables);
    t.match(changed, { code: 2, err: /by jwt_bearer, not by client_credentials/ });
  });
}
