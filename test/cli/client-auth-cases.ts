import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { TokenwellClient } from '../../src/client/client.js';
import { type KeyFiles, makeKeyFiles, PASSWORD } from '../certificates/files.js';
import { json, respond, ScriptedProvider, token } from '../support/scripted-provider.js';
import { fill, type RunningVault, startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

const NOWHERE = { TOKENWELL_URL: 'http://127.0.0.1:9', TOKENWELL_KEY: 'twk_x' };

/** Flags that do not go together: the command line after `credential …` and what is said of it. */
const MISUSED: readonly [string, RegExp][] = [
  ['create mail --pfx-file a --certificate-file b', /A PFX file holds certificate and key, so give either/],
  ['create mail --pfx-file a --private-key-file b', /A PFX file holds certificate and key, so give either/],
  ['create mail --certificate-file a', /so give --private-key-file too\./],
  ['auth-create mail --private-key-file a', /so give --certificate-file too\./],
  ['replace mail --key-password-file a', /--key-password-file opens .* give --pfx-file or --private-key-file too\./],
  ['create mail --pfx-file a --auth-method none', /A certificate is for --auth-method private_key_jwt, not none\./],
  ['auth-create mail --pfx-file a --secret-file b', /by a secret or by a certificate\./],
  ['auth-create mail --pfx-file - --key-password-file -', /--pfx-file and --key-password-file cannot both be standard/],
  ['create mail --file - --pfx-file -', /--file and --pfx-file cannot both be standard input/],
  ['auth-create mail --pfx-file /nowhere.pfx', /nowhere\.pfx cannot be read \(ENOENT\)/],
  ['auth-create mail --pfx-file -', /What --pfx-file reads from standard input is empty\./],
  ['auth-create mail --pfx-file a --key-password-file -', /The password is empty\. .* leave --key-password-file out\./],
  ['auth-create mail', /Give the next secret with --secret-file, or .* credential certificate-generate mail\n/],
  ['auth-create mail --auth-method private_key_jwt', /private_key_jwt needs a certificate .*generate mail\n/],
  ['auth-create mail --signing-alg HS256', /Allowed choices are PS256, RS256/],
  ['certificate-generate mail --months 0', /Give 1 to 120 months\./],
  ['certificate-generate mail --months 121', /Give 1 to 120 months\./],
];

/** A vault with the credential `mail` and a client of its administrator. */
async function started(t: Test): Promise<RunningVault & { client: TokenwellClient; key: string }> {
  const vault = await startRunningVault(t);
  const key = await fill(vault);
  return { ...vault, key, client: new TokenwellClient({ url: vault.url, key: vault.adminKey }) };
}

/** The id of the client auth of `mail` that is active, or of the one that is not. */
async function idOf({ client }: { client: TokenwellClient }, active: boolean): Promise<string> {
  const { items } = await client.clientAuths.list('mail');
  return items.find(one => one.active === active)?.id ?? 'none';
}

/** `credential auth…`, `credential certificate…`, and the client below them. */
export function clientAuthCases(t: Test): void {
  t.test('proofs that do not go together end with 2 and a sentence, and nothing is asked of a vault', async t => {
    for (const [line, says] of MISUSED) {
      const ended = await run(words(`credential ${line}`), NOWHERE);
      t.match(ended, { code: 2, out: '', err: says }, line);
    }
  });

  t.test('files that the vault would find too large are refused here', async t => {
    const { folder } = await startRunningVault(t);
    const [large, fits] = ['large', 'fits'].map(name => join(folder, name));
    writeFileSync(large ?? '', randomBytes(36 * 1024 + 1));
    writeFileSync(fits ?? '', randomBytes(36 * 1024));
    const create = ['credential', 'auth-create', 'mail'];
    const refused = await run([...create, '--pfx-file', large ?? ''], NOWHERE);
    t.match(refused, {
      code: 2,
      err: /large \(--pfx-file\) has 37 KiB; the vault takes 36 KiB\. .*Nothing was changed/,
    });
    const pem = await run([...create, '--certificate-file', large ?? '', '--private-key-file', fits ?? ''], NOWHERE);
    t.match(pem, { code: 2, err: /\(--certificate-file\) has 37 KiB; the vault takes 32 KiB\./ });
    t.equal((await run([...create, '--pfx-file', fits ?? ''], NOWHERE)).code, 3, 'the largest is sent');
  });

  t.test('a next secret is put beside the active one, tried, activated, and the old one deleted', async t => {
    const vault = await started(t);
    const { must, provider, variables } = vault;
    const old = await idOf(vault, true);
    const flags = words('credential auth-create mail --secret-file - --secret-expires-at 2027-12-31');
    const made = await must(flags, { input: 'next-secret\n' });
    const next = await idOf(vault, false);
    t.match(
      made,
      /^Stored it beside the active client authentication of mail; nothing uses it yet\.\n\nauth id +auth_/,
    );
    t.match(
      made,
      `1. See whether the provider knows it: tokenwell credential auth-test mail ${next}\n2. Make requests`,
    );
    t.notMatch(made, 'next-secret');
    const listed = await must(words('credential auths mail'));
    t.match(listed, /^AUTH ID +ACTIVE +METHOD +EXPIRES +SUBJECT\n/);
    t.match(listed, new RegExp(`\n${old} +yes +client_secret_post\n`));
    t.match(listed, new RegExp(`\n${next} +no +client_secret_post +2027-12-31T00:00:00\\.000Z\n`));
    t.match(await must(words(`credential auth-test mail ${next}`)), /\nThis client authentication works\.\n$/);
    t.equal(provider.requests.at(-1)?.form.get('client_secret'), 'next-secret');
    provider.next(json(401, { error: 'invalid_client' }));
    const wrong = await run(words(`credential auth-test mail ${next}`), variables);
    t.match(wrong, { code: 1, out: /This client authentication does not work now\.\nWho must act: an operator/ });
    provider.next(respond(503, ''));
    t.equal((await run(words(`credential auth-test mail ${next}`), variables)).code, 3);
    const early = await run(words(`credential auth-delete mail ${old}`), variables);
    t.match(early, { code: 1, out: '', err: /so it stays\.\n[\s\S]*Activate another one first\./ });
    t.match(
      await must(words(`credential auth-activate mail ${next}`)),
      /\nactive +yes\n[\s\S]*The one before stays until/,
    );
    await must(words('token mail'), { key: vault.key });
    t.equal(provider.requests.at(-1)?.form.get('client_secret'), 'next-secret');
    t.match(
      await must(words(`credential auth-delete mail ${old}`)),
      `Deleted the client authentication ${old} of mail.`,
    );
    const { items } = JSON.parse(await must(words('credential auths mail --json')));
    t.match(items, [{ id: next, active: true }]);
    t.equal(items.length, 1);
    for (const id of [old, 'nope']) {
      t.match(await run(words(`credential auth-activate mail ${id}`), variables), {
        code: 1,
        err: `There is no client authentication ${id}.\nWhat to do: Check the name (tokenwell credential auths)`,
      });
    }
  });

  t.test('on a terminal the next secret is asked for, unseen; its method is that of the active one', async t => {
    const { must, variables } = await started(t);
    await must(words('credential replace mail --auth-method client_secret_basic --secret-file -'), { input: 'a' });
    const asked = await run(words('credential auth-create mail --json'), variables, { input: 'next\r', typed: true });
    t.match(asked, { code: 0, err: 'Client secret (not shown): \n' });
    t.match(JSON.parse(asked.out), { method: 'client_secret_basic', active: false, has_secret: true });
  });

  t.test(
    'a certificate is made in the vault; what is printed leads from its upload to the end of the secret',
    async t => {
      const vault = await started(t);
      const { must, folder, variables } = vault;
      t.match(await run(words('credential certificate mail'), variables), {
        code: 1,
        err: /The credential mail has no certificate yet\.\nWhat to do: .*credential certificate-generate mail\. /,
      });
      const made = await must([
        'credential',
        'certificate-generate',
        'mail',
        '--subject',
        'Acme mail',
        '--months',
        '12',
      ]);
      const file = join(folder, 'mail.cer');
      const written = await must(['credential', 'certificate', 'mail', '--out', file]);
      const { subject, fingerprint, validTo } = new X509Certificate(readFileSync(file));
      const thumbprint = fingerprint.replaceAll(':', '');
      t.equal(subject, 'CN=Acme mail');
      const months = (Date.parse(validTo) - Date.now()) / 86_400_000 / 30.4;
      t.ok(months > 11 && months < 13, `${months} months`);
      t.equal(written, `Wrote the certificate of mail to ${file}.\nThumbprint (SHA-1): ${thumbprint}\n`);
      t.match(made, /^Made a key pair beside the active client authentication of mail; nothing uses it yet\.\n/);
      t.match(made, new RegExp(`\ncertificate +CN=Acme mail\nthumbprint +${thumbprint}\ncertificate expires +20`));
      const [write, , test, activate] = made.split('\n').filter(line => /^\d\. /.test(line));
      t.match(write, 'tokenwell credential certificate mail --out mail.cer');
      for (const step of [test, activate]) await must(words(/tokenwell (.*)$/.exec(step ?? '')?.[1] ?? 'no command'));
      t.equal(vault.provider.requests.at(-1)?.form.has('client_assertion'), true);
      const shown = await must(words('credential show mail'));
      t.match(shown, /\nclient auth +private_key_jwt, private key stored\ncertificate +CN=Acme mail\n/);
      t.match(shown, new RegExp(`\nthumbprint +${thumbprint}\ncertificate expires +20`));
      const { certificate } = JSON.parse(await must(words('credential certificate mail --json')));
      t.equal(certificate, readFileSync(file).toString('base64'));
      const lost = await run(['credential', 'certificate', 'mail', '--out', folder], variables);
      t.match(lost, { code: 2, out: '', err: /cannot be written \(EISDIR\)\. Give another one with --out\./ });
    },
  );

  t.test('a credential that lacks its certificate says so, and how to come by one', async t => {
    const { must, provider, variables } = await started(t);
    const flags = [
      '--token-url',
      provider.url(),
      '--client-id',
      'c',
      '--scope',
      'a',
      '--auth-method',
      'private_key_jwt',
    ];
    const made = await must(['credential', 'create', 'new', ...flags]);
    t.match(made, /\nclient auth +private_key_jwt, no private key stored\nstill needed .*certificate-generate new,/);
    const [generate, test, ...more] = made.split('\n').filter(line => /^\d\. /.test(line));
    t.match(
      { generate, test, more },
      { generate: /^1\. .*certificate-generate new$/, test: /^2\. .*test new$/, more: [] },
    );
    const tried = await run(words('credential test new'), variables);
    t.match(tried.out, /^stored +failed .*not its private key/m);
    t.notMatch(tried.out, 'complete');
    const finding = /Have a certificate made \(tokenwell credential certificate-generate new\)/;
    for (const line of ['account show new default', 'doctor']) {
      t.match((await run(words(line), variables)).out, finding, line);
    }
    const generated = await must(words('credential certificate-generate new'));
    t.match(
      generated,
      /^Made a key pair, and requests of new are made with it from now on: there was nothing before\./,
    );
    const steps = generated.split('\n').filter(line => /^\d\. /.test(line));
    t.match(steps, [/credential certificate new --out new\.cer$/, /^2\. Upload/, /^3\. .*credential test new$/]);
    t.equal(steps.length, 3);
    t.notMatch(generated, 'auth-activate');
    t.match(await must(words('credential test new')), /The credential is stored and complete/);
    for (const line of ['account show new default', 'credential show new', 'doctor']) {
      t.notMatch((await run(words(line), variables)).out, 'certificate-generate', line);
    }
  });

  t.test('what is in use from the first says with whose account it is tried where people sign in', async t => {
    const { must, provider } = await started(t);
    const at = `--token-url ${provider.url()} --authorization-url ${provider.url()} --client-id c --scope a`;
    const create = (id: string, more = '') =>
      must(words(`credential create ${id} --grant-type authorization_code --auth-method private_key_jwt ${at}${more}`));
    await create('one', ' --mailbox info@acme.example');
    t.match(await must(words('credential certificate-generate one')), /credential test one\n$/);
    await create('two', ' --mailbox info@acme.example --mailbox anna@acme.example');
    t.match(
      await must(words('credential certificate-generate two')),
      /credential test two --account info@acme\.example\n$/,
    );
  });

  t.test('the client does all of it too, and gives a certificate as bytes', async t => {
    const { client } = await started(t);
    const { clientAuths } = client;
    const next = await clientAuths.create('mail', { method: 'client_secret_post', secret: 'next' });
    const made = await clientAuths.generate('mail');
    t.match(made, { method: 'private_key_jwt', active: false, certificate: { subject: 'CN=tokenwell mail' } });
    const der = await clientAuths.certificate('mail');
    t.ok(der instanceof Uint8Array);
    const { fingerprint256 } = new X509Certificate(der);
    t.equal(fingerprint256.replaceAll(':', '').toLowerCase(), made.certificate?.thumbprint_sha256);
    t.match(await clientAuths.test('mail', made.id), { ok: true, steps: [{ step: 'token' }] });
    t.match(await clientAuths.activate('mail', made.id), { id: made.id, active: true });
    await clientAuths.remove('mail', next.id);
    const ids: string[] = [];
    for await (const { id, active } of clientAuths.each('mail')) ids.push(`${id} ${active}`);
    t.equal(ids.length, 2);
    t.ok(ids.includes(`${made.id} true`));
    await t.rejects(clientAuths.remove('mail', made.id), { code: 'conflict', status: 409 });
    await t.rejects(clientAuths.certificate('nothing'), { code: 'not_found', status: 404 });
  });

  t.test('what is no certificate by its type is not taken for one', async t => {
    const server = await ScriptedProvider.start();
    t.teardown(() => server.close());
    const client = new TokenwellClient({ url: `http://127.0.0.1:${server.port}`, key: 'twk_x' });
    server.next(respond(200, '<h1>Sign in</h1>', { 'content-type': 'text/html' }));
    await t.rejects(client.clientAuths.certificate('mail'), { code: 'unexpected_answer', status: 200 });
    t.equal(server.requests[0]?.headers.accept, 'application/pkix-cert');
  });

  const files = makeKeyFiles(t);
  if (!files && process.env.CI) throw new Error('the openssl command is needed in CI');
  t.test('certificates from files', { skip: files ? false : 'no openssl command here; install it' }, async t => {
    if (files) fileCases(t, files);
  });
}

/** Certificates as OpenSSL writes them. */
function fileCases(t: Test, files: KeyFiles): void {
  t.test('the flags that the table of the ways names store a credential with the scope of its row', async t => {
    const { must } = await startRunningVault(t);
    const paths: Record<string, string> = { 'mail.crt': 'leaf.pem', 'mail.key': 'leaf.key' };
    const table = readFileSync(new URL('../../docs/ways-to-a-token.md', import.meta.url), 'utf8');
    const rows = [...table.matchAll(/^\| `(.+?)` \|.*\| `(.+?)` \| `(.+?)` \|$/gm)];
    t.equal(rows.length, 13);
    for (const [at, [, name = '', scope = '', flags = '']] of rows.entries()) {
      const pfx = name.includes('of before') ? 'legacy.pfx' : 'modern.pfx';
      const own = words(flags).map(word => (/^mail\.\w+$/.test(word) ? join(files.folder, paths[word] ?? pfx) : word));
      const secret = name.includes('× secret ×') ? ['--secret-file', '-'] : [];
      const create = ['credential', 'create', `way-${at}`, '--preset', 'microsoft', '--tenant', 'acme.example'];
      const about = ['--client-id', '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10', ...own, ...secret, '--json'];
      const made = JSON.parse(await must([...create, ...about], { input: `${PASSWORD}\n` }));
      const [grant_type] = name.split(' × ');
      t.match(made, { grant_type, cloud: name.split(', ').at(-1) }, name);
      t.ok(name.includes(`× ${made.purpose},`), `${name}: ${made.purpose}`);
      t.ok(made.scope.split(' ').includes(scope), `${name}: ${made.scope}`);
      const method = name.includes('× secret ×') ? 'client_secret_post' : 'private_key_jwt';
      t.match(made.client_auth, { method, ...(name.includes('RS256') ? { signing_alg: 'RS256' } : {}) }, name);
    }
  });

  const at = (name: string) => join(files.folder, name);

  t.test('a PFX file with its password in another one is a proof; neither is printed', async t => {
    const { must, folder, provider, variables, client, key } = await started(t);
    const password = join(folder, 'password.txt');
    writeFileSync(password, `${PASSWORD}\r\n`);
    const pfx = ['--pfx-file', at('modern.pfx'), '--key-password-file', password];
    const flags = ['--token-url', provider.url(), '--client-id', 'c', '--scope', 'a', ...pfx, '--signing-alg', 'RS256'];
    const made = await must(['credential', 'create', 'from-file', ...flags]);
    t.match(made, /\nclient auth +private_key_jwt, RS256, private key stored\ncertificate +CN=mail-client\n/);
    t.match(made, new RegExp(`\nthumbprint +${files.thumbprint.toUpperCase()}\n`));
    const asked = await run(['credential', 'auth-create', 'mail', ...pfx.slice(0, 3), '-'], variables, {
      input: `${PASSWORD}\r`,
      typed: true,
    });
    t.match(asked, { code: 0, err: 'Password of the key (not shown): \n', out: files.thumbprint.toUpperCase() });
    t.notMatch(made + asked.out + asked.err, PASSWORD);
    const moved = await must(['credential', 'replace', 'mail', ...pfx]);
    t.match(moved, /\nclient auth +private_key_jwt, private key stored\n/, 'from a secret to a certificate');
    provider.next(token('by-certificate'));
    t.equal(await must(words('token mail'), { key }), 'by-certificate\n');
    t.ok(provider.requests.at(-1)?.form.has('client_assertion'));
    await must(words('credential replace from-file --auth-method client_secret_post --secret-file -'), { input: 'b' });
    t.strictSame((await client.credentials.get('from-file')).client_auth.method, 'client_secret_post', 'and back');
  });

  t.test('a PFX file may come by standard input, certificate and key as two files', async t => {
    const { must, variables } = await started(t);
    const piped = Buffer.from(files.pfx('no-password'), 'base64').toString('latin1');
    t.not(Buffer.from(piped, 'latin1').toString('utf8'), piped, 'it is no text');
    const create = ['credential', 'auth-create', 'mail'];
    const input = readFileSync(at('no-password.pfx'));
    t.match(await run([...create, '--pfx-file', '-'], variables, { input }), { code: 0, out: /CN=mail-client/ });
    const pem = ['--certificate-file', at('leaf.pem'), '--private-key-file'];
    t.match(await must([...create, ...pem, at('leaf.key')]), files.thumbprint.toUpperCase());
    const encrypted = [...create, ...pem, at('leaf-encrypted.key'), '--key-password-file', '-'];
    t.match(await must(encrypted, { input: `${PASSWORD}\n` }), files.thumbprint.toUpperCase());
  });

  t.test('what the vault does not take of a file is told by the flag that gave it', async t => {
    const { variables } = await started(t);
    const create = ['credential', 'auth-create', 'mail'];
    const said = async (flags: string[], input = '') =>
      await run([...create, ...flags], variables, { input }).then(({ code, err }) => `${code} ${err}`);
    const pem = ['--certificate-file', at('leaf.pem'), '--private-key-file'];
    const wrong = await said(['--pfx-file', at('modern.pfx'), '--key-password-file', '-'], 'wrong\n');
    t.match(wrong, /^1 [\s\S]*certificate\.password \(--key-password-file\): .*\[wrong_password\]/);
    t.match(await said(['--pfx-file', at('leaf.pem')]), /\.pfx \(--pfx-file\): .*\[not_pkcs12\]/);
    t.match(await said([...pem, at('root.key')]), /\.private_key \(--private-key-file\): .*\[key_mismatch\]/);
    const old = ['--certificate-file', at('old.pem'), '--private-key-file', at('old.key')];
    t.match(await said(old), /\.certificate \(--certificate-file\): .*\[expired\]/);
  });
}
