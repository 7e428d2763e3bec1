import { Account, CandidateQuery } from '../../api/accounts.js';
import { ACCOUNT_PATTERN, PageQuery, pageOf } from '../../api/fields.js';
import { accountAnswer, revocationHeaders } from '../account-wire.js';
import { actorOf, callerOf } from '../auth.js';
import { keyOf, pageAfter } from '../paging.js';
import { pointing } from '../problems.js';
import { AccountParams, CredentialParams, Nothing } from '../route-schemas.js';
import type { Routes } from '../scope.js';

const NAME = new RegExp(ACCOUNT_PATTERN);
const tags = ['Accounts'];
const params = AccountParams;
const PATH = '/credentials/:credential/accounts/:account';

const list = {
  operationId: 'listAccounts',
  summary: 'List the accounts of a credential',
  description: 'In order of name, each with what it was given and what it needs.',
  tags,
  params: CredentialParams,
  querystring: PageQuery,
  response: { 200: pageOf(Account) },
  'x-required-role': 'auditor',
} as const;

const read = {
  operationId: 'getAccount',
  summary: 'Read an account',
  description: 'What it was given, how it is doing, who must act, and what waits for a decision.',
  tags,
  params,
  response: { 200: Account },
  'x-required-role': 'auditor',
} as const;

const disconnect = {
  operationId: 'disconnectAccount',
  summary: 'Disconnect an account',
  description:
    'Ends what it was given: here before the answer, and at the provider where it can be told (RFC 7009); where it was not, two headers say so. The account goes; `default` stays and waits for a new consent.',
  tags,
  params,
  response: { 204: Nothing },
  'x-required-role': 'operator',
} as const;

const refresh = {
  operationId: 'refreshAccount',
  summary: 'Ask the provider for a new token now',
  description: 'The token stays here. At most six a minute for an account, together with tests of its credential.',
  tags,
  params,
  response: { 200: Account },
  'x-required-role': 'operator',
  'x-problems': ['conflict', 'not_connected', 'provider_refused', 'rate_limited', 'provider_unavailable'],
} as const;

const disable = {
  operationId: 'disableAccount',
  summary: 'Stop all draws of an account',
  description: 'Every draw that begins after the answer is refused, on every instance. Nothing is given back.',
  tags,
  params,
  response: { 200: Account },
  'x-required-role': 'operator',
} as const;

const enable = {
  ...disable,
  operationId: 'enableAccount',
  summary: 'Allow draws of an account again',
  description: 'Undoes disable.',
} as const;

const accept = {
  operationId: 'acceptCandidate',
  summary: 'Accept the grant that waits',
  description:
    'From now on draws use it; the one before is forgotten. Look at who signed in before you accept. Where none waits and the account has `other_person`, that is accepted and goes.',
  tags,
  params,
  querystring: CandidateQuery,
  response: { 200: Account },
  'x-required-role': 'operator',
  'x-problems': ['conflict', 'version_conflict'],
} as const;

const reject = {
  ...accept,
  operationId: 'rejectCandidate',
  summary: 'Reject the grant that waits',
  description:
    'Ends it, here and at the provider where it can be told; where it was not, two headers say so. The grant in use stays as it is.',
} as const;

/** Whom a credential may act as, one by one. */
export const accountRoutes: Routes = (app, { vault, publicUrl }, done) => {
  const { accounts } = vault;

  app.get('/credentials/:credential/accounts', { schema: list }, async request => {
    const { cursor, limit } = request.query;
    const found = await accounts.list(callerOf(request), request.params.credential);
    return pageAfter(found.map(accountAnswer), keyOf(cursor, NAME), limit, ({ account }) => account);
  });

  app.get(PATH, { schema: read }, async request => {
    const { credential, account } = request.params;
    return accountAnswer(await accounts.get(callerOf(request), credential, account));
  });

  app.delete(PATH, { schema: disconnect }, async (request, reply) => {
    const { credential, account } = request.params;
    const ended = await accounts.disconnect(actorOf(request), credential, account);
    return reply.code(204).headers(revocationHeaders(ended)).send(null);
  });

  app.post(`${PATH}/refresh`, { schema: refresh }, async request => {
    const { credential, account } = request.params;
    try {
      return accountAnswer(await accounts.refresh(actorOf(request), credential, account));
    } catch (error) {
      throw pointing(error, publicUrl, request.params);
    }
  });

  app.post(`${PATH}/disable`, { schema: disable }, async request => {
    const { credential, account } = request.params;
    return accountAnswer(await accounts.setDisabled(actorOf(request), credential, account, true));
  });

  app.post(`${PATH}/enable`, { schema: enable }, async request => {
    const { credential, account } = request.params;
    return accountAnswer(await accounts.setDisabled(actorOf(request), credential, account, false));
  });

  app.post(`${PATH}/candidate/accept`, { schema: accept }, async request => {
    const { credential, account } = request.params;
    return accountAnswer(await accounts.accept(actorOf(request), credential, account, request.query.id));
  });

  app.post(`${PATH}/candidate/reject`, { schema: reject }, async (request, reply) => {
    const { credential, account } = request.params;
    const ended = await accounts.reject(actorOf(request), credential, account, request.query.id);
    reply.headers(revocationHeaders(ended));
    return accountAnswer(await accounts.get(callerOf(request), credential, account));
  });

  done();
};
