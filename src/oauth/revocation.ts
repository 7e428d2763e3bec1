import { tokenRevocation } from 'openid-client';
import type { Clock, GuardedFetch, RevocationRequest } from '../vault/ports.js';
import { failureOf } from './classify.js';
import { readUrl } from './endpoint.js';
import { callEndpoint } from './endpoint-call.js';
import { revocationVerdict } from './revocation-verdicts.js';

/** Ends a refresh token at its provider (RFC 7009 §2). Throws `ProviderFailure` where it may still be alive. */
export async function revokeToken(
  deps: { fetch: GuardedFetch; clock: Clock },
  { revocationUrl, token, ...client }: RevocationRequest,
): Promise<void> {
  const { answer, at } = await callEndpoint(deps, {
    endpoint: { kind: 'revocation', url: readUrl(revocationUrl, 'revocation') },
    client,
    sends: [token],
    call: configuration => tokenRevocation(configuration, token.reveal(), { token_type_hint: 'refresh_token' }),
  });
  const verdict = revocationVerdict(answer, at.scrub);
  if (verdict) throw failureOf(verdict, answer, at);
}
