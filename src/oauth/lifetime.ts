/** Seconds a token counts for when its answer does not say: short, so a wrong guess seldom outlives the token. */
const UNKNOWN = 300;

/** Seconds no token counts for longer than, whatever the answer says. */
const LONGEST = 86_400;

/**
 * The lifetime rule: from `expires_in` as it stands in the answer (RFC 6749 §5.1) to a whole, positive number of seconds.
 * | expires_in | lifetime |
 * |---|---|
 * | a number, or a string of digits | its whole part, at most 24 hours |
 * | below 1, missing, or anything else (`null`, `"3600abc"`, `"1e3"`) | 300 |
 */
export function lifetimeOf(expiresIn: unknown): number {
  const seconds = Math.floor(asNumber(expiresIn));
  return seconds >= 1 ? Math.min(seconds, LONGEST) : UNKNOWN;
}

/** Whole seconds after which a token is to be renewed (`refresh_in`); undefined where that is not within its life. */
export function refreshInOf(refreshIn: unknown, lifetime: number): number | undefined {
  const seconds = Math.floor(asNumber(refreshIn));
  return seconds >= 1 && seconds < lifetime ? seconds : undefined;
}

function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
}
