import { type OutboundError, ProviderFailure } from '../vault/ports.js';
import { providerWords } from './provider-words.js';
import { retryAfterMs } from './retry-after.js';
import type { Scrub } from './scrubber.js';
import { errorOf, type TokenEndpointAnswer } from './token-answer.js';
import {
  BY_ERROR,
  BY_OUTBOUND,
  EMPTY,
  NO_ACCESS_TOKEN,
  NOT_JSON,
  NOTHING_THERE,
  PROVIDER_ERROR,
  THROTTLED,
  UNSUPPORTED_TOKEN_TYPE,
  UNUSABLE_ACCESS_TOKEN,
  unexpectedAnswer,
  type Verdict,
  WEB_PAGE,
  WRONG_CLIENT_SECRET,
} from './verdicts.js';

/** Not found, method not allowed, gone (RFC 9110 §15.5): this is not a token endpoint, and waiting does not make it one. */
const NO_SUCH_ADDRESS: ReadonlySet<number> = new Set([404, 405, 410]);

/** Whose answer it is, and what is needed to judge it. `now` in epoch milliseconds. */
export interface Circumstances {
  host: string;
  scrub: Scrub;
  now: number;
}

/**
 * What is wrong with an answer, decided by status and `error` alone (never by description texts or AADSTS numbers, they
 * change); undefined for a usable token.
 */
export function classifyAnswer(answer: TokenEndpointAnswer, at: Circumstances): ProviderFailure | undefined {
  const verdict = refusal(answer, at.scrub) ?? unusable(answer.json);
  return verdict && failureOf(verdict, answer, at);
}

/** A failure for an answer that holds a token, but that openid-client did not take, such as one with status 201. */
export function unknownAnswer(answer: TokenEndpointAnswer, at: Circumstances): ProviderFailure {
  return failureOf(unexpectedAnswer(`status ${answer.status}`), answer, at);
}

/** A call that got no answer at all. Its message is the outbound one, which is written to be shown. */
export function classifyOutbound(error: OutboundError, tokenUrl: string): ProviderFailure {
  const { reason, sent, message } = error;
  return new ProviderFailure({ ...BY_OUTBOUND[reason](tokenUrl), reason, sent, message, cause: error });
}

function refusal(answer: TokenEndpointAnswer, scrub: Scrub): Verdict | undefined {
  const { status, body } = answer;
  if (status === 429) return THROTTLED;
  if (status >= 500) return PROVIDER_ERROR;
  const error = errorOf(answer);
  const known = error === undefined ? undefined : BY_ERROR.get(error);
  if (known) return known;
  if (status === 401) return WRONG_CLIENT_SECRET;
  if (NO_SUCH_ADDRESS.has(status)) return NOTHING_THERE;
  if (error !== undefined) return unexpectedAnswer(`the error "${scrub(error, 100)}"`);
  if (body === 'web_page') return WEB_PAGE;
  if (body === 'other') return NOT_JSON;
  if (body === 'empty' && status < 300) return EMPTY;
  return status < 300 ? undefined : unexpectedAnswer(`status ${status}`);
}

function unusable(json: Record<string, unknown> = {}): Verdict | undefined {
  const { access_token: token, token_type: type } = json;
  if (typeof token !== 'string' || token === '') return NO_ACCESS_TOKEN;
  // RFC 6750 §2.1 has a narrower alphabet; what matters is that the token is safe in a header (VSCHAR without space).
  if (!/^[!-~]+$/.test(token)) return UNUSABLE_ACCESS_TOKEN;
  const bearer = type === undefined || type === null || (typeof type === 'string' && /^bearer$/i.test(type));
  return bearer ? undefined : UNSUPPORTED_TOKEN_TYPE;
}

function failureOf(verdict: Verdict, answer: TokenEndpointAnswer, at: Circumstances): ProviderFailure {
  return new ProviderFailure({
    class: verdict.class,
    reason: verdict.reason,
    message: `${at.host} ${verdict.says}.`,
    action: verdict.action,
    sent: 'answered',
    retryAfterMs: verdict.class === 'unavailable' ? retryAfterMs(answer.retryAfter, at.now) : undefined,
    answer: providerWords(answer.json, at.scrub),
  });
}
