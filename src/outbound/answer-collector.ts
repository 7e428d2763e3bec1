import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { OutboundError, type Sent } from '../vault/ports.js';
import { connectionFailure } from './connection-failure.js';

/** An answer as it came over the wire, its body not decoded yet. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: NonSharedBuffer;
}

type Settle = { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void };

/**
 * Sends one request and collects the whole answer, at most `maxBytes` of it. Never follows a redirect, never sends
 * twice, and knows at any moment how far the request got. Rejects with `OutboundError`.
 */
export class AnswerCollector {
  readonly #host: string;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #sent: Sent = 'not_sent';

  constructor(limits: { host: string; maxBytes: number }) {
    this.#host = limits.host;
    this.#maxBytes = limits.maxBytes;
  }

  get sent(): Sent {
    return this.#sent;
  }

  collect(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      dispatcher.dispatch(request, this.#handler({ resolve, reject }));
    });
  }

  #handler({ resolve, reject }: Settle): Dispatcher.DispatchHandler {
    return {
      // The connection stands and its certificate is good; from here on bytes leave.
      onRequestStart: () => {
        this.#sent = 'maybe_sent';
      },
      onResponseStart: (_controller, status, headers) => this.#begin(status, headers),
      onResponseData: (_controller, chunk) => this.#take(chunk),
      onResponseEnd: () => {
        this.#sent = 'answered';
        resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
      },
      onResponseError: (_controller, error) => {
        reject(error instanceof OutboundError ? error : connectionFailure(error, this.#host, this.#sent));
      },
    };
  }

  /** What is thrown here ends the connection and arrives in onResponseError. */
  #begin(status: number, headers: IncomingHttpHeaders): void {
    if (status >= 300 && status < 400) {
      throw new OutboundError(
        'unexpected_redirect',
        'answered',
        `${this.#host} answered with a redirect (${status}), which is never followed.`,
      );
    }
    this.#status = status;
    this.#headers = headers;
  }

  #take(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) throw tooLarge(this.#host, this.#maxBytes);
    this.#chunks.push(chunk);
  }
}

/** More came than is taken. */
export function tooLarge(host: string, maxBytes: number): OutboundError {
  return new OutboundError('too_large', 'answered', `${host} answered with more than ${maxBytes / 1024} KiB.`);
}
