import { errorOf, notTokenwell, TokenwellError } from './errors.js';
import { type KeyOptions, presentedKey } from './presented-key.js';

/** Where the vault is, and what to call it with. */
export interface ClientOptions extends KeyOptions {
  /** The vault's origin, such as `https://tokens.example.com`. */
  url: string;
  /** Stands in for the global `fetch`. */
  fetch?: typeof fetch;
  /** Milliseconds for one call from beginning to end; 30,000 unless said. */
  timeoutMs?: number;
}

/** What a call may carry besides its method and path. */
export interface CallOptions {
  /** Query parameters; undefined ones are left out. */
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
  /** A version, or `*` for whatever is there (RFC 9110 §13.1.1). */
  ifMatch?: number | '*';
  /** The path stands at the root, not below /api/v1. */
  atRoot?: true;
  /** The type of the answer's body; JSON unless said. */
  accept?: string;
}

/** One page of a list. `next_cursor` asks for the next one; it is null on the last. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** Where a page begins and how many items it holds: 1–1000, 100 unless said. */
export interface PageRequest {
  cursor?: string | undefined;
  limit?: number | undefined;
}

const MOST_ITEMS = 1000;

/** Calls a vault over HTTP: key, JSON, a total timeout, errors as `TokenwellError`. Follows no redirects, never repeats. */
export class Transport {
  readonly #origin: string;
  readonly #key: () => Promise<string>;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  /** Throws `TypeError` for an address or a key that cannot be one; neither is shown. */
  constructor({ url, key, keyFile, fetch: given, timeoutMs = 30_000 }: ClientOptions) {
    // What fetch says of a key or address that it cannot use repeats it, so both are looked at first.
    this.#key = presentedKey({ key, keyFile });
    this.#origin = originOf(url);
    this.#fetch = given ?? fetch;
    this.#timeoutMs = timeoutMs;
  }

  /** Calls and answers the JSON body. Throws `TokenwellError`. */
  async call<Answer>(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    return (await this.whole<Answer>(method, path, options)).body;
  }

