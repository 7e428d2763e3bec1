import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Role } from '../vault/consumer.js';
import { type ErrorCode, invalid } from '../vault/errors.js';
import type { Clock } from '../vault/ports.js';
import type { Vault } from '../vault/vault.js';

declare module 'fastify' {
  interface FastifySchema {
    /** The least role that may call it; `draw` for whoever has a permission. Left out: nobody needs a key. */
    'x-required-role'?: Role | 'draw' | 'any';
    /** Codes that it answers beyond those that its scope and its schema imply. */
    'x-problems'?: readonly ErrorCode[];
    /** Whether the body may be left out, which then is an empty object. */
    'x-optional-body'?: boolean;
  }
}

/** What routes are made of: the domain, the origin that links are built from, and the time of day. */
export interface RouteDeps {
  vault: Vault;
  publicUrl: string;
  clock: Clock;
}

export type Routes = FastifyPluginCallbackTypebox<RouteDeps>;

const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** Nothing unknown is taken in this scope: where a route names no query or no body, it takes none. */
export function closeInputs(scope: FastifyInstance): void {
  scope.addHook('onRoute', route => {
    route.schema = { querystring: NO_QUERY, ...route.schema };
  });
  scope.addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined && request.method === 'GET') return done();
    const { schema } = request.routeOptions;
    if (schema?.['x-optional-body'] && request.body === undefined) request.body = {};
    if (schema?.body || isEmpty(request.body)) return done();
    done(invalid([{ field: 'body', rule: 'unexpected', detail: 'This route takes no body.' }]));
  });
}

function isEmpty(body: unknown): boolean {
  return body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);
}
