import type { Expiry } from '../client/client.js';
import type { Diagnosis } from './doctor.js';
import { visible } from './terminal-text.js';
import { actorInWords, stateInWords } from './words.js';

/** What the doctor found, by who must act. */
export function diagnosisText(found: Diagnosis): string {
  const { expiries, accounts, within, more } = found;
  const head = 'The vault is ready.';
  if (expiries.length === 0 && accounts.length === 0) {
    return `${head} Nothing ends within ${within} days unless somebody acts, and no account needs anybody.`;
  }
  const lines = [
    ...accounts.filter(isNeedy).map(one => ({
      actor: actorInWords(one.finding ?? { class: one.state }, ''),
      text: accountText(one),
    })),
    ...accounts.flatMap(one => (one.reported ? [reportLine(one, one.reported)] : [])),
    ...accounts.flatMap(one => (one.other_person ? [otherLine(one, one.other_person)] : [])),
    ...expiries.map(one => ({
      actor: actorInWords({ class: one.class ?? 'needs_operator' }, ''),
      text: expiryText(one),
    })),
  ];
  const actors = [...new Set(lines.map(({ actor }) => actor))];
  const groups = actors.map(actor => {
    const texts = lines.filter(line => line.actor === actor).map(({ text }) => text);
    return `Who must act: ${actor}\n\n${texts.join('\n')}`;
  });
  const rest = Object.entries(more).map(([credential, count]) =>
    visible(`${count} more accounts of ${credential} need somebody: tokenwell account list ${credential}`),
  );
  return [head, ...groups, ...(rest.length > 0 ? [rest.join('\n')] : [])].join('\n\n');
}

/** By its state; the others are here for what a consumer told, or for who signed in. */
function isNeedy({ state }: Diagnosis['accounts'][number]): boolean {
  return state.startsWith('needs_');
}

function reportLine(
  { credential, account }: Diagnosis['accounts'][number],
  reported: NonNullable<Diagnosis['accounts'][number]['reported']>,
): { actor: string; text: string } {
  const { message, action, by, at } = reported;
  const what = `${credential} ${account}: ${message} (told by ${by} on ${at.slice(0, 10)})`;
  return {
    actor: actorInWords(reported, ''),
    text: `  ${visible(what)}\n    What to do: ${visible(action)}`,
  };
}

function otherLine(
  { credential, account }: Diagnosis['accounts'][number],
  { message, action }: NonNullable<Diagnosis['accounts'][number]['other_person']>,
): { actor: string; text: string } {
  return {
    actor: actorInWords({ class: 'needs_operator' }, ''),
    text: `  ${visible(`${credential} ${account}: ${message}`)}\n    What to do: ${visible(action)}`,
  };
}

function accountText({ credential, account, state, finding }: Diagnosis['accounts'][number]): string {
  const what = finding?.message ?? stateInWords({ state }, { grant_type: 'client_credentials', disabled: false });
  const action = finding?.action ?? `tokenwell account show ${credential} ${account}`;
  return `  ${visible(`${credential} ${account}: ${what}`)}\n    What to do: ${visible(action)}`;
}

function expiryText(expiry: Expiry): string {
  const { credential, account, consumer, id, kind, action } = expiry;
  const whose = [credential, account, consumer].filter(name => name !== undefined).join(' ');
  const what = kind === 'consumer_key' ? `${whose} ${id}` : whose;
  return `  ${visible(`${what}: ${WHAT[kind] ?? kind} ${whenOf(expiry)}`)}\n    What to do: ${visible(action)}`;
}

const WHAT: Readonly<Record<string, string>> = {
  client_secret: 'its client secret',
  certificate: 'its certificate',
  refresh_token: 'its access',
  consumer_key: 'this key',
  connect_link: 'a link',
};

function whenOf({ kind, expires_at, days_left, estimated }: Expiry): string {
  const day = expires_at.slice(0, 10);
  if (estimated && kind === 'client_secret') return `has no end date; look it up (reminder of ${day})`;
  if (days_left < 0) return `ended on ${day}`;
  return `ends on ${day}, in ${days_left} day${days_left === 1 ? '' : 's'}`;
}
