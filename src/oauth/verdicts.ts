import { OAUTH } from '../vault/findings/oauth.js';
import type { Known, Row } from '../vault/findings/words.js';
import type { FailureClass } from '../vault/ports.js';
import type { Scrub } from './scrubber.js';

/** What is decided of a failure, by status and `error` alone, and the words of the catalogue for it. */
export interface Verdict {
  class: FailureClass;
  reason: string;
  words: Row;
  /** What its words name beside the credential. */
  known?: Known;
  /** Its words stand, whatever codes come with it. */
  final?: true;
}

export const THROTTLED: Verdict = { class: 'unavailable', reason: 'throttled', words: OAUTH.throttled };
export const PROVIDER_ERROR: Verdict = { class: 'unavailable', reason: 'provider_error', words: OAUTH.provider_error };
export const EMPTY: Verdict = { class: 'unavailable', reason: 'empty_answer', words: OAUTH.empty_answer };
export const WEB_PAGE: Verdict = { class: 'unavailable', reason: 'not_json', words: OAUTH.web_page };
export const NOT_JSON: Verdict = { class: 'unavailable', reason: 'not_json', words: OAUTH.not_json };
export const WRONG_CLIENT_SECRET = misconfigured('wrong_client_secret');
export const NOTHING_THERE = misconfigured('no_token_endpoint');
export const NO_ACCESS_TOKEN = misconfigured('no_access_token');
export const UNSUPPORTED_TOKEN_TYPE = misconfigured('unsupported_token_type');
export const UNUSABLE_ACCESS_TOKEN = misconfigured('unusable_access_token');
export const ENDLESS_ACCESS_TOKEN: Verdict = { ...UNUSABLE_ACCESS_TOKEN, words: OAUTH.endless_access_token };

/** An `error` of no known meaning. It is repeated only where it looks like one: a sentence in it would read as ours. */
export function errorInWords(error: string, scrub: Scrub): string {
  const shown = scrub(error, 100);
  return /^[\w.:-]{1,60}$/.test(shown) ? `the error "${shown}"` : 'an error of its own making';
}

export function unexpectedAnswer(what: string): Verdict {
  return { class: 'unavailable', reason: 'unexpected_answer', words: OAUTH.unexpected_answer, known: { what } };
}

/** The `error` codes of RFC 6749 §5.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6 and what providers use like them. */
const BY_ERROR: ReadonlyMap<string, Verdict> = new Map([
  ['invalid_client', WRONG_CLIENT_SECRET],
  ['unauthorized_client', misconfigured('unauthorized_client')],
  ['invalid_scope', misconfigured('invalid_scope')],
  ['invalid_target', misconfigured('invalid_target')],
  ['invalid_resource', misconfigured('invalid_target')],
  ['unsupported_grant_type', misconfigured('unsupported_grant_type')],
  ['invalid_request', misconfigured('invalid_request')],
  ['access_denied', misconfigured('access_denied')],
  ['invalid_grant', rejected('invalid_grant')],
  ['interaction_required', rejected('interaction_required')],
  ['login_required', { ...rejected('interaction_required'), reason: 'login_required' }],
  ['consent_required', rejected('consent_required')],
  ['admin_policy_enforced', rejected('consent_required')],
  ['slow_down', THROTTLED],
  ['temporarily_unavailable', PROVIDER_ERROR],
  ['server_error', PROVIDER_ERROR],
]);

/** The reasons that are said to people who signed in. */
export const SIGN_IN_AGAIN: ReadonlySet<string> = new Set(['invalid_grant', 'interaction_required', 'login_required']);

/** Not found, method not allowed, gone (RFC 9110 §15.5): this is no such endpoint, and waiting does not make it one. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 405, 410]);

/** Whether a status says that nothing is at this address. */
export function isNotThere(status: number): boolean {
  return NOT_THERE.has(status);
}

/** What a status and a known `error` mean at any endpoint; undefined where they say nothing bad, or nothing known. */
export function byStatusAndError(status: number, error: string | undefined): Verdict | undefined {
  if (status === 429) return THROTTLED;
  if (status >= 500) return PROVIDER_ERROR;
  const known = BY_ERROR.get(error ?? '');
  return known ?? (status === 401 ? WRONG_CLIENT_SECRET : undefined);
}

/** A passing fault of a provider that was there before looks like a slip in the address of one that never was. */
export function passing(before: string, what: string, otherwise: string): string {
  return (
    `If ${before}, nobody has to act: the next draw tries again. ` +
    `If the credential is new, an operator checks ${what}. If that is right and it stays, ${otherwise}.`
  );
}

/** Something about the credential or its registration is wrong. */
export function misconfigured(reason: keyof typeof OAUTH): Verdict {
  return { class: 'misconfigured', reason, words: OAUTH[reason] };
}

function rejected(reason: keyof typeof OAUTH): Verdict {
  return { class: 'rejected', reason, words: OAUTH[reason] };
}
