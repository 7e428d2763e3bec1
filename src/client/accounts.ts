import type {
  Account,
  AdminConsentLinkCreate,
  ConnectLink,
  ConnectLinkCreate,
  ImportAnswer,
  NewConnectLink,
} from '../api/accounts.js';
import { type Page, type PageRequest, pathOf, type Transport } from './transport.js';

/** How the end of a grant went at its provider. Here it is over in any case. */
export interface Revocation {
  /** Whether nothing is left there, as far as the provider said. */
  revoked: boolean;
  /** Why it was not told; only when `revoked` is false. */
  detail?: string;
}

/** The accounts of a credential: reading needs the role auditor, changing the role operator. Throws `TokenwellError`. */
export class AccountCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get(credential: string, account = 'default'): Promise<Account> {
    return this.#transport.call('GET', placeOf(credential, account));
  }

  /** One page, in order of name. */
  async list(credential: string, page: PageRequest = {}): Promise<Page<Account>> {
    return this.#transport.call('GET', pathOf`/credentials/${credential}/accounts`, { query: { ...page } });
  }

  /** All of them, in order of name. */
  each(credential: string): AsyncGenerator<Account> {
    return this.#transport.each(pathOf`/credentials/${credential}/accounts`);
  }

  /** Asks the provider for a new token now. The token stays in the vault. */
  async refresh(credential: string, account = 'default'): Promise<Account> {
    return this.#transport.call('POST', `${placeOf(credential, account)}/refresh`);
  }

  /**
   * Takes over a refresh token that other software obtained: used once before it is kept. Look at `in_use`: beside a grant
   * that works it may have to wait. The account begins with it where there is none.
   */
  async importRefreshToken(credential: string, refreshToken: string, account = 'default'): Promise<ImportAnswer> {
    return this.#transport.call('POST', `${placeOf(credential, account)}/import`, {
      body: { refresh_token: refreshToken },
    });
  }

  /** Ends what the account was given. The account goes; `default` stays and waits for a new consent. */
  async disconnect(credential: string, account = 'default'): Promise<Revocation> {
    const { headers } = await this.#transport.whole('DELETE', placeOf(credential, account));
    return revocationOf(headers);
  }

  /** From the answer on, every draw of it is refused, on every instance. */
  async disable(credential: string, account = 'default'): Promise<Account> {
    return this.#transport.call('POST', `${placeOf(credential, account)}/disable`);
  }

  async enable(credential: string, account = 'default'): Promise<Account> {
    return this.#transport.call('POST', `${placeOf(credential, account)}/enable`);
  }

  /** The grant that waits takes the place of the one in use. `conflict` when none waits, or another than the one `seen`. */
  async accept(credential: string, account = 'default', seen?: string): Promise<Account> {
    return this.#transport.call('POST', `${placeOf(credential, account)}/candidate/accept${choice(seen)}`);
  }

  /** The grant that waits is ended; the one in use stays. `conflict` when none waits, or another than the one `seen`. */
  async reject(credential: string, account = 'default', seen?: string): Promise<Revocation & { account: Account }> {
    const path = `${placeOf(credential, account)}/candidate/reject${choice(seen)}`;
    const answer = await this.#transport.whole<Account>('POST', path);
    return { account: answer.body, ...revocationOf(answer.headers) };
  }
}

/** Links by which people connect accounts: reading needs the role auditor, changing the role operator. Throws `TokenwellError`. */
export class ConnectLinkCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** For the owner of a mailbox. Its `url` is in this answer and nowhere else; look at `warnings` before sending it. */
  async create(credential: string, link: ConnectLinkCreate = {}): Promise<NewConnectLink> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/connect-links`, { body: link });
  }

  /** For an administrator of the provider. Its `url` is in this answer and nowhere else. */
  async createForAdmin(credential: string, link: AdminConsentLinkCreate = {}): Promise<NewConnectLink> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/admin-consent-links`, { body: link });
  }

  /** One page, in order of id: never the addresses. */
  async list(credential: string, page: PageRequest = {}): Promise<Page<ConnectLink>> {
    return this.#transport.call('GET', pathOf`/credentials/${credential}/connect-links`, { query: { ...page } });
  }

  /** All of them, in order of id. */
  each(credential: string): AsyncGenerator<ConnectLink> {
    return this.#transport.each(pathOf`/credentials/${credential}/connect-links`);
  }

  /** From the answer on, its page says that it is over. */
  async remove(credential: string, id: string): Promise<void> {
    return this.#transport.perform('DELETE', pathOf`/credentials/${credential}/connect-links/${id}`);
  }
}

function choice(seen: string | undefined): string {
  return seen === undefined ? '' : `?id=${encodeURIComponent(seen)}`;
}

function placeOf(credential: string, account: string): string {
  return pathOf`/credentials/${credential}/accounts/${account}`;
}

function revocationOf(headers: Headers): Revocation {
  if (headers.get('tokenwell-revoked') !== 'no') return { revoked: true };
  const detail = headers.get('tokenwell-detail');
  return { revoked: false, ...(detail === null ? {} : { detail }) };
}
