import type { FastifyInstance, FastifyRequest } from 'fastify';
import { VaultError } from '../vault/errors.js';
import type { Logger } from '../vault/logger.js';
import { foreseen, internal } from './failures.js';
import { apiHeaders } from './headers.js';
import { logAnswer } from './logging.js';
import { GrantRefused, sendOAuthError } from './oauth-errors.js';
import { draining, methodNotAllowed, STATUS, sendProblem } from './problems.js';
import type { Readiness } from './readiness.js';
import { type AnswerStray, isPerson, isStray } from './strays.js';

const FORM = 'application/x-www-form-urlencoded';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const;

interface AnswerDeps {
  publicUrl: string;
  readiness: Readiness;
  log: Logger;
  answerStray?: AnswerStray | undefined;
}

/** What is the same for every answer: headers, the request id, one line in the log, and problems for all that fails. */
export function shapeAnswers(app: FastifyInstance, { publicUrl, readiness, log, answerStray }: AnswerDeps): void {
  const headers = apiHeaders(publicUrl);
  app.addHook('preClose', async () => readiness.close());
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done(readiness.closing ? draining() : undefined);
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection that is kept would keep the process from ending.
    if (readiness.closing) reply.header('connection', 'close');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(log, request, reply);
    done();
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(app, request);
    // A route that takes many paths, as that of static files, may have this method and still nothing at this path.
    if (allowed.length === 0 || allowed.includes(request.method)) {
      if (answerStray && isStray(request)) return answerStray(request, reply, STATUS.not_found);
      return sendProblem(reply, nothingHere());
    }
    return sendProblem(reply.header('allow', allowed.join(', ')), methodNotAllowed(request.method, allowed));
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = told(error, request, log);
    if (answerStray && isPerson(request)) return answerStray(request, reply, STATUS[problem.code]);
    return sendProblem(reply, problem);
  });
}

/** In this scope what fails is answered in the form of RFC 6749 §5.2. */
export function answerAsOAuth(scope: FastifyInstance, log: Logger): void {
  scope.setErrorHandler((error, request, reply) => {
    sendOAuthError(reply, error instanceof GrantRefused ? error : told(error, request, log, FORM));
  });
}

/** What a caller is told of an error; one that nobody foresaw goes to the log. */
function told(error: unknown, request: FastifyRequest, log: Logger, mediaType?: string): VaultError {
  const known = foreseen(error, mediaType);
  if (known) return known;
  log.error({ err: error, request_id: request.id }, 'a request failed in a way that nobody foresaw');
  return internal();
}

function methodsAt(app: FastifyInstance, { url }: FastifyRequest): readonly string[] {
  return METHODS.filter(method => Boolean(app.findRoute({ method, url })));
}

function nothingHere(): VaultError {
  return new VaultError('not_found', 'There is nothing at this path.', { action: 'The API is described at /docs.' });
}
