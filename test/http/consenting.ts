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

/** A consent that a browser has begun: what it was sent away with, and the cookie that it keeps. */
export interface Begun {
  status: number;
  state: string;
  cookie: string;
}

/** Presses the button of a link at the vault that serves at `url`. */
export async function begin(url: string, link: string): Promise<Begun> {
  const { origin, pathname } = new URL(link);
  const started = await fetch(`${url}${pathname}`, { method: 'POST', headers: { origin }, redirect: 'manual' });
  await started.text();
  const state = new URL(started.headers.get('location') ?? origin).searchParams.get('state') ?? '';
  const cookie = started.headers
    .getSetCookie()
    .map(one => one.split(';')[0])
    .join('; ');
  return { status: started.status, state, cookie };
}

/** Comes back from the provider with what it says: a code, unless told otherwise. Answers the status. */
export async function comeBack(url: string, { state, cookie }: Begun, says = 'code=code'): Promise<number> {
  const back = await fetch(`${url}/OAuth2Callback?${says}&state=${state}`, { headers: { cookie }, redirect: 'manual' });
  await back.text();
  return back.status;
}

/**
 * What a person's browser does with a link of the vault that serves at `url`: it presses the button and comes back from
 * the provider with what it says: a code, unless told otherwise. Answers the status of each of the two answers.
 */
export async function consent(url: string, link: string, says = 'code=code'): Promise<number[]> {
  const begun = await begin(url, link);
  return [begun.status, await comeBack(url, begun, says)];
}
