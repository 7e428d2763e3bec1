import type { FastifyPluginAsync } from 'fastify';
import { asset } from './assets.js';

/** What pages load. Its name holds a hash of what is inside, so it may be kept for ever. */
export const assetRoutes: FastifyPluginAsync = async app => {
  app.get<{ Params: { name: string } }>('/assets/:name', { schema: { hide: true } }, async (request, reply) => {
    const found = asset(`/assets/${request.params.name}`);
    if (!found) return reply.callNotFound();
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return reply.type(found.contentType).send(found.body);
  });
};
