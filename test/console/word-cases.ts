import type { Test } from 'tap';
import { linkable, picturable, placeOf } from '../../src/console/address.js';
import { shown } from '../../src/console/outside-text.js';
import { connect, result } from './views.js';

const IMAP = 'read, move and delete mail (IMAP)';
const KEEP = 'keep this access until you or an administrator end it';
const SEE = 'see your name and e-mail address';

interface Case {
  scopes: string[];
  /** The list's rows, as they stand in the page. */
  rows: string[];
  /** What the sentence at the top says it asks to do. */
  asks: string;
}

const abilities: readonly Case[] = [
  { scopes: ['https://outlook.office.com/IMAP.AccessAsUser.All'], rows: [IMAP], asks: 'read, move and delete mail as' },
  { scopes: ['https://partner.outlook.cn/imap.accessasuser.all'], rows: [IMAP], asks: 'read, move and delete mail as' },
  { scopes: ['POP.AccessAsUser.All'], rows: ['read and delete mail (POP)'], asks: 'read and delete mail as' },
  { scopes: ['https://outlook.office365.com/SMTP.Send'], rows: ['send mail'], asks: 'send mail as' },
  { scopes: ['Mail.Read'], rows: ['read mail'], asks: 'read mail as' },
  {
    scopes: ['https://graph.microsoft.us/Mail.ReadWrite'],
    rows: ['read, change, move and delete mail'],
    asks: 'read, change, move and delete mail as',
  },
  { scopes: ['SMTP.Send', 'Mail.Send'], rows: ['send mail'], asks: 'send mail as' },
  {
    scopes: ['https://mail.google.com/'],
    rows: ['read, move and delete all your mail', 'send mail'],
    asks: 'read, move, delete and send mail as',
  },
  { scopes: ['openid', 'profile', 'email'], rows: [SEE], asks: 'act as' },
  {
    scopes: ['offline_access', 'openid', 'Mail.Send', 'Mail.Read'],
    rows: ['read mail', 'send mail', SEE, KEEP],
    asks: 'read and send mail as',
  },
  {
    scopes: ['https://outlook.office365.com/.default'],
    rows: ['do everything that it is registered for at <code>https://outlook.office365.com</code>'],
    asks: 'act as',
  },
  { scopes: ['calendar:write', 'calendar:write'], rows: ['<code>calendar:write</code>'], asks: 'act as' },
  {
    scopes: ['Mail.Read', 'calendar:write'],
    rows: ['read mail', '<code>calendar:write</code>'],
    asks: 'read mail, and more, as',
  },
  // Only Microsoft's own resources have Microsoft's names.
  { scopes: ['https://evil.example/Mail.Read'], rows: ['<code>https://evil.example/Mail.Read</code>'], asks: 'act as' },
  {
    scopes: ['constructor', '__proto__'],
    rows: ['<code>constructor</code>', '<code>__proto__</code>'],
    asks: 'act as',
  },
];

const here = '/connect/abc?x=1#y';

/** Addresses, and what stands in the href; undefined: there is no link (C12, C13). */
const links: readonly (readonly [string, string | undefined])[] = [
  ['https://portal.acme.com/done?x=1', 'https://portal.acme.com/done?x=1'],
  ['http://127.0.0.1:3000/done', 'http://127.0.0.1:3000/done'],
  ['http://localhost:3000/', 'http://localhost:3000/'],
  [here, here],
  ['http://portal.acme.com/', undefined],
  ['http://127.0.0.1.evil.example/', undefined],
  ['javascript:alert(1)', undefined],
  [' java\tscript:alert(1)', undefined],
  ['data:text/html,<script>alert(1)</script>', undefined],
  ['https://good.example@evil.example/', undefined],
  ['//evil.example/', undefined],
  ['/\\evil.example/', undefined],
  ['/\t/evil.example/', undefined],
  ['connect/abc', undefined],
  ['https://', undefined],
  ['', undefined],
];

