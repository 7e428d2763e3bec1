import type { Account, Finding } from './account.js';
import { aboutOf, notConnected, VaultError, whoOf } from './errors.js';
import { pauseLeft } from './pause.js';

/** Whether no pause after an earlier failure is running. */
export function mayAskNow(account: Account, now: number): boolean {
  return pauseLeft(account.nextTryAt, now) === 0;
}

/** What the caller of a draw is told of an account's finding: 424 when somebody must act, 503 when time will tell. */
export function problemOf(finding: Finding | undefined, nextTryAt: number | undefined, now: number): VaultError {
  if (!finding) return busy('The provider was asked a moment ago.');
  const { message, action, who = whoOf(finding.class) } = finding;
  const details = { class: finding.class, action, ...aboutOf({ ...finding, who }) };
  if (finding.class === 'needs_user') return notConnected(finding);
  const waits = finding.class === 'unavailable' || finding.class === 'throttled' || finding.class === 'in_doubt';
  if (!waits) return new VaultError('provider_refused', message, details);
  const retryAfter = Math.max(1, Math.ceil(((nextTryAt ?? now) - now) / 1000));
  return new VaultError('provider_unavailable', message, { ...details, retryAfter });
}

/** 503: for a moment there is too much to do here, or somebody else is doing it. */
export function busy(message: string): VaultError {
  return new VaultError('provider_unavailable', `${message} Try again in a second.`, {
    class: 'unavailable',
    action: 'Try again.',
    retryAfter: 1,
  });
}
