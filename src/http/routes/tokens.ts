import * as api from '../../api.js';
import { callerOf } from '../auth.js';
import { pointing } from '../problems.js';
import { CredentialParams } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { tokenAnswer } from '../wire.js';

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

/** The one way by which a token leaves over the API. */
export const tokenRoutes: Routes = (app, { vault, publicUrl }, done) => {
  app.get('/credentials/:credential/token', { schema: draw }, async (request, reply) => {
    const { account, min_ttl, scope } = request.query;
    const { credential } = request.params;
    const asked = { credential, account, minTtl: min_ttl, scope, requestId: request.id };
    reply.header('pragma', 'no-cache');
    try {
      return tokenAnswer(await vault.tokens.issue(callerOf(request), asked));
    } catch (error) {
      throw pointing(error, publicUrl, asked);
    }
  });
  done();
};
