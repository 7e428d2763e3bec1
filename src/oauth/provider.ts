import { clientCredentialsGrant } from 'openid-client';
import type { Clock, GuardedFetch, Provider } from '../vault/ports.js';
import { clientAuthentication } from './client-authentication.js';
import { createScrub } from './scrubber.js';
import { tokenParameters } from './token-parameters.js';
import { requestToken } from './token-request.js';

/** The `Provider` port over openid-client. Keeps no state: each call stands for itself. */
export function createProvider(deps: { fetch: GuardedFetch; clock: Clock }): Provider {
  return {
    /** RFC 6749 §4.4. */
    async clientCredentials(request) {
      const { tokenUrl, issuer, clientId } = request;
      const authentication = clientAuthentication(request);
      const parameters = tokenParameters(request);
      return requestToken(deps, {
        tokenUrl,
        issuer,
        clientId,
        authentication,
        scrub: createScrub(clientId, request.secret?.reveal() ?? ''),
        grant: configuration => clientCredentialsGrant(configuration, parameters),
      });
    },
  };
}
