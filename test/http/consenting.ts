import type { ScriptedProvider } from '../support/scripted-provider.js';
import { token } from '../support/scripted-provider.js';

/** The body of a new credential whose accounts are connected by people. */
export function signInCredential(id: string, provider: ScriptedProvider, more: Record<string, unknown> = {}) {
  const client_auth = { method: 'client_secret_post', secret: 'client-secret' };
  const places = { token_url: provider.url(), authorization_url: provider.url().replace('/token', '/authorize') };
  const base = { id, grant_type: 'authorization_code', ...places, client_id: 'client', client_auth };
  return { ...base, scope: 'mail.read offline_access', ...more };
}

/** What a provider gives for a code: with a refresh token, and nothing of who signed in. */
export function granted(name: string, scope = 'mail.read') {
  return token(`access-${name}`, { refresh_token: `refresh-${name}`, scope });
}

/**
 * What a person's browser does with a link of the vault that serves at `url`: it presses the button and comes back from
 * the provider with what it says: a code, unless told otherwise. Answers the status of each of the two answers.
 */
export async function consent(url: string, link: string, says = 'code=code'): Promise<number[]> {
  const { origin, pathname } = new URL(link);
  const started = await fetch(`${url}${pathname}`, { method: 'POST', headers: { origin }, redirect: 'manual' });
  await started.text();
  const state = new URL(started.headers.get('location') ?? origin).searchParams.get('state') ?? '';
  const cookie = started.headers
    .getSetCookie()
    .map(one => one.split(';')[0])
    .join('; ');
  const back = await fetch(`${url}/OAuth2Callback?${says}&state=${state}`, { headers: { cookie }, redirect: 'manual' });
  await back.text();
  return [started.status, back.status];
}
