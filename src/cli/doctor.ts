import type { Command } from 'commander';
import type { Account, Credential, Expiry, TokenwellClient } from '../client/client.js';
import { wholeArgument } from './arguments.js';
import { diagnosisText } from './doctor-text.js';
import { examples } from './examples.js';
import { EXIT } from './exit-codes.js';
import { collected, connect, type PrintFlags, print, type Session } from './session.js';

/** What the doctor found. */
export interface Diagnosis {
  ready: true;
  /** Whether somebody must act now, or within 30 days. */
  attention: boolean;
  /** Days. */
  within: number;
  /** What ends within that time unless somebody acts. */
  expiries: Expiry[];
  /** Accounts that need somebody: of each credential the first by their state, then the first by what is told of them. */
  accounts: Pick<Account, 'credential' | 'account' | 'state' | 'finding' | 'reported' | 'other_person'>[];
  /** How many more there are, by credential. */
  more: Record<string, number>;
}

interface DoctorFlags extends PrintFlags {
  within?: number;
  quiet?: true;
}

const WITHIN_DAYS = 60;
const SHOWN_ACCOUNTS = 20; // of each kind
const NEEDY = ['needs_user', 'needs_admin', 'needs_operator'] as const;
const CALM = ['none', 'notice'];

/** `doctor`: whether mail will go on, for people and for cron. */
export function addDoctorCommand(program: Command, session: Session): void {
  const doctor = program
    .command('doctor')
    .summary('say what needs somebody, now or soon')
    .description(
      'Asks a running vault whether it is ready, what ends soon (client secrets, certificates, keys, access that lies ' +
        'idle) and which accounts need their owner, an administrator or an operator, by their state, by what a ' +
        'consumer reported or by who signed in: what is wrong, who must act and what to do. Needs the key of an auditor, operator or admin. Its exit code is made for cron.',
    )
    .option('--within <days>', 'how far to look ahead (60 unless given)', wholeArgument)
    .option('--quiet', 'print nothing when nobody must act within 30 days')
    .option('--json', 'print { ready, attention, within, expiries, accounts, more } as JSON')
    .action((flags: DoctorFlags) => examine(session, flags));
  examples(doctor, 'tokenwell doctor', 'tokenwell doctor --quiet --within 90   # a line for cron');
}

async function examine(session: Session, flags: DoctorFlags): Promise<void> {
  const { within = WITHIN_DAYS } = flags;
  const client = connect(session);
  await client.ready();
  const expiries = await collected(client.expiries.each({ pressing: true, within }));
  const needy = await needyAccounts(client);
  const attention = needy.accounts.length > 0 || expiries.some(({ severity }) => !CALM.includes(severity));
  const found: Diagnosis = { ready: true, attention, within, expiries, ...needy };
  if (attention) session.exitCode = EXIT.attention;
  if (flags.quiet && !attention) return;
  print(session, flags, found, diagnosisText);
}

/** A credential that is disabled needs nobody: somebody did that. */
async function needyAccounts(client: TokenwellClient): Promise<Pick<Diagnosis, 'accounts' | 'more'>> {
  const found: Pick<Diagnosis, 'accounts' | 'more'> = { accounts: [], more: {} };
  for await (const one of client.credentials.each()) {
    const { id, disabled, grant_type, accounts, reported_accounts: reported = 0 } = one;
    if (disabled) continue;
    // Who signed in is known of each account alone; where nobody signs in, the counts say whether to ask at all.
    const people = grant_type === 'authorization_code';
    const count = { needy: needyCount(accounts), reported };
    if (!people && count.needy + count.reported === 0) continue;
    const shown = await firstOf(client, id, people ? undefined : count);
    found.accounts.push(...shown.first);
    if (shown.more > 0) found.more[id] = shown.more;
  }
  return found;
}

function needyCount(accounts: Credential['accounts']): number {
  return NEEDY.reduce((sum, state) => sum + (accounts[state] ?? 0), 0);
}

/**
 * Those that fail, then those that a consumer told of or that another person signed in for, and how many more there are;
 * `count`: how many in all, where that is known. Each have places of their own: anybody who draws may tell anything.
 */
async function firstOf(
  client: TokenwellClient,
  id: string,
  count: { needy: number; reported: number } | undefined,
): Promise<{ first: Diagnosis['accounts']; more: number }> {
  const needy: Diagnosis['accounts'] = [];
  const told: Diagnosis['accounts'] = [];
  const isFull = () => count && needy.length >= places(count.needy) && told.length >= places(count.reported);
  let seen = 0;
  for await (const one of client.accounts.each(id)) {
    const among = isFailing(one) ? needy : isToldOf(one) ? told : undefined;
    if (!among) continue;
    seen += 1;
    if (among.length < SHOWN_ACCOUNTS) among.push(shownOf(one));
    if (isFull()) break;
  }
  const first = [...needy, ...told];
  return { first, more: (count ? count.needy + count.reported : seen) - first.length };
}

function isFailing({ state }: Account): boolean {
  return NEEDY.some(one => one === state);
}

/** What an operator disabled needs nobody. */
function isToldOf({ state, reported, other_person }: Account): boolean {
  return state !== 'disabled' && (reported !== undefined || other_person !== undefined);
}

function shownOf({ credential, account, state, finding, reported, other_person }: Account) {
  const why = { ...(finding && { finding }), ...(reported && { reported }), ...(other_person && { other_person }) };
  return { credential, account, state, ...why };
}

function places(count: number): number {
  return Math.min(count, SHOWN_ACCOUNTS);
}
