import type { ClientAuth, Configuration } from 'openid-client';
import type { Clock, GuardedFetch, ProviderFailure, TokenAnswer } from '../vault/ports.js';
import { Secret } from '../vault/secret.js';
import { type Circumstances, classifyAnswer, unknownAnswer } from './classify.js';
import { readUrl } from './endpoint.js';
import type { EndpointAnswer } from './endpoint-answer.js';
import { type Answered, type Client, callEndpoint } from './endpoint-call.js';
import { lifetimeOf, refreshInOf } from './lifetime.js';

/** RFC 6749 §3.3, of bounded length: it goes into every ledger entry of the token. Anything else counts as left out. */
const SCOPE = /^(?=.{1,4096}$)[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** One request for a token. */
export interface TokenRequest {
  client: Client;
  /** In place of the client's own proof. */
  authentication?: ClientAuth;
  /** What the grant consists of, as far as it is secret: code and verifier, or refresh token. */
  sends: readonly Secret[];
  /** No person's grant is used. */
  unattended?: true;
  /** The grant itself, as a call of openid-client. */
  grant: (configuration: Configuration) => Promise<unknown>;
}

/** What came for it: the answer, and the token in it or why there is none to be used. */
export interface Tokens {
  answer: EndpointAnswer;
  /** How it was judged. */
  at: Circumstances;
  token: TokenAnswer | ProviderFailure;
}

/**
 * Asks a token endpoint. The meaning of the answer is judged here, from its body. Throws `ProviderFailure` where there
 * is no answer at all; one that refuses or cannot be used is given back with what was wrong.
 */
export async function requestToken(
  deps: { fetch: GuardedFetch; clock: Clock },
  { client, authentication, sends, unattended, grant }: TokenRequest,
): Promise<Tokens> {
  const endpoint = { kind: 'token', url: readUrl(client.tokenUrl, 'token') } as const;
  const answered = await callEndpoint(deps, { endpoint, client, authentication, sends, unattended, call: grant });
  return { answer: answered.answer, at: answered.at, token: flawOf(answered) ?? tokenOf(answered.answer) };
}

function flawOf({ answer, accepted, at }: Answered): ProviderFailure | undefined {
  return classifyAnswer(answer, at) ?? (accepted ? undefined : unknownAnswer(answer, at));
}

function tokenOf({ json = {} }: EndpointAnswer): TokenAnswer {
  const { access_token, token_type, expires_in, refresh_in, scope } = json;
  const lifetime = lifetimeOf(expires_in);
  const refreshIn = refreshInOf(refresh_in, lifetime);
  return {
    accessToken: new Secret(String(access_token)),
    tokenType: typeof token_type === 'string' ? token_type : 'Bearer',
    lifetime,
    ...(refreshIn === undefined ? {} : { refreshIn }),
    ...(typeof scope === 'string' && SCOPE.test(scope) && !scope.includes(String(access_token)) ? { scope } : {}),
  };
}
