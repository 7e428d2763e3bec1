import type { ErrorClass, ProviderAnswer } from './errors.js';
import type { ProviderFailure } from './ports.js';

export type AccountState =
  | 'pending'
  | 'connected'
  | 'degraded'
  | 'needs_user'
  | 'needs_admin'
  | 'needs_operator'
  | 'disabled';

/** What a failed refresh means in plain words. */
export interface Finding {
  class: ErrorClass;
  /** A stable word, such as `wrong_client_secret`. */
  reason: string;
  message: string;
  /** What to do, in a sentence. */
  action: string;
  at: number;
  provider?: ProviderAnswer;
}

/** What a credential may act as, and how it is doing. Only the functions below write its state fields. */
export interface Account {
  credential: string;
  account: string;
  state: AccountState;
  finding: Finding | undefined;
  /** Failures in a row. */
  failCount: number;
  /** Epoch milliseconds before which the provider is not asked again. */
  nextTryAt: number | undefined;
  lastSuccessAt: number | undefined;
}

/** The state fields alone: what a transition answers and the store writes. */
export type AccountProgress = Omit<Account, 'credential' | 'account'>;

const MISCONFIGURED_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** A new token came: every trace of earlier failures goes. */
export function renewed(now: number): AccountProgress {
  return { state: 'connected', finding: undefined, failCount: 0, nextTryAt: undefined, lastSuccessAt: now };
}

/** An account as it is before its first token, and again when its credential was changed by an operator. */
export function fresh(lastSuccessAt?: number): AccountProgress {
  return { state: 'pending', finding: undefined, failCount: 0, nextTryAt: undefined, lastSuccessAt };
}

/**
 * A refresh failed. Misconfigured and rejected wait for an operator and are asked again at most once a minute;
 * unavailable backs off with full jitter from 1 s to 5 min, or as long as the provider asked.
 */
export function failed(account: Account, failure: ProviderFailure, now: number, random: number): AccountProgress {
  const finding = findingOf(failure, now);
  const failCount = account.failCount + 1;
  const base = { finding, failCount, lastSuccessAt: account.lastSuccessAt };
  if (failure.class !== 'unavailable') {
    return { ...base, state: 'needs_operator', nextTryAt: now + MISCONFIGURED_PAUSE_MS };
  }
  const state = account.state === 'connected' ? 'degraded' : account.state;
  const ceiling = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failCount, 16), LONGEST_PAUSE_MS);
  const pause = failure.retryAfterMs ?? Math.max(FIRST_PAUSE_MS, Math.round(ceiling * random));
  return { ...base, state, nextTryAt: now + pause };
}

function findingOf(failure: ProviderFailure, at: number): Finding {
  const throttled = failure.reason === 'throttled';
  const errorClass = failure.class === 'unavailable' ? (throttled ? 'throttled' : 'unavailable') : 'needs_operator';
  return {
    class: errorClass,
    reason: failure.reason,
    message: failure.message,
    action: failure.action,
    at,
    ...(failure.answer ? { provider: failure.answer } : {}),
  };
}
