import { randomBytes } from 'node:crypto';
import type { RecordedRequest } from '../scripted-provider.js';
import type { Behaviour } from './behaviour.js';
import type { Occasion, Outcome } from './faults.js';
import { type Grant, type Grants, opaque } from './grants.js';

/** The one client that is registered. */
export const CLIENT = { id: 'scripted-app', secret: 'scripted-secret' };

const OCCASION_OF: Readonly<Record<string, Occasion>> = {
  authorization_code: 'code',
  refresh_token: 'refresh',
  client_credentials: 'client_credentials',
};

/** What a token request is about; undefined for a grant type that is not known here. */
export function occasionOf({ form }: RecordedRequest): Occasion | undefined {
  return OCCASION_OF[form.get('grant_type') ?? ''];
}

interface Place {
  issuer: string;
  grants: Grants;
  behaviour: Behaviour;
}

/** Carries a token request out (RFC 6749 §4.1.3, §4.4, §6). `stranger`: the identity of the answer is another one's. */
export function grantTokens(place: Place, request: RecordedRequest, stranger = false): Outcome {
  const clientId = authenticated(request);
  if (clientId === undefined) return refusal('invalid_client', 'Client id or client secret is wrong.', 401);
  const { form } = request;
  const occasion = occasionOf(request);
  if (occasion === undefined) return refusal('unsupported_grant_type', 'The grant type is not known here.');
  const { behaviour, grants } = place;
  if (occasion === 'client_credentials') return good(behaviour, form.get('scope') ?? '', {}, 'a token for the client');
  const grant =
    occasion === 'code'
      ? grants.redeem(form.get('code') ?? '', {
          clientId,
          redirectUri: form.get('redirect_uri') ?? '',
          verifier: form.get('code_verifier') ?? '',
        })
      : grants.refresh(form.get('refresh_token') ?? '', clientId, behaviour.rotation);
  if (typeof grant === 'string') return refusal('invalid_grant', grant);
  const more = {
    ...(grant.lasting ? { refresh_token: grant.refreshTokens.last } : {}),
    ...(grant.scope.split(' ').includes('openid')
      ? { id_token: idToken(place.issuer, grant, occasion, stranger) }
      : {}),
  };
  const which = grant.lasting ? `refresh token ${grant.refreshTokens.generation}` : 'no refresh token';
  return good(behaviour, grant.scope, more, `grant ${grant.number}, ${which}`);
}

/** Carries a revocation out (RFC 7009). */
export function revokeToken({ grants }: Place, request: RecordedRequest): Outcome {
  if (authenticated(request) === undefined) return refusal('invalid_client', 'Client id or secret is wrong.', 401);
  const grant = grants.revoke(request.form.get('token') ?? '');
  return { status: 200, body: {}, said: grant ? `200 grant ${grant.number} has ended` : '200 nothing to revoke' };
}

/** RFC 6749 §2.3.1, either way; undefined for whoever is not our client. */
function authenticated({ form, headers }: RecordedRequest): string | undefined {
  const [, basic] = /^Basic (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':');
  const [id, secret] = pair?.map(decoded) ?? [form.get('client_id'), form.get('client_secret')];
  return id === CLIENT.id && secret === CLIENT.secret ? CLIENT.id : undefined;
}

function decoded(text: string): string | null {
  return new URLSearchParams(`x=${text}`).get('x');
}

function good({ lifetime }: Behaviour, scope: string, more: Record<string, string>, said: string): Outcome {
  const body = { access_token: opaque('access'), token_type: 'Bearer', expires_in: lifetime, scope, ...more };
  return { status: 200, body, said: `200 ${said}` };
}

function refusal(error: string, error_description: string, status = 400): Outcome {
  return { status, body: { error, error_description }, said: `${status} ${error}: ${error_description}` };
}

/** An ID token (OpenID Connect Core §2) whose signature is made up: it comes straight from the token endpoint. */
function idToken(issuer: string, grant: Grant, occasion: Occasion, stranger: boolean): string {
  const now = Math.floor(Date.now() / 1_000);
  const person = stranger ? `not-${grant.person}` : grant.person;
  const about = { iss: issuer, aud: grant.clientId, sub: person, email: person, iat: now, exp: now + 3_600 };
  const nonce = occasion === 'code' && grant.nonce !== undefined ? { nonce: grant.nonce } : {};
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'ES256', typ: 'JWT' }), part({ ...about, ...nonce }), randomBytes(64).toString('base64url')].join(
    '.',
  );
}
