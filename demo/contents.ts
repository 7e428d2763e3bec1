import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A client that is registered at the authorization server. */
export interface Client {
  id: string;
  secret: string;
}

/** The two keys of the demo: of the administrator, and of the consumer `helpdesk`. */
export interface Keys {
  adminKey: string;
  helpdeskKey: string;
}

/**
 * Does over the API what an administrator does first: stores credentials, makes the consumer `helpdesk` with a key,
 * and permits it to draw tokens of `demo-mail`. The key is also left in `folder`/helpdesk.key. Throws what the API says.
 */
export async function fillVault(vault: {
  url: string;
  folder: string;
  tokenUrl: string;
  client: Client;
}): Promise<Keys> {
  const adminKey = readFileSync(join(vault.folder, 'admin.key'), 'utf8').trim();
  const call = caller(vault.url, adminKey);
  for (const id of ['demo-mail', 'payroll-mail']) await call('POST', 'credentials', credential(id, vault));
  await call('POST', 'consumers', { id: 'helpdesk', role: 'service' });
  await call('PUT', 'consumers/helpdesk/permissions', [{ credential: 'demo-mail' }]);
  const { key } = await call('POST', 'consumers/helpdesk/keys', {});
  const helpdeskKey = String(key);
  writeFileSync(join(vault.folder, 'helpdesk.key'), `${helpdeskKey}\n`, { mode: 0o600 });
  return { adminKey, helpdeskKey };
}

function credential(id: string, { tokenUrl, client }: { tokenUrl: string; client: Client }) {
  return {
    id,
    grant_type: 'client_credentials',
    token_url: tokenUrl,
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
