import type { Expiry } from './expiry.js';
import { titleOf } from './expiry-words.js';
import { hashOf } from './opaque.js';
import type { Mail } from './ports.js';

/** So many accounts of one credential are named; more of them are counted. */
const NAMED_ACCOUNTS = 10;

const ACTORS = {
  needs_operator: 'An operator of this vault must act:',
  needs_user: 'The owner of a mailbox must sign in again, unless an operator finds the reason before:',
};

const ABOUT = `This mail comes at most once a day, and says each thing at 60, 30, 14, 7 and 1 days before its end, and
at once when it is stored with less left.
All that ends, and accounts that need somebody: tokenwell doctor`;

/** One mail about several ends, in plain words: names and dates, never a secret. `after` is when the last one went out. */
export function digestOf(expiries: readonly Expiry[], after: number | undefined): Mail {
  const groups = (['needs_operator', 'needs_user'] as const).map(actor => {
    const mine = expiries.filter(one => one.class === actor);
    return mine.length === 0 ? undefined : [ACTORS[actor], ...paragraphs(mine)].join('\n\n');
  });
  const [soonest] = [...expiries].sort((one, other) => one.endsAt - other.endsAt);
  const more = expiries.length > 1 ? `, and ${expiries.length - 1} more` : '';
  const subject = soonest ? `Tokenwell: ${titleOf(soonest, 'no accounts')} ${whenOf(soonest)}${more}` : 'Tokenwell';
  const id = hashOf(JSON.stringify([after, ...expiries.map(({ kind, id, endsAt }) => [kind, id, endsAt])])).slice(
    0,
    32,
  );
  return { id, subject, text: `${[...groups.filter(group => group !== undefined), ABOUT].join('\n\n')}\n` };
}

function paragraphs(expiries: readonly Expiry[]): string[] {
  const counts = new Map<string, number>();
  const shown = expiries.filter(({ kind, credential = '' }) => {
    if (kind !== 'refresh_token') return true;
    const count = (counts.get(credential) ?? 0) + 1;
    counts.set(credential, count);
    return count <= NAMED_ACCOUNTS;
  });
  const more = [...counts].filter(([, count]) => count > NAMED_ACCOUNTS);
  return [
    ...shown.map(one => `${titleOf(one, 'accounts')} ${whenOf(one)}.\n  ${one.action}`),
    ...more.map(
      ([credential, count]) =>
        `And ${count - NAMED_ACCOUNTS} more accounts of ${credential}: tokenwell account list ${credential}`,
    ),
  ];
}

function whenOf({ kind, endsAt, daysLeft, estimated }: Expiry): string {
  const day = new Date(endsAt).toISOString().slice(0, 10);
  if (estimated && kind === 'client_secret') return `has no end date (reminder of ${day})`;
  if (daysLeft < 0) return `ended on ${day}`;
  const left = daysLeft === 0 ? 'in less than a day' : `in ${daysLeft} day${daysLeft === 1 ? '' : 's'}`;
  return `ends on ${day}, ${left}`;
}
