import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { genericGrantRequest } from 'openid-client';
import {
  type Clock,
  type GuardedFetch,
  type JwtBearerRequest,
  ProviderFailure,
  type TokenAnswer,
} from '../vault/ports.js';
import { Secret } from '../vault/secret.js';
import { failureOf } from './classify.js';
import { headerOf, importKey, LIFETIME } from './client-assertion.js';
import { noPrivateKey } from './client-authentication.js';
import { clockSkew } from './client-verdicts.js';
import { tokenParameters } from './token-parameters.js';
import { requestToken } from './token-request.js';
import { misconfigured, SIGN_IN_AGAIN } from './verdicts.js';

const ASSERTION_REFUSED = misconfigured('assertion_refused');
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * A token for a mailbox that the client acts for (RFC 7523 §2.1): the signed assertion is the grant, and nothing else
 * authenticates the client. `scope` stands in it, as Google wants, and beside it, as RFC 7521 §4.1 has it.
 */
export async function jwtBearer(
  deps: { fetch: GuardedFetch; clock: Clock },
  request: JwtBearerRequest,
): Promise<TokenAnswer> {
  const now = deps.clock.now();
  const assertion = new Secret(await assertionOf(request, now));
  const parameters = tokenParameters(request, { assertion: assertion.reveal() });
  const { answer, at, token } = await requestToken(deps, {
    client: request,
    // The assertion says who asks; a client id beside it is not asked for.
    authentication: () => undefined,
    sends: [assertion],
    unattended: true,
    grant: configuration => genericGrantRequest(configuration, GRANT_TYPE, parameters),
  });
  if (!(token instanceof ProviderFailure)) return token;
  // Nobody signed in, so nobody can again.
  throw SIGN_IN_AGAIN.has(token.reason) ? failureOf(clockSkew(answer, now) ?? ASSERTION_REFUSED, answer, at) : token;
}

async function assertionOf(
  { key, clientId, tokenUrl, scope, subject, credential }: JwtBearerRequest,
  now: number,
): Promise<string> {
  if (!key) throw noPrivateKey({ credential });
  const seconds = Math.floor(now / 1000);
  return await new SignJWT({ scope })
    .setProtectedHeader({ alg: key.algorithm, ...headerOf(key) })
    .setIssuer(clientId)
    .setSubject(subject)
    .setAudience(tokenUrl)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFETIME)
    .sign(await importKey(key.privateKey.reveal(), key.algorithm));
}
