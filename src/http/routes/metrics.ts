import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { require } from '../../vault/roles.js';
import { callerOf } from '../auth.js';
import { METRICS_TYPE, type Metrics } from '../metrics.js';

const Text = Type.String({ description: 'The Prometheus text format.' });

const read = {
  operationId: 'readMetrics',
  summary: 'Read the metrics',
  description:
    'Seconds until the soonest end by kind and credential, and accounts by state, in the Prometheus text format; no account has a name here. Without a key on TOKENWELL_METRICS_LISTEN.',
  tags: ['Health'],
  response: { 200: { content: { 'text/plain': { schema: Text } } } },
  'x-required-role': 'auditor',
} as const;

/** `/metrics`: the vault in numbers. */
export const metricsRoutes: FastifyPluginCallbackTypebox<{ metrics: Metrics }> = (app, { metrics }, done) => {
  app.get('/metrics', { schema: read }, async (request, reply) => {
    require(callerOf(request), 'auditor');
    return reply.type(METRICS_TYPE).send(await metrics.text());
  });
  done();
};
