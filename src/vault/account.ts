import type { Credential } from './credential.js';
import { aboutOf, type ErrorClass, type ProviderAnswer, type Who, whoOf } from './errors.js';
import type { Script } from './findings/words.js';
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
  /** Who must act; left out where the class says it, and in what was stored before there was this field. */
  who?: Who;
  /** A stable word, such as `wrong_client_secret`. */
  reason: string;
  message: string;
  /** What to do, in a sentence. */
  action: string;
  /** A page of the provider that explains more. */
  link?: string;
  /** The kind of step of the set-up guide that mends it. */
  script?: Script;
  at: number;
  provider?: ProviderAnswer;
}

/**
 * What a consumer told last that a server refuses and no newer token mends. Nothing that the consumer wrote is in it, and
 * nothing but what people read depends on it: whoever may draw may say anything.
 */
export interface Report {
  /** The name by which the catalogue knows it (`reportNamed`). */
  as: string;
  /** The consumer. */
  by: string;
  at: number;
}

/** An account's place: the same name may exist under every credential. */
export type AccountName = Pick<Account, 'credential' | 'account'>;

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
  /** The refresh that was begun and has not ended: evidence after a crash or a lost answer. */
  intent: Intent | undefined;
  reported: Report | undefined;
}

/** A refresh token that may have been used up: when it was last sent, and when first. Epoch milliseconds. */
export interface Intent {
  id: string;
  at: number;
  firstAt: number;
}

/** The state fields alone: what a transition answers and the store writes. */
export type AccountProgress = Omit<Account, 'credential' | 'account' | 'intent' | 'reported'>;

/** Until somebody has mended it, the provider is asked at most this often. */
export const MISCONFIGURED_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** Whether somebody must sign in before the provider can be asked at all. */
export function needsPerson({ grantType }: Pick<Credential, 'grantType'>, { state }: Pick<Account, 'state'>): boolean {
  return grantType === 'authorization_code' && (state === 'pending' || state === 'needs_user');
}

/** What becomes of an account, save that who is disabled stays so: only a person enables, by saying so (invariant 8). */
export function whileDisabled({ state }: Pick<Account, 'state'>, progress: AccountProgress): AccountProgress {
  return state === 'disabled' ? { ...progress, state } : progress;
}

/** What an account is when a person allows it again: what its finding says, else whether it ever worked. */
export function enabled(account: Account, hasGrant: boolean): AccountProgress {
  return { ...account, state: enabledState(account, hasGrant), nextTryAt: undefined };
}

function enabledState({ finding, lastSuccessAt }: Account, hasGrant: boolean): AccountState {
  switch (finding?.class) {
    case 'needs_user':
    case 'needs_admin':
    case 'needs_operator':
      return finding.class;
    case undefined:
      return hasGrant || lastSuccessAt !== undefined ? 'connected' : 'pending';
    default:
      return 'degraded';
  }
}

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
export function failed(
  account: Account,
  failure: ProviderFailure,
  { now, random, finding = findingOf(failure, now) }: { now: number; random: number; finding?: Finding },
): AccountProgress {
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

/** The grant is refused: a person must sign in again, and until then nobody asks. */
export function rejected(account: Account, finding: Finding): AccountProgress {
  const state = finding.class === 'needs_admin' ? 'needs_admin' : 'needs_user';
  const { failCount, lastSuccessAt } = account;
  // An administrator's approval is not told to us, so after a while it is tried.
  const nextTryAt = state === 'needs_admin' ? finding.at + MISCONFIGURED_PAUSE_MS : undefined;
  return { state, finding, failCount: failCount + 1, nextTryAt, lastSuccessAt };
}

/** What a failed call means, in plain words; `errorClass` where the failure alone does not say it. */
export function findingOf(failure: ProviderFailure, at: number, errorClass = classOf(failure)): Finding {
  const { reason, message, action, words, answer: provider } = failure;
  const about = aboutOf({ who: words?.who ?? whoOf(errorClass), link: words?.link, provider });
  return {
    class: errorClass,
    reason,
    message,
    action,
    at,
    ...about,
    ...(words?.script ? { script: words.script } : {}),
  };
}

function classOf({ class: failureClass, reason }: ProviderFailure): ErrorClass {
  if (failureClass !== 'unavailable') return 'needs_operator';
  return reason === 'throttled' ? 'throttled' : 'unavailable';
}
