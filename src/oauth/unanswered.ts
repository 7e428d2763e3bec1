import { OAUTH } from '../vault/findings/oauth.js';
import { type FailureClass, type OutboundError, type OutboundReason, ProviderFailure } from '../vault/ports.js';
import type { Endpoint } from './endpoint.js';
import { REVOCATION_ACTIONS } from './revocation-verdicts.js';
import { passing } from './verdicts.js';

const CHECK_NETWORK =
  'check the network between Tokenwell and the provider, and TOKENWELL_OUTBOUND_PROXY where only a proxy leads out';

interface Unanswered {
  class: FailureClass;
  action: string;
}

/** What to do about a call to the token URL that got no answer, by how it ended. */
const BY_OUTBOUND: Record<OutboundReason, (tokenUrl: URL) => Unanswered> = {
  address_refused: () => ({
    class: 'misconfigured',
    action: 'Correct the token URL, or allow its host where the message says so.',
  }),
  scheme_refused: () => ({ class: 'misconfigured', action: 'Correct the token URL, or allow its host.' }),
  unexpected_redirect: () => ({ class: 'misconfigured', action: 'Put the final address into the token URL.' }),
  too_large: () => ({ class: 'unavailable', action: OAUTH.web_page.todo }),
  deadline: unreached('it answered in time before', 'host and port', CHECK_NETWORK),
  dns: unreached(
    'the name was found before',
    'the host name',
    'check the name servers that Tokenwell uses, and TOKENWELL_OUTBOUND_PROXY where only a proxy leads out',
  ),
  tls: unreached(
    'a trusted connection was there before',
    'host and port',
    "check the provider's certificate and TOKENWELL_CA_FILE",
  ),
  connection: unreached('the connection was there before', 'host and port', CHECK_NETWORK),
};

/** A call that got no answer at all. Its message is the outbound one, which is written to be shown. */
export function classifyOutbound(error: OutboundError, { kind, url }: Endpoint): ProviderFailure {
  const { reason, sent, message } = error;
  const asToken = BY_OUTBOUND[reason](url);
  const action = kind === 'revocation' ? REVOCATION_ACTIONS[asToken.class] : asToken.action;
  return new ProviderFailure({ class: asToken.class, action, reason, sent, message, cause: error });
}

function unreached(before: string, part: string, otherwise: string): (tokenUrl: URL) => Unanswered {
  return tokenUrl => ({
    class: 'unavailable',
    action: passing(before, `${part} in its token URL (${tokenUrl.origin})`, otherwise),
  });
}
