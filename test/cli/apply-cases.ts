import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type RunningVault, startRunningVault } from './running-vault.js';
import { run, runAsked, type Variables } from './terminal.js';

const NOWHERE = { TOKENWELL_URL: 'http://127.0.0.1:9', TOKENWELL_KEY: 'twk_x' };
const PROBLEM = 'application/problem+json';
const EXAMPLE = fileURLToPath(new URL('../../examples/credentials.yaml', import.meta.url));

/** A vault and a folder of files beside it. */
export async function filed(t: Test) {
  const vault = await startRunningVault(t);
  const folder = join(vault.folder, 'files');
  mkdirSync(folder);
  const write = (text: string, name = 'credentials.yaml') => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  write('client-secret\n', 'secret.txt');
  const apply = (path: string, flags: string[] = ['--yes'], variables: Variables = {}) =>
    run(['apply', '-f', path, ...flags], { ...vault.variables, ...variables });
  return { vault, write, apply };
}

function mail({ provider }: RunningVault, id = 'mail', more = ''): string {
  return [
    `  - id: ${id}`,
    '    grant_type: client_credentials',
    `    token_url: ${provider.url()}`,
    '    client_id: client',
    '    scope: mail.read',
    ...(more === '' ? [] : [`    ${more}`]),
    '    client_auth: {method: client_secret_post, secret: {file: ./secret.txt}}',
    '',
  ].join('\n');
}

