import type { ProviderAnswer } from '../vault/errors.js';
import { wordsFor } from '../vault/findings/look-up.js';
import { actionOf, filledWords, type Known, type Row, wordsWhere } from '../vault/findings/words.js';
import { type ClientAuthMethod, ProviderFailure } from '../vault/ports.js';
import { clientVerdict } from './client-verdicts.js';
import { type EndpointAnswer, errorOf } from './endpoint-answer.js';
import { providerWords } from './provider-words.js';
import { retryAfterMs } from './retry-after.js';
import type { Scrub } from './scrubber.js';
import {
  byStatusAndError,
  EMPTY,
  ENDLESS_ACCESS_TOKEN,
  errorInWords,
  isNotThere,
  NO_ACCESS_TOKEN,
  NOT_JSON,
  NOTHING_THERE,
  UNSUPPORTED_TOKEN_TYPE,
  UNUSABLE_ACCESS_TOKEN,
  unexpectedAnswer,
  type Verdict,
  WEB_PAGE,
} from './verdicts.js';

/** Node's own servers take 16 KiB of headers. What is remembered is bounded by this, too: 10,000 tokens of it are 320 MB. */
const LONGEST_TOKEN = 32_768;

/** What is needed to judge an answer. `now` in epoch milliseconds. */
export interface Circumstances {
  scrub: Scrub;
  now: number;
  /** How the client proves itself, and so what of it may be wrong. */
  method: ClientAuthMethod;
  /** What the words may name. */
  known: Known;
  /** Whether anybody signs in, who could be told to. */
  attended: boolean;
}

/**
 * What is wrong with an answer, decided by status and `error` alone (never by description texts or AADSTS numbers, they
 * change); undefined for a usable token.
 */
export function classifyAnswer(answer: EndpointAnswer, at: Circumstances): ProviderFailure | undefined {
  const verdict = refusal(answer, at.scrub) ?? unusable(answer.json);
  return verdict && failureOf(verdict, answer, at);
}

/** A failure for an answer that holds a token, but that openid-client did not take, such as one with status 201. */
export function unknownAnswer(answer: EndpointAnswer, at: Circumstances): ProviderFailure {
  return failureOf(unexpectedAnswer(`status ${answer.status}`), answer, at);
}

function refusal(answer: EndpointAnswer, scrub: Scrub): Verdict | undefined {
  const { status, body } = answer;
  const error = errorOf(answer);
  const known = byStatusAndError(status, error);
  if (known) return known;
  if (isNotThere(status)) return NOTHING_THERE;
  if (error !== undefined) return unexpectedAnswer(errorInWords(error, scrub));
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
  if (token.length > LONGEST_TOKEN) return ENDLESS_ACCESS_TOKEN;
  const bearer = type === undefined || type === null || (typeof type === 'string' && /^bearer$/i.test(type));
  return bearer ? undefined : UNSUPPORTED_TOKEN_TYPE;
}

/**
 * The failure that a verdict on an answer means: decided by the verdict, told in the words of the provider's codes where
 * the catalogue knows them.
 */
export function failureOf(judged: Verdict, answer: EndpointAnswer, at: Circumstances): ProviderFailure {
  const verdict = clientVerdict(judged, at.method, answer, at.now);
  const said = providerWords(answer.json, at.scrub);
  const told = wordsWhere(at.attended, rowFor(verdict, said));
  const plain = wordsWhere(at.attended, verdict.words) ?? verdict.words;
  const words = filledWords(told ?? plain, { ...at.known, ...verdict.known });
  return new ProviderFailure({
    class: verdict.class,
    reason: verdict.reason,
    message: words.happened,
    action: actionOf(words),
    sent: 'answered',
    retryAfterMs: verdict.class === 'unavailable' ? retryAfterMs(answer.retryAfter, at.now) : undefined,
    answer: said,
    words,
    told: told !== undefined,
  });
}

function rowFor({ reason, final }: Verdict, said: ProviderAnswer | undefined): Row | undefined {
  const row = final ? undefined : wordsFor(said);
  // The measured difference says more than that there is one.
  return reason === 'clock_skew' && row?.script === 'clock' ? undefined : row;
}
