import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import './quiet-oidc-provider.js';
import Provider, { type ClientMetadata } from 'oidc-provider';

/** A client that may ask for tokens with client_credentials. `method` is client_secret_post unless said. */
export interface RegisteredClient {
  id: string;
  secret: string;
  method?: 'client_secret_post' | 'client_secret_basic';
  /** Space-separated scopes the client may ask for; `mail.read` unless said. */
  scope?: string;
}

export interface AuthorizationServer {
  issuer: string;
  tokenUrl: string;
  introspectionUrl: string;
  /** Requests that the token endpoint has had. */
  readonly requests: number;
  /** RFC 7662: what the server knows of an access token; `{ active: false }` for a strange one. */
  introspect(token: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** May ask the introspection endpoint (HTTP Basic); it gets no tokens of its own. */
export const RESOURCE_SERVER = { id: 'resource-server', secret: 'resource-server-secret' };

/**
 * A real authorization server (oidc-provider) on 127.0.0.1: client_credentials for the given clients, introspection,
 * access tokens that live for `accessTokenTtl` seconds (600 unless said). `port` 0, the default, is any free one.
 * `asked` is called at each token request with the number of requests so far.
 */
export async function startAuthorizationServer(settings: {
  clients: readonly RegisteredClient[];
  accessTokenTtl?: number;
  port?: number;
  asked?: (requests: number) => void;
}): Promise<AuthorizationServer> {
  const server = createServer();
  // The issuer holds the port, so listening comes first.
  await listen(server, settings.port ?? 0);
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  const answer = buildProvider(issuer, settings.clients, settings.accessTokenTtl ?? 600).callback();
  let requests = 0;
  server.on('request', (request, response) => {
    if (request.url === '/token') {
      requests += 1;
      settings.asked?.(requests);
    }
    void answer(request, response);
  });
  const introspectionUrl = `${issuer}/token/introspection`;
  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    introspectionUrl,
    get requests() {
      return requests;
    },
    introspect: token => introspect(introspectionUrl, token),
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function buildProvider(issuer: string, clients: readonly RegisteredClient[], ttl: number): Provider {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const scopes = new Set(clients.flatMap(client => (client.scope ?? 'mail.read').split(' ')));
  return new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'EC', kid: 'k1', use: 'sig', alg: 'ES256' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['not-used'] },
    scopes: [...scopes],
    clients: [...clients.map(metadata), metadata({ ...RESOURCE_SERVER, method: 'client_secret_basic' })],
    ttl: { ClientCredentials: ttl },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientId === RESOURCE_SERVER.id },
    },
  });
}

function metadata(client: RegisteredClient): ClientMetadata {
  return {
    client_id: client.id,
    client_secret: client.secret,
    token_endpoint_auth_method: client.method ?? 'client_secret_post',
    scope: client.scope ?? 'mail.read',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
}

async function introspect(url: string, token: string): Promise<Record<string, unknown>> {
  const credentials = Buffer.from(`${RESOURCE_SERVER.id}:${RESOURCE_SERVER.secret}`).toString('base64');
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ token }),
  });
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null) throw new Error('introspection did not answer with an object');
  return { ...answer };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the authorization server is not listening');
  return address.port;
}
