import { clientCredentialsGrant, refreshTokenGrant } from 'openid-client';
import { type Clock, type GuardedFetch, type Provider, ProviderFailure } from '../vault/ports.js';
import { authorizationUrl } from './authorization-url.js';
import { failureOf } from './classify.js';
import { requireProof } from './client-authentication.js';
import { exchangeCode } from './code-exchange.js';
import { grantAnswerOf } from './grant-answer.js';
import { jwtBearer } from './jwt-bearer.js';
import { providerWords } from './provider-words.js';
import { revokeToken } from './revocation.js';
import { createScrub } from './scrubber.js';
import { tokenParameters } from './token-parameters.js';
import { requestToken } from './token-request.js';
import { misconfigured, SIGN_IN_AGAIN } from './verdicts.js';

const APPLICATION_REFUSED = misconfigured('application_refused');

/** The `Provider` port over openid-client. Keeps no state: each call stands for itself. */
export function createProvider(deps: { fetch: GuardedFetch; clock: Clock }): Provider {
  return {
    authorizationUrl,

    /** RFC 6749 §4.4. */
    async clientCredentials(request) {
      requireProof(request);
      const parameters = tokenParameters(request);
      const { answer, at, token } = await requestToken(deps, {
        client: request,
        sends: [],
        unattended: true,
        grant: configuration => clientCredentialsGrant(configuration, parameters),
      });
      if (!(token instanceof ProviderFailure)) return token;
      // Nobody signed in, so nobody can again.
      throw SIGN_IN_AGAIN.has(token.reason) ? failureOf(APPLICATION_REFUSED, answer, at) : token;
    },

    jwtBearer: request => jwtBearer(deps, request),

    exchangeCode: request => exchangeCode(deps, request),

    /** RFC 6749 §6. */
    async refresh(request) {
      const { refreshToken, clientId, issuer } = request;
      const parameters = tokenParameters(request);
      const tokens = await requestToken(deps, {
        client: request,
        sends: [refreshToken],
        grant: configuration => refreshTokenGrant(configuration, refreshToken.reveal(), parameters),
      });
      return grantAnswerOf(tokens, { clientId, issuer, nonce: 'any', now: deps.clock.now() });
    },

    revoke: request => revokeToken(deps, request),

    // No secret of ours has gone to the page that wrote this.
    words: said => providerWords(said, createScrub('', [])),
  };
}
