import type { Test } from 'tap';
import { pairArgument, scopesArgument, timeArgument, wholeArgument } from '../../src/cli/arguments.js';
import { added, type Permitted, removed } from '../../src/cli/permission-list.js';
import { facts, table } from '../../src/cli/table.js';
import { visible } from '../../src/cli/terminal-text.js';

const TIMES = [
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2027-01-31T12:00Z', '2027-01-31T12:00:00.000Z'],
  ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
] as const;

const NO_TIMES = [
  '',
  'tomorrow',
  '2027',
  '2027-1-31',
  '31.01.2027',
  '2027-02-29',
  '2027-02-31T00:00:00Z',
  '2027-13-01',
  '2027-01-31T12:00:00',
  '2027-01-31T25:00:00Z',
  '1800000000',
];

const ANY = { credential: 'mail', account: '*', scopes: undefined };
const READ = { credential: 'mail', account: '*', scopes: ['read'] };
const BOB = { credential: 'mail', account: 'bob', scopes: undefined };

/** Adding to and taking from a list of permissions: before, what is asked, after. */
const ADDED: readonly [string, Permitted[], Permitted, unknown[]][] = [
  ['the first one', [], ANY, [ANY]],
  ['one for another account', [ANY], BOB, [ANY, BOB]],
  ['a further scope', [READ, BOB], { ...READ, scopes: ['send', 'read'] }, [{ ...READ, scopes: ['read', 'send'] }, BOB]],
  ['any scope, where it was narrow', [READ], ANY, [ANY]],
  ['a scope, where any is allowed already', [ANY], READ, [ANY]],
];

const REMOVED: readonly [string, Permitted[], Permitted, unknown[]][] = [
  ['the whole one', [ANY, BOB], ANY, [BOB]],
  ['one scope of two', [{ ...READ, scopes: ['read', 'send'] }], READ, [{ ...READ, scopes: ['send'] }]],
  ['the last scope', [READ, BOB], READ, [BOB]],
];

const NOT_REMOVED: readonly [string, Permitted[], Permitted, RegExp][] = [
  ['nothing is there', [], ANY, /no permission for mail and any account\. Nothing/],
  ['it is for one account only', [BOB], ANY, /What there is, is for the account bob\./],
  ['it is for any scope', [ANY], READ, /for any scope/],
  ['it is for other scopes', [READ], { ...READ, scopes: ['send'] }, /for read and has none of these/],
];

export function argumentCases(t: Test): void {
  t.test('a time is a date or an RFC 3339 time that there is', async t => {
    for (const [text, time] of TIMES) t.equal(timeArgument(text), time, text);
    for (const text of NO_TIMES) t.throws(() => timeArgument(text), { code: 'commander.invalidArgument' }, text);
  });

  t.test('whole numbers, scopes and name=value are taken in their one form', async t => {
    t.equal(wholeArgument('086400'), 86400);
    for (const text of ['', '-1', '1.5', '1e3', '0x10', ' 1']) t.throws(() => wholeArgument(text), text);
    t.strictSame(scopesArgument(' a  b '), ['a', 'b']);
    t.throws(() => scopesArgument('  '));
    t.strictSame(pairArgument('b=c=d', { a: '' }), { a: '', b: 'c=d' });
    for (const text of ['a', '=a', '']) t.throws(() => pairArgument(text), text);
    t.throws(() => pairArgument('a=2', { a: '1' }), { message: /given twice/ });
  });

  t.test('a permission is added to what is there', async t => {
    for (const [title, before, wanted, after] of ADDED) t.strictSame(added(before, wanted), after, title);
  });

  t.test('a permission is taken from what is there, or it is said why not', async t => {
    for (const [title, before, unwanted, after] of REMOVED) t.strictSame(removed(before, unwanted), after, title);
    for (const [title, before, unwanted, message] of NOT_REMOVED) {
      t.throws(() => removed(before, unwanted), { message }, title);
    }
  });

  t.test('a terminal is not steered by what a vault or a provider says', async t => {
    const steering = 'a\u001b[2Jb\u009bc\rd\ne\u2028f\u202eg';
    t.equal(visible(steering), 'a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\uFFFDg');
    for (const text of [table(['x'], [[steering]]), facts({ x: steering })]) t.notOk(text.includes('\u009b'));
  });

  t.test('tables are aligned by characters, facts that are not known are left out', async t => {
    t.equal(
      table(
        ['id', 'state'],
        [
          ['ä', 'on'],
          ['abc', ''],
        ],
      ),
      'ID   STATE\nä    on\nabc',
    );
    t.equal(facts({ id: 'a', issuer: undefined, state: 'on' }), 'id     a\nstate  on');
  });
}
