import type { Test } from 'tap';
import { run } from '../cli/terminal.js';
import { newCredential, startRunning } from '../http/running.js';
import { TENANT } from '../presets/said.js';

const CLIENT = '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';
const PATH = '/api/v1/credentials/mail/setup';

/** A running vault with a credential at Microsoft, for two mailboxes, one of them for IMAP alone. */
async function startWithGuide(t: Test, more: Record<string, unknown> = {}) {
  const running = await startRunning(t);
  const body = newCredential('mail', running.provider.url(), {
    token_url: undefined,
    scope: undefined,
    preset: 'microsoft',
    tenant: TENANT,
    purpose: 'imap',
    client_id: CLIENT,
    mailboxes: [{ address: 'info@acme.example' }, { address: 'anna@acme.example', purposes: ['imap'] }],
    ...more,
  });
  const made = await running.send('POST', '/api/v1/credentials', { key: running.keys.operator, body });
  t.equal(made.status, 201, made.text);
  const ask = (query = '', accept = '*/*', path = PATH) =>
    running.send('GET', `${path}${query}`, { key: running.keys.auditor, headers: { accept } });
  return { ...running, ask };
}

/** The guide over HTTP and at the command line. */
export function setupHttpCases(t: Test): void {
  t.test('JSON, Markdown or a script, by what is accepted', async t => {
    const { ask } = await startWithGuide(t);
    const json = await ask();
    t.match(json, { status: 200, json: { credential: 'mail', preset: 'microsoft', purpose: 'imap' } });
    t.match(json.json, {
      mailboxes: ['info@acme.example', 'anna@acme.example'],
      markdown: /^# Set up `mail` for `imap`/,
    });
    t.match(Object(json.json.steps)[1], {
      id: 'register-application',
      who: 'tenant_admin',
      why: /\.$/,
      optional: false,
    });
    t.match(json.json, { remove: [{ permissions: ['full_access_as_app'], kind: 'Application' }] });
    t.equal(json.headers.get('vary'), 'accept');
    t.equal(json.headers.get('cache-control'), 'no-store');
    const markdown = await ask('', 'text/markdown');
    t.equal(markdown.headers.get('content-type'), 'text/markdown; charset=utf-8');
    t.equal(markdown.text, json.json.markdown);
    const script = await ask('', 'text/x-powershell');
    t.equal(script.headers.get('content-type'), 'text/x-powershell; charset=utf-8');
    t.equal(script.headers.get('content-disposition'), 'attachment; filename="setup-mail.ps1"');
    t.match(script.text, /\n\$ErrorActionPreference = 'Stop'\n/);
    const types: [accept: string, type: string][] = [
      ['text/*', 'text/markdown; charset=utf-8'],
      ['application/json;q=0.5, text/x-powershell', 'text/x-powershell; charset=utf-8'],
      ['text/markdown;q=0, text/*', 'text/x-powershell; charset=utf-8'],
      ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json; charset=utf-8'],
      ['image/png', 'application/json; charset=utf-8'],
      ['text/markdown;q=2', 'text/markdown; charset=utf-8'],
    ];
    for (const [accept, type] of types) t.equal((await ask('', accept)).headers.get('content-type'), type, accept);
  });

  t.test('purpose and mailbox of the query go before those of the credential', async t => {
    const { ask } = await startWithGuide(t);
    t.strictSame(
      (await ask('?purpose=graph-read')).json.mailboxes,
      ['info@acme.example'],
      'the other is for IMAP alone',
    );
    t.strictSame((await ask()).json.mailboxes, ['info@acme.example', 'anna@acme.example']);
    const one = await ask("?mailbox=o'brien@acme.example");
    t.strictSame(one.json.mailboxes, ["o'brien@acme.example"]);
    t.match(one.text, "@('o''brien@acme.example')");
    const wrong: [query: string, field: string, rule: string][] = [
      ['?purpose=fax', 'purpose', 'one_of'],
      ['?purpose=custom', 'purpose', 'one_of'],
      ['?mailbox=', 'mailbox', 'pattern'],
      ['?mailbox=a%0Ab@acme.example', 'mailbox', 'pattern'],
      ['?mailbox=%E2%80%AEa@acme.example', 'mailbox', 'pattern'],
      ['?mailbox=a@b&mailbox=c@d', 'mailbox', 'repeated'],
      ['?mailboxes=a@b', 'mailboxes', 'unknown_field'],
    ];
    for (const [query, field, rule] of wrong) {
      t.match(await ask(query), { status: 400, json: { code: 'invalid_request', errors: [{ field, rule }] } }, query);
    }
  });

  t.test('without a purpose the choices are named; a mailbox that is for something else is not taken', async t => {
    const own = { purpose: undefined, scope: 'https://outlook.office365.com/.default', mailboxes: [] };
    const { ask } = await startWithGuide(t, own);
    const choices = /one of: imap, pop, smtp, graph-read, graph-readwrite, graph-send\./;
    t.match(await ask(), { status: 400, json: { detail: choices, errors: [{ field: 'purpose', rule: 'required' }] } });
    t.match((await ask('?purpose=imap')).json, { mailboxes: [], steps: [{ id: 'mailboxes', who: 'operator' }] });
  });

  t.test('a provider without a guide: 404 that names those with one; nothing is asked of any provider', async t => {
    const { ask, send, keys, provider } = await startWithGuide(t);
    const action = /microsoft \(Microsoft 365\) and google \(Google Workspace and Gmail\)/;
    t.match(await ask('', '*/*', '/api/v1/credentials/acme/setup'), {
      status: 404,
      json: { code: 'not_found', action },
    });
    const yahoo = newCredential('y', 'https://api.login.yahoo.com/oauth2/get_token', { preset: 'yahoo' });
    const person = { ...yahoo, grant_type: 'authorization_code', token_url: undefined, scope: 'openid mail-w' };
    t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body: person })).status, 201);
    for (const query of ['', '?purpose=imap', '?purpose=graph-read']) {
      t.match(await ask(query, '*/*', '/api/v1/credentials/y/setup'), { status: 404, json: { action } }, query);
    }
    t.match(await ask('', '*/*', '/api/v1/credentials/nothing/setup'), { status: 404, json: { detail: /nothing/ } });
    t.equal(provider.requests.length, 0);
  });

  t.test('whoever may read may ask; services may not', async t => {
    const { send, keys } = await startWithGuide(t);
    for (const role of ['auditor', 'operator', 'admin'] as const)
      t.equal((await send('GET', PATH, { key: keys[role] })).status, 200, role);
    t.match(await send('GET', PATH, { key: keys.service }), { status: 403, json: { code: 'forbidden' } });
    t.match(await send('GET', PATH), { status: 401 });
  });

  t.test(
    'a hostile credential at Microsoft that was stored is quoted, or refused by the name of its field',
    async t => {
      // Stored by way of a server of one's own, for Microsoft's would not know such an id.
      const token_url = 'https://127.0.0.1/token';
      const { ask } = await startWithGuide(t, { token_url, client_id: "x'; Remove-Item \u2019; \u2018`$(x)" });
      const script = await ask('', 'text/x-powershell');
      t.match(script.text, "-AppId ('x''; Remove-Item ' + [char]0x2019 + '; ' + [char]0x2018 + '`$(x)')");
      const unseen = await startWithGuide(t, { token_url, client_id: 'x\u202Ey' });
      t.match(await unseen.ask(), {
        status: 409,
        json: { code: 'conflict', class: 'needs_operator', detail: /client_id holds/ },
      });
    },
  );

  t.test('the command line prints it to read, to send on, to run, and as JSON', async t => {
    const { url, keys, ask } = await startWithGuide(t);
    const variables = { TOKENWELL_URL: url, TOKENWELL_KEY: keys.auditor };
    const setup = (...flags: string[]) => run(['credential', 'setup', 'mail', ...flags], variables);
    const text = await setup();
    t.match(text, { code: 0, err: '', out: /^Set-up of mail for imap at Microsoft 365, worldwide, GCC included\n/ });
    t.match(
      text.out,
      /\n2\. Find the registered application: an administrator of the organisation\n {3}The registration is/,
    );
    t.match(
      text.out,
      /\n {3}With PowerShell:\n {5}foreach \(\$mailbox in @\('info@acme\.example', 'anna@acme\.example'\)\)/,
    );
    t.notMatch(text.out, /Update-MgApplication|az ad app/, 'what is done by hand needs no command');
    t.match(text.out, /\nWhere a step can be done by hand, its commands are left out: --commands /);
    const all = await setup('--commands');
    t.match(all.out, /Update-MgApplication[\s\S]*az ad app permission add/);
    t.notMatch(all.out, '--commands');
    t.match(
      text.out,
      /\nWhat must not be granted:\n {2}- full_access_as_app \(Office 365 Exchange Online, Application\): /,
    );
    const script = await setup('--format', 'powershell', '--purpose', 'smtp', '--mailbox', 'info@acme.example');
    t.equal(
      script.out,
      (await ask('?purpose=smtp&mailbox=info@acme.example', 'text/x-powershell')).text,
      'byte by byte',
    );
    t.equal((await setup('--format', 'markdown')).out, (await ask('', 'text/markdown')).text);
    t.match(JSON.parse((await setup('--format', 'json')).out), { credential: 'mail', purpose: 'imap' });
    t.match(await setup('--purpose', 'fax'), { code: 2 });
    t.match(await run(['credential', 'setup', 'acme'], variables), { code: 1, err: /Guides are there for: microsoft/ });
  });
}
