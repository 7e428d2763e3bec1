import { PageQuery, pageOf, SLUG_PATTERN } from '../../api/fields.js';
import * as api from '../../api.js';
import { invalid } from '../../vault/errors.js';
import { actorOf, callerOf, presentActorOf } from '../auth.js';
import { etagOf, expectedVersion } from '../etag.js';
import { keyOf, page } from '../paging.js';
import { CredentialParams, Nothing } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { credentialAnswer, credentialInput, newCredentialInput } from '../wire.js';

const ID = new RegExp(SLUG_PATTERN);
const tags = ['Credentials'];
const params = CredentialParams;

const create = {
  operationId: 'createCredential',
  summary: 'Store a credential',
  description: 'Stores an OAuth client registration and its account `default`. No provider is called.',
  tags,
  body: api.CredentialCreate,
  response: { 201: api.Credential },
  'x-required-role': 'operator',
  'x-problems': ['already_exists'],
} as const;

const list = {
  operationId: 'listCredentials',
  summary: 'List credentials',
  description: 'In order of id. Secrets are never part of an answer.',
  tags,
  querystring: PageQuery,
  response: { 200: pageOf(api.Credential) },
  'x-required-role': 'auditor',
} as const;

const read = {
  operationId: 'getCredential',
  summary: 'Read a credential',
  description: 'The answer may be sent back in a PUT as it is.',
  tags,
  params,
  response: { 200: api.Credential },
  'x-required-role': 'auditor',
} as const;

const replace = {
  operationId: 'replaceCredential',
  summary: 'Replace a credential',
  description:
    'Takes what GET gives; read-only fields are ignored, and a secret left out stays. A change of where or how the secret is sent needs the secret again.',
  tags,
  params,
  body: api.CredentialReplace,
  response: { 200: api.Credential },
  'x-required-role': 'operator',
  'x-problems': ['version_conflict', 'precondition_required'],
} as const;

const remove = {
  operationId: 'deleteCredential',
  summary: 'Delete a credential',
  description: 'Removes it with its secrets, accounts and tokens, and every permission that names it.',
  tags,
  params,
  response: { 204: Nothing },
  'x-required-role': 'operator',
  'x-problems': ['version_conflict', 'precondition_required'],
} as const;

/** `/credentials`: OAuth client registrations, stored by operators. */
export const credentialRoutes: Routes = (app, { vault, publicUrl }, done) => {
  app.post('/credentials', { schema: create }, async (request, reply) => {
    const { id } = request.body;
    const view = await vault.credentials.create(presentActorOf(request, reply), id, newCredentialInput(request.body));
    reply.code(201).header('location', `/api/v1/credentials/${id}`).header('etag', etagOf(view.credential.version));
    return credentialAnswer(view, publicUrl);
  });

  app.get('/credentials', { schema: list }, async request => {
    const { cursor, limit } = request.query;
    const found = await vault.credentials.list(callerOf(request), keyOf(cursor, ID), limit + 1);
    const answers = found.map(view => credentialAnswer(view, publicUrl));
    return page(answers, limit, ({ id }) => id);
  });

  app.get('/credentials/:credential', { schema: read }, async (request, reply) => {
    const view = await vault.credentials.get(callerOf(request), request.params.credential);
    reply.header('etag', etagOf(view.credential.version));
    return credentialAnswer(view, publicUrl);
  });

  app.put('/credentials/:credential', { schema: replace }, async (request, reply) => {
    const { credential } = request.params;
    sameId(request.body.id, credential);
    const expected = expectedVersion(request.headers['if-match']);
    const view = await vault.credentials.replace(
      presentActorOf(request, reply),
      credential,
      expected,
      credentialInput(request.body),
    );
    reply.header('etag', etagOf(view.credential.version));
    return credentialAnswer(view, publicUrl);
  });

  app.delete('/credentials/:credential', { schema: remove }, async (request, reply) => {
    const expected = expectedVersion(request.headers['if-match']);
    await vault.credentials.remove(actorOf(request), request.params.credential, expected);
    return reply.code(204).send(null);
  });

  done();
};

/** An id in the body that is not the one in the path is a slip that would change the wrong thing. */
export function sameId(inBody: string | undefined, inPath: string): void {
  if (inBody === undefined || inBody === inPath) return;
  throw invalid([
    { field: 'id', rule: 'immutable', detail: `id is ${inPath}, as the path says, and cannot be changed.` },
  ]);
}
