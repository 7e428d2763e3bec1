import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { fill, type RunningVault, startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

const SECRET = 'client-secret-5f1c';

/** The flags of a credential whose tokens this vault's provider gives. */
function flagsOf({ provider }: RunningVault): string[] {
  return ['--token-url', provider.url(), '--client-id', 'client', '--scope', 'mail.read'];
}

async function stored(vault: RunningVault, id: string, more: string[] = []): Promise<void> {
  const args = ['credential', 'create', id, ...flagsOf(vault), '--secret-file', '-', ...more];
  await vault.must(args, { input: `${SECRET}\n` });
}

async function shown(vault: RunningVault, id: string): Promise<Record<string, unknown>> {
  return JSON.parse(await vault.must(['credential', 'show', id, '--json']));
}

export function commandCases(t: Test): void {
  t.test('finding 9: a secret goes in by standard input, file or prompt, and is never printed', async t => {
    const vault = await startRunningVault(t);
    const { variables, provider, folder } = vault;
    const file = join(folder, 'secret.txt');
    writeFileSync(file, `${SECRET}\r\n`);
    const create = (id: string, ...more: string[]) => ['credential', 'create', id, ...flagsOf(vault), ...more];
    const ended = [
      await run(create('piped', '--secret-file', '-'), variables, { input: `${SECRET}\n` }),
      await run(create('filed', '--secret-file', file), variables),
      await run(create('typed'), variables, { input: `${SECRET}\r`, typed: true }),
      await run(create('asked', '--secret-file', '-'), variables, { input: `${SECRET}\r`, typed: true }),
    ];
    for (const id of ['piped', 'filed', 'typed', 'asked']) ended.push(await run(['credential', 'test', id], variables));
    for (const { code, out, err } of ended) {
      t.equal(code, 0, err);
      t.notMatch(out + err, SECRET);
    }
    const given = provider.requests.map(({ form }) => form.get('client_secret'));
    t.strictSame(given, [SECRET, SECRET, SECRET, SECRET], 'without the line break at the end');
  });

  t.test('a person who gives up at the prompt has changed nothing', async t => {
    const vault = await startRunningVault(t);
    for (const key of ['\u0003', '\u0004', '\r']) {
      const create = ['credential', 'create', 'mail', ...flagsOf(vault)];
      const { code, err } = await run(create, vault.variables, { input: key, typed: true });
      t.equal(code, 2);
      t.match(err, /Nothing was changed/);
    }
    t.match(await vault.must(words('credential list')), /There is no credential yet/);
  });

  t.test('what the vault does not take is said before anybody types a secret', async t => {
    const vault = await startRunningVault(t);
    const flags = ['--token-url', vault.provider.url(), '--client-id', '<your client id>', '--scope', 'mail.read'];
    const { code, out, err } = await run(['credential', 'create', 'mail', ...flags], vault.variables, { typed: true });
    t.equal(code, 1);
    t.equal(out, '');
    t.match(
      err,
      /^tokenwell: The vault does not take client_id \(--client-id\): client_id still holds the placeholder .*\[placeholder\]$/m,
    );
    t.notMatch(err, /secret/i, 'nor is it among what is wrong');
  });

  t.test('token prints the bare token to standard output, a warning beside it', async t => {
    const vault = await startRunningVault(t);
    const TOKENWELL_KEY = await fill(vault);
    const drawn = await run(words('token mail'), { ...vault.variables, TOKENWELL_KEY });
    t.strictSame(drawn, { code: 0, out: 'token-1\n', err: '' });
    const warned = await run(words('token mail --min-ttl 86400'), { ...vault.variables, TOKENWELL_KEY });
    t.equal(warned.out, 'token-1\n');
    t.match(warned.err, /^tokenwell: warning: .*\[min_ttl_unreachable\]\n$/);
  });

  t.test('replace changes what the flags name and leaves the rest', async t => {
    const vault = await startRunningVault(t);
    await stored(vault, 'mail', words('--description Old --secret-expires-at 2027-01-31 --token-param resource=r'));
    await vault.must(words('credential replace mail --scope mail.send'));
    t.match(await shown(vault, 'mail'), {
      scope: 'mail.send',
      description: 'Old',
      token_params: { resource: 'r' },
      client_auth: { secret_expires_at: '2027-01-31T00:00:00.000Z', has_secret: true },
      version: 2,
    });
    await vault.must(['credential', 'replace', 'mail', '--description', '', '--secret-file', '-'], {
      input: 'newer',
    });
    const changed = await shown(vault, 'mail');
    t.notOk('description' in changed, 'a text given as "" is taken out');
    t.notMatch(changed.client_auth, { secret_expires_at: String }, 'a new secret does not expire when the old one did');
  });

  t.test('invariant 13: a change of where the secret goes names the flag that gives it again', async t => {
    const vault = await startRunningVault(t);
    await stored(vault, 'mail');
    const refused = await run(words('credential replace mail --client-id other'), vault.variables);
    t.equal(refused.code, 1);
    t.match(refused.err, /client_auth\.secret \(--secret-file\): .*\[required_with_new_destination\]/);
    const given = words('credential replace mail --client-id other --secret-file -');
    await vault.must(given, { input: SECRET });
  });

  t.test('D15: a file replaces the version that it was made from and no other', async t => {
    const vault = await startRunningVault(t);
    await stored(vault, 'mail');
    const file = join(vault.folder, 'credential.json');
    const credential = { ...(await shown(vault, 'mail')), description: 'From the file' };
    writeFileSync(file, JSON.stringify(credential));
    const replace = ['credential', 'replace', 'mail', '--file', file];
    t.match(await vault.must(replace), /From the file/);
    const again = await run(replace, vault.variables);
    t.equal(again.code, 1);
    t.match(again.err, /Somebody changed this credential/);
    writeFileSync(file, JSON.stringify({ ...credential, version: undefined, description: undefined }));
    await vault.must(replace);
    t.notOk('description' in (await shown(vault, 'mail')), 'what the file does not say is gone');
  });

  t.test('a credential is created from a file, which flags override', async t => {
    const vault = await startRunningVault(t);
    const client_auth = { method: 'client_secret_basic', secret: SECRET };
    const fields = {
      token_url: vault.provider.url(),
      client_id: 'client',
      scope: 'a',
      grant_type: 'client_credentials',
    };
    const input = JSON.stringify({ id: 'mail', ...fields, client_auth });
    await vault.must(words('credential create --file - --scope b'), { input });
    t.match(await shown(vault, 'mail'), {
      scope: 'b',
      client_auth: { method: 'client_secret_basic', has_secret: true },
    });
  });

  t.test('what show prints makes another credential, with the id of the command line and its secret', async t => {
    const vault = await startRunningVault(t);
    await stored(vault, 'mail', words('--description Old --auth-method client_secret_basic'));
    await vault.must(words('credential disable mail'));
    const file = join(vault.folder, 'credential.json');
    writeFileSync(file, await vault.must(words('credential show mail --json')));
    const create = ['credential', 'create', 'copy', '--file', file, '--secret-file', '-'];
    t.match(await vault.must(create, { input: SECRET }), /Stored the credential copy/);
    t.match(await shown(vault, 'copy'), {
      description: 'Old',
      client_auth: { method: 'client_secret_basic', has_secret: true },
      disabled: false,
      version: 1,
    });
    await vault.must(['credential', 'replace', 'mail', '--file', file]);
  });

  t.test('permit adds to what is there, --remove takes away, --replace-file puts all', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    await stored(vault, 'other');
    await vault.must(words('consumer permit helpdesk other --account bob --scope mail.read'));
    const both = JSON.parse(await vault.must(words('consumer permit helpdesk other --account bob --scope x --json')));
    t.strictSame(both, [
      { credential: 'mail', account: '*' },
      { credential: 'other', account: 'bob', scopes: ['mail.read', 'x'] },
    ]);
    await vault.must(words('consumer permit helpdesk mail --remove'));
    const draw = await run(words('token mail'), { ...vault.variables, TOKENWELL_KEY: key });
    t.equal(draw.code, 1, 'effective at once');
    const input = JSON.stringify([{ credential: '*' }]);
    const table = await vault.must(words('consumer permit helpdesk --replace-file -'), { input });
    t.match(table, /^MAY DRAW +ACCOUNT +SCOPES\nany credential +any account +any scope\n$/);
    const mixed = await run(words('consumer permit helpdesk mail --replace-file -'), vault.variables, { input });
    t.equal(mixed.code, 2);
  });

  t.test('permitting what is permitted already changes nothing, says so, and how to narrow it', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    const permit = (line: string) => run(words(`consumer permit helpdesk mail ${line}`.trim()), vault.variables);
    const changes = async () =>
      JSON.parse(await vault.must(words('ledger list --action permission.put --json'))).items.length;
    t.equal(await changes(), 1);
    const wide = await permit('--scope mail.read');
    t.match(wide, { code: 0, out: /\nmail +any account +any scope\n$/ });
    t.match(
      wide.err,
      /^Nothing was changed: every scope is permitted already\. .*: tokenwell consumer permit helpdesk mail --remove; then permit mail\.read alone\.\n$/,
    );
    t.equal((await permit('')).err, 'Nothing was changed: every scope is permitted already.\n');
    t.match(await permit('--account bob --scope a'), { code: 0, err: '' });
    t.equal((await permit('--account bob --scope a')).err, 'Nothing was changed: a is permitted already.\n');
    t.match(await permit('--account bob'), { code: 0, err: '' }, 'wider than before');
    t.match((await permit('--account bob --scope a')).err, /permit helpdesk mail --account bob --remove; /);
    t.equal(await changes(), 3, 'nothing else was written');
  });

  t.test('a key is printed bare and once, listed without itself, and revoked by its id', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    t.match(key, /^twk_[a-z0-9]{12}_[\w-]{43}$/);
    const listed = await vault.must(words('consumer keys helpdesk'));
    const id = key.slice(4, 16);
    t.match(listed, id);
    t.notMatch(listed, key);
    await vault.must(['consumer', 'key-delete', 'helpdesk', id]);
    t.equal((await run(['me'], { ...vault.variables, TOKENWELL_KEY: key })).code, 1);
    const dated = JSON.parse(await vault.must(words('consumer key helpdesk --expires 2099-12-31 --json')));
    t.match(dated, { expires_at: '2099-12-31T00:00:00.000Z' });
  });

  t.test('a consumer is changed, disabled and enabled without losing the rest', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    await vault.must(['consumer', 'replace', 'helpdesk', '--description', 'Main office']);
    await vault.must(words('consumer disable helpdesk'));
    t.equal((await run(['me'], { ...vault.variables, TOKENWELL_KEY: key })).code, 1);
    t.match(await vault.must(words('consumer list')), /helpdesk +disabled +service +Main office/);
    await vault.must(words('consumer enable helpdesk'));
    t.match(await vault.must(['me'], { key }), /consumer +helpdesk[\s\S]*mail +any account +any scope/);
  });

  t.test('replace without a change says what to give, and changes no version', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    for (const line of ['credential replace mail', 'credential replace mail --json', 'consumer replace helpdesk']) {
      const says = /^tokenwell: Say what to change.* --description/;
      t.match(await run(words(line), vault.variables), { code: 2, out: '', err: says }, line);
    }
    t.match(await shown(vault, 'mail'), { version: 1 });
    const changed = await vault.must(words('consumer replace helpdesk --role auditor'));
    t.match(changed, /^Changed the consumer helpdesk\.\n\nconsumer +helpdesk\n[\s\S]*\nrole +auditor\n/);
  });

  t.test('whoever takes the last administrator away is asked before, or says --force', async t => {
    const vault = await startRunningVault(t);
    const { adminKey, variables } = vault;
    const told = /no enabled consumer with the role admin is left, .*consumer key admin --offline/;
    const ended = async (line: string, key: string, options = {}) =>
      await run(words(`consumer ${line}`), { ...variables, TOKENWELL_KEY: key }, options);
    await vault.must(words('consumer create root --role admin'));
    const root = (await vault.must(words('consumer key root'))).trim();
    await vault.must(words('consumer create off --role admin'));
    t.match(await ended('disable off', adminKey), { code: 0, err: '' }, 'two are left');
    t.match(await ended('replace admin --role service', root), { code: 0, err: '' }, 'one is left');
    t.match(await ended('replace root --description x', root), { code: 0, err: '' }, 'it stays one');
    t.match(await ended('delete admin', root), { code: 0, err: '' }, 'it was none');
    const recovered = await vault.must(words('consumer key admin --offline'));
    await vault.must(words('consumer delete root'), { key: root });
    const changes = ['replace admin --role auditor', 'disable admin', 'delete admin'];
    for (const line of changes) {
      const refused = await ended(line, recovered.trim());
      t.match(refused, { code: 2, out: '', err: told }, line);
      t.match(refused.err, /\nNothing was changed\. If this is meant, repeat it with --force\.\n$/, line);
      for (const input of ['no\n', '\n', 'y\n']) {
        const asked = await ended(line, recovered.trim(), { typed: true, input });
        t.match(asked, { code: 2, out: '', err: /Go on\? Type yes: tokenwell: Nothing was changed\.\n$/ }, line);
      }
      t.match(await vault.must(['me'], { key: recovered.trim() }), /role +admin/, 'nothing was changed');
    }
    for (const [index, line] of changes.entries()) {
      const key = (await vault.must(words('consumer key admin --offline'))).trim();
      const forced = index > 0;
      const done = forced
        ? await ended(`${line} --force`, key)
        : await ended(line, key, { typed: true, input: 'yes\n' });
      t.match(done, { code: 0, err: told }, line);
      t.match(await run(words('consumer list'), { ...variables, TOKENWELL_KEY: key }), { code: index === 0 ? 0 : 1 });
    }
    t.match(await ended('delete nobody', recovered.trim()), { code: 1, err: /valid API key/ });
  });

  t.test('the ledger is listed newest first, filtered, page by page', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    await vault.must(words('token mail'), { key });
    const newest = await vault.must(words('ledger list'));
    t.match(newest, /^AT +ACTION +OUTCOME +CONSUMER +ABOUT\n\S+Z +token\.issue +ok +helpdesk +mail \/ default\n/);
    const first = JSON.parse(await vault.must(words('ledger list --consumer admin --limit 1 --order asc --json')));
    const cursor = ['--cursor', first.next_cursor];
    const second = JSON.parse(
      await vault.must([...words('ledger list --consumer admin --limit 1 --order asc --json'), ...cursor]),
    );
    t.match([first.items[0].action, second.items[0].action], ['credential.create', 'consumer.create']);
    t.match(await vault.must(words('ledger list --to 2020-01-01')), /^There is no such entry/);
  });

  t.test('--json prints the answer and nothing else', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    const lines = [
      'me',
      'credential list',
      'credential show mail',
      'credential test mail',
      'credential replace mail --description x',
      'credential disable mail',
      'credential enable mail',
      'consumer list',
      'consumer show helpdesk',
      'consumer replace helpdesk --role service',
      'consumer disable helpdesk',
      'consumer enable helpdesk',
      'consumer keys helpdesk',
      'ledger list',
      'ledger verify',
      'migrate',
      'consumer delete helpdesk',
      'credential delete mail',
    ];
    t.match(JSON.parse(await vault.must(words('token mail --json'), { key })), { access_token: 'token-1' });
    for (const line of lines) {
      t.type(JSON.parse(await vault.must(words(`${line} --json`))), 'object', line);
    }
  });
}
