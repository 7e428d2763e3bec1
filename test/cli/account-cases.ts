import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { spanArgument, spanInWords } from '../../src/cli/arguments.js';
import { TokenwellClient } from '../../src/client/client.js';
import { accountPage } from '../../src/console/account-page.js';
import { consent, granted, signInCredential } from '../http/consenting.js';
import { respond, token } from '../support/scripted-provider.js';
import { fill, type RunningVault, startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

const INFO = 'info@acme.example';

/** Stores a credential whose accounts are connected by people. */
export async function storePeople(vault: RunningVault, id: string, more: Record<string, unknown> = {}): Promise<void> {
  const file = join(vault.folder, `${id}.json`);
  writeFileSync(file, JSON.stringify(signInCredential(id, vault.provider, more)));
  await vault.must(['credential', 'create', '--file', file]);
}

/** An ID token of whoever has this address. */
function idTokenOf(address: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { iss: 'https://login.example', sub: address, aud: 'client', exp, preferred_username: address };
  return `${part({ alg: 'ES256' })}.${part(claims)}.c2ln`;
}

/** The arguments that a shell makes of a line. */
async function argumentsOf(line: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\0' ${line}`]);
  return stdout.split('\0').slice(0, -1);
}

/** Makes a link on the command line and consents by it, as often as names are given; answers nothing. */
export async function connectAccount(vault: RunningVault, id: string, account: string, ...names: string[]) {
  for (const name of names) {
    const link = (await vault.must(['account', 'link', id, account])).trim();
    vault.provider.next(granted(name));
    await consent(vault.url, link);
  }
}

/** `account …` and the link of `credential`. */
export function accountCases(t: Test): void {
  t.test('a link stands alone on standard output, once; what to know of it stands beside', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await storePeople(vault, 'short', { scope: 'mail.read' });
    const made = await run(words('account link people --expires 2h'), vault.variables);
    t.match(made, { code: 0, out: /^http:\/\/127\.0\.0\.1:0\/connect\/[\w-]{43}\n$/ });
    t.match(
      made.err,
      /^tokenwell: warning: .*TOKENWELL_PUBLIC_URL.* \[local_address\]\nThe link link_\S{22} is shown this once; it is for the owner of the mailbox\. It ends \S+Z\.\n$/,
    );
    const warned = await run(words('account link short'), vault.variables);
    t.match(warned.out, /^http:\S+\n$/);
    t.match(
      warned.err,
      /\ntokenwell: warning: .*`tokenwell credential replace`.*offline_access.*--authorization-param access_type=offline .*\[no_refresh_token\]\nThe link /,
    );
    const full = JSON.parse(await vault.must(words(`account link people ${INFO} --login-hint ${INFO} --json`)));
    t.match(full, { id: /^link_/, url: /\/connect\//, expires_at: /Z$/ });
    const secret = made.out.trim().split('/').at(-1) ?? '';
    const listed = await vault.must(words('account links people'));
    t.match(listed, /^LINK ID +FOR +STATE +ENDS +MADE BY\nlink_\S+ +default +not used yet .* admin\nlink_\S+ +info@/);
    t.notOk(listed.includes(secret));
    t.match(await vault.must(words(`account unlink people ${full.id}`)), /^Deleted the link link_/);
    t.match(await run(words(`account unlink people ${full.id}`), vault.variables), {
      code: 1,
      err: /There is no link/,
    });
    const { items } = JSON.parse(await vault.must(words('account links people --json')));
    t.match(items, [{ account: 'default', usable: true }]);
    t.equal(items.length, 1);
  });

  t.test('a link says whether it was used or only ended', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await connectAccount(vault, 'people', 'default', 'one');
    const begun = new URL((await vault.must(words('account link people'))).trim());
    await vault.must(words('account link people'));
    const { origin, pathname } = begun;
    await (await fetch(`${vault.url}${pathname}`, { method: 'POST', headers: { origin }, redirect: 'manual' })).text();
    const states = async () =>
      [...(await vault.must(words('account links people'))).matchAll(/ default +(\S.*?) {2}/g)].map(([, word]) => word);
    t.strictSame(await states(), ['used', 'begun, not finished', 'not used yet']);
    await vault.must(words('account disconnect people'));
    t.strictSame(await states(), ['used', 'ended', 'ended']);
    t.match((await run(words('account disconnect --help'))).out.replaceAll(/\s+/g, ' '), /still open end with it/);
  });

  t.test('the command that the page of an account names works as it stands there, for any credential', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await fill(vault);
    await vault.must(words(`account link people ${INFO}`));
    await vault.must(['account', 'link', 'people', "o'brien@acme.example"]);
    const places = [
      ['people', 'default'],
      ['people', INFO],
      ['people', "o'brien@acme.example"],
      ['mail', 'default'],
    ] as const;
    for (const [credential, account] of places) {
      const page = accountPage({ brand: { name: 'Acme IT' }, credential, account });
      t.notMatch(page, 'needs somebody', 'which would say something of its state');
      const named = [...page.matchAll(/<pre>tokenwell ([^<]+)<\/pre>/g)].map(([, line = '']) =>
        line.replaceAll('&quot;', '"'),
      );
      t.equal(named.length, 1);
      for (const line of named) t.match(await vault.must(await argumentsOf(line)), `\naccount     `, line);
    }
  });

  t.test('the account of a link is the argument; the flag that it was before still works', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await vault.must(words(`account link people --account ${INFO}`));
    t.match(await vault.must(words('account list people')), /\ninfo@acme\.example /);
    const two = await run(words(`account link people default --account ${INFO}`), vault.variables);
    t.match(two, { code: 2, out: '', err: /Give the account once: .*No link was made/ });
  });

  t.test('a link for an administrator, alone on standard output', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    const url = vault.provider.url().replace('/token', '/adminconsent');
    const line = ['credential', 'admin-consent-link', 'people'];
    const made = await run([...line, '--admin-consent-url', url], vault.variables);
    t.match(made, {
      code: 0,
      out: /^http:\S+\/connect\/[\w-]{43}\n$/,
      err: /it is for an administrator of the provider/,
    });
    t.match(await vault.must(words('account links people')), /administrator +not used yet/);
    const refused = await run([...line, '--admin-consent-url', 'https://evil.example/'], vault.variables);
    t.match(refused, { code: 1, out: '', err: /admin_consent_url \(--admin-consent-url\): .*\[origin\]/ });
    const { origin } = new URL(vault.provider.url());
    t.ok(refused.err.includes(` URL: ${origin}. [origin]`), 'an origin that both have is named once');
    t.match(await run(line, vault.variables), {
      code: 1,
      out: '',
      err: /\(--admin-consent-url\): It is needed: .*\[required\]/,
    });
  });

  t.test('an account in words: who signed in, what was granted, what waits', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people', { scope: 'mail.read mail.send offline_access' });
    await connectAccount(vault, 'people', 'default', 'one', 'two');
    const shown = await vault.must(words('account show people'));
    t.match(shown, /\nstate +connected\nsigned in +not said by the provider\n/);
    t.match(shown, /\ngranted +mail\.read\nnot granted +mail\.send\nlasts +until it is ended\n/);
    t.match(
      shown,
      /\n\nA newer consent differs .*\(tokenwell account accept people default --candidate grant_\S+, or reject\):\nsigned in +not said/,
    );
    t.match(await vault.must(words('account list people')), /connected .* yes\n$/);
    t.notMatch(shown, /refresh-one|access-one/);
    t.match(JSON.parse(await vault.must(words('account show people default --json'))), { grant: { lasting: true } });
    t.match(
      await vault.must(words('account refresh people')),
      /^The provider gave a new token\.\n\ncredential +people\n/,
    );
    t.match(await vault.must(words('account disable people')), /^No token of people\/default leaves any more\.\n$/);
    t.match(await run(words('account refresh people'), vault.variables), {
      code: 1,
      err: /: The account default of people is disabled.*\nWho must act: an operator of this vault\.\nWhat to do: .*: tokenwell account enable people default\n/,
    });
    t.match(await vault.must(words('account enable people')), /may be drawn again/);
    vault.provider.next(respond(503, ''));
    t.match(await run(words('account refresh people'), vault.variables), { code: 3, err: /Try again in/ });
  });

  t.test('an account that nobody has signed in for says who must act and by which command', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await vault.must(words(`account link people ${INFO}`));
    const advice = (named: string) =>
      `The owner of the mailbox must sign in. Make a link and send it: tokenwell account link ${named}`;
    const listed = await vault.must(words('account list people'));
    t.match(listed, /^ACCOUNT .*\ndefault +waiting for the mailbox owner to sign in +never\n/);
    t.ok(listed.endsWith(`\n\ndefault: ${advice('people default')}\n${INFO}: ${advice(`people ${INFO}`)}\n`), listed);
    const shown = await vault.must(words('account show people'));
    t.match(shown, /\nstate +waiting for the mailbox owner to sign in\n/);
    t.match(
      shown,
      /\nwho must act +the owner of the mailbox\nwhat to do +The owner of the mailbox must sign in\. .* people default\n/,
    );
    t.match(await vault.must(words('credential show people')), /\nwhat to do +The owner .* link people \[account\]\n/);
    await fill(vault);
    const all = await vault.must(words('credential list'));
    t.match(all, /\nmail +1 waiting for a first token +client_credentials\n/, 'nobody signs in for that one');
    t.match(all, /\npeople +2 waiting for the mailbox owner to sign in .*\n\npeople: The owner [^\n]*\n$/);
    const [, account] = JSON.parse(await vault.must(words('account list people --json'))).items;
    t.strictSame(account, { credential: 'people', account: INFO, state: 'pending' }, 'what the API says stays');
  });

  t.test('somebody else than the link is for is shown and told by the doctor until an operator accepts it', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    const link = (await vault.must(words(`account link people --login-hint ${INFO}`))).trim();
    vault.provider.next(token('access', { refresh_token: 'refresh', id_token: idTokenOf('anna@acme.example') }));
    await consent(vault.url, link);
    const told = `anna@acme.example signed in, and the link was for ${INFO}.`;
    const shown = await vault.must(words('account show people'));
    t.match(shown, `\nsomebody else  ${told}\nabout them     If that is a shared mailbox`);
    const { code, out } = await run(words('doctor'), vault.variables);
    t.equal(code, 1);
    t.ok(out.includes(`Who must act: an operator of this vault\n\n  people default: ${told}\n    What to do: If`), out);
    const found = JSON.parse((await run(words('doctor --json'), vault.variables)).out);
    t.match(found, {
      attention: true,
      accounts: [{ account: 'default', other_person: { by: 'login_hint' } }],
      more: {},
    });
    await vault.must(words('account disable people'));
    t.match(await run(words('doctor'), vault.variables), { code: 0 }, 'what is disabled needs nobody');
    await vault.must(words('account enable people'));
    const accepted = await vault.must(words('account accept people'));
    t.match(accepted, /^It is accepted and is in use\.\n\ncredential/);
    t.notMatch(accepted, told);
    t.match(await run(words('doctor'), vault.variables), { code: 0, out: /no account needs anybody/ });
  });

  t.test('what is disabled says so first, whichever of the two it is', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await connectAccount(vault, 'people', 'default', 'one');
    await vault.must(words('account disable people'));
    t.match(
      await vault.must(words('account show people')),
      /\nstate +disabled\n[\s\S]*\nwho must act +an operator of this vault\nwhat to do .*tokenwell account enable people default\n/,
    );
    await vault.must(words('account enable people'));
    await vault.must(words('credential disable people'));
    await vault.must(words('consumer permit admin people'));
    const enable =
      /: The credential people is disabled.*\nWho must act: an operator of this vault\.\nWhat to do: .*: tokenwell credential enable people\n/;
    for (const line of ['token people', 'credential test people', 'account refresh people']) {
      t.match(await run(words(line), vault.variables), { code: 1, err: enable }, line);
    }
    const says = /connected, but its credential is disabled\b[\s\S]*: tokenwell credential enable people\n/;
    for (const line of ['account show people', 'account list people'])
      t.match(await vault.must(words(line)), says, line);
  });

  t.test('what a provider was not told is said beside the answer', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await connectAccount(vault, 'people', 'default', 'one', 'two');
    const rejected = await run(words('account reject people'), vault.variables);
    t.match(rejected, { code: 0, out: /^The newer consent is ended\.\n\ncredential +people/ });
    t.match(rejected.err, /^tokenwell: warning: The provider still has this grant\. .*end with it/);
    t.match(await run(words('account reject people'), vault.variables), { code: 1, err: /decided already/ });
    await connectAccount(vault, 'people', 'default', 'three');
    t.match(await run(words('account accept people'), vault.variables), { code: 0, err: '', out: /is in use/ });
    const over = await run(words('account disconnect people'), vault.variables);
    t.match(over, {
      code: 0,
      out: 'Disconnected people/default. Any link for its owner that was still open has ended too.\n',
      err: /^tokenwell: warning: The provider still/,
    });
    const { out } = await run(words('account disconnect people --json'), vault.variables);
    t.strictSame(JSON.parse(out), { disconnected: 'default', revoked: true }, 'nothing was left to be told');
    t.match(await vault.must(words('account show people')), /waiting for the mailbox owner to sign in/);
  });

  t.test('the client tells of a grant that its provider still has', async t => {
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    await connectAccount(vault, 'people', INFO, 'one', 'two');
    const { accounts, connectLinks } = new TokenwellClient({ url: vault.url, key: vault.adminKey });
    t.match(await accounts.reject('people', INFO), {
      revoked: false,
      detail: /end with it/,
      account: { account: INFO, state: 'connected' },
    });
    t.match(await accounts.disconnect('people', INFO), { revoked: false, detail: /revocation URL/ });
    await t.rejects(accounts.get('people', INFO), { code: 'not_found', status: 404 });
    await t.rejects(accounts.disconnect('people', '..'), { code: 'invalid_request' });
    t.strictSame((await accounts.list('people')).items, [
      { credential: 'people', account: 'default', state: 'pending' },
    ]);
    const { id } = await connectLinks.create('people');
    t.match(await connectLinks.list('people', { limit: 1000 }), { next_cursor: null });
    await connectLinks.remove('people', id);
    await t.rejects(connectLinks.remove('people', id), { code: 'not_found' });
  });

  t.test('a span of time is a number with its unit', async t => {
    const spans: [string, number][] = [
      ['60s', 60],
      ['90m', 5_400],
      ['12h', 43_200],
      ['7d', 604_800],
    ];
    for (const [text, seconds] of spans) t.equal(spanArgument(text), seconds, text);
    t.strictSame([61, 60, 5_400, 3_600, 2_592_000].map(spanInWords), ['61s', '1m', '90m', '1h', '30d']);
    for (const text of ['', '60', '1w', '-1d', '1.5h', '1d2h', ' 1d', '12345678d']) {
      t.throws(() => spanArgument(text), { code: 'commander.invalidArgument' }, text);
    }
    const wrong = await run(words('account link people --expires tomorrow'));
    t.match(wrong, { code: 2, err: /'tomorrow' is invalid\. Give a span of time such as 90m, 12h or 7d\./ });
    const vault = await startRunningVault(t);
    await storePeople(vault, 'people');
    for (const command of ['account link people', 'credential admin-consent-link people']) {
      for (const span of ['59s', '31d']) {
        const refused = await run(words(`${command} --expires ${span}`), vault.variables);
        t.match(refused, { code: 2, out: '', err: /'--expires <span>' .* Give a span of time from 1m to 30d\.\n/ });
      }
    }
    for (const span of ['1m', '30d']) await vault.must(words(`account link people --expires ${span}`));
    const away = await run(words('account link people --return-to https://evil.example/'), vault.variables);
    t.match(away, { code: 1, out: '', err: /return_to \(--return-to\): .*\[origin\]/ });
  });
}