  /** As `call`, with the headers beside the body; a 204 has none, so its body is undefined. Throws `TokenwellError`. */
  async whole<Answer = undefined>(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<{ body: Answer; headers: Headers }> {
    const { status, bytes, headers } = await this.#exchange(method, path, options);
    try {
      return { body: status === 204 ? undefined : JSON.parse(textOf(bytes)), headers };
    } catch {
      throw notTokenwell(status, this.#origin);
    }
  }

  /** Calls where the answer has no body. Throws `TokenwellError`. */
  async perform(method: string, path: string, options: CallOptions = {}): Promise<void> {
    await this.#exchange(method, path, options);
  }

  /** Asks `/readyz`. Throws `TokenwellError` unless the vault says that it is ready. */
  async ready(): Promise<void> {
    const answer: unknown = await this.call('GET', '/readyz', { atRoot: true });
    const ready = typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'ready';
    if (!ready) throw notTokenwell(200, this.#origin);
  }

  /** Calls where the answer is a file of this content type, and answers its bytes. Throws `TokenwellError`. */
  async bytes(method: string, path: string, type: string): Promise<Uint8Array> {
    const { status, bytes, headers } = await this.#exchange(method, path, { accept: type });
    if (headers.get('content-type') !== type) throw notTokenwell(status, this.#origin);
    return bytes;
  }

  /** Calls where the answer is text of this media type, and answers it. Throws `TokenwellError`. */
  async text(method: string, path: string, type: string, options: CallOptions = {}): Promise<string> {
    const { status, bytes, headers } = await this.#exchange(method, path, { ...options, accept: type });
    if (headers.get('content-type')?.split(';')[0] !== type) throw notTokenwell(status, this.#origin);
    return textOf(bytes);
  }

  /** Every item of a list, page after page. Throws `TokenwellError`. */
  async *each<Item>(path: string, asked: CallOptions['query'] = {}): AsyncGenerator<Item> {
    let cursor: string | undefined;
    do {
      const query: PageRequest = { cursor, limit: MOST_ITEMS };
      const page: Page<Item> = await this.call('GET', path, { query: { ...asked, ...query } });
      yield* page.items;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  async #exchange(method: string, path: string, options: CallOptions) {
    const { status, ok, bytes, headers } = await this.#send(method, this.#address(path, options), options);
    if (!ok) throw errorOf(status, textOf(bytes), this.#origin);
    return { status, bytes, headers };
  }

  async #send(method: string, address: URL, { body, ifMatch, accept = 'application/json' }: CallOptions) {
    const headers = {
      authorization: `Bearer ${await this.#key()}`,
      accept,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
    };
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const answer = await this.#fetch(address, { method, headers, signal, redirect: 'manual', ...content });
      const { status, ok, headers: said } = answer;
      return { status, ok, headers: said, bytes: new Uint8Array(await answer.arrayBuffer()) };
    } catch (error) {
      throw signal.aborted ? this.#late(error) : this.#unreachable(error);
    }
  }

  #address(path: string, { query = {}, atRoot }: CallOptions): URL {
    const address = new URL(`${atRoot ? '' : '/api/v1'}${path}`, this.#origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    return address;
  }

  #late(cause: unknown): TokenwellError {
    const seconds = this.#timeoutMs / 1000;
    const detail = `The Tokenwell at ${this.#origin} did not finish its answer within ${seconds} s.`;
    const action = 'Try again. What was asked may have been done all the same.';
    return new TokenwellError({ code: 'timeout', status: 0, detail, action, class: 'unavailable' }, { cause });
  }

  #unreachable(cause: unknown): TokenwellError {
    const reason = reasonOf(cause);
    const tls = this.#origin.startsWith('https:');
    if (tls && reason && NO_TLS.has(reason)) return withoutTls(this.#origin, cause);
    const hint = !tls && reason && PERHAPS_TLS.has(reason) ? ' If TLS is spoken there, it is https://.' : '';
    const detail = `No Tokenwell answers at ${this.#origin}${reason ? ` (${reason})` : ''}.${hint}`;
    const action = 'Check that it is running and that the address is right.';
    return new TokenwellError({ code: 'unreachable', status: 0, detail, action, class: 'unavailable' }, { cause });
  }
}

/** A path out of fixed words and ids; ids are encoded. Throws `TokenwellError` for an id that would change the path. */
export function pathOf(strings: TemplateStringsArray, ...ids: string[]): string {
  const wrong = ids.find(id => /^\.{0,2}$/.test(id));
  if (wrong !== undefined) {
    const detail = `${JSON.stringify(wrong)} cannot be the name of anything.`;
    throw new TokenwellError({ code: 'invalid_request', status: 400, detail, action: 'Give the id in question.' });
  }
  return String.raw({ raw: strings }, ...ids.map(encodeURIComponent));
}

/** As `Response.text()` reads it. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function originOf(url: string): string {
  const { protocol, username, password, pathname, search, hash, origin } = parsed(url);
  const bare = /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && pathname === '/';
  if (!bare) throw new TypeError('url must be http(s):// and a host with an optional port, nothing more.');
  return origin;
}

function parsed(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new TypeError('url must be an absolute URL.');
}

/** What the TLS client says of a server that answers in plain text. */
const NO_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'EPROTO',
]);
/** What a server that speaks TLS leaves of a connection in plain text; others do so too. */
const PERHAPS_TLS: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT']);

const LOOPBACK = /^https:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

function withoutTls(origin: string, cause: unknown): TokenwellError {
  const detail = `Something answers at ${origin}, but not with TLS.`;
  // Nobody is led to send a key over a network in clear text.
  const plain = LOOPBACK.test(origin) ? `: is it ${origin.replace('https:', 'http:')}?` : ' and its port.';
  const action = `Look at the address${plain}`;
  return new TokenwellError({ code: 'unexpected_answer', status: 0, detail, action }, { cause });
}

/** The errno below what fetch threw, such as `ECONNREFUSED`. */
function reasonOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
