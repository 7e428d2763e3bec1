import type { Test } from 'tap';
import { fill, type RunningVault, startRunningVault } from '../cli/running-vault.js';
import { run } from '../cli/terminal.js';
import { json } from '../support/scripted-provider.js';
import { DAY } from './world.js';

const inDays = (days: number) => new Date(Date.now() + days * DAY + 3_600_000).toISOString();

async function examine({ variables }: RunningVault, flags: string[] = [], more: Record<string, string> = {}) {
  return await run(['doctor', ...flags], { ...variables, ...more });
}

/** `tokenwell doctor`, against a real vault. */
export function doctorCases(t: Test): void {
  t.test('all is well: a word and 0; with --quiet not a word', async t => {
    const running = await startRunningVault(t);
    await fill(running);
    await running.must(['credential', 'replace', 'mail', '--secret-expires-at', inDays(45)]);
    const found = await examine(running, ['--within', '30']);
    t.match(found, {
      code: 0,
      err: '',
      out: 'The vault is ready. Nothing ends within 30 days unless somebody acts, and no account needs anybody.\n',
    });
    const seen = await examine(running);
    t.match(seen, {
      code: 0,
      out: /Who must act: an operator of this vault\n\n {2}mail: its client secret ends on \d{4}-\d\d-\d\d, in 45 days\n {4}What to do: An operator/,
    });
    t.strictSame(await examine(running, ['--quiet']), { code: 0, out: '', err: '' });
    t.strictSame(await examine(running, ['--quiet', '--json']), { code: 0, out: '', err: '' });
    const told = JSON.parse((await examine(running, ['--json'])).out);
    t.match(told, {
      ready: true,
      attention: false,
      within: 60,
      expiries: [{ credential: 'mail' }],
      accounts: [],
      more: {},
    });
  });

  t.test('what ends within 30 days is 1, whatever --within says beyond', async t => {
    const running = await startRunningVault(t);
    await fill(running);
    await running.must(['credential', 'replace', 'mail', '--secret-expires-at', inDays(29)]);
    const found = await examine(running, ['--quiet', '--within', '365']);
    t.match(found, { code: 1, err: '', out: /in 29 days\n.*tokenwell credential replace mail --secret-file <file>/ });
    await running.must(['credential', 'disable', 'mail']);
    t.match(await examine(running, ['--quiet']), { code: 0, out: '' });
  });

  t.test('an account that needs somebody is 1, with its finding and who must act', async t => {
    const running = await startRunningVault(t);
    const key = await fill(running);
    running.provider.always(json(401, { error: 'invalid_client' }));
    await run(['token', 'mail'], { ...running.variables, TOKENWELL_KEY: key });
    const found = await examine(running, ['--quiet']);
    t.match(found, { code: 1, err: '' });
    t.match(
      found.out,
      /Who must act: an operator of this vault\n\n {2}mail default: .*client secret.*\n {4}What to do: /,
    );
    t.match(JSON.parse((await examine(running, ['--json'])).out), {
      attention: true,
      accounts: [
        { credential: 'mail', account: 'default', state: 'needs_operator', finding: { class: 'needs_operator' } },
      ],
    });
    await running.must(['credential', 'disable', 'mail']);
    t.match(await examine(running), { code: 0 }, 'who disabled it knows');
  });

  t.test('what a consumer told of an account is 1, by whom and what to do, and is shown with the account', async t => {
    const running = await startRunningVault(t);
    const key = await fill(running);
    const { token_id } = JSON.parse(await running.must(['token', 'mail', '--json'], { key }));
    const detail = 'BAD User is authenticated but not connected. <b>zebra</b>';
    const told = await fetch(`${running.url}/api/v1/credentials/mail/token/rejected`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token_id, detail }),
    });
    t.equal(told.status, 424);
    const found = await examine(running, ['--quiet']);
    t.match(found, { code: 1, err: '' });
    t.match(
      found.out,
      /Who must act: an administrator of the mailboxes \(Exchange\)\n\n {2}mail default: Exchange Online took the token .*\(told by helpdesk on \d{4}-\d\d-\d\d\)\n {4}What to do: Run `Add-Mailbox/,
    );
    t.notMatch(found.out, 'zebra');
    const json = JSON.parse((await examine(running, ['--json'])).out);
    t.match(json, { accounts: [{ account: 'default', state: 'connected', reported: { by: 'helpdesk' } }], more: {} });
    const shown = await running.must(['account', 'show', 'mail']);
    t.match(shown, /state +connected\n/);
    t.match(
      shown,
      /a consumer told +Exchange Online took the token .*\(helpdesk, \d{4}-.*\)\nwho mends it +an administrator of the mailboxes \(Exchange\)\nhow to mend it +Run `Add-MailboxPermission/,
    );
    t.notMatch(shown, 'zebra');
    await running.must(['token', 'mail'], { key });
    await running.must(['account', 'disable', 'mail']);
    t.match(await examine(running), { code: 0 }, 'who disabled it knows');
    await running.must(['account', 'enable', 'mail']);
    await running.must(['credential', 'test', 'mail']);
    t.match(await examine(running), { code: 0 }, 'a test brought a new token');
  });

  t.test('of many accounts the first are told and the others counted', async t => {
    const running = await startRunningVault(t);
    const { app, must, provider } = running;
    const url = provider.url().replace('/token', '/authorize');
    const flags = ['--grant-type', 'authorization_code', '--authorization-url', url, '--token-url', provider.url()];
    const client = ['--client-id', 'client', '--scope', 'mail.read offline_access', '--secret-file', '-'];
    await must(['credential', 'create', 'people', ...flags, ...client], { input: 'client-secret\n' });
    const finding = {
      class: 'needs_user' as const,
      reason: 'invalid_grant',
      message: 'It was revoked.',
      action: 'Sign in.',
      at: 0,
    };
    await app.store.transaction(async tx => {
      for (let n = 0; n < 25; n++) {
        await tx.accounts.insert('people', `box-${n}`);
        const account = await tx.accounts.find('people', `box-${n}`);
        if (account) await tx.accounts.revise(account, { ...account, state: 'needs_user', finding });
      }
    });
    const { code, out } = await examine(running);
    t.equal(code, 1);
    t.equal(out.match(/It was revoked\./g)?.length, 20);
    t.match(out, /Who must act: the owner of the mailbox\n/);
    t.match(out, /5 more accounts of people need somebody: tokenwell account list people\n$/);
  });

  t.test('however many accounts consumers tell of, those that fail are named first', async t => {
    const running = await startRunningVault(t);
    const { app } = running;
    await fill(running);
    const finding = {
      class: 'needs_user' as const,
      reason: 'x',
      message: 'It was revoked.',
      action: 'Sign in.',
      at: 0,
    };
    const report = { as: 'protocol is disabled', by: 'helpdesk', at: Date.now() };
    await app.store.transaction(async tx => {
      for (let n = 0; n < 26; n++) {
        const place = { credential: 'mail', account: n < 25 ? `a-${n}` : 'z' };
        await tx.accounts.insert(place.credential, place.account);
        const account = await tx.accounts.find(place.credential, place.account);
        if (account && n === 25) await tx.accounts.revise(account, { ...account, state: 'needs_user', finding });
        else await tx.accounts.report(place, report);
      }
    });
    const { out } = await examine(running);
    t.equal(out.match(/^ {2}mail .*told by helpdesk/gm)?.length, 20);
    t.match(out, / {2}mail z: It was revoked\./);
    t.ok(out.indexOf('mail z') < out.indexOf('mail a-'), 'first');
    t.match(out, /5 more accounts of mail need somebody/);
    const { accounts, more } = JSON.parse((await examine(running, ['--json'])).out);
    t.match(accounts[0], { account: 'z', state: 'needs_user' });
    t.strictSame([accounts.length, more], [21, { mail: 5 }]);
  });

  t.test('tokenwell calendar makes, lists and ends addresses for calendars', async t => {
    const running = await startRunningVault(t);
    const { must, variables } = running;
    await fill(running);
    t.match(await must(['calendar', 'list']), /^There is no address for a calendar/);
    const made = await run(['calendar', 'create', '--expires', '365d'], variables);
    t.match(made, { code: 0, out: /^http\S+\/calendar\/[\w-]{43}\.ics\n$/, err: /shown this once.* until 2/ });
    const at = new URL(new URL(made.out.trim()).pathname, running.url);
    const feed = await fetch(at);
    t.match(await feed.text(), /^BEGIN:VCALENDAR\r\n/);
    const [, id = ''] = /tokenwell calendar delete (cal_\S+)/.exec(made.err) ?? [];
    const { items } = JSON.parse(await must(['calendar', 'list', '--json']));
    t.match(items, [{ id, made_by: 'admin' }]);
    t.equal(items.length, 1);
    const listed = await must(['calendar', 'list']);
    t.match(listed, id);
    t.notOk(listed.includes(made.out.trim().slice(-40)), 'never the address');
    t.equal(await must(['calendar', 'delete', id]), `Deleted the calendar ${id}.\n`);
    t.equal((await fetch(at)).status, 404);
    t.match(await run(['calendar', 'delete', id], variables), { code: 1, out: '' });
    for (const span of ['59s', '1826d', 'soon'])
      t.match(await run(['calendar', 'create', '--expires', span], variables), { code: 2, out: '' }, span);
  });

  t.test('a vault that cannot be reached is 3, a key that may not is 1, wrong use is 2', async t => {
    const running = await startRunningVault(t);
    const key = await fill(running);
    const away = await examine(running, ['--quiet'], { TOKENWELL_URL: 'http://127.0.0.1:9' });
    t.match(away, { code: 3, out: '', err: /No Tokenwell answers at/ });
    t.match(await examine(running, [], { TOKENWELL_KEY: key }), { code: 1, out: '', err: /needs the role auditor/ });
    t.match(await examine(running, ['--within', 'soon']), { code: 2 });
    running.app.drain();
    t.match(await examine(running, ['--quiet']), { code: 3, out: '', err: /stopping/ });
  });
}
