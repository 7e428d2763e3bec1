import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { LedgerEntry, LedgerQuery, Page } from '../client/client.js';
import { LEDGER_ACTIONS } from '../ledger-actions.js';
import { timeArgument, wholeArgument } from './arguments.js';
import { examples } from './examples.js';
import { EXIT } from './exit-codes.js';
import { UsageError } from './failure-text.js';
import { readJson } from './input.js';
import { entryTable, verificationText } from './ledger-text.js';
import type { Head } from './offline.js';
import { connect, type PrintFlags, print, remark, type Session, settings } from './session.js';
import { visible } from './terminal-text.js';

interface ListFlags extends PrintFlags, Partial<LedgerQuery> {}

interface VerifyFlags extends PrintFlags {
  anchor?: string;
  saveHeads?: string;
}

const SUMMED =
  'Equal refusals are summed in one entry with their count and the time of the first. It is written when their time is ' +
  'over: about a second later for a known key, up to a minute later for wrong keys.';

/** `ledger …`: who received what, and whether that record is whole. */
export function addLedgerCommands(program: Command, session: Session): void {
  const group = program
    .command('ledger')
    .summary('read the audit log, and verify that it is whole')
    .description(`The audit log: who received or changed what, when, with which outcome. ${SUMMED}`);
  addList(group, session);
  addVerify(group, session);
  examples(group, 'tokenwell ledger list', 'tokenwell ledger verify');
}

function addList(group: Command, session: Session): void {
  const list = group
    .command('list')
    .summary('list entries, the newest first')
    .description(
      'Lists entries of a running vault, the newest first. Needs the key of an auditor, operator or admin. ' +
        `--action takes one of: ${LEDGER_ACTIONS.join(', ')}. ${SUMMED}`,
    )
    .option('--credential <id>', 'entries about this credential')
    .option('--account <account>', 'entries about this account')
    .option('--consumer <id>', 'what this consumer did')
    .option('--action <action>', 'entries of this action, such as token.issue')
    .option('--from <date>', 'not before this date or time', timeArgument)
    .option('--to <date>', 'before this date or time', timeArgument)
    .addOption(new Option('--order <order>', 'oldest or newest first').choices(['asc', 'desc']))
    .option('--limit <count>', 'how many (20 unless given, at most 1000)', wholeArgument)
    .option('--cursor <cursor>', 'go on where the last list ended')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action((flags: ListFlags) => read(session, flags));
  examples(list, 'tokenwell ledger list', 'tokenwell ledger list --consumer helpdesk --action token.issue --limit 100');
}

function addVerify(group: Command, session: Session): void {
  const verify = group
    .command('verify')
    .summary('verify that nothing was changed, removed or put in')
    .description(
      'Verifies every page of the audit log, in which each is chained to the one before it, and its index. Opens the ' +
        'database itself (TOKENWELL_DATA_DIR or TOKENWELL_DATABASE_URL, and the master key), also beside a running vault. Names the first bad page and its entries and ends with 4. ' +
        'Keep the heads outside of the vault and give them the next time: only they show that the newest pages of all ' +
        'writers were cut off.',
    )
    .option('--anchor <path>', 'heads kept from an earlier verification (- for standard input)')
    .option('--save-heads <path>', 'write the heads to this file, unless there is a flaw')
    .option('--json', 'print { pages, entries, heads, flaw? } as JSON')
    .action((flags: VerifyFlags) => check(session, flags));
  examples(verify, 'tokenwell ledger verify --save-heads heads.json', 'tokenwell ledger verify --anchor heads.json');
}

async function read(session: Session, { json, limit = 20, ...query }: ListFlags): Promise<void> {
  const page: Page<LedgerEntry> = await connect(session).ledger({ ...query, limit });
  print(session, json ? { json } : {}, page, ({ items }) => entryTable(items));
  if (!json && page.next_cursor !== null) remark(session, `There are more: add --cursor ${visible(page.next_cursor)}`);
}

async function check(session: Session, flags: VerifyFlags): Promise<void> {
  const config = settings(session);
  const anchor = flags.anchor === undefined ? [] : await readHeads(session, flags.anchor);
  const { verify } = await import('./offline.js');
  const verification = await verify(config, anchor);
  print(session, flags, verification, verificationText);
  if (verification.flaw) {
    session.exitCode = EXIT.flaw;
    if (flags.saveHeads !== undefined)
      remark(session, 'The heads were not saved: those of a flawed ledger are no anchor.');
  } else if (flags.saveHeads !== undefined) {
    await saveHeads(flags.saveHeads, verification.heads);
  }
}

async function readHeads(session: Session, path: string): Promise<Head[]> {
  const value = await readJson(session, path);
  if (Array.isArray(value) && value.length > 0 && value.every(isHead)) return value;
  throw new UsageError(
    'An anchor is a JSON list of { writer, seq, mac }, as --save-heads writes it. Nothing was verified.',
  );
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null || !('writer' in value && 'seq' in value && 'mac' in value))
    return false;
  return typeof value.writer === 'string' && Number.isSafeInteger(value.seq) && typeof value.mac === 'string';
}

async function saveHeads(path: string, heads: Head[]): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(heads, undefined, 2)}\n`);
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    throw new UsageError(`The heads cannot be written to ${path} (${errno}). Name another file.`);
  }
}
