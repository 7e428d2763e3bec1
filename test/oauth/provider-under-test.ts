import type { Test } from 'tap';
import { createProvider } from '../../src/oauth/provider.js';
import {
  type ClientCredentialsRequest,
  type CodeRequest,
  ProviderFailure,
  type RefreshRequest,
  type RevocationRequest,
} from '../../src/vault/ports.js';
import { Secret } from '../../src/vault/secret.js';
import { wayOut } from '../outbound/way-out.js';
import { TestClock } from '../support/clock.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { NOW } from './retry-after.js';

export const clock = new TestClock(NOW);
export const outbound = wayOut();
export const provider = createProvider({ fetch: outbound.fetch, clock });
export const SECRET = 'hunter2-hunter2';
/** The example of RFC 7636 Appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const CODE = 'SplxlOBeZQQYbYS6WxSbIA';
export const REFRESH_TOKEN = 'refresh-token-one';
export const REDIRECT_URI = 'http://127.0.0.1:8080/OAuth2Callback';

const client = { clientId: 'app-1', method: 'client_secret_post', secret: new Secret(SECRET) } as const;

export function request(tokenUrl: string, more: Partial<ClientCredentialsRequest> = {}): ClientCredentialsRequest {
  return { tokenUrl, ...client, scope: 'mail.read', params: {}, ...more };
}

export function codeRequest(tokenUrl: string, more: Partial<CodeRequest> = {}): CodeRequest {
  const secrets = { code: new Secret(CODE), verifier: new Secret(VERIFIER) };
  return { tokenUrl, ...client, ...secrets, redirectUri: REDIRECT_URI, params: {}, ...more };
}

export function refreshRequest(tokenUrl: string, more: Partial<RefreshRequest> = {}): RefreshRequest {
  return { tokenUrl, ...client, refreshToken: new Secret(REFRESH_TOKEN), params: {}, ...more };
}

export function revocationRequest(revocationUrl: string, more: Partial<RevocationRequest> = {}): RevocationRequest {
  return { tokenUrl: revocationUrl, revocationUrl, ...client, token: new Secret(REFRESH_TOKEN), ...more };
}

/** The ProviderFailure of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<ProviderFailure> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (error instanceof ProviderFailure) return error;
  throw error;
}

/** A scripted provider that ends with the test. */
export async function scripted(test: Test): Promise<ScriptedProvider> {
  const started = await ScriptedProvider.start();
  test.teardown(() => started.close());
  return started;
}
