import type { ClientAuth } from 'openid-client';
import type { ClientAtServer, ProviderFailure } from '../vault/ports.js';
import type { Secret } from '../vault/secret.js';
import { clientAssertion } from './client-assertion.js';
import { formEncode } from './form-encoding.js';
import { misconfigured } from './refusal.js';

type Client = Pick<ClientAtServer, 'clientId' | 'method' | 'secret' | 'key' | 'tokenUrl' | 'credential'>;

/** client_credentials is for clients that prove themselves (RFC 6749 §4.4). Throws `ProviderFailure` for one that cannot. */
export function requireProof({ method }: Pick<Client, 'method'>): void {
  if (method !== 'none') return;
  throw misconfigured(
    'client_auth_required',
    'client_credentials needs a client that proves itself, and this credential has no client authentication.',
    'Choose client_secret_post or client_secret_basic and paste a client secret.',
  );
}

/**
 * How the client proves itself (RFC 6749 §2.3.1, RFC 7523 §2.2), in the shape that openid-client takes; a public client
 * (`none`) names itself only (§3.2.1). `now` in epoch milliseconds. Throws `ProviderFailure` (misconfigured, not sent) when there is no secret where there must be
 * one, or when id or secret hold a line break or another control character.
 */
export async function clientAuthentication(client: Client, now: number): Promise<ClientAuth> {
  const { method, key } = client;
  const usableId = clientIdOf(client.clientId);
  if (method === 'none') return (_server, _client, body) => body.set('client_id', usableId);
  if (method === 'private_key_jwt') {
    if (!key) throw noPrivateKey(client);
    return await clientAssertion(key, { clientId: usableId, audience: client.tokenUrl, now });
  }
  const usableSecret = secretOf(client.secret);
  return method === 'client_secret_basic' ? basic(usableId, usableSecret) : post(usableId, usableSecret);
}

/** What is said of a client that is to sign and cannot. */
export function noPrivateKey({ credential }: Pick<Client, 'credential'>): ProviderFailure {
  const command = ['tokenwell credential certificate-generate', ...(credential === undefined ? [] : [credential])];
  return misconfigured(
    'no_private_key',
    'This credential has no private key yet.',
    `Have a certificate made (${command.join(' ')}), or upload one.`,
  );
}

function clientIdOf(clientId: string): string {
  if (clientId !== '' && !hasControls(clientId)) return clientId;
  throw misconfigured(
    'unusable_client_id',
    'The client id is empty or holds a line break or another control character.',
    'Enter the client id again.',
  );
}

function secretOf(secret: Secret | undefined): string {
  const text = secret?.reveal() ?? '';
  if (text === '') {
    throw misconfigured('no_client_secret', 'This credential has no client secret.', 'Paste a client secret.');
  }
  if (!hasControls(text)) return text;
  throw misconfigured(
    'unusable_client_secret',
    'The client secret holds a line break or another control character.',
    'Paste the client secret again, without the line break.',
  );
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
