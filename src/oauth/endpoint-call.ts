import { allowInsecureRequests, type ClientAuth, Configuration, customFetch } from 'openid-client';
import { knownOf } from '../vault/findings/known.js';
import { type ClientAtServer, type Clock, type GuardedFetch, ProviderFailure } from '../vault/ports.js';
import type { Secret } from '../vault/secret.js';
import type { Circumstances } from './classify.js';
import { clientAuthentication } from './client-authentication.js';
import type { Endpoint } from './endpoint.js';
import { type EndpointAnswer, tokensIn } from './endpoint-answer.js';
import { Recorder } from './recorder.js';
import { createScrub } from './scrubber.js';
import { classifyOutbound } from './unanswered.js';

/** A client, and what else of its request the words of a failure may name. */
export type Client = ClientAtServer & { scope?: string | undefined; redirectUri?: string | undefined };

/** Who calls which endpoint, and with what. */
export interface EndpointCall {
  endpoint: Endpoint;
  client: Client;
  /** In place of the client's own proof. */
  authentication?: ClientAuth | undefined;
  /** Every secret that goes out beside the client's own. */
  sends: readonly Secret[];
  /** No person's grant is used: nobody could be told to sign in. */
  unattended?: true | undefined;
  /** The call itself, as one of openid-client. */
  call: (configuration: Configuration) => Promise<unknown>;
}

/** An answer, whether openid-client took it, and what is needed to judge it. */
export interface Answered {
  answer: EndpointAnswer;
  accepted: boolean;
  at: Circumstances;
}

/**
 * Calls an endpoint through openid-client: the library builds the request and checks the form of the answer. Throws
 * `ProviderFailure` where no answer came, and nothing else; an error of the library is never passed on as a cause,
 * because it holds the whole answer.
 */
export async function callEndpoint(
  deps: { fetch: GuardedFetch; clock: Clock },
  { endpoint, client, authentication, sends, unattended, call }: EndpointCall,
): Promise<Answered> {
  const recorder = new Recorder(deps.fetch);
  const proof = authentication ?? (await clientAuthentication(client, deps.clock.now()));
  const accepted = await call(configurationOf(endpoint, { client, proof }, recorder)).then(
    () => true,
    () => false,
  );
  if (recorder.failure) throw classifyOutbound(recorder.failure, endpoint);
  const { answer } = recorder;
  if (!answer) throw notMade(endpoint.url);
  // An assertion proves the client for as long as it holds, so it is as secret as what signed it.
  const secrets = [...[client.secret, ...sends].map(secret => secret?.reveal() ?? ''), recorder.assertion];
  const at = {
    known: { ...knownOf({ ...client, id: client.credential }), host: endpoint.url.host },
    scrub: createScrub(client.clientId, [...secrets, ...tokensIn(answer)]),
    now: deps.clock.now(),
    method: client.method,
    attended: unattended !== true,
  };
  return { answer, accepted, at };
}

function configurationOf(
  { kind, url }: Endpoint,
  { client, proof }: { client: ClientAtServer; proof: ClientAuth },
  recorder: Recorder,
): Configuration {
  // The library insists on an issuer; without one of the provider's own, the URL's origin stands in.
  const server = { issuer: client.issuer || url.origin, [`${kind}_endpoint`]: url.href };
  const configuration = new Configuration(server, client.clientId, undefined, proof);
  configuration[customFetch] = recorder.fetch;
  // Whether plain http is allowed depends on the host, and outbound decides it.
  allowInsecureRequests(configuration);
  // Zero sets no timer: outbound has the only deadline.
  configuration.timeout = 0;
  return configuration;
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
