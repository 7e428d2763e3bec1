import type { FastifyReply } from 'fastify';
import { type ErrorCode, type ProblemDetails, type ProviderAnswer, VaultError } from '../vault/errors.js';
import type { OAuthError } from './oauth-schemas.js';
import { STATUS } from './problems.js';

type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'slow_down'
  | 'temporarily_unavailable'
  | 'server_error';

/** A refusal that only the token endpoint knows. */
export class GrantRefused extends Error {
  readonly code: OAuthCode;

  constructor(code: OAuthCode, message: string) {
    super(message);
    this.name = 'GrantRefused';
    this.code = code;
  }
}

const NOT_A_CLIENT = 'There is no such client, or this is not a valid key of it.';
const NOT_IN_SCOPE = 'There is no such credential or account, or this client may not use it or the scope asked for.';

/** The codes of RFC 6749 §5.2 (and RFC 8628 §3.5 for the pace) for ours. */
const OAUTH_CODE: Record<ErrorCode, OAuthCode> = {
  invalid_request: 'invalid_request',
  unauthenticated: 'invalid_client',
  forbidden: 'unauthorized_client',
  not_found: 'invalid_scope',
  method_not_allowed: 'invalid_request',
  already_exists: 'invalid_request',
  conflict: 'invalid_grant',
  not_connected: 'invalid_grant',
  gone: 'invalid_grant',
  version_conflict: 'invalid_request',
  precondition_required: 'invalid_request',
  too_large: 'invalid_request',
  unsupported_media_type: 'invalid_request',
  provider_refused: 'invalid_grant',
  rate_limited: 'slow_down',
  provider_unavailable: 'temporarily_unavailable',
  ledger_unavailable: 'temporarily_unavailable',
  draining: 'temporarily_unavailable',
  internal: 'server_error',
};

/** Statuses that OAuth clients know apart; every other refusal is a 400. */
const OWN_STATUS = new Set([401, 413, 415, 429, 500, 503]);

/** Answers in the form of RFC 6749 §5.2. */
export function sendOAuthError(reply: FastifyReply, error: VaultError | GrantRefused): FastifyReply {
  const code = error instanceof VaultError ? OAUTH_CODE[error.code] : error.code;
  const { connectUrl, retryAfter }: ProblemDetails = error instanceof VaultError ? error.details : {};
  const status = statusOf(error);
  if (status === 401) reply.header('www-authenticate', 'Basic realm="tokenwell"');
  if (status === 503 || retryAfter !== undefined) reply.header('retry-after', retryAfter ?? 1);
  const body: OAuthError = { error: code, error_description: describe(error, code), error_uri: connectUrl };
  return reply
    .code(status)
    .type('application/json')
    .send(Buffer.from(JSON.stringify(body)));
}

function statusOf(error: VaultError | GrantRefused): number {
  if (error instanceof GrantRefused) return error.code === 'invalid_client' ? 401 : 400;
  const status = STATUS[error.code];
  return OWN_STATUS.has(status) ? status : 400;
}

/** One text for whatever is unknown or not permitted; else what happened and what to do, in the characters of §5.2. */
function describe(error: VaultError | GrantRefused, code: OAuthCode): string {
  if (code === 'invalid_scope') return NOT_IN_SCOPE;
  if (code === 'invalid_client' && error instanceof VaultError) return NOT_A_CLIENT;
  const { action, provider }: ProblemDetails = error instanceof VaultError ? error.details : {};
  const parts = [error.message, action, provider && traceOf(provider)];
  return parts
    .filter(part => part !== undefined)
    .join(' ')
    .replaceAll('"', "'")
    .replaceAll('…', '...')
    .replace(/[^ -~]|\\/g, '?');
}

/** What finds the refusal again at the provider; undefined where it named nothing. */
function traceOf({ codes = [], trace_id, correlation_id, timestamp }: ProviderAnswer): string | undefined {
  const ids = Object.entries({ trace_id, correlation_id, timestamp }).flatMap(([name, id]) =>
    id === undefined ? [] : [`${name} ${id}`],
  );
  const facts = [...codes, ...ids];
  return facts.length === 0 ? undefined : `(${facts.join(', ')})`;
}
