import type { Discovered, Preset } from '../api/presets.js';
import type { SetupGuide } from '../api/setup.js';
import type { Credential, CredentialCreate, CredentialReplace, TestAnswer } from '../api.js';
import { type Page, type PageRequest, pathOf, type Transport } from './transport.js';

/** For what a set-up guide is wanted; the credential's own where it is left out. */
export interface SetupWish {
  purpose?: SetupGuide['purpose'] | undefined;
  /** One address, in place of those that the credential names. */
  mailbox?: string | undefined;
  /** What is to be stored, where nothing is yet. */
  preset?: string | undefined;
  tenant?: string | undefined;
  cloud?: Credential['cloud'];
  grant_type?: Credential['grant_type'] | undefined;
  method?: Credential['client_auth']['method'] | undefined;
}

/** Credentials of a vault: reading needs the role auditor, changing the role operator. Throws `TokenwellError`. */
export class CredentialCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Stores a new credential. No provider is called. */
  async create(credential: CredentialCreate): Promise<Credential> {
    return this.#transport.call('POST', '/credentials', { body: credential });
  }

  async get(id: string): Promise<Credential> {
    return this.#transport.call('GET', pathOf`/credentials/${id}`);
  }

  /** One page, in order of id. */
  async list(page: PageRequest = {}): Promise<Page<Credential>> {
    return this.#transport.call('GET', '/credentials', { query: { ...page } });
  }

  /** All of them, in order of id. */
  each(): AsyncGenerator<Credential> {
    return this.#transport.each('/credentials');
  }

  /**
   * Replaces what is there if it still has this version (`*`: whatever its version); else `version_conflict`. A secret
   * left out stays, unless the change sends it to another place or in another way.
   */
  async replace(id: string, credential: CredentialReplace, version: number | '*'): Promise<Credential> {
    return this.#transport.call('PUT', pathOf`/credentials/${id}`, { body: credential, ifMatch: version });
  }

  /** Deletes it with its accounts, its tokens and every permission that names it. */
  async remove(id: string, version: number | '*' = '*'): Promise<void> {
    return this.#transport.perform('DELETE', pathOf`/credentials/${id}`, { ifMatch: version });
  }

  /** From the answer on, every draw of it is refused, on every instance. */
  async disable(id: string): Promise<Credential> {
    return this.#transport.call('POST', pathOf`/credentials/${id}/disable`);
  }

  async enable(id: string): Promise<Credential> {
    return this.#transport.call('POST', pathOf`/credentials/${id}/enable`);
  }

  /** The providers that the vault knows, all on one page. */
  async presets(): Promise<Page<Preset>> {
    return this.#transport.call('GET', '/presets');
  }

  /** What an issuer says of itself: the addresses for a credential. */
  async discover(issuer: string): Promise<Discovered> {
    return this.#transport.call('POST', '/presets/discover', { body: { issuer } });
  }

  /** Asks the provider for a token now and says how it went; a provider that says no is an answer, not an error. */
  async test(id: string, { account }: { account?: string | undefined } = {}): Promise<TestAnswer> {
    return this.#transport.call('POST', pathOf`/credentials/${id}/test`, { body: { account } });
  }

  /** What to set up at the provider, step by step. `not_found` also where the provider has no guide. */
  async setup(id: string, wish: SetupWish = {}): Promise<SetupGuide> {
    return this.#transport.call('GET', pathOf`/credentials/${id}/setup`, { query: { ...wish } });
  }

  /** The same as Markdown, or as one script for PowerShell. */
  async setupText(id: string, type: 'text/markdown' | 'text/x-powershell', wish: SetupWish = {}): Promise<string> {
    return this.#transport.text('GET', pathOf`/credentials/${id}/setup`, type, { query: { ...wish } });
  }
}
