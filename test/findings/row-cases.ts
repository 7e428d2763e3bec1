import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { findingsPage } from '../../scripts/findings-text.js';
import { programOf } from '../../src/cli/command-line.js';
import { byStatusAndError } from '../../src/oauth/verdicts.js';
import { CATALOGUE, nameOf, replyNamed, wordsFor, wordsForReply } from '../../src/vault/findings/look-up.js';
import { actionOf, filled, filledWords, PLACEHOLDERS, type Row, wordsWhere } from '../../src/vault/findings/words.js';
import { AADSTS, ERRORS, GOOGLE, REPLIES } from './codes.js';

/** Every row of the catalogue with a name to find it by. */
export const ROWS: readonly [name: string, row: Row][] = [
  ...Object.values(CATALOGUE.named).flatMap(rows => Object.entries<Row>(rows)),
  ...Object.values(CATALOGUE.microsoft).flatMap(rows => rows.map(row => [row.codes.join(), row] as const)),
  ...CATALOGUE.google.GOOGLE_CODES.map(row => [row.codes.join(), row] as const),
  ...[...CATALOGUE.google.GOOGLE_TEXTS, ...Object.values(CATALOGUE.replies).flat()].map(
    row => [row.texts.join(), row] as const,
  ),
].map(([name, row]) => [name, row]);

/** All codes with an AADSTS number, as an answer names them. */
export const NUMBERED = Object.values(CATALOGUE.microsoft)
  .flat()
  .flatMap(({ codes }) => codes.map(code => `AADSTS${code}`));

const WHO = ['mailbox_owner', 'tenant_admin', 'exchange_admin', 'operator', 'provider'];
const CLASSES = ['needs_user', 'needs_admin', 'needs_operator', 'throttled', 'unavailable'];
const PAGES = /^https:\/\/(?:learn\.microsoft\.com|developers\.google\.com)\/[\w./-]+$/;

const { REFUSED_TOKEN } = CATALOGUE.named;
const REPLIED = [...Object.values(CATALOGUE.replies).flat(), ...CATALOGUE.google.GOOGLE_TEXTS];
const PEOPLE =
  /mailbox owner|owner of the mailbox|its owner|sign(?:s|ed)? in (?:again|once|anew|with|from|at)\b|connect(?:ed)? (?:the account )?again/i;

function codesOf(row: Row | undefined): unknown[] {
  return row && 'codes' in row && Array.isArray(row.codes) ? row.codes : [];
}

function twice(all: readonly string[]): string[] {
  return all.filter((one, at) => all.indexOf(one) !== at);
}

