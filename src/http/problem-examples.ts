import type * as api from '../api.js';
import { type ErrorCode, type ProblemDetails, VaultError } from '../vault/errors.js';
import { problemOf } from './problems.js';

const CONNECT_URL = 'http://127.0.0.1:8080/credentials/acme-mail/accounts/default';

/** One problem of every code. */
export const PROBLEMS: Record<ErrorCode, api.Problem> = {
  invalid_request: problem('invalid_request', 'token_url is missing.', {
    errors: [{ field: 'token_url', rule: 'required', detail: 'token_url is missing.' }],
  }),
  unauthenticated: problem('unauthenticated', 'A valid API key is needed: Authorization: Bearer twk_…'),
  forbidden: problem('forbidden', 'This needs the role operator; mail-reader has the role service.'),
  not_found: problem('not_found', 'There is no such credential, or you may not use it.'),
  method_not_allowed: problem('method_not_allowed', 'POST is not allowed here; allowed: GET.'),
  already_exists: problem('already_exists', 'There is already a credential named acme-mail.', {
    errors: [{ field: 'id', rule: 'unique', detail: 'acme-mail is taken.' }],
  }),
  conflict: problem('conflict', 'The credential acme-mail is disabled, so no token is obtained or given.', {
    class: 'needs_operator',
    action: 'An operator must enable it again: tokenwell credential enable acme-mail',
  }),
  not_connected: problem('not_connected', 'Nobody has signed in for credential acme-mail yet.', {
    class: 'needs_user',
    connectUrl: CONNECT_URL,
  }),
  gone: problem('gone', 'This link was used or has ended.'),
  version_conflict: problem('version_conflict', 'Somebody changed this credential since you read it.'),
  precondition_required: problem('precondition_required', 'Say in If-Match what you have read.'),
  too_large: problem('too_large', 'The body is larger than this route takes.'),
  unsupported_media_type: problem(
    'unsupported_media_type',
    'A body is taken here with the header Content-Type: application/json alone.',
  ),
  provider_refused: problem('provider_refused', 'The provider says that the client secret is wrong.', {
    class: 'needs_operator',
    action: 'Create a new secret at the provider and store it here.',
    connectUrl: CONNECT_URL,
    provider: { error: 'invalid_client' },
  }),
  rate_limited: problem('rate_limited', 'Too many wrong API keys. Wait 20 s.', { class: 'throttled', retryAfter: 20 }),
  internal: problem('internal', 'Something went wrong here. The request id finds it in the log.'),
  provider_unavailable: problem('provider_unavailable', 'The provider does not answer.', {
    class: 'unavailable',
    retryAfter: 8,
  }),
  ledger_unavailable: problem('ledger_unavailable', 'The audit ledger cannot be written at the moment.', {
    class: 'unavailable',
  }),
  draining: problem('draining', 'This instance is stopping and takes no new requests.', { class: 'unavailable' }),
};

function problem(code: ErrorCode, message: string, details: ProblemDetails = {}): api.Problem {
  return problemOf(new VaultError(code, message, details), '5b0d7c1e-2s');
}
