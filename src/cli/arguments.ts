import { InvalidArgumentError } from 'commander';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** A date (its beginning in UTC) or a time with its zone, as RFC 3339 in UTC. Throws `InvalidArgumentError`. */
export function timeArgument(text: string): string {
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const instant = Date.parse(DAY.test(text) ? `${text}T00:00:00Z` : text);
  const form = DAY.test(text) || TIME.test(text);
  // Date.parse takes 31 February for 3 March.
  if (!form || Number.isNaN(instant) || !new Date(midnight).toISOString().startsWith(day)) {
    throw new InvalidArgumentError(
      'Give a date such as 2027-01-31, or a time with its zone such as 2027-01-31T12:00:00Z.',
    );
  }
  return new Date(instant).toISOString();
}

/** A whole number, not negative. Throws `InvalidArgumentError`. */
export function wholeArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

const SPAN = /^(\d{1,7})([smhd])$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A span of time such as `90m`, in seconds. Throws `InvalidArgumentError`. */
export function spanArgument(text: string): number {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Give a span of time such as 90m, 12h or 7d.');
  return Number(count) * (SECONDS[unit] ?? 1);
}

const MOST_LINK_DAYS = 30;

/** How long a link may be used, in seconds. Throws `InvalidArgumentError`. */
export function linkSpanArgument(text: string): number {
  return within(text, MOST_LINK_DAYS);
}

const MOST_CALENDAR_DAYS = 1_825;

/** How long a calendar may read, in seconds. Throws `InvalidArgumentError`. */
export function calendarSpanArgument(text: string): number {
  return within(text, MOST_CALENDAR_DAYS);
}

function within(text: string, mostDays: number): number {
  const seconds = spanArgument(text);
  if (seconds >= 60 && seconds <= mostDays * 86_400) return seconds;
  throw new InvalidArgumentError(`Give a span of time from 1m to ${mostDays}d.`);
}

/** Seconds as `spanArgument` takes them, in the largest unit that divides them. */
export function spanInWords(seconds: number): string {
  const [unit = 's', size = 1] = Object.entries(SECONDS).findLast(([, size]) => seconds % size === 0) ?? [];
  return `${seconds / size}${unit}`;
}

/** Collects `name=value` from a flag that may be given several times. Throws `InvalidArgumentError`. */
export function pairArgument(text: string, before: Record<string, string> = {}): Record<string, string> {
  const split = text.indexOf('=');
  const name = text.slice(0, split);
  if (split < 1) throw new InvalidArgumentError('Give it as name=value.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: text.slice(split + 1) };
}

/** The scopes of a list with spaces between them. Throws `InvalidArgumentError` for none. */
export function scopesArgument(text: string): string[] {
  const scopes = text.split(' ').filter(scope => scope !== '');
  if (scopes.length === 0) throw new InvalidArgumentError('Give at least one scope.');
  return scopes;
}
