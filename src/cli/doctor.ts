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
  /** Accounts that need somebody, by their state or by what a consumer told; of each credential the first ones. */
  accounts: Pick<Account, 'credential' | 'account' | 'state' | 'finding' | 'reported'>[];
  /** How many more there are, by credential. */
  more: Record<string, number>;
}

interface DoctorFlags extends PrintFlags {
  within?: number;
  quiet?: true;
}

const WITHIN_DAYS = 60;
const SHOWN_ACCOUNTS = 20;
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
    const count = disabled ? 0 : needyCount(accounts) + reported;
    const shown = Math.min(count, SHOWN_ACCOUNTS);
    if (shown === 0) continue;
    found.accounts.push(...(await firstNeedy(client, id, shown)));
    if (count > shown) found.more[id] = count - shown;
  }
  return found;
}

function needyCount(accounts: Credential['accounts']): number {
  return NEEDY.reduce((sum, state) => sum + (accounts[state] ?? 0), 0);
}

async function firstNeedy(client: TokenwellClient, id: string, most: number): Promise<Diagnosis['accounts']> {
  const found: Diagnosis['accounts'] = [];
  for await (const { credential, account, state, finding, reported } of client.accounts.each(id)) {
    if (!NEEDY.some(one => one === state) && (!reported || state === 'disabled')) continue;
    found.push({ credential, account, state, ...(finding ? { finding } : {}), ...(reported ? { reported } : {}) });
    if (found.length === most) break;
  }
  return found;
}
