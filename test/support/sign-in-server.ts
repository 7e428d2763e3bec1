import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import './quiet-oidc-provider.js';
import Provider from 'oidc-provider';

export interface SignInServer {
  issuer: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  /** Goes where a browser would go, signs in as `person` and consents. Answers what the redirect URI is called with. */
  walk(url: string, person: string): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/**
 * A real OpenID provider on 127.0.0.1 that demands PKCE and rotates refresh tokens, with a confidential client `app-1`
 * and a public one, `public-1`.
 */
export async function startSignInServer(client: { redirectUri: string; secret: string }): Promise<SignInServer> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  server.on('request', openIdProvider(issuer, client).callback());
  return {
    issuer,
    authorizationUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    revocationUrl: `${issuer}/token/revocation`,
    walk: (url, person) => walk(url, person, client.redirectUri),
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function openIdProvider(issuer: string, { redirectUri, secret }: { redirectUri: string; secret: string }): Provider {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const client = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
  };
  return new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'EC', kid: 'k1', use: 'sig', alg: 'ES256' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['cookie-key'] },
    clients: [
      { ...client, client_id: 'app-1', client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
      { ...client, client_id: 'public-1', token_endpoint_auth_method: 'none' },
    ],
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, email: id }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  });
}

/** Follows redirects with its cookies, and fills in the two forms: sign in, consent. */
async function walk(start: string, person: string, redirectUri: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(pair => pair.join('=')).join('; ') },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';')[0]?.split(/=(.*)/) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const page = await response.text();
    form = location ? undefined : filledIn(page, person);
    url = new URL(location ?? /<form[^>]*action="([^"]+)"/.exec(page)?.[1] ?? '', url);
    if (url.href.startsWith(redirectUri)) return url.searchParams;
  }
  throw new Error('the sign-in did not come to its end');
}

function filledIn(page: string, person: string): URLSearchParams {
  const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
  if (!prompt) throw new Error(`no form: ${page.slice(0, 300)}`);
  return new URLSearchParams({ prompt, ...(prompt === 'login' ? { login: person, password: 'x' } : {}) });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the OpenID provider is not listening');
  return address.port;
}
