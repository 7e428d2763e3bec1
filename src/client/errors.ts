import type { Problem } from '../api.js';

/**
 * Codes that only a client gives: nothing answered at all, nothing answered in time, what answered is not a Tokenwell, or
 * the file with the key gave none, so that nothing was asked.
 */
export type TransportCode = 'unreachable' | 'timeout' | 'unexpected_answer' | 'key_unreadable';

/** All that a `TokenwellError` knows, by the names of its fields. */
export interface ErrorFacts {
  code: string;
  /** 0 where there was no answer. */
  status: number;
  detail: string;
  errors?: Problem['errors'];
  action?: string | undefined;
  class?: Problem['class'];
  who?: Problem['who'];
  link?: string | undefined;
  retryAfter?: number | undefined;
  requestId?: string | undefined;
  connectUrl?: string | undefined;
  provider?: Problem['provider'];
}

/**
 * Every way in which a call can fail: the vault's problem answer (RFC 9457) with its fields, or a `TransportCode` with
 * status 0 where there was no answer. Decide by `code`, wait `retryAfter`, show `detail` and `action`. No secret is in it.
 */
export class TokenwellError extends Error {
  /** A stable word, such as `not_found`, or a `TransportCode`. */
  readonly code: string;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** What happened, in plain words; the same as `message`. */
  readonly detail: string;
  /** Each field at fault with the rule that it breaks; empty where no field is. */
  readonly errors: NonNullable<Problem['errors']>;
  /** What to do, in a sentence. */
  readonly action: string | undefined;
  /** Who must act, or why it is nobody's fault. */
  readonly class: Problem['class'];
  /** Who must act: more exact than `class`, where the provider's codes tell it. */
  readonly who: Problem['who'];
  /** A page of the provider that explains more. */
  readonly link: string | undefined;
  /** Seconds to wait before the next try. */
  readonly retryAfter: number | undefined;
  /** Names the request in the vault's log and ledger. */
  readonly requestId: string | undefined;
  /** The page of the account that needs attention. */
  readonly connectUrl: string | undefined;
  /** What the provider said, where it said something. */
  readonly provider: Problem['provider'];

  constructor(facts: ErrorFacts, options?: ErrorOptions) {
    super(facts.detail, options);
    this.name = 'TokenwellError';
    this.code = facts.code;
    this.status = facts.status;
    this.detail = facts.detail;
    this.errors = facts.errors ?? [];
    this.action = facts.action;
    this.class = facts.class;
    this.who = facts.who;
    this.link = facts.link;
    this.retryAfter = facts.retryAfter;
    this.requestId = facts.requestId;
    this.connectUrl = facts.connectUrl;
    this.provider = facts.provider;
  }
}

/** The error that an answer other than 2xx stands for. `body` is its text, empty where none came. */
export function errorOf(status: number, body: string, origin: string): TokenwellError {
  const problem = problemIn(body);
  if (!problem) return notTokenwell(status, origin);
  const { code, detail, errors, action, class: errorClass, who, link, provider } = problem;
  const { retry_after: retryAfter, request_id: requestId, connect_url: connectUrl } = problem;
  const facts = { code, status, detail, errors, action, class: errorClass, who, link, provider };
  return new TokenwellError({ ...facts, retryAfter, requestId, connectUrl });
}

/** The error for an answer that no Tokenwell gives: a proxy's page, a redirect, another service. */
export function notTokenwell(status: number, origin: string): TokenwellError {
  return new TokenwellError({
    code: 'unexpected_answer',
    status,
    detail: `What answers at ${origin} does not answer like a Tokenwell (status ${status}).`,
    action: 'Check the address; if a proxy stands before the vault, look at the proxy.',
  });
}

function problemIn(body: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isProblem(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null || !('code' in value && 'detail' in value)) return false;
  const listed = !('errors' in value) || Array.isArray(value.errors);
  return typeof value.code === 'string' && typeof value.detail === 'string' && listed;
}
