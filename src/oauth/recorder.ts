import type { CustomFetch } from 'openid-client';
import { type GuardedFetch, OutboundError } from '../vault/ports.js';
import { type EndpointAnswer, forLibrary, readAnswer } from './endpoint-answer.js';

/**
 * The fetch that openid-client is given. It ignores the library's abort signal (the deadline is outbound's, and soft),
 * reads the answer to its end before the library sees a reduced copy, and remembers what happened.
 */
export class Recorder {
  readonly #fetch: GuardedFetch;
  #answer: EndpointAnswer | undefined;
  #failure: OutboundError | undefined;
  #assertion = '';

  constructor(fetch: GuardedFetch) {
    this.#fetch = fetch;
  }

  readonly fetch: CustomFetch = async (url, { method, headers, body }) => {
    try {
      if (body instanceof URLSearchParams) this.#assertion = body.get('client_assertion') ?? '';
      const form = body instanceof URLSearchParams ? body.toString() : '';
      this.#answer = await readAnswer(await this.#fetch(url, { method, headers, body: form }));
      return forLibrary(this.#answer);
    } catch (error) {
      this.#failure = error instanceof OutboundError ? error : unknownFailure(url);
      throw error;
    }
  };

  get answer(): EndpointAnswer | undefined {
    return this.#answer;
  }

  /** The client's proof that was sent (RFC 7523); empty where it was another. */
  get assertion(): string {
    return this.#assertion;
  }

  get failure(): OutboundError | undefined {
    return this.#failure;
  }
}

function unknownFailure(url: string): OutboundError {
  return new OutboundError('connection', 'maybe_sent', `The call to ${new URL(url).host} broke.`);
}
