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

const YOUNG_MS = 60_000;

/** Whether a draw that asks for `minTtl` seconds gets this token as it is: another would hardly live longer. */
export function longEnough(token: Token, minTtl: number, now: number): boolean {
  return goodFor(token, minTtl, now) || newestPossible(token, minTtl, now);
}

/**
 * Less than a minute old, and either too short for `minTtl` as it came or with half its life before it. Without the
 * second, a consumer that asks for a second less than the lifetime would send us to the provider every second.
 */
function newestPossible(token: Token, minTtl: number, now: number): boolean {
  const age = now - token.obtainedAt;
  const halfLife = (token.lifetime * 1000) / 2;
  return age < YOUNG_MS && (token.lifetime <= minTtl || age < halfLife) && goodFor(token, 0, now);
}
