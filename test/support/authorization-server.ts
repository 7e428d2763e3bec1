import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import './quiet-oidc-provider.js';
import Provider, { type ClientMetadata } from 'oidc-provider';
import { errorPage, forgetWhoSignedIn, signInPage } from './sign-in-page.js';

/** A client that may ask for tokens with client_credentials. `method` is client_secret_post unless said. */
export interface RegisteredClient {
  id: string;
  /** With a certificate (PEM) instead, it proves itself by private_key_jwt. */
  secret?: string;
  certificate?: string;
  method?: 'client_secret_post' | 'client_secret_basic';
  /** Space-separated scopes the client may ask for; `mail.read` unless said. */
  scope?: string;
  /** With one, people may sign in for the client too, and it may ask for `openid` and `offline_access`. */
  redirectUri?: string;
}

export interface AuthorizationServer {
  issuer: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
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
 * access tokens that live for `accessTokenTtl` seconds (600 unless said), and for clients with a redirect URI a page on
 * which any name signs in, PKCE and refresh tokens that rotate. `port` 0, the default, is any free one.
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
  const provider = buildProvider(issuer, settings.clients, settings.accessTokenTtl ?? 600);
  const [answer, page] = [provider.callback(), signInPage(provider)];
  let requests = 0;
  server.on('request', (request, response) => {
    if (request.url === '/token') {
      requests += 1;
      settings.asked?.(requests);
    }
    forgetWhoSignedIn(request);
    void (request.url?.startsWith('/interaction/') ? page : answer)(request, response);
  });
  const introspectionUrl = `${issuer}/token/introspection`;
  return {
    issuer,
    authorizationUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    revocationUrl: `${issuer}/token/revocation`,
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
  const scopes = new Set(clients.flatMap(client => scopeOf(client).split(' ')));
  return new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'EC', kid: 'k1', use: 'sig', alg: 'ES256' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    scopes: [...scopes],
    clients: [...clients.map(metadata), metadata({ ...RESOURCE_SERVER, method: 'client_secret_basic' })],
    ttl: { ClientCredentials: ttl, AccessToken: ttl },
    claims: { openid: ['sub', 'email'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, email: id }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    renderError: (ctx, { error, error_description = '' }) => {
      ctx.type = 'html';
      ctx.body = errorPage(error, error_description);
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientId === RESOURCE_SERVER.id },
    },
  });
}

function metadata(client: RegisteredClient): ClientMetadata {
  const { redirectUri } = client;
  return {
    client_id: client.id,
    ...proofOf(client),
    scope: scopeOf(client),
    grant_types: ['client_credentials', ...(redirectUri ? ['authorization_code', 'refresh_token'] : [])],
    redirect_uris: redirectUri ? [redirectUri] : [],
    response_types: redirectUri ? ['code'] : [],
  };
}

function proofOf({ secret, certificate, method = 'client_secret_post' }: RegisteredClient): Partial<ClientMetadata> {
  if (certificate === undefined) {
    return { token_endpoint_auth_method: method, ...(secret === undefined ? {} : { client_secret: secret }) };
  }
  const key = new X509Certificate(certificate).publicKey.export({ format: 'jwk' });
  const jwks = { keys: [{ ...key, kty: 'RSA', alg: 'PS256', use: 'sig' }] };
  return { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'PS256', jwks };
}

function scopeOf({ scope = 'mail.read', redirectUri }: RegisteredClient): string {
  return redirectUri ? `openid offline_access ${scope}` : scope;
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
