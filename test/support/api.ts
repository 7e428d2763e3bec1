/** The API of a running instance, called as a client would. */
export class Api {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  /** Sends JSON where there is a body; answers the status, the parsed body and the request id. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
    return { status: response.status, json, text, requestId: response.headers.get('x-request-id') ?? '' };
  }

  /** As `call`, and throws unless the status is 2xx. */
  async must(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const answer = await this.call(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** A client_credentials credential, as the tests use it. */
  async createCredential(id: string, tokenUrl: string, secret = 'client-secret') {
    const client_auth = { method: 'client_secret_post', secret };
    const body = { id, grant_type: 'client_credentials', token_url: tokenUrl, client_id: 'client', client_auth };
    return await this.must('POST', '/api/v1/credentials', { ...body, scope: 'mail.read' });
  }

  /** A consumer with a key and these permissions; answers the key. */
  async createConsumer(id: string, permissions: unknown[], role = 'service'): Promise<string> {
    await this.must('POST', '/api/v1/consumers', { id, role });
    await this.must('PUT', `/api/v1/consumers/${id}/permissions`, permissions);
    return (await this.must('POST', `/api/v1/consumers/${id}/keys`, {})).json.key;
  }

  async draw(credential: string, query = '') {
    return await this.call('GET', `/api/v1/credentials/${credential}/token${query}`);
  }
}
