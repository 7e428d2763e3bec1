import { createHash } from 'node:crypto';
import type { AuthorizationRequest } from '../vault/ports.js';
import { readUrl } from './endpoint.js';
import { misconfigured } from './refusal.js';

/** With one of these a server forgets the rest of the query (RFC 9101 §5), and with it state and PKCE. */
const OVERRULING = ['request', 'request_uri'];

/**
 * The address to which a browser is sent for a consent (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
 * What the request says replaces what the stored URL or the operator's parameters say; the rest of them stays. There is
 * always one prompt, `select_account` unless they bring theirs. Throws `ProviderFailure` (misconfigured) where the URL
 * cannot be read or hands the request over to another document.
 */
export function authorizationUrl(request: AuthorizationRequest): string {
  const url = readUrl(request.authorizationUrl, 'authorization');
  const query = url.searchParams;
  const prompts = [request.params.prompt ?? '', ...query.getAll('prompt'), 'select_account'];
  for (const [name, value] of Object.entries(request.params)) query.set(name, value);
  const overruling = OVERRULING.find(name => query.has(name));
  if (overruling !== undefined) throw handsOver(overruling);
  for (const [name, value] of Object.entries(ownParameters(request))) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  if (request.loginHint) query.set('login_hint', request.loginHint);
  query.set('prompt', prompts.find(prompt => prompt !== '') ?? '');
  url.hash = '';
  return url.href;
}

/** Belongs to the request alone; empty: not sent, whoever else sets it. */
function ownParameters(request: AuthorizationRequest): Record<string, string> {
  return {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    code_challenge: createHash('sha256').update(request.verifier.reveal()).digest('base64url'),
    code_challenge_method: 'S256',
    nonce: request.nonce ?? '',
  };
}

function handsOver(name: string) {
  return misconfigured(
    'reserved_parameter',
    `The authorization parameter "${name}" would replace the whole request and cannot be set.`,
    `Take "${name}" out of the authorization URL and the authorization parameters of the credential.`,
  );
}
