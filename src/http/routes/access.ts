import { PageQuery, pageOf } from '../../api/fields.js';
import * as api from '../../api.js';
import { actorOf, callerOf } from '../auth.js';
import { keyOf, page } from '../paging.js';
import { ConsumerParams, KeyParams, Nothing } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { instantOf, keyAnswer, meAnswer, permissionAnswer, permissionInput } from '../wire.js';

/** Room for a thousand permissions with long account names. */
const PERMISSIONS_BYTES = 200 * 1024;
const KEY_ID = /^[a-z0-9]{12}$/;
const tags = ['Consumers'];
const params = ConsumerParams;

const createKey = {
  operationId: 'createKey',
  summary: 'Make an API key',
  description:
    'The key is in this answer and nowhere else. A consumer may have several, so that they can be rotated one by one.',
  tags,
  params,
  body: api.KeyCreate,
  response: { 201: api.NewKey },
  'x-required-role': 'admin',
  'x-optional-body': true,
} as const;

const listKeys = {
  operationId: 'listKeys',
  summary: 'List the keys of a consumer',
  description: 'Ids and expiries, never the keys.',
  tags,
  params,
  querystring: PageQuery,
  response: { 200: pageOf(api.Key) },
  'x-required-role': 'auditor',
} as const;

const removeKey = {
  operationId: 'deleteKey',
  summary: 'Revoke a key',
  description: 'A request with this key that begins after the answer is refused, on every instance.',
  tags,
  params: KeyParams,
  response: { 204: Nothing },
  'x-required-role': 'admin',
} as const;

const readPermissions = {
  operationId: 'getPermissions',
  summary: 'Read the permissions of a consumer',
  description: 'Whatever is not listed is not permitted.',
  tags,
  params,
  response: { 200: api.Permissions },
  'x-required-role': 'auditor',
} as const;

const replacePermissions = {
  operationId: 'replacePermissions',
  summary: 'Replace the permissions of a consumer',
  description: 'A plain list, at most 1,000. Each names a credential that exists, or `*`.',
  tags,
  params,
  body: api.PermissionsInput,
  response: { 200: api.Permissions },
  'x-required-role': 'admin',
} as const;

/** Keys and permissions of a consumer. */
export const accessRoutes: Routes = (app, { vault }, done) => {
  app.post('/consumers/:consumer/keys', { schema: createKey }, async (request, reply) => {
    const { consumer } = request.params;
    const key = await vault.consumers.createKey(actorOf(request), consumer, instantOf(request.body.expires_at));
    reply.code(201).header('location', `/api/v1/consumers/${consumer}/keys/${key.id}`);
    return { ...keyAnswer(key), key: key.secret.reveal() };
  });

  app.get('/consumers/:consumer/keys', { schema: listKeys }, async request => {
    const { cursor, limit } = request.query;
    const after = keyOf(cursor, KEY_ID) ?? '';
    const keys = await vault.consumers.keys(callerOf(request), request.params.consumer);
    const rest = keys.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
    return page(rest.map(keyAnswer), limit, ({ id }) => id);
  });

  app.delete('/consumers/:consumer/keys/:id', { schema: removeKey }, async (request, reply) => {
    const { consumer, id } = request.params;
    await vault.consumers.removeKey(actorOf(request), consumer, id);
    return reply.code(204).send(null);
  });

  app.get('/consumers/:consumer/permissions', { schema: readPermissions }, async request => {
    const permissions = await vault.consumers.permissions(callerOf(request), request.params.consumer);
    return permissions.map(permissionAnswer);
  });

  const options = { schema: replacePermissions, bodyLimit: PERMISSIONS_BYTES };
  app.put('/consumers/:consumer/permissions', options, async request => {
    const wanted = request.body.map(permissionInput);
    const permissions = await vault.consumers.replacePermissions(actorOf(request), request.params.consumer, wanted);
    return permissions.map(permissionAnswer);
  });

  done();
};

const me = {
  operationId: 'getMe',
  summary: 'Read who you are',
  description: 'The consumer, role and permissions behind the key or workload token of this request.',
  tags: ['Me'],
  response: { 200: api.Me },
  'x-required-role': 'any',
} as const;

/** `/me`: what a key or workload token stands for. */
export const meRoutes: Routes = (app, _deps, done) => {
  app.get('/me', { schema: me }, async request => meAnswer(callerOf(request)));
  done();
};
