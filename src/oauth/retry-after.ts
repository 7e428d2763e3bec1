const SHORTEST = 1_000;
const LONGEST = 3_600_000;

/**
 * Reads a Retry-After header (RFC 9110 §10.2.3): seconds, or a date compared with `now` (epoch milliseconds). Gives
 * milliseconds between 1 s and 1 h; undefined when there is none or it cannot be read.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const pause = readPause(header?.trim() ?? '', now);
  return Number.isNaN(pause) ? undefined : Math.min(Math.max(pause, SHORTEST), LONGEST);
}

function readPause(text: string, now: number): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  return /^[A-Z][a-z]{2,8},? .+ GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
}
