import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type Provider from 'oidc-provider';
import { escaped, providerPage } from './provider-page.js';

const PLACE = 'Demo provider. Nothing here is real.';

/**
 * The one page of a real OpenID provider (oidc-provider) that a person meets: whatever name is given signs in, and
 * allows or declines what is asked for. Answers requests below `/interaction/`.
 */
export function signInPage(provider: Provider): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      const { params } = await provider.interactionDetails(request, response);
      const asked = { scope: String(params.scope), hint: String(params.login_hint ?? '') };
      if (request.method !== 'POST') return show(response, 200, question(asked));
      const form = new URLSearchParams(await text(request));
      const name = form.get('name')?.trim() ?? '';
      if (form.get('decision') === 'allow' && name === '') return show(response, 200, question(asked));
      const result = form.get('decision') === 'allow' ? await allowed(provider, params, name) : DECLINED;
      await provider.interactionFinished(request, response, result);
    } catch {
      show(response, 400, over());
    }
  };
}

/** Nobody stays signed in here, so that every link asks for a name. */
export function forgetWhoSignedIn(request: IncomingMessage): void {
  const kept = (request.headers.cookie ?? '').split('; ').filter(cookie => !cookie.startsWith('_session'));
  request.headers.cookie = kept.join('; ');
}

const DECLINED = { error: 'access_denied', error_description: 'The person said no.' };

/** Signing in and consenting at once. */
async function allowed(provider: Provider, params: Record<string, unknown>, accountId: string) {
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope));
  return { login: { accountId, remember: false }, consent: { grantId: await grant.save() } };
}

function question({ scope, hint }: { scope: string; hint: string }): string {
  const scopes = scope.split(' ').map(one => `<li>${escaped(MEANINGS[one] ?? one)}</li>`);
  const body = `<p>Tokenwell asks to:</p>
<ul>${scopes.join('')}</ul>
<form method="post" autocomplete="off">
<label class="field" for="name">Your name</label>
<input type="text" id="name" name="name" value="${escaped(hint)}" placeholder="anna@acme.example" required autofocus>
<p class="quiet">Any name signs in. There is no password.</p>
<button class="first" name="decision" value="allow">Sign in and allow</button>
<button name="decision" value="deny" formnovalidate>Decline</button>
</form>`;
  return providerPage({ place: PLACE, title: 'Sign in', body });
}

const MEANINGS: Readonly<Record<string, string>> = {
  openid: 'know who you are',
  offline_access: 'keep this access when you are away',
  'mail.read': 'read your mail',
};

function over(): string {
  const body = '<p>It was finished before, or took longer than an hour. Open the connect link again.</p>';
  return providerPage({ place: PLACE, title: 'This sign-in is over', body });
}

function show(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
}

/** A request to the authorization endpoint that leads nowhere; what went wrong is in the server's words. */
export function errorPage(error: string, description: string): string {
  const body = `<p>Open the connect link again. If this page comes back, the credential is not what this provider knows:
compare its client id, scopes and redirect URI.</p>
<p class="quiet">${escaped(error)}: ${escaped(description)}</p>`;
  return providerPage({ place: PLACE, title: 'This sign-in cannot go on', body });
}
