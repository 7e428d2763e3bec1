import { type GrantAnswer, ProviderFailure } from '../vault/ports.js';
import { Secret } from '../vault/secret.js';
import type { EndpointAnswer } from './endpoint-answer.js';
import { type Expected, identityOf } from './identity.js';
import type { Tokens } from './token-request.js';

/** RFC 6749 Appendix A.17, of bounded length and not of blanks alone. */
const REFRESH_TOKEN = /^(?=.{1,16384}$)(?=.*[!-~])[ -~]+$/;

/**
 * What an answer is worth as a grant. A refresh token counts whatever else is wrong, even beside an `error` (invariant
 * 5); without one, an answer that cannot be used is thrown as the `ProviderFailure` that says why.
 */
export function grantAnswerOf({ answer, token }: Tokens, expected: Expected): GrantAnswer {
  const refreshToken = refreshTokenOf(answer);
  if (token instanceof ProviderFailure && !refreshToken) throw token;
  return { refreshToken, token, identity: identityOf(answer.json?.id_token, expected) };
}

function refreshTokenOf({ refreshToken }: EndpointAnswer): Secret | undefined {
  return typeof refreshToken === 'string' && REFRESH_TOKEN.test(refreshToken) ? new Secret(refreshToken) : undefined;
}
