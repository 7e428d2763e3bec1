import * as api from '../../api.js';
import { DEFAULT_ACCOUNT } from '../../vault/ids.js';
import { actorOf } from '../auth.js';
import { etagOf } from '../etag.js';
import { pointing } from '../problems.js';
import { CredentialParams } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { credentialAnswer } from '../wire.js';

const tags = ['Credentials'];
const params = CredentialParams;

const disable = {
  operationId: 'disableCredential',
  summary: 'Stop all draws of a credential',
  description: 'Every draw that begins after the answer is refused, on every instance.',
  tags,
  params,
  response: { 200: api.Credential },
  'x-required-role': 'operator',
  'x-problems': ['version_conflict'],
} as const;

const enable = {
  ...disable,
  operationId: 'enableCredential',
  summary: 'Allow draws of a credential again',
  description: 'Undoes disable.',
} as const;

const test = {
  operationId: 'testCredential',
  summary: 'Try whether the provider gives a token',
  description: 'Asks the provider now and says how it went. The token stays here. At most six a minute for an account.',
  tags,
  params,
  body: api.TestRequest,
  response: { 200: api.TestAnswer },
  'x-required-role': 'operator',
  'x-optional-body': true,
  'x-problems': ['conflict', 'not_connected', 'rate_limited'],
} as const;

/** What can be done to a credential besides changing what it says. */
export const credentialActionRoutes: Routes = (app, { vault, publicUrl }, done) => {
  app.post('/credentials/:credential/disable', { schema: disable }, async (request, reply) => {
    const view = await vault.credentials.setDisabled(actorOf(request), request.params.credential, true);
    reply.header('etag', etagOf(view.credential.version));
    return credentialAnswer(view, publicUrl);
  });

  app.post('/credentials/:credential/enable', { schema: enable }, async (request, reply) => {
    const view = await vault.credentials.setDisabled(actorOf(request), request.params.credential, false);
    reply.header('etag', etagOf(view.credential.version));
    return credentialAnswer(view, publicUrl);
  });

  app.post('/credentials/:credential/test', { schema: test }, async request => {
    const { account } = request.body;
    const { credential } = request.params;
    try {
      return await vault.testing.test(actorOf(request), credential, account);
    } catch (error) {
      throw pointing(error, publicUrl, { credential, account: account ?? DEFAULT_ACCOUNT });
    }
  });

  done();
};
