import { randomInt } from 'node:crypto';
import type { Selectable, Updateable } from 'kysely';
import type { Account, AccountName, AccountProgress, AccountState, Finding, Intent, Report } from '../vault/account.js';
import type { AccountReads, Tx } from '../vault/store.js';
import { inChunks } from './chunks.js';
import type { Handle } from './engine.js';
import type { Tables } from './tables.js';

const NEEDS_NOBODY: AccountState[] = ['pending', 'connected', 'degraded'];
const NO_LEASE = { lease_owner: null, lease_until: null };
const NO_INTENT = { intent_id: null, intent_at: null, intent_first_at: null };
const NO_REPORT = { reported_as: null, reported_by: null, reported_at: null };

/** Accounts and their progress. What becomes of them is decided in the domain. */
export function accountRows(db: Handle): Tx['accounts'] {
  const accounts = () => db.selectFrom('accounts').selectAll();
  return {
    find: async (credential, account) => {
      const row = await accounts()
        .where('credential', '=', credential)
        .where('account', '=', account)
        .executeTakeFirst();
      return row && accountOf(row);
    },
    list: async credential => {
      const rows = await accounts().where('credential', '=', credential).orderBy('account').execute();
      return rows.map(accountOf);
    },
    counts: async credentials => {
      const counts: CountRow[] = [];
      for (const some of inChunks(credentials)) counts.push(...(await countByState(db, some)));
      return countsOf(counts);
    },
    reported: async (credentials, since) => {
      const counts: Pick<CountRow, 'credential' | 'count'>[] = [];
      for (const some of inChunks(credentials)) counts.push(...(await countReported(db, some, since)));
      return new Map(counts.map(({ credential, count }) => [credential, Number(count)]));
    },
    ...accountWrites(db),
  };
}

type AccountWrites = Omit<Tx['accounts'], keyof AccountReads>;

function accountWrites(db: Handle): AccountWrites {
  return {
    insert: async (credential, account) => {
      // A fence that was never used: a flight that began for a deleted account of this name can settle nothing here.
      await db
        .insertInto('accounts')
        .values({ credential, account, state: 'pending', fail_count: 0, fence: randomInt(2 ** 47) })
        .execute();
    },
    revise: (account, progress) => revise(db, account, columnsOf(progress)),
    retry: async credential => {
      await db.updateTable('accounts').set({ next_try_at: null }).where('credential', '=', credential).execute();
    },
    settle: async ({ credential, account }, fence, progress, intent) => {
      const settled = await db
        .updateTable('accounts')
        .set({ ...columnsOf(progress), ...NO_LEASE, ...(intent === 'doubtful' ? {} : NO_INTENT) })
        .where('credential', '=', credential)
        .where('account', '=', account)
        .where('fence', '=', fence)
        .executeTakeFirst();
      return settled.numUpdatedRows > 0n;
    },
    restart: (account, progress) => revise(db, account, { ...columnsOf(progress), ...NO_INTENT }),
    report: (account, report) => tell(db, account, report),
    forgetTokens: async ({ credential, account }) => {
      // What servers said of them goes, too. The account's row first, as in every other write of both.
      await tell(db, { credential, account }, undefined);
      await db.deleteFrom('tokens').where('credential', '=', credential).where('account', '=', account).execute();
    },
    remove: async ({ credential, account }) => {
      const mine = db.deleteFrom('accounts').where('credential', '=', credential).where('account', '=', account);
      return (await mine.executeTakeFirst()).numDeletedRows > 0n;
    },
  };
}

async function revise(
  db: Handle,
  { credential, account }: AccountName,
  columns: Partial<Updateable<Tables['accounts']>>,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set(eb => ({ ...columns, ...NO_LEASE, fence: eb('fence', '+', 1) }))
    .where('credential', '=', credential)
    .where('account', '=', account)
    .execute();
}

/** Neither fence nor lease: a flight that is under way is not disturbed. */
async function tell(db: Handle, { credential, account }: AccountName, report: Report | undefined): Promise<void> {
  const told = report && { reported_as: report.as, reported_by: report.by, reported_at: report.at };
  await db
    .updateTable('accounts')
    .set(told ?? NO_REPORT)
    .where('credential', '=', credential)
    .where('account', '=', account)
    .execute();
}

/** Forgets what a consumer told of any account. */
export async function forgetReportsBy(db: Handle, consumer: string): Promise<void> {
  // Beside the consumer, what the index of reports is for: few accounts have one.
  const reported = db.updateTable('accounts').set(NO_REPORT).where('reported_at', 'is not', null);
  await reported.where('reported_by', '=', consumer).execute();
}

function accountOf(row: Selectable<Tables['accounts']>): Account {
  return {
    credential: row.credential,
    account: row.account,
    state: row.state as AccountState,
    finding: row.finding === null ? undefined : (JSON.parse(row.finding) as Finding),
    failCount: row.fail_count,
    nextTryAt: row.next_try_at ?? undefined,
    lastSuccessAt: row.last_success_at ?? undefined,
    intent: intentOf(row),
    reported: reportOf(row),
  };
}

function intentOf({ intent_id, intent_at, intent_first_at }: Selectable<Tables['accounts']>): Intent | undefined {
  if (intent_id === null || intent_at === null) return undefined;
  return { id: intent_id, at: intent_at, firstAt: intent_first_at ?? intent_at };
}

function reportOf({ reported_as, reported_by, reported_at }: Selectable<Tables['accounts']>): Report | undefined {
  if (reported_as === null || reported_by === null || reported_at === null) return undefined;
  return { as: reported_as, by: reported_by, at: reported_at };
}

function columnsOf(progress: AccountProgress) {
  return {
    state: progress.state,
    finding: progress.finding ? JSON.stringify(progress.finding) : null,
    fail_count: progress.failCount,
    next_try_at: progress.nextTryAt ?? null,
    last_success_at: progress.lastSuccessAt ?? null,
  };
}

interface CountRow {
  credential: string;
  state: string;
  count: number;
}

async function countByState(db: Handle, credentials: string[]): Promise<CountRow[]> {
  return await db
    .selectFrom('accounts')
    .select(['credential', 'state', db.fn.countAll<number>().as('count')])
    .where('credential', 'in', credentials)
    .groupBy(['credential', 'state'])
    .execute();
}

async function countReported(db: Handle, credentials: string[], since: number) {
  return await db
    .selectFrom('accounts')
    .select(['credential', db.fn.countAll<number>().as('count')])
    .where('credential', 'in', credentials)
    .where('reported_at', '>', since)
    .where('state', 'in', NEEDS_NOBODY)
    .groupBy('credential')
    .execute();
}

function countsOf(rows: CountRow[]) {
  const counts = new Map<string, Partial<Record<AccountState, number>>>();
  for (const { credential, state, count } of rows) {
    counts.set(credential, { ...counts.get(credential), [state]: Number(count) });
  }
  return counts;
}