const pictures: readonly (readonly [string, boolean])[] = [
  ['data:image/png;base64,AAAA', true],
  ['data:image/svg+xml,%3Csvg/%3E', true],
  ['/brand/logo.png', true],
  ['https://elsewhere.example/logo.png', false],
  ['data:text/html,x', false],
  ['javascript:alert(1)', false],
];

/** The words and addresses that pages are made of. */
export function wordCases(t: Test): void {
  t.test('scopes are said in words, each once, and those that nobody knows as they are', async t => {
    for (const { scopes, rows, asks } of abilities) {
      const page = connect({ scopes, loginHint: undefined });
      t.strictSame(
        [...page.matchAll(/<li>(.*?)<\/li>/g)].map(([, row]) => row),
        rows,
        scopes.join(' '),
      );
      t.ok(page.includes(`</bdi> asks to ${asks} the account that you choose.</h1>`), `${scopes}: ${asks}`);
    }
  });

  t.test('the heading names the account that is meant, where one is', async t => {
    const heading = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1]?.replaceAll(/<.*?>/g, '');
    t.equal(heading(connect()), 'Acme Helpdesk asks to read, move, delete and send mail as helpdesk@acme.com.');
    t.notMatch(connect(), 'that you choose');
    t.equal(
      heading(connect({ loginHint: undefined })),
      'Acme Helpdesk asks to read, move, delete and send mail as the account that you choose.',
    );
    t.notMatch(connect({ loginHint: undefined }), 'Sign in with that account');
    t.match(connect(), 'Sign in with that account, or with one that may open its mailbox.');
  });

  t.test('who signs in for somebody else is told calmly, and only then', async t => {
    const told = (page: string) => /<p>(You signed in as .*?)<\/p>/.exec(page)?.[1]?.replaceAll(/<.*?>/g, '');
    const other = { signedIn: 'anna@acme.com', meant: 'info@acme.com' };
    const page = result({ other: { ...other, by: 'login_hint' } });
    t.equal(
      told(page),
      'You signed in as anna@acme.com, and the link is for info@acme.com. If that is a shared mailbox and you may open it, all is well; otherwise tell whoever sent you the link.',
    );
    t.match(page, '<title>Connected');
    t.match(told(result({ other: { ...other, by: 'account' } })), ', and the account is for info@acme.com. If');
    t.equal(told(result()), undefined);
  });

  t.test('the heading, also that of an administrator, says no less of mail than the list below it', async t => {
    const scopes = ['IMAP.AccessAsUser.All', 'SMTP.Send', 'https://outlook.office365.com/.default'];
    const asked = 'read, move, delete and send mail, and more,';
    for (const kind of ['connect', 'admin_consent'] as const) {
      t.match(/<h1>(.*?)<\/h1>/.exec(connect({ kind, scopes }))?.[1], ` to ${asked} `, kind);
    }
    const verbs = ['read', 'change', 'move', 'delete', 'send'];
    for (const { scopes } of abilities) {
      const page = connect({ scopes, loginHint: undefined });
      const [heading = ''] = /<h1>.*?<\/h1>/.exec(page) ?? [];
      const rows = [...page.matchAll(/<li>(?!<code>)(.*?)<\/li>/g)].map(([, row]) => row);
      const listed = verbs.filter(verb => rows.some(row => new RegExp(`\\b${verb}\\b.* mail`).test(row ?? '')));
      for (const verb of listed) t.match(heading, new RegExp(`\\b${verb}\\b.* mail`), `${scopes}: ${verb}`);
    }
  });

  t.test('an administrator approves for everybody, so nothing is said of the own mailbox', async t => {
    const scopes = [
      ...['openid', 'offline_access', 'Mail.Read.Shared', 'Mail.Send.Shared', 'https://mail.google.com/'],
      ...['IMAP.AccessAsUser.All', 'Mail.ReadWrite.Shared', 'Mail.Read'],
    ];
    const page = connect({ kind: 'admin_consent', loginHint: undefined, scopes });
    const rows = [...page.matchAll(/<li>(.*?)<\/li>/g)].map(([, row]) => row);
    t.ok(rows.includes('see the name and e-mail address of whoever signs in'), rows.join('; '));
    t.ok(rows.includes('keep this access until an administrator or whoever signed in ends it'));
    t.notMatch(rows.join('; '), /\byour?\b/);
  });

  t.test('C12, C13: an address that could run a script or lead elsewhere unseen is not linked', async t => {
    for (const [address, href] of links) t.equal(linkable(address), href, JSON.stringify(address));
    t.equal(linkable(undefined), undefined);
  });

  t.test('a logo is a picture in the page or of this vault', async t => {
    for (const [address, fine] of pictures) t.equal(picturable(address), fine ? address : undefined, address);
  });

  t.test('the button names Microsoft and Google where the host is theirs, else the host', async t => {
    const name = (url: string) => placeOf(url).name;
    t.equal(name('https://login.microsoftonline.com/common/oauth2/v2.0/authorize'), 'Microsoft');
    t.equal(name('https://login.microsoftonline.us/x'), 'Microsoft');
    t.equal(name('https://accounts.google.com/o/oauth2/v2/auth'), 'Google');
    t.equal(name('https://login.microsoftonline.com.evil.example/'), 'login.microsoftonline.com.evil.example');
    t.equal(name('https://id.acme.com:8443/authorize'), 'id.acme.com:8443');
  });

  t.test('what Entra repeats behind its sentence is left out where each part has a line of its own', async t => {
    const ids = { trace_id: '0ac63be0-5c3c', correlation_id: '7b1c2d3e-1111', timestamp: '2026-11-20 22:47:55Z' };
    const repeated = `Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${ids.timestamp}`;
    const said = (error_description: string, known = ids) => {
      const provider = { error: 'invalid_client', error_description, ...known };
      const outcome = { code: 'failed', class: 'needs_operator', message: 'm', action: 'a', provider } as const;
      return /provider says: (.*)\n/.exec(result({ outcome }))?.[1];
    };
    t.equal(said(`AADSTS1: no. ${repeated}`), 'AADSTS1: no.');
    t.equal(said(`AADSTS1: no. [${repeated}]`), 'AADSTS1: no.', 'in brackets');
    t.equal(said(`AADSTS1: no. (${repeated})`), 'AADSTS1: no.', 'in others');
    t.equal(said(`AADSTS1: no. ${repeated.slice(0, 40)}…`), 'AADSTS1: no.', 'cut short');
    const another = `AADSTS1: no. ${repeated.replace('0ac6', 'ffff')}`;
    t.equal(said(another), another, 'another id is no repetition');
    t.equal(said(`AADSTS1: no. ${repeated} Ask Jo.`), `AADSTS1: no. ${repeated} Ask Jo.`, 'nor is what goes on');
    t.equal(said(`no. ${repeated}`, { ...ids, timestamp: '' }), `no. ${repeated}`, 'nothing is lost');
  });

  t.test('the address of a mailbox may break behind @ and dots, and nothing else is changed', async t => {
    t.match(
      connect({ loginHint: 'jo.doe@mail.example.com' }),
      '<bdi>jo.<wbr/>doe@<wbr/>mail.<wbr/>example.<wbr/>com</bdi>',
    );
    t.notMatch(connect({ asker: 'Acme v1.2 @home', loginHint: undefined }), '<wbr');
  });

  t.test('text from outside keeps its characters, not its controls', async t => {
    t.equal(shown('Jörg <b>&amp; 東京'), 'Jörg <b>&amp; 東京');
    t.equal(shown(' a\r\n\u0000b\u2028c '), 'a b c');
    t.equal(shown('gpj\u202Eexe.\u2066\u200B\uFEFF'), 'gpjexe.');
    t.equal(shown('\u{1F600}'.repeat(4), 3), '\u{1F600}\u{1F600}…');
  });
}
