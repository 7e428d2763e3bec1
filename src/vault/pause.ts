/** By how much the clocks of two instances may differ. */
export const CLOCK_SKEW_MS = 60_000;
/** One that seems longer was set before the clock was put back, and does not count. */
export const LONGEST_PAUSE_MS = 3_600_000 + CLOCK_SKEW_MS;

/** Milliseconds until `until` (epoch milliseconds), 0 when nothing is left of the pause. */
export function pauseLeft(until: number | undefined, now: number): number {
  const left = (until ?? 0) - now;
  return left > LONGEST_PAUSE_MS ? 0 : Math.max(0, left);
}
