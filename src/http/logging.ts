import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LoggerOptions } from 'pino';
import { VaultError } from '../vault/errors.js';
import type { Logger } from '../vault/logger.js';

const DEEPEST_CAUSE = 3;

/** How pino writes: one JSON object a line, and of errors only what cannot hold a secret. */
export function logOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    formatters: { level: label => ({ level: label }) },
    serializers: { err: error => errorFields(error) },
  };
}

/** What a log keeps of an error: never the message of one that is not ours, for it may repeat what came in. */
export function errorFields(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = error.cause === undefined || depth >= DEEPEST_CAUSE ? undefined : errorFields(error.cause, depth + 1);
  return {
    type: error.constructor.name,
    code: codeOf(error),
    message: error instanceof VaultError ? error.message : undefined,
    stack: framesOf(error),
    cause,
  };
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  return /^\w{1,64}$/.test(code) ? code : undefined;
}

/** The frames alone. They stand behind the message, which may have lines that look like frames. */
function framesOf({ stack = '', message }: Error): string[] {
  const begin = stack.indexOf(message);
  const lines = (begin < 0 ? stack : stack.slice(begin + message.length)).split('\n');
  const lastOther = lines.findLastIndex(line => !line.startsWith('    at '));
  return lines.slice(lastOther + 1).map(line => line.trim());
}

/**
 * One line for an answer. The pattern of the route stands for its address, which may hold a link, and neither
 * headers nor bodies are looked at.
 */
export function logAnswer(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  log.info(
    {
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      consumer: request.caller?.consumer,
    },
    'answered',
  );
}
