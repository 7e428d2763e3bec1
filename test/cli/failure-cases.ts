import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { json, ScriptedProvider } from '../support/scripted-provider.js';
import { temporaryFolder } from '../support/vault.js';
import { fill, startRunningVault } from './running-vault.js';
import { run, type Variables, words } from './terminal.js';

const NOWHERE = { TOKENWELL_URL: 'http://127.0.0.1:9', TOKENWELL_KEY: 'twk_x' };

/** Wrong use: the command line and what is said of it. */
const MISUSED: readonly [string, RegExp][] = [
  ['credentials', /unknown command 'credentials'[\s\S]*Did you mean credential\?/],
  ['token', /missing required argument 'credential'/],
  ['token mail more', /too many arguments/],
  ['token mail --ttl 5', /unknown option '--ttl'/],
  ['token mail --min-ttl soon', /'soon' is invalid\. Give a whole number/],
  ['credential create mail --secret hunter2', /unknown option '--secret'\n.*--secret-file/],
  ['credential create mail --client-secret=hunter2', /unknown option '--client-secret'\n.*--secret-file/],
  ['credential create mail --grant-type password', /Allowed choices are client_credentials, authorization_code/],
  ['credential create mail --client-id c', /Still needed: --token-url, --scope; or give all of it with --file/],
  ['credential create mail --file - --secret-file -', /cannot both be standard input/],
  ['credential create mail --file /nowhere.json', /nowhere\.json cannot be read \(ENOENT\)/],
  ['credential create mail --secret-file -', /The secret is empty/],
  ['credential replace mail --file -', /does not hold valid JSON/],
  ['consumer permit helpdesk', /Give either one credential/],
  ['consumer permit helpdesk mail --replace-file x', /Give either one credential/],
  ['consumer key helpdesk --expires 2027-02-30', /Give a date such as 2027-01-31/],
  ['consumer key helpdesk --offline', /consumer key admin --offline/],
  ['consumer key admin --offline --expires 2027-01-01', /does not expire/],
  ['ledger verify --anchor -', /does not hold valid JSON/],
];

/** What a vault refuses: the command line, the exit code, what is said. */
const REFUSED: readonly [string, number, RegExp][] = [
  [
    'credential show nothing',
    1,
    /^tokenwell: There is no credential nothing\.\nWhat to do: .*credential list.*\nRequest id: \S+\n$/,
  ],
  ['consumer permit nobody mail', 1, /There is no consumer nobody\.\nWhat to do: .*\(tokenwell consumer list\)/],
  ['consumer key-delete helpdesk aaaaaaaaaaaa', 1, /There is no key aaaaaaaaaaaa\./],
  // What cannot be a name is answered like a name that there is not.
  [
    'credential delete BAD!',
    1,
    /: There is no credential BAD!\.\nWhat to do: Check the name \(tokenwell credential list\)/,
  ],
  ['account show mail b!b', 1, /There is no account b!b\.\nWhat to do: Check the name \(tokenwell account list\)/],
  ['account unlink mail nope', 1, /There is no link nope\.\nWhat to do: Check the name \(tokenwell account links\)/],
  ['consumer show BAD!', 1, /There is no consumer BAD!\.\nWhat to do: Check the name \(tokenwell consumer list\)/],
  [
    'consumer key-delete helpdesk nope',
    1,
    /There is no key nope\.\nWhat to do: Check the name \(tokenwell consumer keys\)/,
  ],
  ['token BAD!', 1, /There is no such credential or account, or you may not use it\./],
  ['credential test mail --account bob', 1, /There is no account bob\./],
  [
    'ledger list --action token.isue',
    1,
    /action \(--action\): action is one of: token\.issue, .*vault\.start\. \[one_of\]/,
  ],
  ['ledger list --limit 0', 1, /limit \(--limit\): limit must be at least 1\. \[minimum\]/],
  ['credential show ..', 1, /".\." cannot be the name of anything/],
  [
    'consumer create helpdesk',
    1,
    /already a consumer named helpdesk\.\n +id: helpdesk is taken\. \[unique\]\nWhat to do: /,
  ],
  [
    'credential replace mail --token-url http://10.0.0.1/ --token-param scope=x',
    1,
    /does not take 2 values:\n +token_url \(--token-url\): .*\n +token_params\.scope \(--token-param\): .*\[reserved\]\nRequest id/,
  ],
  ['consumer key helpdesk --expires 2020-01-01', 1, /expires_at \(--expires\): .*future\. \[future\]/],
  ['consumer permit helpdesk nothing', 1, /\n {2}<credential> nothing: There is no credential nothing\. \[exists\]\n/],
  ['consumer permit helpdesk mail --account a/b', 1, /\n {2}--account a\/b: This does not have the right form\. /],
  [
    'consumer permit helpdesk mail --account bob --scope a"b',
    1,
    /\n {2}--scope a"b: This does not have the right form\. /,
  ],
  ['ledger list --limit 1001', 1, /limit \(--limit\): /],
];

