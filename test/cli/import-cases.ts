import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { readIni } from '../../src/cli/ini-file.js';
import { providerFields } from '../../src/cli/known-provider.js';
import { readProperties } from '../../src/cli/properties-file.js';
import { PRESETS } from '../../src/vault/presets/catalog.js';
import { json, token } from '../support/scripted-provider.js';
import { temporaryFolder } from '../support/vault.js';
import { startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

/** As the page "UM and Microsoft" gives it. */
const PAGE = `cmsbs.mail.imap.server = outlook.office365.com
cmsbs.mail.imap.port = 993
cmsbs.mail.imap.ssl = true
cmsbs.mail.imap.user = <mailbox_name>
cmsbs.mail.imap.authenticationMethod = oauth2
cmsbs.mail.imap.oauth2.accessTokenUri = https://login.microsoftonline.com/<tenant_id>/oauth2/v2.0/token
cmsbs.mail.imap.oauth2.clientId = <client_id>
cmsbs.mail.imap.oauth2.clientSecret = <client_secret>
cmsbs.mail.imap.oauth2.scope = https://outlook.office.com/.default
cmsbs.mail.imap.oauth2.grantType = client_credentials
cmsbs.mail.imap.oauth2.debug = true
`;
const FILLED = PAGE.replace('<mailbox_name>', 'info@acme.example')
  .replace('<tenant_id>', '0f0e0d0c-0b0a-0908-0706-050403020100')
  .replace('<client_id>', '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10')
  .replace('<client_secret>', 'um-client-secret');

const PROXY = `[Email OAuth 2.0 Proxy configuration file]
documentation = Sections such as
\t[IMAP-1993] below, and blank lines

\tare part of this text.

[IMAP-1993]
server_address = outlook.office365.com
server_port = 993

[info@acme.example]
permission_url = https://login.microsoftonline.com/common/oauth2/v2.0/authorize
token_url = https://login.microsoftonline.com/common/oauth2/v2.0/token
oauth2_scope = https://outlook.office365.com/IMAP.AccessAsUser.All offline_access
redirect_uri = http://localhost
client_id = 6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10
client_secret = proxy-client-secret
token_salt = c2FsdA==
refresh_token = gAAAAABsealed

[anna@acme.example]
permission_url = https://login.microsoftonline.com/common/oauth2/v2.0/authorize
token_url = https://login.microsoftonline.com/common/oauth2/v2.0/token
oauth2_scope = https://outlook.office365.com/IMAP.AccessAsUser.All offline_access
redirect_uri = http://localhost
client_id = 6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10
client_secret = proxy-client-secret

[bot@robots.example]
token_url = https://login.microsoftonline.com/robots.example/oauth2/v2.0/token
oauth2_scope = https://outlook.office365.com/.default
oauth2_flow = client_credentials
client_id = 7a2d0a1f-8e1d-4b8f-8a69-3a2e3b2a8b21
client_secret_encrypted = gAAAAABsecret

[old@password.example]
token_url = https://login.example.com/token
oauth2_scope = mail
oauth2_flow = password
client_id = x

[your.email@gmail.com]
permission_url = https://accounts.google.com/o/oauth2/auth
token_url = https://oauth2.googleapis.com/token
oauth2_scope = https://mail.google.com/
client_id = *** your client id here ***
client_secret = *** your client secret here ***
`;

function fileOf(t: Test, text: string | Buffer, name = 'settings') {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, name), text);
  return { folder, path: join(folder, name), out: join(folder, 'out') };
}

/** `import`: what other software has, taken over. */
export function importCases(t: Test): void {
  parserCases(t);
  umCases(t);
  proxyCases(t);
  tokenCases(t);
}

