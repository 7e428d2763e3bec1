import { escaped, providerPage } from '../provider-page.js';
import { type Answer, type RecordedRequest, redirect, respond } from '../scripted-provider.js';
import type { Asked, Grants } from './grants.js';
import { CLIENT } from './token-endpoint.js';
import { entraWords } from './vendor-errors.js';

const PEOPLE = ['anna@acme.example', 'info@acme.example'];
const PLACE = 'Scripted provider. Nothing here is real.';
/** Longer ones are nobody's. */
const LONGEST_NAME = 200;

interface Said {
  answer: Answer;
  said: string;
}

/** The authorization endpoint (RFC 6749 §4.1.1): GET shows the page, which posts to the same address. */
export function authorize(request: RecordedRequest, { issuer, grants }: { issuer: string; grants: Grants }): Said {
  const query = new URLSearchParams(request.path.split('?')[1]);
  const redirectUri = query.get('redirect_uri') ?? '';
  if (query.get('client_id') !== CLIENT.id) return flaw(`The client id is not ${CLIENT.id}.`);
  if (!isLoopback(redirectUri)) return flaw('The redirect_uri is not on this machine (127.0.0.1, localhost).');
  const back = (parameters: Record<string, string>): Said => ({
    answer: redirect(303, withParameters(redirectUri, { ...parameters, state: query.get('state') ?? '', iss: issuer })),
    said: `303 back with ${parameters.error ?? 'a code'}`,
  });
  const asked = read(query, redirectUri);
  if (typeof asked === 'string') return back({ error: 'invalid_request', error_description: asked });
  if (query.get('prompt') === 'none')
    return back({ error: 'login_required', error_description: 'Nobody is signed in.' });
  if (request.method !== 'POST') return { answer: html(200, choice(query, asked)), said: '200 the page' };
  const { form } = request;
  const person = (form.get('other')?.trim() || form.get('person') || '').slice(0, LONGEST_NAME);
  const decision = form.get('decision');
  if (decision === 'deny') return back({ error: 'access_denied', error_description: 'The person said no.' });
  if (decision === 'needs-admin') {
    const { error_description } = entraWords(90094, 'an administrator must approve', new Date());
    return back({ error: 'consent_required', error_description });
  }
  if (decision !== 'allow' || person === '')
    return { answer: html(200, choice(query, asked)), said: '200 the page again' };
  return back({ code: grants.allow(asked, person) });
}

function read(query: URLSearchParams, redirectUri: string): Asked | string {
  if (query.get('response_type') !== 'code') return 'The response_type is not "code".';
  if (query.get('code_challenge_method') !== 'S256') return 'The code_challenge_method is not "S256".';
  const challenge = query.get('code_challenge') ?? '';
  if (!/^[\w-]{43}$/.test(challenge)) return 'The code_challenge is not that of S256.';
  const scope = query.get('scope') ?? '';
  return {
    clientId: CLIENT.id,
    redirectUri,
    challenge,
    scope,
    nonce: query.get('nonce') ?? undefined,
    lasting: scope.split(' ').includes('offline_access') || query.get('access_type') === 'offline',
  };
}

function choice(query: URLSearchParams, { scope, lasting }: Asked): string {
  const hint = query.get('login_hint')?.slice(0, LONGEST_NAME);
  const people = [...new Set([...(hint ? [hint] : []), ...PEOPLE])];
  const radios = people.map((person, at) => {
    const value = `name="person" value="${escaped(person)}"`;
    return `<label class="choice"><input type="radio" ${value}${at ? '' : ' checked'}> ${escaped(person)}</label>`;
  });
  const body = `<p>${CLIENT.id} asks for <strong>${escaped(scope || 'nothing in particular')}</strong>,
${lasting ? 'and to keep it: it gets a refresh token.' : 'and gets no refresh token (no offline_access).'}</p>
<form method="post" autocomplete="off">
<fieldset><legend>Choose an account</legend>${radios.join('\n')}</fieldset>
<label class="field" for="other">Or another one</label>
<input type="text" id="other" name="other" maxlength="${LONGEST_NAME}" placeholder="any name">
<button class="first" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Decline</button>
<button name="decision" value="needs-admin">Only an administrator may allow it</button>
</form>`;
  return providerPage({ place: PLACE, title: 'Who signs in?', body });
}

function flaw(sentence: string): Said {
  const body = `<p>${escaped(sentence)}</p><p>Compare the credential with what this provider printed when it started.</p>`;
  return {
    answer: html(400, providerPage({ place: PLACE, title: 'This request cannot be right', body })),
    said: '400 a page',
  };
}

function html(status: number, page: string): Answer {
  return respond(status, page, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
}

function withParameters(address: string, parameters: Record<string, string>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) if (value !== '') url.searchParams.set(name, value);
  return url.href;
}

function isLoopback(address: string): boolean {
  return URL.canParse(address) && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(address).hostname);
}
