import { type Expiring, secretMonths } from './expiry.js';

/** What it is, in a few words. An account's name may be a mailbox address, so it is said only where that may be. */
export function titleOf(expiring: Expiring, naming: 'accounts' | 'no accounts'): string {
  const { credential = '', consumer = '', account = '' } = expiring;
  const whose = naming === 'accounts' ? `the account ${account}` : 'an account';
  switch (expiring.kind) {
    case 'client_secret':
      return `Client secret of ${credential}`;
    case 'certificate':
      return `Certificate of ${credential}`;
    case 'refresh_token':
      return `Access of ${whose} of ${credential}`;
    case 'consumer_key':
      return `Key ${expiring.id} of the consumer ${consumer}`;
    case 'connect_link':
      return `Link for ${whose} of ${credential}`;
  }
}

/** Who does what, with the command. */
export function actionOf(expiring: Expiring, now: number): string {
  const said = expiring.disabled ? `${disabledText(expiring)} ` : '';
  switch (expiring.kind) {
    case 'client_secret':
      return said + secretAction(expiring);
    case 'certificate':
      return said + certificateAction(expiring);
    case 'refresh_token':
      return said + refreshAction(expiring, now);
    case 'consumer_key':
      return said + keyAction(expiring);
    case 'connect_link':
      return said + linkAction(expiring);
  }
}

/**
 * The same in two lines for readers who may know no account, and whose program may take what stands in angle brackets
 * for its own marks: names and dates, never a secret.
 */
export function dutyOf(expiring: Expiring, now: number): string {
  const action = actionOf({ ...expiring, account: '<account>' }, now);
  const plain = action.replace(/<([a-z ]+)>/g, (_, what: string) => what.toUpperCase().replace(' ', '_'));
  return `Who must act: ${actorWords(expiring)}.\nWhat to do: ${plain}`;
}

function actorWords({ kind }: Expiring): string {
  if (kind === 'consumer_key') return 'an administrator of this vault';
  if (kind !== 'refresh_token') return 'an operator of this vault';
  return 'an operator of this vault, who looks why; then the owner of the mailbox';
}

function disabledText({ kind, consumer, credential }: Expiring): string {
  if (kind === 'consumer_key') return `The consumer ${consumer} is disabled, so nothing fails when it ends.`;
  const what =
    kind === 'refresh_token' ? `This account or the credential ${credential}` : `The credential ${credential}`;
  return `${what} is disabled, so nothing fails when it ends.`;
}

function secretAction({ credential, id, spare, estimated, whereabouts }: Expiring): string {
  if (spare) return notInUse(credential, id);
  const replace = `tokenwell credential replace ${credential}`;
  if (!estimated)
    return `An operator makes a new secret at the provider and stores it: ${replace} --secret-file <file> --secret-expires-at <date>`;
  const months = secretMonths(whereabouts);
  const known =
    months === undefined ? "Microsoft's secrets last at most 24 months" : `secrets there last at most ${months} months`;
  return `No date given; ${known}. This is a reminder: an operator looks the date up at the provider and says it: ${replace} --secret-expires-at <date>`;
}

function certificateAction({ credential, id, spare }: Expiring): string {
  if (spare) return notInUse(credential, id);
  return (
    `An operator makes the next one, uploads it at the provider and activates it: tokenwell credential ` +
    `certificate-generate ${credential}, then tokenwell credential auth-activate ${credential} <auth id>`
  );
}

function notInUse(credential: string | undefined, id: string): string {
  return `Not the active one, so nobody must act. Where it is no longer needed: tokenwell credential auth-delete ${credential} ${id}`;
}

function refreshAction({ credential, account, renewed, disabled, endsAt }: Expiring, now: number): string {
  const link = `tokenwell account link ${credential} ${account}`;
  if (disabled) return `Once enabled after that day, its owner must sign in again: ${link}`;
  if (renewed) return 'Nobody must act: Tokenwell uses it before then.';
  const look = `tokenwell account show ${credential} ${account}`;
  const until =
    endsAt > now
      ? 'Tokenwell could not use it in time. An operator looks why'
      : 'It was not used for too long. An operator looks why';
  return `${until} (${look}); where that does not help, the owner of the mailbox signs in again: ${link}`;
}

function keyAction({ consumer, id, spare }: Expiring): string {
  const remove = `tokenwell consumer key-delete ${consumer} ${id}`;
  if (spare) return `The consumer has a key that lives longer, so nobody must act once that is in use. Then: ${remove}`;
  return `An administrator of this vault makes another key, gives it to the consumer and deletes this one: tokenwell consumer key ${consumer} --expires <date>, then ${remove}`;
}

function linkAction({ credential, account }: Expiring): string {
  return `Whoever it was sent to uses it before then. Otherwise an operator makes another: tokenwell account link ${credential} ${account}`;
}