function parserCases(t: Test): void {
  t.test('.properties files are read as Java reads them', async t => {
    const read = (text: string | Buffer) =>
      Object.fromEntries(readProperties(Buffer.from(text), 'f').map(({ key, value }) => [key, value]));
    t.strictSame(read('# a = 1\n ! b = 2\n\nc = 3\nd:4\ne 5\nf\t=\t6\ng=\nh'), {
      c: '3',
      d: '4',
      e: '5',
      f: '6',
      g: '',
      h: '',
    });
    t.strictSame(read('a = one \\\n    two\\\n\t three\r\nb=x\\\\\nc=y'), { a: 'one twothree', b: 'x\\', c: 'y' });
    t.strictSame(read('a\\ b\\=c\\:d = e=f:g'), { 'a b=c:d': 'e=f:g' });
    t.strictSame(read('a=\\u0041\\t\\q\\u00FC'), { a: 'A\tqü' });
    t.strictSame(read('a = b\\\n# no comment, for the line goes on\n'), { a: 'b# no comment, for the line goes on' });
    t.strictSame(read('a = 1\na = 2'), { a: '2' });
    t.strictSame(read(Buffer.from('a = gr\xfc\xdfe', 'latin1')), { a: 'grüße' });
    t.strictSame(read('a = grüße'), { a: 'grüße' });
    t.throws(() => read('a=1\nb=\\u00G1'), { message: /f, line 2: after \\u come four hexadecimal digits/ });
  });

  t.test('INI files are read as configparser reads them', async t => {
    const read = (text: string) =>
      readIni(text, 'f').map(({ name, options }) => [name, Object.fromEntries(options)] as const);
    t.strictSame(read('; c\n[a.b@c.d]\nKey = v = w\nother: x\n# c\n[s]\nlong = one\n  two\n\n  three\nnext='), [
      ['a.b@c.d', { key: 'v = w', other: 'x' }],
      ['s', { long: 'one\ntwo\nthree', next: '' }],
    ]);
    t.strictSame(read('[DEFAULT]\na = 1\nb = 1\n[s]\nb = 2'), [['s', { a: '1', b: '2' }]]);
    t.throws(() => read('[s]\n[s]'), { message: /f, line 2: The section \[s\] stands there twice/ });
    t.throws(() => read('[s]\na = 1\nA = 2'), { message: /line 3: a stands twice in \[s\]/ });
    t.throws(() => read('a = 1'), { message: /before the first \[section\]/ });
  });

  t.test('the addresses that it leaves out are those that the presets fill in', async t => {
    const tenant = 'acme.example';
    for (const { id, clouds, endpoints } of PRESETS) {
      const { tokenUrl, authorizationUrl } = endpoints;
      for (const [cloud, { hosts, servers }] of Object.entries(clouds)) {
        if (tokenUrl === undefined || authorizationUrl === undefined) continue;
        const fill = (url: string) => url.replace('{login}', hosts.login ?? '').replace('{tenant}', tenant);
        const addresses = {
          tokenUrl: fill(tokenUrl),
          authorizationUrl: fill(authorizationUrl),
          server: servers.imap?.host,
        };
        const own = id === 'microsoft' ? { tenant, ...(cloud === 'public' ? {} : { cloud }) } : {};
        t.strictSame(providerFields(addresses, 'imap'), { preset: id, ...own, purpose: 'imap' }, `${id} ${cloud}`);
      }
    }
    const v1 = 'https://login.microsoftonline.com/acme.example/oauth2/token';
    t.match(providerFields({ tokenUrl: v1, authorizationUrl: undefined, server: undefined }, 'pop'), { token_url: v1 });
    const other = { tokenUrl: 'https://login.example.com/token', authorizationUrl: undefined, server: undefined };
    t.strictSame(providerFields(other, 'imap'), { token_url: other.tokenUrl });
  });
}

