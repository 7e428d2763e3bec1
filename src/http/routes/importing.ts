import { ImportAnswer, RefreshTokenImport } from '../../api/accounts.js';
import { Secret } from '../../vault/secret.js';
import { accountAnswer } from '../account-wire.js';
import { actorOf } from '../auth.js';
import { pointing } from '../problems.js';
import { AccountParams } from '../route-schemas.js';
import type { Routes } from '../scope.js';

const take = {
  operationId: 'importRefreshToken',
  summary: 'Take over a refresh token that other software obtained',
  description:
    'It is used once at the token URL before it is kept; if that fails, nothing is changed. The account begins with it where there is none. Beside a grant that works it waits as `candidate` when it is of somebody else, or may be. Only for `authorization_code`. At most six a minute for an account, together with tests of its credential.',
  tags: ['Accounts'],
  params: AccountParams,
  body: RefreshTokenImport,
  response: { 200: ImportAnswer },
  'x-required-role': 'operator',
  'x-problems': ['conflict', 'provider_refused', 'rate_limited', 'provider_unavailable'],
} as const;

/** Refresh tokens that are brought from elsewhere. */
export const importingRoutes: Routes = (app, { vault, publicUrl }, done) => {
  app.post('/credentials/:credential/accounts/:account/import', { schema: take }, async request => {
    const { credential, account } = request.params;
    const token = new Secret(request.body.refresh_token);
    try {
      const { waits, view } = await vault.importing.take(actorOf(request), credential, account, token);
      return { in_use: waits === undefined, waits_because: waits, account: accountAnswer(view) };
    } catch (error) {
      throw pointing(error, publicUrl, request.params);
    }
  });

  done();
};
