import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { VaultError } from '../../vault/errors.js';
import { ledgerUnavailable } from '../../vault/ledger.js';
import type { Vault } from '../../vault/vault.js';
import type { Readiness } from '../readiness.js';
import { Health, Ready } from '../route-schemas.js';

const tags = ['Health'];

const healthz = {
  operationId: 'getHealth',
  summary: 'Whether the process runs',
  description: 'Looks at nothing but itself.',
  tags,
  security: [],
  response: { 200: Health },
} as const;

const readyz = {
  operationId: 'getReadiness',
  summary: 'Whether requests are welcome',
  description: 'Looks at the database and the ledger; says no while the instance stops.',
  tags,
  security: [],
  response: { 200: Ready },
  'x-problems': ['draining', 'ledger_unavailable'],
} as const;

/** What a load balancer and an operator's watch ask. Nothing of it needs a key or tells anything. */
export const healthRoutes: FastifyPluginCallbackTypebox<{ vault: Vault; readiness: Readiness }> = (app, deps, done) => {
  app.get('/healthz', { schema: healthz, exposeHeadRoute: true }, () => ({ status: 'ok' }) as const);

  app.get('/readyz', { schema: readyz, exposeHeadRoute: true }, async () => {
    if (deps.readiness.unready) throw deps.readiness.unready;
    await deps.vault.ready().catch(error => {
      throw error instanceof VaultError ? error : ledgerUnavailable(error);
    });
    return { status: 'ready' } as const;
  });

  done();
};
