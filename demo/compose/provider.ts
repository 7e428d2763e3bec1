import { generateKeyPairSync } from 'node:crypto';
import { parseArgs } from 'node:util';
import '../../test/support/quiet-oidc-provider.js';
import Provider from 'oidc-provider';
import { say } from '../terminal.js';
import { CLIENT } from './client.js';

/**
 * The demo authorization server of docker-compose.yml (oidc-provider), where anybody signs in with any name and any
 * password. `--issuer` is its address, under which browsers and the vault reach it; it listens on the port of that
 * address on every interface. `--redirect-uri` is where the vault waits for the answer. What it issued it forgets at its end.
 */
const { values: options } = parseArgs({
  options: { issuer: { type: 'string', default: '' }, 'redirect-uri': { type: 'string', default: '' } },
});

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(options.issuer, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'EC', kid: 'k1', use: 'sig', alg: 'ES256' }] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['demo-only'] },
  scopes: ['openid', 'email', 'offline_access', 'mail.read'],
  claims: { openid: ['sub'], email: ['email'] },
  conformIdTokenClaims: false,
  findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, email: id }) }),
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [options['redirect-uri']],
      response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 600, ClientCredentials: 600 },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    revocation: { enabled: true },
  },
});

const server = provider.listen(Number(new URL(options.issuer).port), '0.0.0.0', () =>
  say(`The demo authorization server is ${options.issuer}`),
);
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
