import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, VaultError } from '../vault/errors.js';
import type { Logger } from '../vault/logger.js';
import { problemOf } from './problems.js';

interface SocketFailure {
  status: number;
  code: ErrorCode;
  detail: string;
}

const BY_CODE: Record<string, SocketFailure> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'too_large', detail: 'The headers are larger than 16 KiB.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'invalid_request', detail: 'The request did not arrive in time.' },
};
const MALFORMED: SocketFailure = { status: 400, code: 'invalid_request', detail: 'This is not a valid HTTP request.' };

/**
 * Answers what never became a request: broken HTTP, headers that are too large or too slow. There is nobody to ask
 * for a reply, so the answer is written to the socket, which then ends.
 */
export function answerSocketError(deps: { requestId: () => string; log: Logger }) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, code, detail } = BY_CODE[error.code ?? ''] ?? MALFORMED;
    const requestId = deps.requestId();
    deps.log.info({ request_id: requestId, status, code: error.code }, 'answered what is not a request');
    const body = JSON.stringify(problemOf(new VaultError(code, detail), requestId, status));
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'Content-Type: application/problem+json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Cache-Control: no-store',
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  };
}
