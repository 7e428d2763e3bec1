import type { Consumer, ConsumerInput, Key, NewKey, Permission, PermissionInput } from '../api.js';
import { type Page, type PageRequest, pathOf, type Transport } from './transport.js';

/** Consumers of a vault: reading needs the role auditor, changing the role admin. Throws `TokenwellError`. */
export class ConsumerCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Adds a consumer, without a key and without permissions; with `trust` it needs no key. */
  async create(consumer: ConsumerInput & { id: string }): Promise<Consumer> {
    return this.#transport.call('POST', '/consumers', { body: consumer });
  }

  async get(id: string): Promise<Consumer> {
    return this.#transport.call('GET', pathOf`/consumers/${id}`);
  }

  /** One page, in order of id. */
  async list(page: PageRequest = {}): Promise<Page<Consumer>> {
    return this.#transport.call('GET', '/consumers', { query: { ...page } });
  }

  /** All of them, in order of id. */
  each(): AsyncGenerator<Consumer> {
    return this.#transport.each('/consumers');
  }

  /** Replaces it whole: a `trust` that is left out ends. */
  async replace(id: string, consumer: ConsumerInput): Promise<Consumer> {
    return this.#transport.call('PUT', pathOf`/consumers/${id}`, { body: consumer });
  }

  /** Deletes it with its keys and permissions. */
  async remove(id: string): Promise<void> {
    return this.#transport.perform('DELETE', pathOf`/consumers/${id}`);
  }
}

/** The API keys of a consumer: reading needs the role auditor, changing the role admin. Throws `TokenwellError`. */
export class KeyCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes another key. It is in this answer and nowhere else. `expiresAt` is RFC 3339; left out, it does not expire. */
  async create(consumer: string, { expiresAt }: { expiresAt?: string | undefined } = {}): Promise<NewKey> {
    return this.#transport.call('POST', pathOf`/consumers/${consumer}/keys`, { body: { expires_at: expiresAt } });
  }

  /** One page, in order of id: never the keys themselves. */
  async list(consumer: string, page: PageRequest = {}): Promise<Page<Key>> {
    return this.#transport.call('GET', pathOf`/consumers/${consumer}/keys`, { query: { ...page } });
  }

  /** All of them, in order of id. */
  each(consumer: string): AsyncGenerator<Key> {
    return this.#transport.each(pathOf`/consumers/${consumer}/keys`);
  }

  /** From the answer on, every request with this key is refused, on every instance. */
  async remove(consumer: string, id: string): Promise<void> {
    return this.#transport.perform('DELETE', pathOf`/consumers/${consumer}/keys/${id}`);
  }
}

/** What a consumer may draw: reading needs the role auditor, changing the role admin. Throws `TokenwellError`. */
export class PermissionCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get(consumer: string): Promise<Permission[]> {
    return this.#transport.call('GET', pathOf`/consumers/${consumer}/permissions`);
  }

  /** Puts these, at most 1,000, in the place of all that were there. */
  async replace(consumer: string, permissions: PermissionInput[]): Promise<Permission[]> {
    return this.#transport.call('PUT', pathOf`/consumers/${consumer}/permissions`, { body: permissions });
  }
}
