import { isJwt } from '../vault/workloads.js';
import { GrantRefused } from './oauth-errors.js';

/** The client of a token request: a consumer's id, and its API key or the JWT of its workload. */
export interface Client {
  /** Left out beside an assertion, which says enough. */
  id: string | undefined;
  key: string;
}

interface ClientFields {
  client_id?: string;
  client_secret?: string;
  client_assertion?: string;
  client_assertion_type?: string;
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const BASIC = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/**
 * Who asks at the token endpoint (RFC 6749 §2.3.1): by HTTP Basic, by the form or by the JWT of a workload as assertion
 * (RFC 7523 §2.2), never by two of them. A client id in the form beside Basic is no second proof and may repeat the first.
 * Throws `GrantRefused`.
 */
export function clientOf(authorization: string | undefined, form: ClientFields): Client {
  if (form.client_assertion || form.client_assertion_type) return inAssertion(authorization, form);
  if (authorization === undefined) return inForm(form);
  const client = inHeader(authorization);
  if (form.client_secret) throw invalidRequest('Prove who you are once: in the Authorization header or in the form.');
  if (form.client_id && form.client_id !== client.id)
    throw invalidRequest('client_id is not the one in the Authorization header.');
  return client;
}

function inForm({ client_id, client_secret }: ClientFields): Client {
  if (client_id && client_secret) return { id: client_id, key: client_secret };
  if (client_secret) throw invalidRequest('client_id is missing.');
  throw new GrantRefused(
    'invalid_client',
    'Prove who you are: the id of the consumer and its API key, as Basic or in the form.',
  );
}

function inAssertion(authorization: string | undefined, form: ClientFields): Client {
  const { client_id, client_secret, client_assertion, client_assertion_type } = form;
  if (authorization !== undefined || client_secret) {
    throw invalidRequest('Prove who you are once: by the assertion or by a key.');
  }
  if (client_assertion_type !== JWT_BEARER) throw invalidRequest(`client_assertion_type is always ${JWT_BEARER} here.`);
  if (client_assertion && isJwt(client_assertion)) return { id: client_id || undefined, key: client_assertion };
  throw new GrantRefused('invalid_client', 'client_assertion is not the JWT of a workload.');
}

function inHeader(authorization: string): Client {
  const encoded = BASIC.exec(authorization)?.[1] ?? '';
  const [, id, key] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  const client = { id: formDecode(id), key: formDecode(key) };
  if (client.id && client.key) return { id: client.id, key: client.key };
  throw new GrantRefused('invalid_client', 'The Authorization header is not Basic with an id and a key.');
}

/** Both halves are form-encoded before they are joined (§2.3.1, appendix B). */
function formDecode(text = ''): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function invalidRequest(message: string): GrantRefused {
  return new GrantRefused('invalid_request', message);
}
