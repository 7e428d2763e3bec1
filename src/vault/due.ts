import { providerOf, type Whereabouts } from './presets/catalog.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LONGEST_MARGIN_MS = 5 * MINUTE_MS;
const MARGIN_OF_LIFE = 0.2;

/** How a token came: when it was asked for (epoch milliseconds), seconds that it lives, and when to renew it if told. */
interface Came {
  askedAt: number;
  lifetime: number;
  /** Seconds after which the provider wants it renewed (`refresh_in` of Microsoft). */
  refreshIn?: number;
}

/**
 * When a token that is in use is renewed, in epoch milliseconds: as the provider says, else a fifth of its life before
 * its end, at most five minutes. `random` (0 … 1) spreads tokens that came together, never past that margin.
 */
export function refreshAhead({ askedAt, lifetime, refreshIn }: Came, random: number): number {
  const life = lifetime * 1_000;
  const margin = Math.min(LONGEST_MARGIN_MS, life * MARGIN_OF_LIFE);
  const latest = askedAt + life - margin;
  const told = refreshIn === undefined ? Number.NaN : askedAt + refreshIn * 1_000;
  return Math.round(told < latest ? told + Math.min(margin, latest - told) * random : latest - margin * random);
}

/** The shortest default that is found among widely used servers. */
const UNKNOWN_IDLE_DAYS = 7;

/** Days for which a refresh token of this credential may lie unused before its provider ends it. */
export function idleDays(credential: Whereabouts): number {
  return providerOf(credential)?.preset.idleDays ?? UNKNOWN_IDLE_DAYS;
}

/** When a refresh token that nobody uses is used by us: after 50 to 70 % of the time for which it may lie idle. */
export function keepAlive(credential: Whereabouts, now: number, random: number): number {
  return Math.round(now + idleDays(credential) * DAY_MS * (0.5 + 0.2 * random));
}

/** When the provider ends a refresh token that was used last at `now`, unless it is used again. */
export function idleEnd(credential: Whereabouts, now: number): number {
  return now + idleDays(credential) * DAY_MS;
}

/** Whether that is known of its provider, and not only assumed. */
export function knowsIdleDays(credential: Whereabouts): boolean {
  return providerOf(credential)?.preset.idleDays !== undefined;
}
