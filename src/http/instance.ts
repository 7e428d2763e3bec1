import { Server as TlsServer } from 'node:https';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../vault/logger.js';
import { Connections } from './connections.js';
import { foreseen, internal } from './failures.js';
import { apiHeaders } from './headers.js';
import { listener } from './listener.js';
import { logAnswer } from './logging.js';
import { STATUS, sendProblem } from './problems.js';
import { requestIds } from './request-ids.js';
import { answerSocketError } from './socket-errors.js';
import { type AnswerStray, isStray } from './strays.js';
import { readTls, type TlsFiles, watchTls } from './tls.js';
import { validationError, validatorCompiler } from './validation.js';

export interface InstanceSettings {
  /** The origin that links are built from. */
  publicUrl: string;
  /** IP addresses and CIDRs of proxies whose X-Forwarded-For is believed. */
  trustProxy: string[];
  tls?: TlsFiles | undefined;
  /** For people who come to a path where there is nothing; without it they too are told in a problem. */
  answerStray?: AnswerStray;
}

const BODY_BYTES = 64 * 1024;
/** An id or account name has at most 128 characters, each of which may be percent-encoded. */
const LONGEST_SEGMENT = 384;

/**
 * Fastify as we use it: without a logger of its own, which would see URLs and headers; without body parsers, which
 * each scope adds; with our limits, request ids and validators. Throws when the TLS pair does not load.
 */
export async function createInstance(log: Logger, requestPrefix: string, settings: InstanceSettings) {
  const requestId = requestIds(requestPrefix);
  const headers = apiHeaders(settings.publicUrl);
  const connections = new Connections();
  const app = fastify({
    logger: false,
    genReqId: requestId,
    trustProxy: settings.trustProxy.length > 0 && settings.trustProxy,
    bodyLimit: BODY_BYTES,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_SEGMENT },
    serverFactory: listener(settings.tls && (await readTls(settings.tls)), connections),
    clientErrorHandler: answerSocketError({ requestId, log }),
    schemaErrorFormatter: validationError,
    // For what the router refuses: no hook runs for it.
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers).header('x-request-id', request.id);
      const refused = foreseen(error) ?? internal();
      if (settings.answerStray && isStray(request)) settings.answerStray(request, reply, STATUS[refused.code]);
      else sendProblem(reply, refused);
      logAnswer(log, request, reply);
    },
  });
  app.addHook('preClose', async () => connections.end());
  app.setValidatorCompiler(validatorCompiler);
  app.removeAllContentTypeParsers();
  if (settings.tls) keepCertificate(app, settings.tls, log);
  return app;
}

function keepCertificate(app: FastifyInstance, files: TlsFiles, log: Logger): void {
  const { server } = app;
  if (!(server instanceof TlsServer)) return;
  const stop = watchTls(server, files, log);
  app.addHook('onClose', async () => stop());
}
