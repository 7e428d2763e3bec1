const LONGEST_PAUSE_MS = 3_600_000;
/** By how much the clocks of two instances may differ. */
export const CLOCK_SKEW_MS = 60_000;

/**
 * Milliseconds until `until` (epoch milliseconds), 0 when nothing is left of the pause. No pause is longer than an
 * hour: one that seems longer was set before the clock was put back, and does not count.
 */
export function pauseLeft(until: number | undefined, now: number): number {
  const left = (until ?? 0) - now;
  return left > LONGEST_PAUSE_MS + CLOCK_SKEW_MS ? 0 : Math.max(0, left);
}
