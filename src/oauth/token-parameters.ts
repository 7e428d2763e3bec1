import { misconfigured } from './refusal.js';

/** What the grant, the client authentication and the scope decide; nothing else may. */
const RESERVED = new Set([
  'grant_type',
  'scope',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'assertion',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
]);

/**
 * The parameters of a token request apart from client authentication: the credential's own (`resource`, `audience` …),
 * the scope unless it is empty or left out, and those of the grant. Throws `ProviderFailure` (misconfigured, not sent)
 * for one that is not the credential's own to set.
 */
export function tokenParameters(
  { scope = '', params }: { scope?: string; params: Record<string, string> },
  grant: Record<string, string> = {},
): Record<string, string> {
  const reserved = Object.keys(params).find(name => RESERVED.has(name.trim().toLowerCase()));
  if (reserved !== undefined) {
    throw misconfigured(
      'reserved_parameter',
      `The token parameter "${reserved}" belongs to the request itself and cannot be set.`,
      `Take "${reserved}" out of the token parameters of the credential.`,
    );
  }
  return { ...params, ...(scope === '' ? {} : { scope }), ...grant };
}
