import { type Account, type AccountName, type AccountProgress, type Finding, findingOf } from './account.js';
import { linkCommand } from './errors.js';
import type { ProviderFailure } from './ports.js';

const SIGN_IN = 'The owner of the mailbox must sign in again: make a connect link and send it.';
const FOR_THIS = 'For this an operator makes a connect link and sends it to the owner of the mailbox.';
const THEN = 'Then the owner of the mailbox must sign in again: make a connect link and send it.';

function signIn(of: AccountName): string {
  return `${SIGN_IN} ${linkCommand(of)}`;
}

/**
 * The provider refuses the grant itself: expired, revoked, or a password was changed. Whatever else has to be done, it
 * ends with a new sign-in.
 */
export function grantRefused(of: AccountName, failure: ProviderFailure, at: number): Finding {
  if (failure.reason === 'consent_required') return findingOf(failure, at, 'needs_admin');
  const finding = findingOf(failure, at, 'needs_user');
  if (!failure.told) return { ...finding, action: signIn(of) };
  const how = finding.who === 'mailbox_owner' ? FOR_THIS : THEN;
  return { ...finding, action: `${finding.action} ${how} ${linkCommand(of)}` };
}

/** Refused after a use of the refresh token whose answer nobody saw: most likely that answer held the next one. */
export function rotationLost(of: AccountName, failure: ProviderFailure, at: number): Finding {
  const message =
    'The provider refuses the refresh token. Its last answer was lost on the way, and with it most likely the new refresh token.';
  const provider = failure.answer ? { provider: failure.answer } : {};
  return { class: 'needs_user', reason: 'rotation_lost', message, action: signIn(of), at, ...provider };
}

/** The provider gave no refresh token at the consent, and the access token has ended. */
export function noRefreshToken(of: AccountName, at: number): Finding {
  return {
    class: 'needs_user',
    reason: 'no_refresh_token',
    message: 'The provider gave no refresh token at the consent, so access ended with the first token.',
    action: `${signIn(of)} So that it lasts, ask for offline_access (Microsoft) or access_type=offline (Google).`,
    at,
  };
}

/** The grant was obtained elsewhere or as another client than the credential now says (invariant 13). */
export function registrationChanged(of: AccountName, at: number): Finding {
  return {
    class: 'needs_user',
    reason: 'registration_changed',
    message:
      'The credential’s token URL or client id was changed since the consent, so the old grant is not sent there.',
    action: `${signIn(of)} Or undo the change within 30 days: the old grant is kept that long.`,
    at,
  };
}

/** The reason of `otherIdentity`. */
export const OTHER_IDENTITY = 'other_identity';

/** Whether an operator has to decide about an account, which nothing else ends: its refresh token was most likely used up. */
export function waitsForDecision({ finding }: Pick<Account, 'finding'>): boolean {
  return finding?.reason === OTHER_IDENTITY;
}

/** A refresh brought a token that is somebody else's, or may be: it is put aside, and nobody gets it. */
export function otherIdentity(at: number, { readable }: { readable: boolean }): Finding {
  const tokens = readable
    ? 'another account’s tokens'
    : 'tokens that may be another account’s, for their ID token cannot be read';
  return {
    class: 'needs_operator',
    reason: OTHER_IDENTITY,
    message: `The provider answered a refresh with ${tokens}. They were put aside and given to nobody.`,
    action: 'Look at the waiting grant of this account: accept it if the change is right, otherwise reject it.',
    at,
  };
}

/**
 * An operator said no to what a refresh brought. Whether the refresh token before it still works is seen when it is used:
 * by the next refresh, or the next draw once its token has ended.
 */
export function identityRejected(account: Account, at: number): AccountProgress {
  const finding: Finding = {
    class: 'needs_operator',
    reason: 'identity_rejected',
    message:
      'The last refresh brought tokens that are or may be another account’s, and an operator rejected them. Many providers ended the refresh token in use with that answer.',
    action: 'Refresh the account: if that fails, the owner of the mailbox must sign in again.',
    at,
  };
  const { failCount, lastSuccessAt } = account;
  return { state: 'needs_operator', finding, failCount, nextTryAt: undefined, lastSuccessAt };
}

/** It is not known whether the refresh token was used up; it rests until trying can do no harm. */
export function inDoubt(at: number): Finding {
  return {
    class: 'in_doubt',
    reason: 'in_doubt',
    message: 'A refresh was begun and its end is not known, so the refresh token rests for a moment.',
    action: 'Nothing: it is tried again by itself.',
    at,
  };
}
