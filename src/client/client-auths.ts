import type { CertificateWish, ClientAuth, ClientAuthCreate } from '../api/client-auths.js';
import type { TestAnswer } from '../api.js';
import { type Page, type PageRequest, pathOf, type Transport } from './transport.js';

/**
 * The ways in which a credential proves itself: one is active, the next secret or certificate waits beside it. Reading
 * needs the role auditor, changing the role operator. Throws `TokenwellError`.
 */
export class ClientAuthCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** One page, in order of id: never a secret or a private key. */
  async list(credential: string, page: PageRequest = {}): Promise<Page<ClientAuth>> {
    return this.#transport.call('GET', pathOf`/credentials/${credential}/client-auths`, { query: { ...page } });
  }

  /** All of them, in order of id. */
  each(credential: string): AsyncGenerator<ClientAuth> {
    return this.#transport.each(pathOf`/credentials/${credential}/client-auths`);
  }

  /** Puts one beside the active one. Nothing uses it before it is activated; the first proof of a credential is active at once. */
  async create(credential: string, clientAuth: ClientAuthCreate): Promise<ClientAuth> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/client-auths`, { body: clientAuth });
  }

  /** Asks the provider whether it knows the client by this one; a provider that says no is an answer, not an error. */
  async test(credential: string, id: string): Promise<TestAnswer> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/client-auths/${id}/test`);
  }

  /** Requests are made with it from the answer on. The one before stays until it is deleted. */
  async activate(credential: string, id: string): Promise<ClientAuth> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/client-auths/${id}/activate`);
  }

  /** Deletes one with its secret or private key. `conflict` for the active one. */
  async remove(credential: string, id: string): Promise<void> {
    return this.#transport.perform('DELETE', pathOf`/credentials/${credential}/client-auths/${id}`);
  }

  /** Makes a key pair in the vault, beside the active one, or as the active one where that has no proof yet. The private key never leaves it. */
  async generate(credential: string, wish: CertificateWish = {}): Promise<ClientAuth> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/certificate/generate`, { body: wish });
  }

  /** The newest certificate of the credential in DER, as a provider takes it (.cer). `not_found` where it has none. */
  async certificate(credential: string): Promise<Uint8Array> {
    return this.#transport.bytes('GET', pathOf`/credentials/${credential}/certificate.cer`, CERTIFICATE);
  }
}

/** RFC 2585 §3. */
const CERTIFICATE = 'application/pkix-cert';
