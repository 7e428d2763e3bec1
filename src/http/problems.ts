import type { FastifyReply } from 'fastify';
import type { Problem } from '../api.js';
import { type ErrorClass, type ErrorCode, VaultError, type Who, whoOf } from '../vault/errors.js';

/** The HTTP status of every code. A new code without a status does not compile. */
export const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_exists: 409,
  conflict: 409,
  not_connected: 409,
  gone: 410,
  version_conflict: 412,
  too_large: 413,
  unsupported_media_type: 415,
  provider_refused: 424,
  precondition_required: 428,
  rate_limited: 429,
  internal: 500,
  provider_unavailable: 503,
  ledger_unavailable: 503,
  draining: 503,
};

/** What each code means, in a few words. */
export const TITLE: Record<ErrorCode, string> = {
  invalid_request: 'The request is not valid',
  unauthenticated: 'A valid API key or workload token is needed',
  forbidden: 'The role is too low',
  not_found: 'Not found, or not permitted',
  method_not_allowed: 'The method is not allowed here',
  already_exists: 'The id is taken',
  conflict: 'Not possible in the present state',
  not_connected: 'Nobody has consented yet, or must again',
  gone: 'No longer there',
  version_conflict: 'Somebody else changed it',
  too_large: 'The request is too large',
  unsupported_media_type: 'The content type is not supported',
  provider_refused: 'The provider refuses',
  precondition_required: 'If-Match is needed',
  rate_limited: 'Too many requests',
  internal: 'Something went wrong here',
  provider_unavailable: 'The provider does not answer at present',
  ledger_unavailable: 'The ledger cannot be written at present',
  draining: 'This instance is stopping',
};

/** The body of an answer that says no (RFC 9457). `status` is given where it is not that of the code, as with 408. */
export function problemOf({ code, message, details }: VaultError, requestId: string, status = STATUS[code]): Problem {
  return {
    type: `urn:tokenwell:problem:${code}`,
    title: TITLE[code],
    status,
    detail: message,
    code,
    request_id: requestId,
    errors: details.errors,
    class: details.class,
    who: details.who ?? actorOf(details.class),
    action: details.action,
    link: details.link,
    connect_url: details.connectUrl,
    retry_after: details.retryAfter ?? (status === 503 ? 1 : undefined),
    provider: details.provider,
  };
}

/** Of what passes nobody says whose it is, unless it was the provider's. */
function actorOf(errorClass: ErrorClass | undefined): Who | undefined {
  const passes = errorClass === undefined || !errorClass.startsWith('needs_');
  return passes ? undefined : whoOf(errorClass);
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, error: VaultError): FastifyReply {
  const problem = problemOf(error, reply.request.id);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.retry_after !== undefined) reply.header('retry-after', problem.retry_after);
  // Bytes, so that neither a schema of the route nor a charset parameter is put to them.
  const body = Buffer.from(JSON.stringify(problem));
  return reply.code(problem.status).type('application/problem+json').send(body);
}

/**
 * A failed draw or test with the page where a person mends the account, for those failures that are mended there. The
 * page is stable and asks for sign-in.
 */
export function pointing(error: unknown, publicUrl: string, { credential, account }: AccountName): unknown {
  if (!(error instanceof VaultError) || !MENDED_BY_A_PERSON.has(error.code)) return error;
  const connectUrl = `${publicUrl}/credentials/${credential}/accounts/${encodeURIComponent(account)}`;
  return new VaultError(error.code, error.message, { ...error.details, connectUrl }, { cause: error });
}

const MENDED_BY_A_PERSON: ReadonlySet<ErrorCode> = new Set(['not_connected', 'provider_refused']);

interface AccountName {
  credential: string;
  account: string;
}

/** 405 with the methods that this path has. */
export function methodNotAllowed(method: string, allowed: readonly string[]): VaultError {
  return new VaultError('method_not_allowed', `${method} is not allowed here; allowed: ${allowed.join(', ')}.`);
}

/** 503 while this instance stops; another one, or the next start, answers. */
export function draining(): VaultError {
  return new VaultError('draining', 'This instance is stopping and takes no new requests.', {
    class: 'unavailable',
    action: 'Send the request again on a new connection.',
    retryAfter: 1,
  });
}
