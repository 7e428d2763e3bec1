import type { LedgerEntry } from '../client/client.js';
import type { Verification } from './offline.js';
import { counted, facts, table } from './table.js';
import { visible } from './terminal-text.js';
import { outcomeInWords } from './words.js';

type Flaw = NonNullable<Verification['flaw']>;

const KINDS: Readonly<Record<Flaw['kind'], string>> = {
  page_missing: 'a page was removed',
  page_changed: 'a page was changed, put in or exchanged',
  entries_miscounted: 'entries of a page were removed or put in',
  head_missing: 'pages that were there before are gone',
  head_differs: 'a page that was there before is another one now',
  index_differs: 'the index, by which entries are found, was changed',
  positions_broken: 'the order in which entries are listed was changed',
};

type Row = Pick<
  LedgerEntry,
  'action' | 'consumer' | 'credential' | 'account' | 'subject' | 'outcome' | 'code' | 'count' | 'state'
>;

/** Entries as a vault gives them, one a line. */
export function entryTable(entries: readonly LedgerEntry[]): string {
  return entries.length === 0
    ? 'There is no such entry.'
    : rowTable(entries.map(entry => ({ ...entry, time: entry.at })));
}

/** What a verification found: how much, the heads; for a flaw which page, what is wrong with it, and its entries. */
export function verificationText({ pages, entries, heads, flaw }: Verification): string {
  const seen = `${counted(pages, 'page')} with ${counted(entries, 'entry').replace(/ys$/, 'ies')}`;
  if (flaw) return flawText(flaw, seen);
  const rows = heads.map(({ writer, seq, mac }) => [writer, String(seq), mac]);
  const kept = 'Heads, to be kept outside of the vault (--save-heads) for the next verification (--anchor):';
  return [`The ledger is whole: ${seen}.`, '', kept, table(['writer', 'page', 'mac'], rows)].join('\n');
}

function flawText(flaw: Flaw, seen: string): string {
  const { writer, seq, kind, detail } = flaw;
  const about = facts({ 'first bad page': `${seq} of writer ${writer}`, 'what is wrong': KINDS[kind], detail });
  const entries = flaw.entries.map(entry => ({ ...entry, time: new Date(entry.at).toISOString() }));
  const held =
    entries.length > 0
      ? ['Its entries as they stand there now:', rowTable(entries)]
      : ['None of its entries can be read.'];
  return [`The ledger has a flaw. Before it was found: ${seen}.`, '', about, '', ...held].join('\n');
}

function rowTable(rows: readonly (Row & { time: string })[]): string {
  const cells = rows.map(row => [row.time, row.action, outcomeInWords(row), row.consumer ?? '', aboutOf(row)]);
  return table(['at', 'action', 'outcome', 'consumer', 'about'], cells);
}

/** What an entry is about: credential and account with its new state, or the consumer that was changed. */
function aboutOf({ credential, account, subject, state }: Row): string {
  const parts = [credential, account].filter(part => part !== undefined);
  const became = state === undefined ? '' : ` → ${state}`;
  return visible(`${subject ?? parts.join(' / ')}${became}`);
}
