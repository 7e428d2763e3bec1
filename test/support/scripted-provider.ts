import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';

/** One request as it came in. Header names are lower case; `form` is the body read as a form. */
export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  form: URLSearchParams;
}

/** What the provider does with one request. It owns the socket from here on. */
export type Answer = (socket: Socket, request: RecordedRequest) => void;

/** An HTTP answer with a JSON body (a string is sent as it is). A header with a list of values is repeated. */
export function json(status: number, body: unknown, headers: Record<string, string | string[]> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return respond(status, text, { 'content-type': 'application/json', ...headers });
}

/** Any HTTP answer with its content-length; the connection ends after it. */
export function respond(
  status: number,
  body: string | Buffer,
  headers: Record<string, string | string[]> = {},
): Answer {
  return socket => {
    socket.write(head(status, { 'content-length': String(Buffer.byteLength(body)), ...headers }));
    socket.end(body);
  };
}

/** These very bytes, then the end of the connection. */
export function raw(bytes: string | Buffer): Answer {
  return socket => void socket.end(bytes);
}

/** Takes the request and never says anything. */
export function hang(): Answer {
  return () => {};
}

/** Takes the request and breaks the connection (RST). */
export function reset(): Answer {
  return socket => void socket.resetAndDestroy();
}

/** Good headers, half of the promised body, then the end of the connection. */
export function half(body: unknown = { access_token: 'half' }): Answer {
  const text = JSON.stringify(body);
  return socket => {
    socket.write(head(200, { 'content-type': 'application/json', 'content-length': String(text.length) }));
    socket.end(text.slice(0, text.length / 2));
  };
}

/** Sends `bytes` one at a time, every `everyMs` milliseconds. Without bytes: a header that never ends. */
export function drip(everyMs: number, bytes?: string): Answer {
  return socket => {
    const text = bytes ?? `HTTP/1.1 200 OK\r\nx-slow: ${'z'.repeat(10_000)}`;
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < text.length) socket.write(text.charAt(sent++));
      else socket.end();
    }, everyMs);
    socket.on('close', () => clearInterval(timer));
  };
}

/** A chunked body that never ends, as fast as the client takes it. */
export function endless(): Answer {
  return socket => {
    const block = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
    const pump = () => {
      while (socket.writable && socket.write(block));
    };
    socket.on('drain', pump);
    socket.write(head(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }));
    pump();
  };
}

/** A small gzip body that unpacks to `bytes` bytes, sent although nobody asked for compression. */
export function gzipBomb(bytes = 50_000_000): Answer {
  const body = gzipSync(Buffer.alloc(bytes));
  return respond(200, body, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
}

/** A redirect to `location`. */
export function redirect(status: 301 | 302 | 303 | 307 | 308, location: string): Answer {
  return respond(status, '', { location });
}

/** Holds an answer back until `release()`. */
export function hold(answer: Answer): { answer: Answer; release(): void } {
  let release = () => {};
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  return { answer: (socket, request) => void released.then(() => answer(socket, request)), release: () => release() };
}

/** A good answer with this access token (RFC 6749 §5.1). */
export function token(accessToken: string, more: Record<string, unknown> = {}): Answer {
  return json(200, { access_token: accessToken, token_type: 'Bearer', expires_in: 3600, ...more });
}

/**
 * A token endpoint on loopback that does exactly what it is told. Answers that were scripted with `next` are used up
 * one by one; after them `always` counts, which gives a new good token (`token-1`, `token-2` …) unless it was changed.
 * One request per connection.
 */
export class ScriptedProvider {
  /** Every request so far, in order of arrival. */
  readonly requests: RecordedRequest[] = [];
  readonly #server: ReturnType<typeof createTcpServer>;
  readonly #sockets = new Set<Socket>();
  readonly #secure: boolean;
  readonly #script: Answer[] = [];
  readonly #waiting: (() => void)[] = [];
  #mostOpen = 0;
  #always: Answer = (socket, request) => token(`token-${this.requests.length}`)(socket, request);

  private constructor(tls: TlsOptions | undefined) {
    this.#secure = tls !== undefined;
    this.#server = tls ? createTlsServer(tls, socket => this.#serve(socket)) : createTcpServer(s => this.#serve(s));
    this.#server.on('tlsClientError', () => {});
  }

  /** Starts on a port of 127.0.0.1, any free one unless said; over TLS when given key and certificate. */
  static async start(tls?: TlsOptions, port = 0): Promise<ScriptedProvider> {
    const provider = new ScriptedProvider(tls);
    await new Promise<void>((resolve, reject) => {
      provider.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return provider;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the scripted provider is closed');
    return address.port;
  }

  /** The token URL, under another host name if one is given. */
  url(host = '127.0.0.1'): string {
    return `${this.#secure ? 'https' : 'http'}://${host}:${this.port}/token`;
  }

  /** The highest number of connections that were open at the same time. */
  get mostOpen(): number {
    return this.#mostOpen;
  }

  /** Scripts the coming answers. */
  next(...answers: Answer[]): void {
    this.#script.push(...answers);
  }

  /** What happens when no answer is scripted. */
  always(answer: Answer): void {
    this.#always = answer;
  }

  /** Waits until `count` requests have arrived in all. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    let bytes = '';
    this.#sockets.add(socket);
    this.#mostOpen = Math.max(this.#mostOpen, this.#sockets.size);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that hangs up is part of many tests.
    socket.on('error', () => {});
    socket.setEncoding('latin1');
    const take = (chunk: string) => {
      bytes += chunk;
      const request = parse(bytes);
      if (!request) return;
      socket.off('data', take);
      socket.resume();
      this.#answer(socket, request);
    };
    socket.on('data', take);
  }

  #answer(socket: Socket, request: RecordedRequest): void {
    this.requests.push(request);
    const answer = this.#script.shift() ?? this.#always;
    answer(socket, request);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function head(status: number, headers: Record<string, string | string[]>): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map(one => `${name}: ${one}`));
  return [`HTTP/1.1 ${status} Scripted`, ...lines, 'connection: close', '', ''].join('\r\n');
}

/** Undefined while the request is not complete. */
function parse(bytes: string): RecordedRequest | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const body = bytes.slice(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  const [method = '', path = ''] = start.split(' ');
  return { method, path, headers, body, form: new URLSearchParams(body) };
}