/** The address of a proxy before the vault that forwards everything, and loses the answers to these requests, or gives `instead`. */
async function losingAnswers(t: Test, { url }: RunningVault, lost: RegExp, instead?: number): Promise<string> {
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const { authorization = '', 'content-type': type, 'if-match': match } = headers;
    const body = method === 'GET' ? {} : { body: await buffer(request) };
    const sent = { authorization, ...(type ? { 'content-type': type } : {}), ...(match ? { 'if-match': match } : {}) };
    const answer = await fetch(`${url}${path}`, { method, headers: sent, ...body });
    if (lost.test(`${method} ${path}`)) {
      if (instead === undefined) return void response.socket?.destroy();
      const problem = { title: 'Not now', status: instead, code: 'ledger_unavailable', detail: 'The ledger is away.' };
      return void response.writeHead(instead, { 'content-type': PROBLEM }).end(JSON.stringify(problem));
    }
    const kept = { 'content-type': answer.headers.get('content-type') ?? '' };
    response.writeHead(answer.status, kept).end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function versionOf({ must }: RunningVault, id = 'mail'): Promise<number> {
  return JSON.parse(await must(['credential', 'show', id, '--json'])).version;
}

/** `apply`: what a file says is made so, once. */
export function applyCases(t: Test): void {
  t.test('it shows what will be, does it, and a second run finds nothing to do and writes nothing', async t => {
    const { vault, write, apply } = await filed(t);
    const consumers = [
      'consumers:',
      '  - id: helpdesk',
      '    permissions: [{credential: mail}, {credential: other, account: a@b, scopes: [mail.read]}]',
    ];
    const path = write(`credentials:\n${mail(vault)}${mail(vault, 'other')}${consumers.join('\n')}\n`);
    const dry = await apply(path, ['--dry-run']);
    t.equal(dry.code, 5, 'there would be something to do');
    t.match(dry.out, /^credential mail: will be created\n {2}grant_type: client_credentials\n/);
    t.match(dry.out, /^ {2}secret: will be sent \(the credential is new\), from \.\/secret\.txt$/m);
    t.match(dry.out, /^consumer helpdesk: will be created\n {2}permission: mail, any account, any scope$/m);
    t.match(dry.out, /^3 to create\. What is not in the file stays as it is\.$/m);
    t.equal(await vault.must(['credential', 'list']), await vault.must(['credential', 'list']));
    t.match(await vault.must(['credential', 'list']), /no credential yet/, 'a dry run changes nothing');
    t.match(await apply(path), { code: 0, out: /^mail: created\nother: created\nhelpdesk: created\n$/m, err: '' });
    await vault.must(['credential', 'test', 'mail']);
    const [versions, ledger] = [await versionOf(vault), await vault.must(['ledger', 'list', '--json'])];
    const again = await apply(path);
    t.match(again, { code: 0, out: /Nothing to do: 3 items as the file says\. .*\nStored secrets cannot be compared/ });
    t.notMatch(again.out, /will be/);
    t.equal((await apply(path, ['--dry-run'])).code, 0);
    t.equal(await versionOf(vault), versions);
    t.equal(await vault.must(['ledger', 'list', '--json']), ledger, 'not one entry more');
    t.notMatch(dry.out + again.out, /client-secret/);
  });

  t.test('the file that is shipped is applied as it is, and a second time finds nothing to do', async t => {
    const { apply } = await filed(t);
    const variables = { CLIENT_SECRET: 'from-the-environment' };
    t.match(await apply(EXAMPLE, ['--yes'], variables), { code: 0, err: '' });
    t.match(await apply(EXAMPLE, ['--dry-run'], {}), { code: 0, out: /^Nothing to do/m }, 'no secret is needed then');
  });

  t.test('a change is shown field by field, and only what the file names is compared', async t => {
    const { vault, write, apply } = await filed(t);
    await apply(write(`credentials:\n${mail(vault)}`));
    await vault.must(['credential', 'replace', 'mail', '--description', 'By hand']);
    const path = write(`credentials:\n${mail(vault).replace('mail.read', 'mail.read mail.send')}`);
    const said = await apply(path, ['--dry-run']);
    t.match(said.out, /^credential mail: will be changed\n {2}scope: mail\.read → mail\.read mail\.send\n\n/);
    t.notMatch(said.out, /By hand|will be sent/);
    t.equal((await apply(path)).code, 0);
    t.match(await vault.must(['credential', 'show', 'mail']), /By hand[\s\S]*mail\.read mail\.send/);
    const emptied = write(
      `credentials:\n${mail(vault, 'mail', 'description: ""').replace('mail.read', 'mail.read mail.send')}`,
    );
    t.match((await apply(emptied)).out, /^ {2}description: By hand → \(none\)$/m);
    t.notMatch(await vault.must(['credential', 'show', 'mail']), /By hand/);
    t.match(await apply(emptied), { out: /^Nothing to do/m });
  });

  t.test('a secret is sent when it would go elsewhere, when its expiry changes and when asked; else never', async t => {
    const { vault, write, apply } = await filed(t);
    const base = `credentials:\n${mail(vault)}`;
    const reasons = [
      [mail(vault).replace('client_id: client', 'client_id: another'), /secret: will be sent \(client_id changes/],
      [mail(vault).replace('secret_post', 'secret_basic'), /secret: will be sent \(client_auth\.method changes/],
      [
        mail(vault).replace('secret: {', 'secret_expires_at: 2099-01-31, secret: {'),
        /sent \(secret_expires_at changes\)/,
      ],
    ] as const;
    for (const [text, says] of reasons) {
      await apply(write(base));
      t.match((await apply(write(`credentials:\n${text}`))).out, says);
      t.match((await apply(write(`credentials:\n${text}`))).out, /^Nothing to do/m);
    }
    vault.provider.requests.length = 0;
    const path = write(base);
    await apply(path);
    write('the-next-secret', 'secret.txt');
    t.match((await apply(path, ['--yes', '--rotate-secrets'])).out, /secret: will be sent \(--rotate-secrets\)/);
    await vault.must(['credential', 'test', 'mail']);
    t.equal(vault.provider.requests.at(-1)?.form.get('client_secret'), 'the-next-secret');
  });

  t.test('what cannot be read, or is written in plain, is refused before anything is changed', async t => {
    const { vault, write, apply } = await filed(t);
    const secret = (text: string) => `credentials:\n${mail(vault)}`.replace('{file: ./secret.txt}', text);
    const refused = [
      [secret('{env: NOT_SET}'), /mail: the secret is to come from the environment, but NOT_SET is not set/],
      [secret('{file: ./none.txt}'), /secret is to come from .*none\.txt, which cannot be read \(ENOENT\)/],
      [
        secret('hunter2'),
        /line 7, column 55: secret holds a secret in plain\. Move it into a file.*\{file: \.\/secret\.txt\}.*\{env: SECRET\}/,
      ],
      [secret('{file: a, env: b}'), /secret is \{file: .*\} or \{env: .*\}, one of both/],
      [secret('{file: ./secret.txt}, certificate: {pfx: aGk=}'), /pfx holds a secret in plain/],
    ] as const;
    for (const [text, says] of refused) {
      const ended = await apply(write(text));
      t.match(ended, { code: 2, out: '', err: says }, text);
      t.notMatch(ended.err, /hunter2|aGk=/);
    }
    t.match(await vault.must(['credential', 'list']), /no credential yet/);
  });

  t.test('what is not YAML, or not of this form, is told with line and column', async t => {
    const { write } = await filed(t);
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...[...'bcdefgh'].map((name, at) => {
        return `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`)}]`;
      }),
    ].join('\n');
    const mistakes = [
      ['credentials:\n\t- id: a', /credentials\.yaml, line 2, column 1: A tab stands where YAML takes spaces alone/],
      ['credentials:\n  - id: a\n    id: b', /line 3, column 5: This key stands here twice/],
      [bomb, /repeats anchors \(&, \*\) more than 50 times/],
      [`credentials: ${'['.repeat(100_000)}`, /nested too deep/],
      ['credentials: !!js/function x', /Tags \(!…\) are not taken here/],
      ['credentials: []\n---\ncredentials: []', /line 2, column 1: A second document begins here/],
      ['%YAML 1.1\n---\ncredentials: []', /%YAML/],
      [`# ${'x'.repeat(1_100_000)}`, /larger than 1 MiB/],
      [
        'credentials:\n  - id: a\n    clientId: b',
        /line 3, column 15: There is no clientId here\. Did you mean client_id\?/,
      ],
      ['credential:\n  - id: a', /There is no credential here\. Did you mean credentials\?/],
      ['credentials:\n  - id: a\n    wheels: red', /There is no wheels here\. Known here: id, description,/],
      ['credentials:\n  - id: a\n    redirect_uri: x', /redirect_uri is set by Tokenwell\. Take the line out/],
      ['credentials:\n  - id: a\n    client_id: 0123', /client_id is text: put the value in quotes/],
      ['credentials:\n  - id: a\n    scope:', /scope has no value/],
      [
        'credentials:\n  - id: a\n    tenant: {tenant-id}',
        /line 3, column 13: tenant still holds a placeholder in braces\. Put your own value in its place/,
      ],
      ['credentials:\n  - id: a\n    client_auth: {secret: {client secret}}', /secret still holds a placeholder/],
      ['credentials:\n  - id: a\n    tenant: {{tenant}}', /A key must be plain text\. .*put your own value/],
      ['credentials:\n  - id: a\n    client_auth: {secret: {file: }}', /secret is \{file: <path from this file>\}/],
      ['credentials:\n  - id: a\n    tenant: {a: b}', /tenant is text on one line/],
      ['credentials:\n  - id: a\n    client_auth: {secret_expires_at: 2027-02-31}', /secret_expires_at is no time/],
      ['credentials: {id: a}', /credentials is a list: begin each item with a dash/],
      ['credentials:\n  - client_id: a', /An item here has no id/],
      ['credentials:\n  - id: a\n  - id: a', /line 3, column 5: The credential a stands there twice/],
      ['', /names and values: credentials, consumers/],
      ['{}', /nothing is declared/],
      ['{"credentials": [{"id": "a", "clientid": "b"}]}', /Did you mean client_id/],
    ] as const;
    for (const [text, says] of mistakes) {
      const ended = await run(['apply', '-f', write(text), '--yes'], NOWHERE);
      t.match(ended, { code: 2, out: '', err: says }, text.slice(0, 60));
    }
    t.match(await run(['apply', '-f', '-', '-f', '-', '--yes'], NOWHERE), {
      code: 2,
      err: /cannot both be standard input/,
    });
    t.match(await run(['apply', '--yes'], NOWHERE), { code: 2, err: /required option '-f, --file <path>'/ });
  });

  t.test('nobody is asked without a terminal; on one, only a plain yes goes on', async t => {
    const { vault, write, apply } = await filed(t);
    const path = write(`credentials:\n${mail(vault)}`);
    t.match(await apply(path, []), {
      code: 2,
      out: /will be created/,
      err: /Nothing was changed\. To do this .* --yes/,
    });
    t.match(await apply(path, ['--json']), { code: 2, err: /give --yes or --dry-run/ });
    const asked = (input: string) => run(['apply', '-f', path], vault.variables, { input, typed: true });
    t.match(await asked('y\n'), { code: 2, err: /Do this\? Type yes: tokenwell: Nothing was changed\./ });
    t.match(await vault.must(['credential', 'list']), /no credential yet/);
    t.match(await asked('yes\n'), { code: 0, out: /^mail: created$/m });
    const text = readFileSync(path, 'utf8').replace('./secret.txt', path.replace('credentials.yaml', 'secret.txt'));
    const piped = await run(['apply', '-f', '-', '--yes'], vault.variables, { input: text });
    t.match(piped, { code: 0, out: /^Nothing to do/m });
  });

  t.test('what somebody changes between the look and the deed is not overwritten', async t => {
    const { vault, write } = await filed(t);
    const path = write(`credentials:\n${mail(vault)}`);
    await vault.must(['apply', '-f', path, '--yes']);
    write(`credentials:\n${mail(vault).replace('mail.read', 'mail.send')}`);
    const interrupted = async (args: string[], word: string, act: () => Promise<unknown>) => {
      // The question is asked when the difference stands; the answer comes after somebody else's change.
      let asked = () => {};
      const waits = new Promise<void>(resolve => {
        asked = resolve;
      });
      const ended = runAsked(args, vault.variables, asked);
      await waits;
      await act();
      ended.answer(word);
      return await ended.end;
    };
    const ended = await interrupted(['apply', '-f', path], 'yes', () =>
      vault.must(['credential', 'replace', 'mail', '--description', 'Meanwhile']),
    );
    t.match(ended, {
      code: 1,
      err: /Stopped at mail, which is as it was\. Done before: nothing\. Not reached: nothing/,
    });
    t.match(ended.err, /What to do: Show it again|changed/);
    t.match(await vault.must(['credential', 'show', 'mail']), /Meanwhile[\s\S]*scope +mail\.read$/m);
    const consumers = 'consumers:\n  - id: helpdesk\n    description: B\n';
    await vault.must(['consumer', 'create', 'helpdesk', '--description', 'A']);
    const stopped = await interrupted(['apply', '-f', write(consumers)], 'yes', async () => {
      await vault.must(['consumer', 'replace', 'helpdesk', '--role', 'auditor']);
    });
    t.match(stopped, { code: 1, err: /The consumer helpdesk was changed since the difference was made/ });
    t.match(await vault.must(['consumer', 'show', 'helpdesk']), /description +A$/m);
  });

  t.test('of three the second is refused: the first is done, the third is not, and both are named', async t => {
    const { vault, write, apply } = await filed(t);
    const second = mail(vault, 'second').replace(vault.provider.url(), 'http://login.example/{tenant-id}/token');
    const path = write(`credentials:\n${mail(vault, 'first')}${second}${mail(vault, 'third')}`);
    const ended = await apply(path);
    t.match(ended, { code: 1, out: /^first: created$/m });
    t.match(ended.err, /Stopped at second, which is as it was\. Done before: first\. Not reached: third\./);
    t.match(ended.err, /token_url.*\[placeholder\]/);
    t.match(await vault.must(['credential', 'list']), /^first/m);
    t.notMatch(await vault.must(['credential', 'list']), /second|third/);
    const json = await apply(path, ['--yes', '--json']);
    t.match(JSON.parse(json.out), {
      differences: [{ id: 'first', action: 'none' }, { id: 'second', action: 'create', secrets_sent: ['secret'] }, {}],
      results: [{ result: 'unchanged' }, { result: 'failed' }, { result: 'not reached' }],
    });
    t.match(JSON.parse(json.err), { code: 'invalid_request' });
    t.match(await apply(write(`credentials:\n${mail(vault, 'second')}${mail(vault, 'third')}`)), { code: 0 });
  });

  t.test(
    'stopped between a consumer and its permissions it says which of them is done; run again it does the rest',
    async t => {
      const { vault, write, apply } = await filed(t);
      const text = (scope: string) =>
        `credentials:\n${mail(vault)}consumers:\n  - id: helpdesk\n    permissions: [{credential: mail, scopes: ["${scope}"]}]\n  - id: last\n`;
      const ended = await apply(write(text('no scope')));
      t.match(ended, { code: 1, out: /^mail: created$/m });
      t.match(
        ended.err,
        /Stopped at helpdesk: it was created; its permissions were not set\. Done before: mail\. Not rea/,
      );
      t.match(ended.err, /Not reached: last\. Run apply again when the reason below is mended: it does the rest/);
      const told = JSON.parse((await apply(write(text('no scope')), ['--yes', '--json'])).out);
      t.match(told.results[1], { id: 'helpdesk', result: 'failed', done: [], not_done: ['permissions'], unknown: [] });
      t.match(await apply(write(text('mail.read'))), { code: 0, out: /^helpdesk: changed\nlast: created$/m });
      t.match(await apply(write(text('mail.read'))), { out: /^Nothing to do/m });
    },
  );

  t.test('where no answer came back, it is not said that nothing was done', async t => {
    const { vault, write, apply } = await filed(t);
    await apply(write(`credentials:\n${mail(vault)}`));
    const through = { TOKENWELL_URL: await losingAnswers(t, vault, /^PUT .*permissions$/) };
    const path = write('consumers:\n  - id: helpdesk\n    permissions: [{credential: mail}]\n');
    const ended = await apply(path, ['--yes'], through);
    t.match(
      ended.err,
      /helpdesk: it was created; whether its permissions were set is not known, for no answer came that says so\./,
    );
    t.match(await apply(path), { code: 0, out: /^Nothing to do/m });
    const credentials = { TOKENWELL_URL: await losingAnswers(t, vault, /^POST/) };
    const lost = await apply(write(`credentials:\n${mail(vault, 'other')}`), ['--yes'], credentials);
    t.match(lost.err, /Stopped at other: whether it was created is not known, for no answer came that says so\./);
    t.match(await apply(path), { code: 0, out: /^Nothing to do/m });
    // So the vault answers whose database did not say whether it wrote.
    const away = { TOKENWELL_URL: await losingAnswers(t, vault, /^POST/, 503) };
    const told = await apply(write(`credentials:\n${mail(vault, 'third')}`), ['--yes', '--json'], away);
    t.match(JSON.parse(told.out).results[0], { id: 'third', done: [], not_done: [], unknown: ['credential'] });
    t.match(await vault.must(['credential', 'list']), /^third/m);
  });

  t.test('it is shown where a secret is read from; what is no plain file, or your own key, is not read', async t => {
    const { vault, write, apply } = await filed(t);
    const from = (reference: string) =>
      write(`credentials:\n${mail(vault).replace('{file: ./secret.txt}', reference)}`);
    const dry = await apply(from('{env: ACME}'), ['--dry-run'], { ACME: 'acme-secret' });
    t.match(dry.out, /secret: will be sent \(the credential is new\), from the variable ACME$/m);
    t.notMatch(dry.out, /acme-secret/);
    execFileSync('mkfifo', [join(vault.folder, 'files', 'pipe')]);
    write('x'.repeat(1_048_577), 'large');
    for (const [reference, says] of [
      ['{env: TOKENWELL_KEY}', /TOKENWELL_KEY, which is your key to the vault/],
      ['{file: ./pipe}', /which is no plain file/],
      ['{file: /dev/zero}', /which is no plain file/],
      ['{file: .}', /which cannot be read \(EISDIR\)/],
      ['{file: ./large}', /which is larger than 1 MiB/],
      ['{file: ./none}', /which cannot be read \(ENOENT\)/],
      ...(existsSync('/proc/self/environ') ? ([['{file: /proc/self/environ}', /which is empty/]] as const) : []),
    ] as const)
      t.match(await apply(from(reference)), { code: 2, out: '', err: says }, reference);
    write(`${vault.adminKey}\n`, 'admin.key');
    const named = await apply(from('{file: ./admin.key}'));
    t.match(named, { code: 1, err: /client_auth\.secret: .*key to Tokenwell.*\[vault_key\]/ });
    t.notMatch(named.err, vault.adminKey);
    const key = mail(vault).replace(
      '{method: client_secret_post, secret: {file: ./secret.txt}}',
      '{service_account: {file: ./pipe}}',
    );
    t.match(await apply(write(`credentials:\n${key}`)), { code: 2, out: '', err: /service_account .* no plain file/ });
  });

  t.test('permissions of the file are added or changed, and others stay', async t => {
    const { vault, write, apply } = await filed(t);
    await apply(write(`credentials:\n${mail(vault)}${mail(vault, 'other')}`));
    await vault.must(['consumer', 'create', 'helpdesk']);
    await vault.must(['consumer', 'permit', 'helpdesk', 'other']);
    const path = write('consumers:\n  - id: helpdesk\n    permissions: [{credential: mail, scopes: [mail.read]}]\n');
    t.match(await apply(path), { code: 0, out: /^ {2}permission: mail, any account, mail\.read$/m });
    const shown = await vault.must(['consumer', 'show', 'helpdesk']);
    t.match(shown, /^other +any account +any scope$/m);
    t.match(shown, /^mail +any account +mail\.read$/m);
    t.match(await apply(path), { out: /^Nothing to do/m });
  });

  t.test('a preset is expanded by the vault, and what it fills in is no difference', async t => {
    const { vault, write, apply } = await filed(t);
    const text = (tenant: string) =>
      `credentials:\n  - id: acme\n    grant_type: client_credentials\n    preset: microsoft\n    tenant: ${tenant}\n    purpose: imap\n    client_id: 6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10\n    mailboxes: [{address: a@acme.example}]\n    client_auth: {secret: {file: secret.txt}}\n`;
    t.equal((await apply(write(text('acme.example')))).code, 0);
    t.match(await apply(write(text('acme.example'))), { out: /^Nothing to do/m });
    const moved = await apply(write(text('other.example')));
    t.match(moved.out, /^ {2}tenant: acme\.example → other\.example\n {2}secret: will be sent \(tenant changes/m);
    t.match(await vault.must(['credential', 'show', 'acme']), /microsoftonline\.com\/other\.example\/oauth2/);
  });
}
