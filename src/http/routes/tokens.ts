import * as api from '../../api.js';
import type { DrawRequest, Issued } from '../../vault/tokens.js';
import { callerOf } from '../auth.js';
import { pointing } from '../problems.js';
import { CredentialParams } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { tokenAnswer } from '../wire.js';

const MIN_TTL = 60;

const draw = {
  operationId: 'drawToken',
  summary: 'Draw an access token',
  description: 'An access token that is good for `min_ttl` seconds, after the draw is durable in the ledger.',
  tags: ['Tokens'],
  params: CredentialParams,
  querystring: api.TokenQuery,
  response: { 200: api.Token },
  'x-required-role': 'draw',
  'x-problems': [
    'conflict',
    'not_connected',
    'provider_refused',
    'rate_limited',
    'provider_unavailable',
    'ledger_unavailable',
  ],
} as const;

const rejected = {
  operationId: 'rejectToken',
  summary: 'Tell that a server refused a token',
  description:
    'Answers like a draw. If the token is the newest of its scope and more than a minute old, the provider is asked for another one, with the claims that a challenge names; otherwise the newest is given. A fresh token that is refused too is answered 424: then somebody must act. At most six a minute for an account.',
  tags: ['Tokens'],
  params: CredentialParams,
  body: api.RejectedToken,
  response: { 200: api.Token },
  'x-required-role': 'draw',
  'x-problems': draw['x-problems'],
} as const;

/** The one way by which a token leaves over the API. */
export const tokenRoutes: Routes = (app, { vault, publicUrl }, done) => {
  const given = async (asked: DrawRequest, work: Promise<Issued>) => {
    try {
      return tokenAnswer(await work);
    } catch (error) {
      throw pointing(error, publicUrl, asked);
    }
  };

  app.get('/credentials/:credential/token', { schema: draw }, async (request, reply) => {
    const { account, min_ttl, scope } = request.query;
    const { credential } = request.params;
    const asked = { credential, account, minTtl: min_ttl, scope, requestId: request.id };
    reply.header('pragma', 'no-cache');
    return await given(asked, vault.tokens.issue(callerOf(request), asked));
  });

  app.post('/credentials/:credential/token/rejected', { schema: rejected }, async (request, reply) => {
    const { credential } = request.params;
    const { account = 'default', scope, token_id, www_authenticate, status, sasl, detail } = request.body;
    const asked = { credential, account, minTtl: MIN_TTL, scope, requestId: request.id };
    const report = { tokenId: token_id, status, wwwAuthenticate: www_authenticate, sasl, detail };
    reply.header('pragma', 'no-cache');
    return await given(asked, vault.tokens.reject(callerOf(request), asked, report));
  });
  done();
};
