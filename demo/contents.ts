import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthorizationServer } from '../test/support/authorization-server.js';

/** A week: nobody opens the link of a demo that is older. */
const LINK_SECONDS = 604_800;

/** A client that is registered at the authorization server. */
export interface Client {
  id: string;
  secret: string;
}

/** The two keys of the demo, of the administrator and of the consumer `helpdesk`, and a link that connects `info-mail`. */
export interface Contents {
  adminKey: string;
  helpdeskKey: string;
  connectUrl: string;
  /** The id of that link. */
  linkId: string;
  /** The id of an address for calendars. */
  calendarId: string;
  /** The ids of what `demo-mail` proves itself by, and of what waits beside it. */
  authId: string;
  nextAuthId: string;
}

/**
 * Does over the API what an administrator does first: stores credentials, makes the consumer `helpdesk` with a key,
 * permits it to draw tokens of `demo-mail` and of `info-mail`, which waits for its owner, makes the owner's link and an
 * address for calendars, and puts a next secret (the same one) beside that of `demo-mail`. The key is also left in `folder`/helpdesk.key. Throws what the API says.
 */
export async function fillVault(vault: { url: string; folder: string } & Registered): Promise<Contents> {
  const adminKey = readFileSync(join(vault.folder, 'admin.key'), 'utf8').trim();
  const call = caller(vault.url, adminKey);
  for (const id of ['demo-mail', 'payroll-mail']) await call('POST', 'credentials', credential(id, vault));
  await call('POST', 'credentials', ownersCredential('info-mail', vault));
  await call('POST', 'consumers', { id: 'helpdesk', role: 'service' });
  await call('PUT', 'consumers/helpdesk/permissions', [{ credential: 'demo-mail' }, { credential: 'info-mail' }]);
  const { key } = await call('POST', 'consumers/helpdesk/keys', {});
  const helpdeskKey = String(key);
  writeFileSync(join(vault.folder, 'helpdesk.key'), `${helpdeskKey}\n`, { mode: 0o600 });
  const { id, url } = await call('POST', 'credentials/info-mail/connect-links', { expires_in: LINK_SECONDS });
  const calendar = await call('POST', 'expiries/calendar-links', {});
  const { client_auth: active } = await call('GET', 'credentials/demo-mail', undefined);
  const next = await call('POST', 'credentials/demo-mail/client-auths', credential('demo-mail', vault).client_auth);
  const auths = { authId: String(Object(active).id), nextAuthId: String(next.id) };
  const links = { connectUrl: String(url), linkId: String(id), calendarId: String(calendar.id) };
  return { adminKey, helpdeskKey, ...links, ...auths };
}

interface Registered {
  provider: Pick<AuthorizationServer, 'issuer' | 'authorizationUrl' | 'tokenUrl' | 'revocationUrl'>;
  client: Client;
}

function ownersCredential(id: string, registered: Registered) {
  const { authorizationUrl, revocationUrl, issuer } = registered.provider;
  return {
    ...credential(id, registered),
    description: 'The helpdesk',
    grant_type: 'authorization_code',
    authorization_url: authorizationUrl,
    revocation_url: revocationUrl,
    issuer,
    scope: 'openid offline_access mail.read',
    // This authorization server knows no select_account, and gives refresh tokens only where it may ask.
    authorization_params: { prompt: 'consent' },
  };
}

function credential(id: string, { provider, client }: Registered) {
  return {
    id,
    grant_type: 'client_credentials',
    token_url: provider.tokenUrl,
    client_id: client.id,
    client_auth: { method: 'client_secret_post', secret: client.secret },
    scope: 'mail.read',
  };
}

/**
 * Calls the API of the vault at `url` with this key, and answers what it answered. Throws what the API says, unless the
 * code of the problem is among those `expected`.
 */
export function caller(url: string, key: string) {
  return async (
    method: string,
    path: string,
    body: unknown,
    expected: readonly string[] = [],
  ): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: Record<string, unknown> = Object(await response.json());
    if (response.ok || expected.includes(String(answer.code))) return answer;
    throw new Error(`${method} ${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  };
}