function umCases(t: Test): void {
  t.test('UM: the page’s placeholders are refused, each with what to put in', async t => {
    const { path, out } = fileOf(t, PAGE);
    const ended = await run(['import', 'um', path, '--out', out]);
    t.match(ended, { code: 2, out: '' });
    t.match(
      ended.err,
      /line 6: .*accessTokenUri still holds the placeholder <tenant_id>\. Put in the Directory \(tenant\) ID/,
    );
    t.match(ended.err, /line 7: .*<client_id>\. Put in the Application \(client\) ID/);
    t.match(ended.err, /line 8: .*<client_secret>\. Put in the Value of the client secret/);
    t.match(ended.err, /line 4: .*<mailbox_name>\. Put in the primary e-mail address/);
    t.notOk(existsSync(out));
    const flat = fileOf(t, FILLED.replaceAll('\n', ' '));
    const nothing = await run(['import', 'um', flat.path]);
    t.match(nothing, { code: 2, err: /line 1: several properties stand on this line/ });
    const bare = await run(['import', 'um', '-'], {}, { input: 'a = b' });
    t.match(bare, { code: 2, err: /holds no cmsbs\.mail\.<…>\.oauth2\.accessTokenUri/ });
    const half = FILLED.replace('993\n', '993 ')
      .replace(/.*clientId.*\n/, '')
      .replace('client_credentials', 'password');
    const missing = await run(['import', 'um', '-'], {}, { input: half });
    t.match(missing.err, /cmsbs\.mail\.imap\.oauth2\.clientId is missing/);
    t.match(missing.err, /line 2: cmsbs\.mail\.imap\.port: several properties stand on this line/);
    t.match(missing.err, /grantType is not one that Tokenwell has: client_credentials, authorization_code/);
  });

  t.test(
    'UM: a file becomes one for apply, which the vault takes; secrets go into files of their owner alone',
    async t => {
      const { path, out } = fileOf(t, FILLED);
      const { must, url } = await startRunningVault(t);
      const looked = await run(['import', 'um', path]);
      t.match(looked, { code: 0, out: /^ {2}- id: um-mail$/m, err: /^No file was written\./ });
      const open = { TOKENWELL_URL: url, TOKENWELL_PUBLIC_URL: 'https://vault.acme.example/' };
      const { err } = await run(['import', 'um', path], open);
      t.match(err, '= https://vault.acme.example/oauth2/token\n', 'the address that others reach');
      t.notMatch(looked.err + err, 'local_address');
      t.notMatch(looked.out + looked.err, /um-client-secret/);
      // However wide the rights are that the shell leaves to new files.
      const umask = process.umask(0);
      t.teardown(() => void process.umask(umask));
      const done = await run(['import', 'um', path, '--out', `${out}/`], { TOKENWELL_URL: url });
      process.umask(umask);
      t.match(done, {
        code: 0,
        err: /^tokenwell: warning: http:\/\/127\S+ is .* Where UM is on another one, .*TOKENWELL_PUBLIC_URL/,
      });
      t.notMatch(done.out, /um-client-secret/);
      t.match(done.out, new RegExp(`^ {2}tokenwell apply -f ${out}/credentials\\.yaml$`, 'm'));
      t.match(done.out, new RegExp(`^cmsbs\\.mail\\.imap\\.oauth2\\.accessTokenUri = ${url}/oauth2/token$`, 'm'));
      t.match(done.out, /^cmsbs\.mail\.imap\.oauth2\.clientId = um\n.*clientSecret = <the key .*\n.*scope = um-mail$/m);
      for (const file of ['credentials.yaml', 'secrets/um-mail.txt']) {
        t.equal(statSync(join(out, file)).mode & 0o777, 0o600, file);
      }
      t.equal(statSync(join(out, 'secrets')).mode & 0o777, 0o700);
      t.equal(readFileSync(join(out, 'secrets/um-mail.txt'), 'utf8'), 'um-client-secret');
      t.match(await must(['apply', '-f', join(out, 'credentials.yaml'), '--yes']), /^um-mail: created\num: created$/m);
      const shown = await must(words('credential show um-mail'));
      t.match(shown, /^provider +microsoft, public, tenant 0f0e0d0c-/m);
      t.match(shown, /^scope +https:\/\/outlook\.office\.com\/\.default$/m);
      t.match(shown, /^mailboxes +info@acme\.example \(imap\)$/m);
      t.match(shown, /^token url +https:\/\/login\.microsoftonline\.com\/0f0e0d0c-.*\/oauth2\/v2\.0\/token$/m);
      t.match(await must(['apply', '-f', join(out, 'credentials.yaml'), '--yes']), /^Nothing to do/m);
      t.match(await must(words('consumer show um')), /^um-mail +any account/m);
      const again = await run(['import', 'um', path, '--out', out]);
      t.match(again, {
        code: 2,
        out: '',
        err: /credentials\.yaml, .*um-mail\.txt: there already, and not written over/,
      });
    },
  );

  t.test('UM: connections of one registration share a credential; another provider keeps its addresses', async t => {
    const other = FILLED.replaceAll('cmsbs.mail.imap', 'cmsbs.mail.sales.imap').replace('info@', 'sales@');
    const third = other
      .replaceAll('cmsbs.mail.sales.imap', 'cmsbs.mail.pop')
      .replace(/https:\/\/login\S+/, 'https://login.example.com/token')
      .replace(/.*(?:clientSecret|server).*\n/g, '')
      .replace('ssl = true', 'ssl = false')
      .replace('993', '995');
    const { path, out } = fileOf(t, FILLED + other + third);
    const done = await run(['import', 'um', path, '--out', out, '--id', 'acme']);
    t.equal(done.code, 0, done.err);
    const yaml = readFileSync(join(out, 'credentials.yaml'), 'utf8');
    t.match(yaml, /- id: acme-imap\n[\s\S]*address: info@acme\.example[\s\S]*address: sales@acme\.example/);
    t.match(yaml, /- id: acme-pop\n[\s\S]*token_url: https:\/\/login\.example\.com\/token/);
    t.match(done.out, /^Missing: clientSecret\. Put the secret into .*acme-pop\.txt first\.$/m);
    t.match(done.out, /^cmsbs\.mail\.sales\.imap\.oauth2\.scope = acme-imap$/m);
    t.match(await run(['import', 'um', path, '--id', 'Not an id']), { code: 2, err: /An id is made of lower-case/ });
  });
}