/** The catalogue as data: nothing missing, nothing twice, sentences that people can read. */
export function rowCases(t: Test): void {
  t.test('every row says what happened, who must act and what to do, in sentences', async t => {
    t.ok(ROWS.length > 120, `${ROWS.length} rows`);
    for (const [name, { class: errorClass, who, happened, todo, link }] of ROWS) {
      t.ok(CLASSES.includes(errorClass), `${name}: class`);
      t.ok(WHO.includes(who), `${name}: who`);
      t.match(happened, /^(?:[A-Z]|\{host\} ).*\.$/, `${name}: what happened`);
      t.match(todo, /^[A-Z].*\.$/, `${name}: what to do`);
      t.ok(happened.length >= 20 && happened.length <= 220, `${name}: ${happened.length} characters happened`);
      t.ok(todo.length >= 15 && todo.length <= 360, `${name}: ${todo.length} characters to do`);
      t.match(happened + todo, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, `${name}: RFC 6749 §5.2 can carry it`);
      t.notMatch(happened + todo, / {2}|\bplease\b|\bsimply\b|AADSTS/i, name);
      if (link !== undefined) t.match(link, PAGES, `${name}: link`);
    }
  });

  t.test('no code, text or sentence is there twice', async t => {
    t.strictSame(twice(NUMBERED), []);
    const texts = [...CATALOGUE.google.GOOGLE_TEXTS, ...Object.values(CATALOGUE.replies).flat()].flatMap(
      row => row.texts,
    );
    t.strictSame(twice(texts), []);
    t.strictSame(
      texts,
      texts.map(text => text.toLowerCase()),
      'they are looked for in any case',
    );
    t.strictSame(twice(ROWS.map(([, { happened }]) => happened)), []);
    t.strictSame(twice(ROWS.map(([, { todo }]) => todo)), []);
  });

  t.test('what stands in braces is known, and never reaches anybody', async t => {
    const named = ROWS.flatMap(
      ([, { happened, todo, command }]) => `${happened} ${todo} ${command}`.match(/\{[^}]*\}/g) ?? [],
    );
    const known = PLACEHOLDERS.map(name => `{${name}}`);
    t.strictSame(
      [...new Set(named)].filter(name => !known.some(one => one === name)),
      [],
    );
    t.strictSame(
      known.filter(name => !named.includes(name)),
      [],
      'each is used',
    );
    t.equal(filled('Run x {client_id}.', { client_id: '1-2' }), 'Run x 1-2.');
    t.equal(filled('Run x {client_id} {service_principal}.', {}), 'Run x <client id> <service principal>.');
    for (const odd of ['a; rm b', '$(x)', '`x`', 'a\nb', "a'b", '{tenant}', '', 'a  b', '<b>', 'x'.repeat(201)]) {
      t.equal(filled('Run x {client_id}.', { client_id: odd, tenant: 't' }), 'Run x <client id>.', JSON.stringify(odd));
    }
  });

  t.test('where nobody signs in, no row speaks to a mailbox owner or of signing in again', async t => {
    const { SIGN_IN, REVOCATION } = CATALOGUE.named;
    const ofPeople = new Set<Row>([...Object.values<Row>(SIGN_IN), ...Object.values<Row>(REVOCATION)]);
    let without = 0;
    for (const [name, row] of ROWS.filter(([, row]) => !ofPeople.has(row))) {
      t.equal(wordsWhere(true, row), row, `${name}: to those who sign in it says what it says`);
      const words = wordsWhere(false, row);
      if (!words) without += 1;
      if (!words) continue;
      t.not(words.who, 'mailbox_owner', name);
      t.not(words.script, 'connect-link', name);
      t.notMatch(words.todo, PEOPLE, name);
      t.match(words.happened, /^(?:[A-Z]|\{host\} ).*\.$/, name);
      t.match(words.todo, /^[A-Z].*\.$/, name);
      t.match(actionOf(words) + words.happened, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, name);
    }
    t.ok(without > 10 && without < 40, `${without} have nothing to say`);
    for (const row of Object.values(REFUSED_TOKEN)) t.ok(wordsWhere(false, row), 'a report always finds words');
    for (const row of Object.values(CATALOGUE.replies).flat()) t.ok(wordsWhere(false, row), nameOf(row));
  });

  t.test('to the owner of a mailbox no row speaks of operators, credentials or secrets', async t => {
    for (const [name, { who, happened, todo }] of ROWS.filter(([, { who }]) => who === 'mailbox_owner')) {
      t.notMatch(`${happened} ${todo}`, /operator|credential|secret|\bvault\b|`/i, `${name}: ${who}`);
    }
  });

  t.test('every command that a finding names is one of ours, with flags that it has', async t => {
    const nowhere = process.stderr;
    const program = programOf({ input: process.stdin, out: nowhere, err: nowhere, exitCode: 0 });
    const typed = ROWS.flatMap(([name, row]) =>
      [row.command, row.unattended?.command].map(one => [name, one] as const),
    );
    const commands = typed.filter((one): one is [string, string] => one[1] !== undefined);
    t.ok(commands.length > 30, `${commands.length} commands`);
    for (const [name, command] of commands) {
      const [group = '', verb = '', id, ...rest] = command.split(' ');
      const found = program.commands.find(one => one.name() === group)?.commands.find(one => one.name() === verb);
      t.ok(found, `${name}: ${command}`);
      t.equal(id, '{credential}', name);
      const flags = rest.filter(word => word.startsWith('--'));
      for (const flag of flags)
        t.ok(
          found?.options.some(({ long }) => long === flag),
          `${name}: ${flag}`,
        );
    }
    const words = filledWords(
      { who: 'operator', happened: 'X.', todo: 'Y.', command: 'a {credential}' },
      { credential: 'b' },
    );
    t.equal(actionOf(words), 'Y. In Tokenwell: `tokenwell a b`.');
    t.equal(actionOf({ todo: 'Y.' }), 'Y.');
  });

  t.test('a reply is found again by the name under which it was kept', async t => {
    for (const row of REPLIED) t.equal(replyNamed(nameOf(row)), row, nameOf(row));
    for (const [name, row] of Object.entries<Row>(REFUSED_TOKEN)) t.equal(replyNamed(name), row);
    for (const other of ['', 'constructor', 'of another release']) t.equal(replyNamed(other), undefined);
  });

  t.test('every known AADSTS number has words of its own', async t => {
    t.strictSame(
      AADSTS.filter(code => !NUMBERED.includes(`AADSTS${code}`)),
      [],
    );
    for (const code of AADSTS) t.ok(codesOf(wordsFor({ codes: [`AADSTS${code}`] })).includes(code), code);
  });

  t.test('every known error has a verdict with words', async t => {
    for (const error of ERRORS) t.match(byStatusAndError(400, error)?.words, { todo: /./ }, error);
  });

  t.test('Google is understood by subtype, error or text', async t => {
    for (const [{ error_subtype, ...says }, about] of GOOGLE) {
      const row = wordsFor({ ...says, ...(error_subtype ? { codes: [error_subtype] } : {}) });
      const sentences =
        row && filled(`${row.happened} ${row.todo}`, { redirect_uri: 'https://v.example/OAuth2Callback' });
      t.match(sentences, about, JSON.stringify(says));
    }
  });

  t.test('replies of mail servers are understood, the more special first', async t => {
    for (const [reply, who, about] of REPLIES) {
      for (const spelled of [reply, reply.toUpperCase(), reply.replaceAll(' ', '  ')]) {
        const row = wordsForReply([spelled]);
        t.equal(row?.who, who, spelled);
        t.match(`${row?.happened} ${row?.todo}`, about, spelled);
      }
    }
    for (const other of ['', 'A1 OK done', '535 5.7.31 x', '550 15.7.60 x', 'notMailboxConcurrency', '5.7.3.1']) {
      t.equal(wordsForReply([other]), undefined, other);
    }
    t.match(wordsForReply(['what nobody knows', 'AUTHENTICATE failed']), { script: 'new-service-principal' });
  });

  t.test('of several codes the first that is special counts, and an unknown one says nothing', async t => {
    const cases: [codes: string[], decides: string | undefined][] = [
      [['AADSTS70000', 'AADSTS50173'], '50173'],
      [['AADSTS70002', 'AADSTS50012'], '50012'],
      [['AADSTS70000', 'AADSTS70008'], '70000'],
      [['AADSTS50076', 'AADSTS53003'], '50076'],
      [['AADSTS1', 'AADSTS7000222'], '7000222'],
      [['AADSTS70008'], '70008'],
      [['AADSTS1', 'AADSTS999999'], undefined],
      [['50173', 'constructor', '__proto__'], undefined],
    ];
    for (const [codes, decides] of cases) {
      t.equal(codesOf(wordsFor({ codes })).includes(decides ?? ''), decides !== undefined, codes.join());
    }
    t.equal(wordsFor(undefined), undefined);
    t.equal(wordsFor({ error: 'invalid_grant' }), undefined);
  });

  t.test('the page of all findings is that of the catalogue (npm run findings)', async t => {
    const page = findingsPage();
    t.ok(
      page === readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8'),
      'docs/findings.md is current',
    );
    for (const code of AADSTS) t.match(page, new RegExp(`[| ]${code}[, ]`), code);
    t.equal(page.match(/^\| .* \| .* \| `[a-z_]+` \| .* \|$/gm)?.length, ROWS.length, 'every row is there');
  });

  t.test('texts of any length are looked through in no time', async t => {
    const begun = performance.now();
    for (const part of [' ', 'a ', 'user is authenticated ', 'x']) wordsForReply([part.repeat(8_192)]);
    t.ok(performance.now() - begun < 1_000);
  });
}