export function failureCases(t: Test): void {
  t.test('wrong use ends with 2, says what is right, and nothing is asked of a vault', async t => {
    for (const [line, says] of MISUSED) {
      const { code, out, err } = await run(words(line), NOWHERE);
      t.match({ code, out, err }, { code: 2, out: '', err: says }, line);
      t.match(err, /^tokenwell: /, line);
      t.notMatch(err, 'hunter2', line);
    }
    const empty = await run([]);
    t.match(empty, { code: 2, out: '', err: /Usage: tokenwell/ }, 'no command: the help, as an error');
  });

  t.test('a wrong environment ends with 2 and all its mistakes at once', async t => {
    const none = await run(['me'], {});
    t.match(none, { code: 2, err: /TOKENWELL_KEY is not set[\s\S]*TOKENWELL_KEY_FILE=[\s\S]*admin\.key/ });
    const wrong = { TOKENWELL_PORT: 'x', TOKENWELL_LOG_LEVEL: 'loud' };
    for (const line of ['serve', 'migrate', 'ledger verify', 'consumer key admin --offline']) {
      t.match(await run(words(line), wrong), { code: 2, err: /TOKENWELL_PORT[\s\S]*TOKENWELL_LOG_LEVEL/ }, line);
    }
  });

  t.test('nothing that answers ends with 3 and says where to look', async t => {
    const { code, err } = await run(['me'], NOWHERE);
    t.equal(code, 3);
    t.match(err, /^tokenwell: No Tokenwell answers at http:\/\/127\.0\.0\.1:9.*\n.*tokenwell serve.*TOKENWELL_URL/);
  });

  t.test('an address with the wrong one of http and https is told as such', async t => {
    const vault = await startRunningVault(t);
    const { code, err } = await run(['me'], {
      ...vault.variables,
      TOKENWELL_URL: vault.url.replace('http:', 'https:'),
    });
    t.equal(code, 1, 'waiting does not help');
    t.match(err, `tokenwell: Something answers at ${vault.url.replace('http:', 'https:')}, but not with TLS.\n`);
    t.match(err, `What to do: Look at the address: is it ${vault.url}?`);
    // A server that speaks TLS closes a connection that does not.
    const closing = createServer(socket => socket.once('data', () => socket.end()));
    closing.listen(0, '127.0.0.1');
    await once(closing, 'listening');
    t.teardown(() => closing.close());
    const address = `http://127.0.0.1:${(closing.address() as AddressInfo).port}`;
    const plain = await run(['me'], { ...vault.variables, TOKENWELL_URL: address });
    t.match(plain, { code: 3, err: /\(UND_ERR_SOCKET\)\. If TLS is spoken there, it is https:\/\/\.\n/ });
  });

  t.test('what the vault refuses ends with 1: field, flag, rule, what to do, request id', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    for (const [line, code, says] of REFUSED) {
      const ended = await run(words(line), vault.variables);
      t.match(ended, { code, out: '', err: says }, line);
    }
    const key = (await vault.must(words('consumer key helpdesk'))).trim();
    const slip = await run(['consumer', 'key-delete', 'helpdesk', key], vault.variables);
    t.match(slip, { code: 1, err: 'There is no key of this name.' }, 'a whole key is not repeated');
    t.notMatch(slip.err, key.slice(17));
    const stranger = await run(['me'], { ...vault.variables, TOKENWELL_KEY: 'twk_wrong' });
    t.match(stranger, { code: 1, err: /valid API key is needed[\s\S]* This one came from TOKENWELL_KEY\.\n/ });
    const file = join(vault.folder, 'wrong.key');
    writeFileSync(file, 'twk_wrong');
    const named = { ...vault.variables, TOKENWELL_KEY: undefined, TOKENWELL_KEY_FILE: file };
    t.match((await run(['me'], named)).err, `This one came from TOKENWELL_KEY_FILE (${file}).`);
  });

  t.test('with --json the problem is JSON on standard error', async t => {
    const vault = await startRunningVault(t);
    const { code, out, err } = await run(words('credential show nothing --json'), vault.variables);
    t.match({ code, out }, { code: 1, out: '' });
    const action = /credential list/;
    t.match(JSON.parse(err), {
      code: 'not_found',
      status: 404,
      detail: /nothing/,
      action,
      errors: [],
      request_id: /./,
    });
    const nowhere = await run(words('me --json'), NOWHERE);
    t.match({ code: nowhere.code, err: JSON.parse(nowhere.err) }, { code: 3, err: { code: 'unreachable', status: 0 } });
  });

  t.test('a role that is too low is said, with the one that is needed', async t => {
    const vault = await startRunningVault(t);
    const variables = { ...vault.variables, TOKENWELL_KEY: await fill(vault) };
    t.match(await run(words('credential list'), variables), {
      code: 1,
      err: /helpdesk has the role service[\s\S]*auditor/,
    });
  });

  t.test('what the provider’s codes mean is said in words: who must act, what to do, where to read on', async t => {
    const vault = await startRunningVault(t);
    const variables: Variables = { ...vault.variables, TOKENWELL_KEY: await fill(vault) };
    const error_description = 'AADSTS65001: no consent. Trace ID: 0f3c-1';
    vault.provider.always(json(400, { error: 'invalid_grant', error_description, trace_id: '0f3c-1' }));
    const says = [
      /What to do: Approve it .*the application client > Permissions > Grant admin consent/,
      /[Rr]ead more:? +https:\/\/learn\.microsoft\.com\/\S+/,
      /invalid_grant: AADSTS65001: no consent.*\(trace_id 0f3c-1\)/,
    ];
    const { code, err } = await run(words('token mail'), variables);
    t.equal(code, 1);
    t.match(err, /^tokenwell: Nobody has approved yet.*\nWho must act: an administrator of the organisation\.\n/);
    for (const part of says) t.match(err, part);
    const tested = await run(words('credential test mail'), vault.variables);
    for (const part of says) t.match(tested.out, part);
    const { out: shown } = await run(words('account show mail'), vault.variables);
    t.match(shown, /who must act +an administrator of the organisation\n/);
    t.match(shown, /read more +https:/);
    const { out: asJson } = await run(words('account show mail --json'), vault.variables);
    t.match(JSON.parse(asJson), { finding: { who: 'tenant_admin', link: /^https:/ } });
    const failed = JSON.parse((await run(words('token mail --json'), variables)).err);
    t.match(failed, {
      class: 'needs_operator',
      who: 'tenant_admin',
      link: /^https:/,
      provider: { trace_id: '0f3c-1' },
    });
  });

  t.test('a provider that says no ends with 1, one that cannot ends with 3, and both with what to do', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    const variables: Variables = { ...vault.variables, TOKENWELL_KEY: key };
    const trace = 'AADSTS7000222 expired\u001b[2J Trace ID: 0f3c-1';
    vault.provider.always(json(401, { error: 'invalid_client', error_description: trace }));
    const refused = await run(words('token mail'), variables);
    t.match(refused, {
      code: 1,
      out: '',
      err: /Who must act: an operator of this vault\.\nWhat to do: .*\nThe provider said: invalid_client/,
    });
    t.notOk(refused.err.includes('\u001b'), 'what the provider says does not steer the terminal');
    const tested = await run(words('credential test mail'), vault.variables);
    t.match(tested, { code: 1, out: /token +failed[\s\S]*does not work now[\s\S]*What to do: / });
    await vault.must(words('credential replace mail --description x'));
    vault.provider.always(json(503, {}));
    const unavailable = await run(words('token mail'), variables);
    t.match(unavailable, { code: 3, out: '', err: /Try again in \d+ s\./ });
    t.match(
      unavailable.err,
      /Who must act: nobody if it worked before.*\nWhat to do: If it worked before, nobody has to act/,
    );
    t.equal((await run(words('credential test mail'), vault.variables)).code, 3);
  });

  t.test('an address that never answered is for an operator, one that did before for nobody', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    const closed = await ScriptedProvider.start();
    const nobody = closed.url();
    await closed.close();
    const args = [...words('credential replace mail --secret-file - --token-url'), nobody];
    await vault.must(args, { input: 'client-secret' });
    const who =
      /Who must act: nobody if it worked before, .*; if this credential is new, an operator of this vault\.\n/;
    const { code, out } = await run(words('credential test mail'), vault.variables);
    t.match({ code, out }, { code: 3, out: who });
    t.match(out, `in its token URL (${new URL(nobody).origin}). `);
    const drawn = await run(words('token mail'), { ...vault.variables, TOKENWELL_KEY: vault.adminKey });
    t.match(drawn, { code: 1 }, 'the admin may not draw');
    await vault.must(words('consumer permit admin mail'));
    t.match(await run(words('token mail'), vault.variables), { code: 3, err: who });
  });

  t.test('a permission that is refused is named as it was given, not by its place', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    const list = [{ credential: '*' }, { credential: 'nothing' }, { credential: 'mail', scopes: ['a b'] }];
    const args = words('consumer permit helpdesk --replace-file -');
    const refused = async (permissions: unknown[]) =>
      (await run(args, vault.variables, { input: JSON.stringify(permissions) })).err;
    t.match(await refused(list.slice(0, 2)), /permission 2 of the list, credential: There is no credential nothing\./);
    t.match(await refused(list), /permission 3 of the list, scopes\.0: This does not have the right form\./);
  });

  t.test('a credential that nobody has signed in for says what to do', async t => {
    const vault = await startRunningVault(t);
    const flags = ['--token-url', vault.provider.url(), '--client-id', 'c', '--scope', 'a', '--secret-file', '-'];
    const person = ['--grant-type', 'authorization_code', '--authorization-url', vault.provider.url()];
    await vault.must(['credential', 'create', 'person', ...flags, ...person], { input: 'client-secret' });
    const { code, err } = await run(words('credential test person'), vault.variables);
    t.match({ code, err }, { code: 1, err: /\nWhat to do: The owner of the mailbox must sign in .*\nIts page: / });
  });

  t.test('a terminal is not steered by what a vault says, wherever it says it', async t => {
    const server = await ScriptedProvider.start();
    t.teardown(() => server.close());
    const variables = { TOKENWELL_URL: `http://127.0.0.1:${server.port}`, TOKENWELL_KEY: 'twk_x' };
    const said = 'x\u001b]0;y\u0007';
    const errors = [{ field: said, rule: said, detail: said }];
    const provider = { error: said, error_description: said, trace_id: said };
    const texts = { detail: said, action: said, connect_url: said, request_id: said, errors, provider };
    server.next(json(424, { code: 'provider_refused', class: 'needs_operator', ...texts }));
    server.next(json(200, { access_token: 'a', warning: { code: 'expiring_secret', detail: said } }));
    server.next(json(200, { ok: false, steps: [], finding: { class: 'needs_user', action: said, provider } }));
    for (const line of ['token mail', 'token mail', 'credential test mail']) {
      const { out, err } = await run(words(line), variables);
      t.match(out + err, /x\uFFFD\]0;y\uFFFD/, line);
      t.notOk((out + err).includes('\u001b'), line);
    }
  });

  t.test('a file that is not what it should be is named, its text is not shown', async t => {
    const vault = await startRunningVault(t);
    const file = join(temporaryFolder(t), 'f.json');
    for (const [line, text, says] of [
      ['credential replace mail --file', '[1]', /is one object/],
      [
        'credential replace mail --file',
        '{"secret": "hunter2"',
        /f\.json does not hold valid JSON \(line 1, column 21\)/,
      ],
      [
        'credential replace mail --file',
        '{\n  "secret": hunter2\n}',
        /f\.json does not hold valid JSON \(line 2, column 13\)/,
      ],
      [
        'credential replace mail --file',
        '{"a": 1,\n"b": 2,\n}',
        /f\.json does not hold valid JSON \(line 3, column 1\)/,
      ],
      ['consumer permit helpdesk --replace-file', '{}', /is a list/],
      ['ledger verify --anchor', '[]', /list of \{ writer, seq, mac \}/],
      ['ledger verify --anchor', '[{"writer":"a","seq":"1","mac":"b"}]', /list of \{ writer, seq, mac \}/],
    ] as const) {
      writeFileSync(file, text);
      const { code, err } = await run([...words(line), file], vault.variables);
      t.match({ code, err }, { code: 2, err: says }, line);
      t.notMatch(err, 'hunter2');
    }
    const both = await run(words('credential create a --file f.json'), vault.variables);
    t.equal(both.code, 2);
  });
}
