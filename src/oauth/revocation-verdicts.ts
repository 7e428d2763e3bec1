import { REVOCATION } from '../vault/findings/oauth.js';
import type { FailureClass } from '../vault/ports.js';
import { type EndpointAnswer, errorOf } from './endpoint-answer.js';
import type { Scrub } from './scrubber.js';
import {
  byStatusAndError,
  errorInWords,
  isNotThere,
  unexpectedAnswer,
  type Verdict,
  WRONG_CLIENT_SECRET,
} from './verdicts.js';

const BY_HAND = 'end the access at the provider by hand';

/** Nobody tries again by itself here, so each failure says what a person can do. */
export const REVOCATION_ACTIONS: Record<FailureClass, string> = {
  rejected: 'Nothing to do: the token can no longer be used.',
  misconfigured: `Check the revocation URL and the client of the credential; until they are right, ${BY_HAND}.`,
  unavailable: `Try again later, or ${BY_HAND}.`,
};

const NOTHING_THERE = verdict('misconfigured', 'no_revocation_endpoint');

/** What RFC 7009 §2.2.1 adds, and what Google says of a token that has ended before. */
const BY_REVOCATION_ERROR: ReadonlyMap<string, Verdict> = new Map([
  ['unsupported_token_type', verdict('misconfigured', 'not_revocable')],
  ['invalid_token', verdict('rejected', 'invalid_token')],
]);

/**
 * What is wrong with an answer to a revocation; undefined where the token has ended. The body of a good answer does not
 * matter (RFC 7009 §2.2), unless it names an `error`, as some providers do with status 200.
 */
export function revocationVerdict(answer: EndpointAnswer, scrub: Scrub): Verdict | undefined {
  const error = errorOf(answer);
  const known = BY_REVOCATION_ERROR.get(error ?? '') ?? byStatusAndError(answer.status, error);
  // What to do about a wrong secret is the same everywhere.
  if (known) return known === WRONG_CLIENT_SECRET ? known : byHand(known);
  if (isNotThere(answer.status)) return NOTHING_THERE;
  if (error === undefined && answer.status < 300) return undefined;
  const what = error === undefined ? `status ${answer.status}` : errorInWords(error, scrub);
  return byHand(unexpectedAnswer(what));
}

function byHand(verdict: Verdict): Verdict {
  return { ...verdict, words: { ...verdict.words, todo: REVOCATION_ACTIONS[verdict.class] }, final: true };
}

function verdict(kind: FailureClass, reason: keyof typeof REVOCATION): Verdict {
  return { class: kind, reason, words: REVOCATION[reason], final: true };
}
