import type { Dispatcher } from 'undici';
import { type Destinations, type GuardedFetch, OutboundError } from '../vault/ports.js';
import type { AllowedHost } from './allowed-hosts.js';
import { AnswerCollector, type RawAnswer, tooLarge } from './answer-collector.js';
import { codeOf, connectionFailure } from './connection-failure.js';
import { decodeBody } from './decoding.js';
import type { Target } from './destination.js';
import { createOpen, type Open } from './dispatcher.js';
import { Gate } from './gate.js';
import { createResolve, type Resolve } from './resolver.js';
import { SoftDeadline } from './soft-deadline.js';

export interface OutboundOptions {
  allowedHosts: readonly AllowedHost[];
  /** Contents of a PEM file: certificate authorities that are trusted besides the well-known ones. */
  caFile?: string | undefined;
  /** The only proxy that is ever used; proxy variables of the environment are not read. */
  proxyUrl?: string | undefined;
  /** Milliseconds for a whole call: DNS, connection, request, answer. Soft. */
  deadlineMs?: number;
  /** The most that a body may hold, before and after decompression. */
  maxBytes?: number;
  /** Stands in for the system's name resolution. */
  resolve?: Resolve;
}

export interface Outbound {
  fetch: GuardedFetch;
  destinations: Destinations;
  /** Takes no new calls and waits for the running ones, which end by their deadline. */
  close(): Promise<void>;
}

/**
 * The one guarded way out. `fetch` takes no abort signal on purpose: nobody may give up an answer that carries a
 * rotated refresh token. Behind a proxy the URL and, where the name resolves here, its addresses are judged all the
 * same, but the proxy resolves for itself. Throws for a `caFile` that cannot be read.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { allowedHosts, caFile, proxyUrl, deadlineMs = 10_000, maxBytes = 256 * 1024 } = options;
  const gate = new Gate({
    allowed: allowedHosts,
    resolve: createResolve(options.resolve),
    proxied: proxyUrl !== undefined,
  });
  const sender = new Sender({ gate, open: createOpen({ caFile, proxyUrl }), deadlineMs, maxBytes });
  return {
    fetch: (url, init) => sender.send(url, init),
    destinations: { check: url => gate.check(url) },
    close: () => sender.close(),
  };
}

type Init = Parameters<GuardedFetch>[1];

class Sender {
  readonly #gate: Gate;
  readonly #open: Open;
  readonly #deadlineMs: number;
  readonly #maxBytes: number;
  readonly #running = new Set<Promise<Response>>();
  #closed = false;

  constructor(deps: { gate: Gate; open: Open; deadlineMs: number; maxBytes: number }) {
    this.#gate = deps.gate;
    this.#open = deps.open;
    this.#deadlineMs = deps.deadlineMs;
    this.#maxBytes = deps.maxBytes;
  }

  async send(url: string, init: Init): Promise<Response> {
    if (this.#closed) throw new OutboundError('connection', 'not_sent', 'Tokenwell is stopping and calls nobody.');
    const call = this.#call(this.#gate.read(url), init);
    this.#running.add(call);
    try {
      return await call;
    } finally {
      this.#running.delete(call);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
  }

  async #call(target: Target, init: Init): Promise<Response> {
    const { host } = target;
    const collector = new AnswerCollector({ host, maxBytes: this.#maxBytes });
    const deadline = new SoftDeadline(this.#deadlineMs);
    const late = () =>
      new OutboundError('deadline', collector.sent, `${host} did not answer within ${this.#deadlineMs / 1000} s.`);
    let dispatcher: Dispatcher | undefined;
    try {
      const addresses = await deadline.race(this.#gate.addresses(target), late);
      dispatcher = this.#open(target.url.origin, addresses);
      const answer = await deadline.race(collector.collect(dispatcher, requestOf(target, init)), late);
      return responseOf(answer, await this.#decoded(answer, host));
    } catch (error) {
      throw error instanceof OutboundError ? error : connectionFailure(error, host, collector.sent);
    } finally {
      deadline.cancel();
      void dispatcher?.destroy();
    }
  }

  async #decoded({ headers, body }: RawAnswer, host: string): Promise<NonSharedBuffer> {
    try {
      return await decodeBody(body, [headers['content-encoding'] ?? ''].flat().join(), this.#maxBytes);
    } catch (error) {
      if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(host, this.#maxBytes);
      throw new OutboundError('connection', 'answered', `${host} answered with a compressed body that cannot be read.`);
    }
  }
}

function requestOf({ url }: Target, { method, headers, body }: Init): Dispatcher.DispatchOptions {
  return {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    body: body ?? null,
  };
}

/** What callers need; cookies and everything else a server may say stay behind. */
const KEPT_HEADERS = ['content-type', 'retry-after', 'www-authenticate', 'date'];

function responseOf({ status, headers }: RawAnswer, body: NonSharedBuffer): Response {
  const kept = new Headers();
  for (const name of KEPT_HEADERS) {
    const [first] = [headers[name]].flat();
    // Outside printable ASCII a header means nothing, and the Headers class throws for some of it.
    if (first !== undefined && /^[ -~]*$/.test(first)) kept.set(name, first);
  }
  const bodyless = status === 204 || status === 205;
  return new Response(bodyless ? null : body, { status, headers: kept });
}
