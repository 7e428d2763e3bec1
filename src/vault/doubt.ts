import type { Intent } from './account.js';
import type { Credential, RefreshPolicy } from './credential.js';
import type { Token } from './token.js';

const HOLD_OFF_MS = 60_000;

/**
 * Until when a refresh token whose last use has no known end must rest (epoch milliseconds); undefined when it may be
 * sent now. `none`: the provider does not rotate. `grace`: the old one works for a while, counted from its first use.
 * `strict`: whoever sent it may still be alive with the answer, so wait a minute, or until the access token that is
 * left has ended; after that only a sender that stood still for longer than its lease can lose anything by our trying.
 */
export function restUntil(
  credential: Pick<Credential, 'refreshPolicy' | 'graceSeconds'>,
  intent: Intent | undefined,
  stored: Token | undefined,
  now: number,
): number | undefined {
  if (!intent || policyOf(credential) === 'none') return undefined;
  const grace = policyOf(credential) === 'grace' ? (credential.graceSeconds ?? 0) * 1000 : 0;
  if (now < intent.firstAt + grace) return undefined;
  const until = Math.min(intent.at + HOLD_OFF_MS, stored?.expiresAt ?? 0);
  // An intent from before the clock was put back says nothing of how long ago that was: it counts from now on as old.
  return until > now && until - now <= HOLD_OFF_MS ? until : undefined;
}

/** What the provider does with a refresh token that was used; without a word of the operator the worst is assumed. */
export function policyOf({ refreshPolicy = 'strict' }: Pick<Credential, 'refreshPolicy'>): RefreshPolicy {
  return refreshPolicy;
}
