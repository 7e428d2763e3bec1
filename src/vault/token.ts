import { CLOCK_SKEW_MS } from './pause.js';
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
  /** When it is renewed if it is in use: before its end, or as the provider said. */
  refreshAt: number;
  /** A consumer says that a server refused it: no draw is served from it while a newer one can be had. */
  rejected?: TokenRejection;
}

/** When it was told (epoch milliseconds), and the claims that the next token must carry, as JSON. */
export interface TokenRejection {
  at: number;
  claims: string | undefined;
}

/**
 * The claims that the next request must bring for a token that still lives. They came from a consumer: a request with
 * them that fails speaks of nothing but them, so it is made again without, and they are sent once.
 */
export function claimsFor(stored: Token | undefined, now: number): string | undefined {
  return stored && goodFor(stored, 0, now) ? stored.rejected?.claims : undefined;
}

/** Whole seconds left, never negative. */
export function secondsLeft(token: Token, now: number): number {
  return Math.max(0, Math.floor((token.expiresAt - now) / 1000));
}

/**
 * Whether the token is good for `minTtl` more seconds; never for one that has ended. One that seems to live longer than
 * when it came was obtained before the clock was put back: nobody knows how long it lives.
 */
export function goodFor(token: Token, minTtl: number, now: number): boolean {
  const left = token.expiresAt - now;
  return left >= Math.max(minTtl * 1000, 1) && left <= token.lifetime * 1000 + CLOCK_SKEW_MS;
}

const YOUNG_MS = 60_000;

/** Whether a draw that asks for `minTtl` seconds gets this token as it is: another would hardly live longer. */
export function longEnough(token: Token, minTtl: number, now: number): boolean {
  if (token.rejected) return false;
  return goodFor(token, minTtl, now) || newestPossible(token, minTtl, now);
}

/**
 * Less than a minute old, and either too short for `minTtl` as it came or with half its life before it. Without the
 * second, a consumer that asks for a second less than the lifetime would send us to the provider every second.
 */
function newestPossible(token: Token, minTtl: number, now: number): boolean {
  const halfLife = (token.lifetime * 1000) / 2;
  const worthIt = token.lifetime <= minTtl || now - token.obtainedAt < halfLife;
  return isYoung(token, now) && worthIt && goodFor(token, 0, now);
}

/** Whether it came less than a minute ago. */
export function isYoung({ obtainedAt }: Token, now: number): boolean {
  return now - obtainedAt < YOUNG_MS;
}
