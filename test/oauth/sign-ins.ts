import type { Test } from 'tap';
import { createProvider } from '../../src/oauth/provider.js';
import type { GrantAnswer } from '../../src/vault/ports.js';
import { Secret } from '../../src/vault/secret.js';
import { TestClock } from '../support/clock.js';
import { type SignInServer, startSignInServer } from '../support/sign-in-server.js';
import {
  codeRequest,
  failure,
  outbound,
  REDIRECT_URI,
  refreshRequest,
  revocationRequest,
  SECRET,
} from './provider-under-test.js';

const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-0';
// The server's clock is the real one.
const provider = createProvider({ fetch: outbound.fetch, clock: new TestClock(Date.now()) });

async function codeFor(server: SignInServer, clientId: string): Promise<Secret> {
  const url = provider.authorizationUrl({
    authorizationUrl: server.authorizationUrl,
    clientId,
    redirectUri: REDIRECT_URI,
    scope: 'openid offline_access email',
    state: 'state-1',
    verifier: new Secret(VERIFIER),
    nonce: 'nonce-1',
    // A public client gets a refresh token only for a consent that was asked for.
    params: { prompt: 'consent' },
  });
  const answer = await server.walk(url, 'anna@example.com');
  if (answer.get('state') !== 'state-1' || answer.get('iss') !== server.issuer) throw new Error(`${answer}`);
  return new Secret(answer.get('code') ?? '');
}

function refreshTokenOf({ refreshToken }: GrantAnswer): Secret {
  if (!refreshToken) throw new Error('there is no refresh token');
  return refreshToken;
}

export function signIns(t: Test): void {
  t.test('a real OpenID provider: consent, exchange, rotation, revocation', async t => {
    const server = await startSignInServer({ redirectUri: REDIRECT_URI, secret: SECRET });
    t.teardown(() => server.close());
    for (const [clientId, method] of [
      ['app-1', 'client_secret_post'],
      ['public-1', 'none'],
    ] as const) {
      const client = { clientId, method, issuer: server.issuer };
      const nonce = 'nonce-1';
      const code = await codeFor(server, clientId);
      const exchange = codeRequest(server.tokenUrl, { ...client, code, verifier: new Secret(VERIFIER), nonce });
      const first = await provider.exchangeCode(exchange);
      t.match(first.token, { tokenType: 'Bearer', lifetime: 3600, scope: 'openid offline_access email' });
      t.match(first.identity, {
        known: { issuer: server.issuer, subject: 'anna@example.com', name: 'anna@example.com' },
      });
      const one = refreshTokenOf(first);
      const second = await provider.refresh(refreshRequest(server.tokenUrl, { ...client, refreshToken: one }));
      const two = refreshTokenOf(second);
      t.not(two.reveal(), one.reveal(), 'it was rotated');
      t.match(second.identity, { known: { subject: 'anna@example.com' } });
      await provider.revoke(revocationRequest(server.revocationUrl, { ...client, token: two }));
      const ended = provider.refresh(refreshRequest(server.tokenUrl, { ...client, refreshToken: two }));
      t.match(await failure(ended), { class: 'rejected', reason: 'invalid_grant', sent: 'answered' });
    }
  });

  t.test('C5: a real OpenID provider takes a code only with the verifier of its consent, and only once', async t => {
    const server = await startSignInServer({ redirectUri: REDIRECT_URI, secret: SECRET });
    t.teardown(() => server.close());
    const injected = codeRequest(server.tokenUrl, { code: await codeFor(server, 'app-1') });
    t.match(await failure(provider.exchangeCode(injected)), { class: 'rejected', reason: 'invalid_grant' });
    const code = await codeFor(server, 'app-1');
    const right = codeRequest(server.tokenUrl, { code, verifier: new Secret(VERIFIER), nonce: 'another' });
    const answer = await provider.exchangeCode(right);
    t.match(answer.identity, { refused: /nonce/ }, 'C17');
    t.ok(answer.refreshToken);
    t.match(await failure(provider.exchangeCode(right)), { class: 'rejected', reason: 'invalid_grant' });
  });
}
