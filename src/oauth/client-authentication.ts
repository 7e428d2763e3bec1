import type { ClientAuth } from 'openid-client';
import type { ClientCredentialsRequest } from '../vault/ports.js';
import { formEncode } from './form-encoding.js';
import { misconfigured } from './refusal.js';

/**
 * How the client proves itself (RFC 6749 §2.3.1), in the shape that openid-client takes. Throws `ProviderFailure`
 * (misconfigured, not sent) when there is no secret, or when id or secret hold a line break or another control character.
 */
export function clientAuthentication(request: ClientCredentialsRequest): ClientAuth {
  const { clientId, method } = request;
  const secret = request.secret?.reveal() ?? '';
  if (method === 'none') {
    throw misconfigured(
      'client_auth_required',
      'client_credentials needs a client that proves itself, and this credential has no client authentication.',
      'Choose client_secret_post or client_secret_basic and paste a client secret.',
    );
  }
  if (secret === '') {
    throw misconfigured('no_client_secret', 'This credential has no client secret.', 'Paste a client secret.');
  }
  if (clientId === '' || hasControls(clientId)) {
    throw misconfigured(
      'unusable_client_id',
      'The client id is empty or holds a line break or another control character.',
      'Enter the client id again.',
    );
  }
  if (hasControls(secret)) {
    throw misconfigured(
      'unusable_client_secret',
      'The client secret holds a line break or another control character.',
      'Paste the client secret again, without the line break.',
    );
  }
  return method === 'client_secret_basic' ? basic(clientId, secret) : post(clientId, secret);
}

function basic(clientId: string, secret: string): ClientAuth {
  const credentials = Buffer.from(`${formEncode(clientId)}:${formEncode(secret)}`).toString('base64');
  return (_server, _client, _body, headers) => headers.set('authorization', `Basic ${credentials}`);
}

function post(clientId: string, secret: string): ClientAuth {
  return (_server, _client, body) => {
    body.set('client_id', clientId);
    body.set('client_secret', secret);
  };
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