function proxyCases(t: Test): void {
  t.test('email-oauth2-proxy: accounts of one client share a credential; what is encrypted is not taken', async t => {
    const { path, out } = fileOf(t, PROXY);
    const { must, url } = await startRunningVault(t);
    const done = await run(['import', 'email-oauth2-proxy', path, '--out', out], { TOKENWELL_URL: url });
    t.match(done, { code: 0, err: /^tokenwell: warning: http:\/\/127\S+ is an address of this machine alone\. / });
    t.notMatch(done.out, /proxy-client-secret|gAAAAAB/);
    t.match(done.out, /^\[old@password\.example\] was left out: oauth2_flow password/m);
    t.match(done.out, /^\[your\.email@gmail\.com\] was left out: client_id, client_secret: put your own values/m);
    t.match(done.out, /^mail-robots: client_secret_encrypted cannot be read .*\/mail-robots\.txt first\.$/m);
    t.match(done.out, /tokens in the file are encrypted .* were not taken/);
    t.match(done.out, new RegExp(`First register ${url}/OAuth2Callback at the provider`));
    for (const name of ['info', 'anna']) {
      const address = `${name}@acme.example`;
      t.match(done.out, new RegExp(`^ {2}tokenwell account link mail-acme ${address} --login-hint ${address}$`, 'm'));
    }
    t.notOk(existsSync(join(out, 'secrets/mail-robots.txt')), 'nobody knows it');
    const apply = ['apply', '-f', join(out, 'credentials.yaml'), '--yes'];
    writeFileSync(join(out, 'secrets/mail-robots.txt'), 'typed by hand\n', { mode: 0o600 });
    t.match(await must(apply), /^mail-acme: created\nmail-robots: created$/m);
    t.match(await must(apply), /^Nothing to do/m);
    const shown = await must(words('credential show mail-acme'));
    t.match(shown, /^provider +microsoft, public, tenant common$/m);
    t.match(shown, /^mailboxes +info@acme\.example, anna@acme\.example$/m);
    t.match(await must(words('account link mail-acme anna@acme.example --login-hint anna@acme.example')), /^http/);
  });

  t.test('email-oauth2-proxy: servers, certificates, service accounts, clients without a secret', async t => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'keys'));
    const own = (address: string, ...lines: string[]) =>
      [`[${address}]`, 'token_url = https://login.example.com/token', 'oauth2_scope = mail', ...lines, ''].join('\n');
    const text = [
      '[SMTP-1587]\nserver_address = smtp.example.com\nserver_port = 587\nserver_starttls = True\n',
      own('a@none.example', 'client_id = c', 'permission_url = https://login.example.com/authorize'),
      own(
        'b@cert.example',
        'client_id = c',
        'oauth2_flow = client_credentials',
        'jwt_certificate_path = keys/c.pem',
        'jwt_key_path = keys/k.pem',
      ),
      own('c@key.example', 'client_id = file', 'client_secret = keys/key.json', 'oauth2_flow = service_account'),
      own('@all.example', 'client_id = d', 'client_secret = s', 'oauth2_flow = client_credentials'),
    ].join('\n');
    writeFileSync(join(folder, 'emailproxy.config'), text);
    const ended = await run(['import', 'email-oauth2-proxy', join(folder, 'emailproxy.config')]);
    t.equal(ended.code, 0, ended.err);
    t.match(ended.out, /smtp:\n +host: smtp\.example\.com\n +port: 587\n +tls: starttls/);
    t.match(ended.out, /- id: mail-none[\s\S]*method: none\n/);
    t.match(ended.out, new RegExp(`private_key:\\n +file: ${folder}/keys/k\\.pem`));
    t.match(
      ended.out,
      new RegExp(`grant_type: jwt_bearer[\\s\\S]*service_account:\\n +file: ${folder}/keys/key\\.json`),
    );
    t.match(ended.err, /\[@all\.example\] stands for all mailboxes of its domain/);
    const none = await run(['import', 'email-oauth2-proxy', '-'], {}, { input: '[emailproxy]\na = b\n' });
    t.match(none, { code: 2, err: /standard input holds no account that can be taken/ });
  });
}

