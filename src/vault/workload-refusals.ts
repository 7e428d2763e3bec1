import { VaultError } from './errors.js';

const ANEW =
  'Let the workload read its token again before each call: platforms exchange it. If that is done, compare the clocks.';
const LOOK = 'Compare the token with the trust of the consumer (issuer, audience, subject): tokenwell consumer show.';

/** 401 for a workload's JWT: which check failed, in a sentence, and what to do. It says nothing of any consumer. */
export function tokenRefused(why: string, action = LOOK): VaultError {
  return new VaultError('unauthenticated', `This workload token (JWT) is not accepted: ${why}`, { action });
}

/** 401 for a token whose time is over, or has not begun. */
export function tokenOutOfTime(why: string): VaultError {
  return tokenRefused(why, ANEW);
}

/** What keeps an issuer's keys away. */
export interface IssuerFault {
  /** `needs_operator` for what does not pass by itself. */
  class: 'needs_operator' | 'unavailable';
  message: string;
  action: string;
}

/** 503: without the keys of its issuer nobody can say whether a token is good. `retryAfter` in seconds. */
export function issuerUnavailable(fault: IssuerFault, retryAfter: number): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The keys of the issuer of this token cannot be had: ${fault.message}`,
    {
      class: fault.class,
      action: fault.action,
      retryAfter,
    },
  );
}
