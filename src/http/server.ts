import type { Server as HttpServer } from 'node:http';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Logger } from '../vault/logger.js';
import type { Clock } from '../vault/ports.js';
import type { Vault } from '../vault/vault.js';
import { answerAsOAuth, shapeAnswers } from './answers.js';
import { identifies, recalls } from './auth.js';
import { createInstance, type InstanceSettings } from './instance.js';
import { takeJson } from './json-body.js';
import { Metrics, metricsServer } from './metrics.js';
import { describeApi } from './openapi.js';
import { Readiness } from './readiness.js';
import { accessRoutes, meRoutes } from './routes/access.js';
import { accountRoutes } from './routes/accounts.js';
import { calendarRoutes } from './routes/calendar.js';
import { clientAuthRoutes } from './routes/client-auths.js';
import { connectLinkRoutes } from './routes/connect-links.js';
import { consumerRoutes } from './routes/consumers.js';
import { credentialActionRoutes } from './routes/credential-actions.js';
import { credentialRoutes } from './routes/credentials.js';
import { docsRoutes } from './routes/docs.js';
import { expiryRoutes } from './routes/expiries.js';
import { healthRoutes } from './routes/health.js';
import { importingRoutes } from './routes/importing.js';
import { ledgerRoutes } from './routes/ledger.js';
import { metadataRoutes } from './routes/metadata.js';
import { metricsRoutes } from './routes/metrics.js';
import { presetRoutes } from './routes/presets.js';
import { setupRoutes } from './routes/setup.js';
import { tokenEndpointRoutes } from './routes/token-endpoint.js';
import { tokenRoutes } from './routes/tokens.js';
import { closeInputs, type RouteDeps } from './scope.js';
import { readersValidationError } from './validation.js';

export interface ServerDeps {
  vault: Vault;
  log: Logger;
  clock: Clock;
  /** Begins every request id; names this start of this instance. */
  requestPrefix: string;
  settings: InstanceSettings;
}

export interface Server {
  /** Ready to listen; further scopes may be registered before it does. */
  app: FastifyInstance;
  /** Serves metrics without a key, once it is told where to listen. */
  metrics: HttpServer;
  /** From now on `/readyz` says no; everything is still served until the app is closed. */
  drain(): void;
}

/** The HTTP side: routes, callers, problem answers, limits. Throws when the TLS pair does not load. */
export async function createServer({ vault, log, clock, requestPrefix, settings }: ServerDeps): Promise<Server> {
  const { publicUrl } = settings;
  const readiness = new Readiness();
  const app = await createInstance(log, requestPrefix, settings);
  app.decorateRequest('caller');
  shapeAnswers(app, { publicUrl, readiness, log, answerStray: settings.answerStray });
  const document = await describeApi(app, publicUrl);
  app.register(healthRoutes, { vault, readiness });
  const deps = { vault, publicUrl, clock };
  app.register(metadataRoutes, deps);
  app.register(calendarRoutes, deps);
  const metrics = new Metrics({ vault, clock });
  app.register(metricsScope, { vault, metrics });
  app.register(docsRoutes, { publicUrl, document });
  app.register(managementScope, { prefix: '/api/v1', ...deps });
  app.register(drawScope, { prefix: '/api/v1', ...deps });
  app.register(oauthScope, { prefix: '/oauth2', ...deps, log });
  return { app, metrics: metricsServer(metrics, log), drain: () => readiness.drain() };
}

/** Everything that reads its caller from the store. */
const managementScope: FastifyPluginAsync<RouteDeps> = async (scope, { vault, publicUrl, clock }) => {
  scope.addHook('onRequest', identifies(vault));
  scope.setSchemaErrorFormatter(readersValidationError);
  closeInputs(scope);
  takeJson(scope);
  const ofCredentials = [credentialRoutes, credentialActionRoutes, clientAuthRoutes, accountRoutes, connectLinkRoutes];
  const routes = [
    ...ofCredentials,
    importingRoutes,
    setupRoutes,
    presetRoutes,
    consumerRoutes,
    accessRoutes,
    meRoutes,
    expiryRoutes,
    ledgerRoutes,
  ];
  for (const one of routes) scope.register(one, { vault, publicUrl, clock });
};

/** Numbers for who watches, who brings a key here. */
const metricsScope: FastifyPluginAsync<{ vault: Vault; metrics: Metrics }> = async (scope, { vault, metrics }) => {
  scope.addHook('onRequest', identifies(vault));
  closeInputs(scope);
  scope.register(metricsRoutes, { metrics });
};

/** The draw, which may take its caller from memory. */
const drawScope: FastifyPluginAsync<RouteDeps> = async (scope, { vault, publicUrl, clock }) => {
  scope.addHook('onRequest', recalls(vault));
  closeInputs(scope);
  takeJson(scope);
  scope.register(tokenRoutes, { vault, publicUrl, clock });
};

/** The standard token endpoint, whose clients prove themselves in the request it takes. */
const oauthScope: FastifyPluginAsync<RouteDeps & { log: Logger }> = async (scope, { vault, publicUrl, clock, log }) => {
  answerAsOAuth(scope, log);
  closeInputs(scope);
  await scope.register(formbody);
  scope.register(tokenEndpointRoutes, { vault, publicUrl, clock });
};
