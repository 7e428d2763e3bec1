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
  /** Accounts that need somebody: of each credential the first by their state, then the first that a consumer told of. */
  accounts: Pick<Account, 'credential' | 'account' | 'state' | 'finding' | 'reported'>[];
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
        'idle) and which accounts need their owner, an administrator or an operator, by their state or by what a ' +
        'consumer reported: what is wrong, who must act and what to do. Needs the key of an auditor, operator or admin. Its exit code is made for cron.',
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
  for await (const { id, disabled, accounts, reported_accounts: reported = 0 } of client.credentials.each()) {
    const count = { needy: needyCount(accounts), reported };
    if (disabled || count.needy + count.reported === 0) continue;
    const shown = await firstOf(client, id, count);
    found.accounts.push(...shown);
    const more = count.needy + count.reported - shown.length;
    if (more > 0) found.more[id] = more;
  }
  return found;
}

function needyCount(accounts: Credential['accounts']): number {
  return NEEDY.reduce((sum, state) => sum + (accounts[state] ?? 0), 0);
}

/** Those that fail, then those that a consumer told of. Each have places of their own: anybody who draws may tell anything. */
async function firstOf(
  client: TokenwellClient,
  id: string,
  count: { needy: number; reported: number },
): Promise<Diagnosis['accounts']> {
  const needy: Diagnosis['accounts'] = [];
  const told: Diagnosis['accounts'] = [];
  const isFull = () => needy.length >= places(count.needy) && told.length >= places(count.reported);
  for await (const { credential, account, state, finding, reported } of client.accounts.each(id)) {
    const fails = NEEDY.some(one => one === state);
    if (!fails && (!reported || state === 'disabled')) continue;
    const among = fails ? needy : told;
    if (among.length >= SHOWN_ACCOUNTS) continue;
    among.push({ credential, account, state, ...(finding ? { finding } : {}), ...(reported ? { reported } : {}) });
    if (isFull()) break;
  }
  return [...needy, ...told];
}

function places(count: number): number {
  return Math.min(count, SHOWN_ACCOUNTS);
}