function tokenCases(t: Test): void {
  t.test('a refresh token is tried and kept; refused, it changes nothing; somebody else’s waits', async t => {
    const { must, provider, variables } = await startRunningVault(t);
    const flags = [
      '--grant-type',
      'authorization_code',
      '--authorization-url',
      provider.url().replace('token', 'authorize'),
    ];
    const create = ['credential', 'create', 'people', '--token-url', provider.url(), '--client-id', 'c', ...flags];
    await must([...create, '--scope', 'mail.read', '--secret-file', '-'], { input: 's' });
    const bring = ['import', 'refresh-token', 'people', 'info@acme.example', '--token-file', '-'];
    provider.next(json(400, { error: 'invalid_grant' }));
    const refused = await run(bring, variables, { input: 'dead-token\n' });
    t.match(refused, { code: 1, out: '', err: /The provider refuses this refresh token: .* Nothing was changed/ });
    t.match(refused.err, /What to do: Take the newest refresh token/);
    t.notMatch(refused.err, /dead-token/);
    t.notMatch(await must(words('account list people')), /info@/);
    provider.next(token('access-1', { refresh_token: 'rotated' }));
    const taken = await must(bring, { input: 'live-token\n' });
    t.match(
      taken,
      /^The refresh token works and is in use\.\n\ncredential +people\naccount +info@acme\.example\nstate +connected/,
    );
    t.equal(provider.requests.at(-1)?.form.get('refresh_token'), 'live-token');
    provider.next(token('access-2'));
    const waits = await run([...bring, '--json'], variables, { input: 'another' });
    t.match(JSON.parse(waits.out), { in_use: false, waits_because: 'identity_unknown', account: { candidate: {} } });
    t.match(waits.err, /tokenwell account accept people info@acme\.example {3}or: tokenwell account reject/);
    const mine = await run(bring, variables, { input: variables.TOKENWELL_KEY ?? '' });
    t.match(mine, { code: 1, out: '', err: /refresh_token: .*key to Tokenwell.*\[vault_key\]/ });
    t.match(await run(bring, variables, { input: '\n' }), { code: 2, err: /The refresh token is empty/ });
    const typed = await run(bring, variables, { input: 'typed-token\n', typed: true });
    t.match(typed, { code: 0, err: /^Refresh token \(not shown\): \n/ });
    t.match(await must(words('ledger list --action account.import')), /account\.import/);
    await must(
      [
        'credential',
        'create',
        'mail',
        '--token-url',
        provider.url(),
        '--client-id',
        'c',
        '--scope',
        'x',
        '--secret-file',
        '-',
      ],
      { input: 's' },
    );
    const wrong = await run(['import', 'refresh-token', 'mail', '--token-file', '-'], variables, { input: 'x' });
    t.match(wrong, { code: 1, err: /mail has no refresh tokens: its grant type is client_credentials/ });
  });
}
