import type { Secret } from './secret.js';

/** An access token of one account for one scope. */
export interface Token {
  credential: string;
  account: string;
  /** The normalised scope that was asked for. */
  scope: string;
  id: string;
  value: Secret;
  type: string;
  /** What the provider says it granted; as asked when it says nothing (RFC 6749 §5.1). */
  grantedScope: string;
  /** Epoch milliseconds. */
  obtainedAt: number;
  expiresAt: number;
  /** Seconds that it lived when it came. */
  lifetime: number;
}

/** Whole seconds left, never negative. */
export function secondsLeft(token: Token, now: number): number {
  return Math.max(0, Math.floor((token.expiresAt - now) / 1000));
}

/** Whether the token is good for `minTtl` more seconds; never for one that has ended. */
export function goodFor(token: Token, minTtl: number, now: number): boolean {
  return token.expiresAt - now >= Math.max(minTtl * 1000, 1);
}

const SHORT_LIVED_PAUSE_MS = 60_000;

/** A token that, as it came, could never satisfy `minTtl`: given as it is while less than a minute old. */
export function newestPossible(token: Token, minTtl: number, now: number): boolean {
  const young = now - token.obtainedAt < SHORT_LIVED_PAUSE_MS;
  return token.lifetime <= minTtl && young && goodFor(token, 0, now);
}
