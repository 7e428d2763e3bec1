import { genericGrantRequest } from 'openid-client';
import { type Clock, type CodeRequest, type GrantAnswer, type GuardedFetch, ProviderFailure } from '../vault/ports.js';
import { grantAnswerOf } from './grant-answer.js';
import { tokenParameters } from './token-parameters.js';
import { requestToken } from './token-request.js';

/**
 * Exchanges a code (RFC 6749 §4.1.3). The callback was judged before it came here, so openid-client is asked for the
 * token request alone. Throws `ProviderFailure` where no refresh token and no usable access token came.
 */
export async function exchangeCode(
  deps: { fetch: GuardedFetch; clock: Clock },
  request: CodeRequest,
): Promise<GrantAnswer> {
  const { code, verifier, redirectUri, clientId, issuer, nonce } = request;
  const parameters = tokenParameters(request, {
    code: code.reveal(),
    code_verifier: verifier.reveal(),
    redirect_uri: redirectUri,
  });
  try {
    const tokens = await requestToken(deps, {
      client: request,
      sends: [code, verifier],
      grant: configuration => genericGrantRequest(configuration, 'authorization_code', parameters),
    });
    return grantAnswerOf(tokens, { clientId, issuer, nonce: { sent: nonce }, now: deps.clock.now() });
  } catch (error) {
    throw error instanceof ProviderFailure && error.class === 'unavailable' ? spent(error) : error;
  }
}

/** A code works once (RFC 6749 §4.1.2), so here nobody tries again by itself. */
function spent(failure: ProviderFailure): ProviderFailure {
  const { message, cause, class: kind, reason, sent, retryAfterMs, answer, words, told } = failure;
  const action =
    'Connect the account again. If that fails too, an operator checks the token URL of the credential, the network ' +
    "between Tokenwell and the provider, and the provider's status page.";
  return new ProviderFailure({ class: kind, message, cause, reason, sent, retryAfterMs, answer, action, words, told });
}
