import { allowInsecureRequests, type ClientAuth, Configuration, customFetch } from 'openid-client';
import { type Clock, type GuardedFetch, ProviderFailure, type TokenAnswer } from '../vault/ports.js';
import { Secret } from '../vault/secret.js';
import { classifyAnswer, classifyOutbound, unknownAnswer } from './classify.js';
import { lifetimeOf } from './lifetime.js';
import { Recorder } from './recorder.js';
import { misconfigured } from './refusal.js';
import type { Scrub } from './scrubber.js';
import type { TokenEndpointAnswer } from './token-answer.js';

/** RFC 6749 §3.3, of bounded length: it goes into every ledger entry of the token. Anything else counts as left out. */
const SCOPE = /^(?=.{1,4096}$)[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/** One request for a token: where it goes, who asks, and the grant itself as a call of openid-client. */
export interface TokenRequest {
  tokenUrl: string;
  issuer?: string | undefined;
  clientId: string;
  authentication: ClientAuth;
  scrub: Scrub;
  grant: (configuration: Configuration) => Promise<unknown>;
}

/**
 * Asks a token endpoint through openid-client: the library builds the request and checks the form of the answer, the
 * meaning of the answer is judged here, from its body. Throws `ProviderFailure` and nothing else. An error of the
 * library is never passed on as a cause, because it holds the whole answer.
 */
export async function requestToken(
  deps: { fetch: GuardedFetch; clock: Clock },
  request: TokenRequest,
): Promise<TokenAnswer> {
  const url = readUrl(request.tokenUrl);
  const recorder = new Recorder(deps.fetch);
  const accepted = await request.grant(configurationOf(request, url, recorder)).then(
    () => true,
    () => false,
  );
  if (recorder.failure) throw classifyOutbound(recorder.failure, url.href);
  if (!recorder.answer) throw notMade(url);
  const at = { host: url.host, scrub: request.scrub, now: deps.clock.now() };
  const failure = classifyAnswer(recorder.answer, at);
  if (failure) throw failure;
  if (!accepted) throw unknownAnswer(recorder.answer, at);
  return tokenOf(recorder.answer);
}

function readUrl(text: string): URL {
  if (URL.canParse(text) && /^https?:/i.test(text.trim())) return new URL(text);
  throw misconfigured('scheme_refused', 'The token URL is not an https URL.', 'Correct the token URL.');
}

function configurationOf({ tokenUrl, issuer, clientId, authentication }: TokenRequest, url: URL, recorder: Recorder) {
  // The library insists on an issuer; without one of the provider's own, the token URL's origin stands in.
  const server = { issuer: issuer || url.origin, token_endpoint: tokenUrl };
  const configuration = new Configuration(server, clientId, undefined, authentication);
  configuration[customFetch] = recorder.fetch;
  // Whether plain http is allowed depends on the host, and outbound decides it.
  allowInsecureRequests(configuration);
  // Zero sets no timer: outbound has the only deadline.
  configuration.timeout = 0;
  return configuration;
}

function tokenOf({ json = {} }: TokenEndpointAnswer): TokenAnswer {
  const { access_token, token_type, expires_in, scope } = json;
  return {
    accessToken: new Secret(String(access_token)),
    tokenType: typeof token_type === 'string' ? token_type : 'Bearer',
    lifetime: lifetimeOf(expires_in),
    ...(typeof scope === 'string' && SCOPE.test(scope) ? { scope } : {}),
  };
}

function notMade(url: URL): ProviderFailure {
  return new ProviderFailure({
    class: 'unavailable',
    reason: 'unexpected_answer',
    message: `The request to ${url.host} could not be made.`,
    action: 'Check the credential, and report this if it looks right.',
    sent: 'not_sent',
  });
}
