import type { LedgerEntry, LedgerQuery, Me, RejectedToken, Token } from '../api.js';
import { AccountCalls, ConnectLinkCalls } from './accounts.js';
import { ClientAuthCalls } from './client-auths.js';
import { ConsumerCalls, KeyCalls, PermissionCalls } from './consumers.js';
import { CredentialCalls } from './credentials.js';
import { CalendarLinkCalls, ExpiryCalls } from './expiries.js';
import { type ClientOptions, type Page, pathOf, Transport } from './transport.js';

export type {
  Account,
  AdminConsentLinkCreate,
  ConnectLink,
  ConnectLinkCreate,
  ImportAnswer,
  NewConnectLink,
} from '../api/accounts.js';
export type { CertificateWish, ClientAuth, ClientAuthCreate } from '../api/client-auths.js';
export type { CalendarLink, CalendarLinkCreate, Expiry, ExpiryQuery, NewCalendarLink } from '../api/expiries.js';
export type { Discovered, Preset } from '../api/presets.js';
export type { SetupGuide } from '../api/setup.js';
export type {
  Consumer,
  ConsumerInput,
  Credential,
  CredentialCreate,
  CredentialReplace,
  Key,
  LedgerEntry,
  LedgerQuery,
  Me,
  NewKey,
  Permission,
  PermissionInput,
  TestAnswer,
  Token,
} from '../api.js';
export type { AccountCalls, ConnectLinkCalls, Revocation } from './accounts.js';
export type { ClientAuthCalls } from './client-auths.js';
export type { ConsumerCalls, KeyCalls, PermissionCalls } from './consumers.js';
export type { CredentialCalls, SetupWish } from './credentials.js';
export { type ErrorFacts, TokenwellError, type TransportCode } from './errors.js';
export type { CalendarLinkCalls, ExpiryCalls } from './expiries.js';
export type { KeyOptions } from './presented-key.js';
export type { ClientOptions, Page, PageRequest } from './transport.js';

/** Which token is wanted. */
export interface TokenRequest {
  /** The account of the credential; `default` unless said. */
  account?: string | undefined;
  /** Whole seconds that the token must still live: 0–86400, 60 unless said. */
  minTtl?: number | undefined;
  /** Scopes with one space between two; the credential's own unless said. */
  scope?: string | undefined;
}

/**
 * A running vault, as a consumer sees it. Fields are named as on the wire (snake_case, times RFC 3339, durations whole
 * seconds). Every method throws `TokenwellError` and nothing else. It keeps no tokens: ask before each use, the vault
 * answers from memory.
 */
export class TokenwellClient {
  readonly credentials: CredentialCalls;
  readonly clientAuths: ClientAuthCalls;
  readonly accounts: AccountCalls;
  readonly connectLinks: ConnectLinkCalls;
  readonly consumers: ConsumerCalls;
  readonly keys: KeyCalls;
  readonly permissions: PermissionCalls;
  readonly expiries: ExpiryCalls;
  readonly calendarLinks: CalendarLinkCalls;
  readonly #transport: Transport;

  /** Throws `TypeError` for a `url` or `key` that cannot be one. Calls nobody and reads no file. */
  constructor(options: ClientOptions) {
    const transport = new Transport(options);
    this.credentials = new CredentialCalls(transport);
    this.clientAuths = new ClientAuthCalls(transport);
    this.accounts = new AccountCalls(transport);
    this.connectLinks = new ConnectLinkCalls(transport);
    this.consumers = new ConsumerCalls(transport);
    this.keys = new KeyCalls(transport);
    this.permissions = new PermissionCalls(transport);
    this.expiries = new ExpiryCalls(transport);
    this.calendarLinks = new CalendarLinkCalls(transport);
    this.#transport = transport;
  }

  /** Draws an access token. Look at `warning`: the token is good, but something needs care. */
  async token(credential: string, { account, minTtl, scope }: TokenRequest = {}): Promise<Token> {
    const query = { account, min_ttl: minTtl, scope };
    return this.#transport.call('GET', pathOf`/credentials/${credential}/token`, { query });
  }

  /**
   * Tells that a server refused a token, with whatever the server said, and answers a newer one. Throws `provider_refused`
   * when a fresh one is refused too: then somebody must act.
   */
  async rejected(credential: string, report: RejectedToken): Promise<Token> {
    return this.#transport.call('POST', pathOf`/credentials/${credential}/token/rejected`, { body: report });
  }

  /** Whether the vault wants requests: its database answers and its ledger can be written. Throws what is wrong. */
  async ready(): Promise<void> {
    return this.#transport.ready();
  }

  /** Who the key or workload token stands for and what may be drawn. */
  async me(): Promise<Me> {
    return this.#transport.call('GET', '/me');
  }

  /** One page of the ledger, newest first unless `order` is `asc`. Needs the role auditor. */
  async ledger(query: Partial<LedgerQuery> = {}): Promise<Page<LedgerEntry>> {
    return this.#transport.call('GET', '/ledger', { query });
  }
}
