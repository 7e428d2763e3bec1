import { PageQuery, pageOf, SLUG_PATTERN } from '../../api/fields.js';
import * as api from '../../api.js';
import { actorOf, callerOf } from '../auth.js';
import { keyOf, page } from '../paging.js';
import { ConsumerParams, Nothing } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { consumerAnswer, consumerInput } from '../wire.js';
import { sameId } from './credentials.js';

const ID = new RegExp(SLUG_PATTERN);
const tags = ['Consumers'];
const params = ConsumerParams;

const create = {
  operationId: 'createConsumer',
  summary: 'Add a consumer',
  description:
    'It has no key and no permission yet. With `trust` the JWTs of a workload stand for it, so that it needs no key; no two consumers may trust the same token (409).',
  tags,
  body: api.ConsumerCreate,
  response: { 201: api.Consumer },
  'x-required-role': 'admin',
  'x-problems': ['already_exists', 'conflict'],
} as const;

const list = {
  operationId: 'listConsumers',
  summary: 'List consumers',
  description: 'In order of id.',
  tags,
  querystring: PageQuery,
  response: { 200: pageOf(api.Consumer) },
  'x-required-role': 'auditor',
} as const;

const read = {
  operationId: 'getConsumer',
  summary: 'Read a consumer',
  description: 'The answer may be sent back in a PUT as it is.',
  tags,
  params,
  response: { 200: api.Consumer },
  'x-required-role': 'auditor',
} as const;

const replace = {
  operationId: 'replaceConsumer',
  summary: 'Replace a consumer',
  description:
    'Replaces description, role, trust and whether it is disabled. Effective for the next draw on every instance.',
  tags,
  params,
  body: api.ConsumerReplace,
  response: { 200: api.Consumer },
  'x-required-role': 'admin',
  'x-problems': ['conflict'],
} as const;

const remove = {
  operationId: 'deleteConsumer',
  summary: 'Delete a consumer',
  description: 'Removes it with its keys and permissions.',
  tags,
  params,
  response: { 204: Nothing },
  'x-required-role': 'admin',
} as const;

/** `/consumers`: whoever may call the API. */
export const consumerRoutes: Routes = (app, { vault }, done) => {
  app.post('/consumers', { schema: create }, async (request, reply) => {
    const { id } = request.body;
    const consumer = await vault.consumers.create(actorOf(request), id, consumerInput(request.body));
    reply.code(201).header('location', `/api/v1/consumers/${id}`);
    return consumerAnswer(consumer);
  });

  app.get('/consumers', { schema: list }, async request => {
    const { cursor, limit } = request.query;
    const found = await vault.consumers.list(callerOf(request), keyOf(cursor, ID), limit + 1);
    return page(found.map(consumerAnswer), limit, ({ id }) => id);
  });

  app.get('/consumers/:consumer', { schema: read }, async request =>
    consumerAnswer(await vault.consumers.get(callerOf(request), request.params.consumer)),
  );

  app.put('/consumers/:consumer', { schema: replace }, async request => {
    const { consumer } = request.params;
    sameId(request.body.id, consumer);
    return consumerAnswer(await vault.consumers.replace(actorOf(request), consumer, consumerInput(request.body)));
  });

  app.delete('/consumers/:consumer', { schema: remove }, async (request, reply) => {
    await vault.consumers.remove(actorOf(request), request.params.consumer);
    return reply.code(204).send(null);
  });

  done();
};
