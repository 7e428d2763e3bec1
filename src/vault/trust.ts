import { placeholderFlaw } from './credential-rules.js';
import type { FieldError } from './errors.js';
import type { Destinations, Workload } from './ports.js';

/** Whose JWTs stand for a consumer: all three must be those of the token. */
export interface Trust {
  /** `iss`, to the letter; its keys are found by its metadata. */
  issuer: string;
  /** `aud`, to the letter, and the only one of the token. */
  audience: string;
  /** `sub`, to the letter but for segments that are `*`. */
  subject: string;
}

const ANY = '*';
/** What comes before the first `*` says whose workloads these are: `repo:acme/…`, `system:serviceaccount:…`. */
const FIXED_SEGMENTS = 2;

/**
 * Whether a subject is the trusted one. A `*` stands for one whole segment between `:` or `/`, which is not empty and has
 * neither of the two in it.
 */
export function matchesSubject(rule: string, subject: string): boolean {
  if (!rule.includes(ANY)) return rule === subject;
  const [wanted, given] = [partsOf(rule), partsOf(subject)];
  return wanted.length === given.length && wanted.every((part, place) => covers(part, given[place] ?? ''));
}

/** Whether one token could be that of both. */
export function overlaps(one: Trust, other: Trust): boolean {
  if (one.issuer !== other.issuer || one.audience !== other.audience) return false;
  const [mine, theirs] = [partsOf(one.subject), partsOf(other.subject)];
  return (
    mine.length === theirs.length &&
    mine.every((part, place) => covers(part, theirs[place] ?? '') || covers(theirs[place] ?? '', part))
  );
}

/** What a careful person would check of a trust before storing it. Names are resolved; the issuer is not called. */
export async function trustErrors(trust: Trust, destinations: Destinations): Promise<FieldError[]> {
  const subject = subjectFlaw(trust.subject);
  const errors = subject === undefined ? [] : [{ field: 'trust.subject', ...subject }];
  return [...(await issuerErrors(trust.issuer, destinations)), ...errors];
}

/** Segments and what stands between them, in turn. */
function partsOf(subject: string): string[] {
  return subject.split(/([:/])/);
}

function covers(rule: string, text: string): boolean {
  if (rule !== ANY) return rule === text;
  return text !== '' && text !== ':' && text !== '/';
}

function subjectFlaw(subject: string): Omit<FieldError, 'field'> | undefined {
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(subject)) {
    return {
      rule: 'plain',
      detail: 'trust.subject holds a character that cannot be seen, and no token with one is taken.',
    };
  }
  const segments = partsOf(subject).filter((_, place) => place % 2 === 0);
  if (segments.some(segment => segment !== ANY && segment.includes(ANY))) {
    const detail =
      'In trust.subject a * stands for one whole segment between : or /, as in system:serviceaccount:mail:* or repo:acme/*:ref:refs/heads/main.';
    return { rule: 'whole_segment', detail };
  }
  const first = segments.indexOf(ANY);
  if (first < 0 || segments.slice(0, first).filter(segment => segment !== '').length >= FIXED_SEGMENTS)
    return undefined;
  const detail =
    'The first two segments of trust.subject say whose workloads these are and cannot be *: an issuer may serve the whole world.';
  return { rule: 'begins_fixed', detail };
}

async function issuerErrors(issuer: string, destinations: Destinations): Promise<FieldError[]> {
  const field = 'trust.issuer';
  const error = (rule: string, detail: string) => [{ field, rule, detail }];
  if (!URL.canParse(issuer)) return error('not_a_url', 'trust.issuer is not a URL. Copy the iss of a token.');
  if (issuer.includes('?')) return error('no_query', 'trust.issuer has a query (?…). Leave it out (RFC 8414 §2).');
  const flaw = placeholderFlaw(issuer, field);
  if (flaw) return error(flaw.rule, `${field} ${flaw.says}`);
  const broken = await destinations.check(issuer);
  return broken ? [{ field, ...broken }] : [];
}

/** Whether a proven workload is whom this trust means. */
export function trusts(trust: Trust, { issuer, audience, subject }: Workload): boolean {
  return trust.issuer === issuer && trust.audience === audience && matchesSubject(trust.subject, subject);
}
