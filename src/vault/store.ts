import type { Account, AccountName, AccountProgress, AccountState, Report } from './account.js';
import type { ReadClientAuth, StoredClientAuth } from './client-auth.js';
import type { ConsentReads, ConsentWrites, GrantReads, GrantWrites } from './consent-store.js';
import type { Consumer, ConsumerKey, Permission } from './consumer.js';
import type { Credential, ReadCredential } from './credential.js';
import type { DueStore } from './due-store.js';
import type { ExpiryReads, ExpiryWrites } from './expiry-store.js';
import type { Page, PageDraft, PageHead } from './page.js';
import type { Workload } from './ports.js';
import type { Secret } from './secret.js';
import type { Token, TokenRejection } from './token.js';

/** Where the store stands: its revision, the oldest one whose changes are still listed, and which database this is. */
export interface Standing {
  revision: number;
  floor: number;
  epoch: string;
}

export type ChangeKind = 'consumer' | 'credential' | 'account';

/** A row of the change feed: what an instance's memory must forget. An account's id is `credential/account`. */
export interface Change {
  revision: number;
  kind: ChangeKind;
  id: string;
}

export type Touched = Omit<Change, 'revision'>;

/** What became of a page: written, or overtaken by changes. `changes` is undefined when the feed cannot tell. */
export type PageResult = { written: true } | { written: false; standing: Standing; changes: Change[] | undefined };

/** A page on its way: the revision that its entries rest on, in which database. */
export interface PageOffer extends PageDraft {
  epoch: string;
}

/** A key, whose it is, and what that consumer may. */
export interface KeyRecord {
  key: ConsumerKey;
  consumer: Consumer;
  permissions: Permission[];
}

/** What a token has shown by the keys of its issuer, and until when that is relied upon (monotonic milliseconds). */
export interface Proof {
  workload: Workload;
  restsUntil: number;
}

/** A proven workload, the consumer that trusts it, and what that consumer may. */
export interface WorkloadRecord {
  proof: Proof;
  consumer: Consumer;
  permissions: Permission[];
}

/** The right to refresh one account; the fence tells a later holder's write from an earlier one's. */
export interface Lease {
  fence: number;
}

/** Failures in a row of one token endpoint and client; open until a time, 0 while closed. */
export interface Breaker {
  tokenUrl: string;
  clientId: string;
  failures: number;
  openUntil: number;
}

/** One filter of the ledger; undefined fields do not filter. Times in epoch milliseconds. */
export interface LedgerFilter {
  consumer?: string;
  credential?: string;
  account?: string;
  action?: string;
  from?: number;
  to?: number;
}

/** A page with the position of its first entry. */
export interface PlacedPage extends Page {
  firstPosition: number;
}

/** Reading credentials. */
export interface CredentialReads {
  find(id: string): Promise<Credential | undefined>;
  /** In order of id, after the one named. */
  list(after: string | undefined, limit: number): Promise<Credential[]>;
  /** The active client secret or private key, unsealed; only a token request asks for it. */
  secret(credential: Credential): Promise<Secret | undefined>;
  /** The credentials with a client auth, active or beside it, that is the one of this credential; in order of id. */
  sharing(id: string): Promise<string[]>;
}

/** Reading accounts. */
export interface AccountReads {
  find(credential: string, account: string): Promise<Account | undefined>;
  list(credential: string): Promise<Account[]>;
  /** How many accounts are in which state, for each credential named. */
  counts(credentials: string[]): Promise<Map<string, Partial<Record<AccountState, number>>>>;
  /**
   * How many accounts whose state needs nobody have a report that was told after `since` (epoch milliseconds), for each
   * credential that has one.
   */
  reported(credentials: string[], since: number): Promise<Map<string, number>>;
}

/** Reading consumers, keys and permissions. */
export interface ConsumerReads {
  find(id: string): Promise<Consumer | undefined>;
  list(after: string | undefined, limit: number): Promise<Consumer[]>;
  keys(consumer: string): Promise<ConsumerKey[]>;
  permissions(consumer: string): Promise<Permission[]>;
  /** The key with this prefix, whose it is and what it may: all that a caller is made of. */
  byKey(prefix: string): Promise<KeyRecord | undefined>;
  /** Whether any consumer, disabled or not, trusts this issuer. */
  trustsIssuer(issuer: string): Promise<boolean>;
  /**
   * The consumers that trust this issuer with this audience; where a subject is given, only those that name it or have
   * a `*` in theirs.
   */
  trusting(issuer: string, audience: string, subject?: string): Promise<Consumer[]>;
}

interface ClientAuthReads {
  /** All of a credential, the oldest first. */
  list(credential: string): Promise<StoredClientAuth[]>;
  find(credential: string, id: string): Promise<StoredClientAuth | undefined>;
}

/** All reads that need no transaction. */
export interface Reads {
  readonly credentials: CredentialReads;
  readonly clientAuths: ClientAuthReads;
  readonly accounts: AccountReads;
  readonly consumers: ConsumerReads;
  readonly grants: GrantReads;
  readonly consents: ConsentReads;
  findToken(credential: string, account: string, scope: string): Promise<Token | undefined>;
  findBreaker(tokenUrl: string, clientId: string): Promise<Breaker | undefined>;
}

/** Reads and writes inside one transaction. Inside the callback use only this. */
export interface Tx
  extends Omit<Reads, 'credentials' | 'clientAuths' | 'accounts' | 'consumers' | 'grants' | 'consents'> {
  readonly credentials: CredentialReads & {
    insert(id: string, input: ReadCredential, now: number): Promise<void>;
    /** False when the version was not the expected one. */
    update(before: Credential, input: ReadCredential, now: number): Promise<boolean>;
    setDisabled(before: Credential, disabled: boolean, now: number): Promise<boolean>;
    /** With its client auths, secrets, accounts, tokens and every permission that names it. */
    remove(before: Credential): Promise<boolean>;
  };
  readonly clientAuths: ClientAuthReads & {
    /** Beside the active one, sealed for where the credential's secrets may go. Answers its id. */
    insert(credential: Credential, input: ReadClientAuth, now: number): Promise<string>;
    /** It is the active one from now on, and the one before stays beside it. False when the version is another one. */
    activate(before: Credential, id: string, now: number): Promise<boolean>;
    /** False for the active one, and where there is none. */
    remove(credential: string, id: string): Promise<boolean>;
    /** All but the active one. */
    removeOthers(credential: string): Promise<void>;
  };
  readonly accounts: AccountReads & {
    insert(credential: string, account: string): Promise<void>;
    /** A person's act: new state, and every flight that is under way ends by a new fence. An intent stays what it is. */
    revise(account: Account, progress: AccountProgress): Promise<void>;
    /** Ends every pause after a failure, so that the provider is asked at the next draw. */
    retry(credential: string): Promise<void>;
    /**
     * Writes the outcome of a refresh and ends its lease. False when the fence is no longer ours. The intent ends too
     * unless it is doubtful what became of the refresh token.
     */
    settle(account: Account, fence: number, progress: AccountProgress, intent?: 'doubtful'): Promise<boolean>;
    /** As `revise`, where the refresh token is another one from now on: the intent ends too. */
    restart(account: Account, progress: AccountProgress): Promise<void>;
    /** Keeps what a consumer told in the place of what was told before, or forgets it. Flights and draws go on. */
    report(account: AccountName, report: Report | undefined): Promise<void>;
    /** Gives up every stored token of an account, and what a consumer told of one. */
    forgetTokens(account: AccountName): Promise<void>;
    remove(account: Account): Promise<boolean>;
  };
  readonly grants: GrantWrites;
  readonly consents: ConsentWrites;
  readonly expiries: ExpiryWrites;
  readonly consumers: ConsumerReads & {
    insert(consumer: Consumer): Promise<void>;
    update(consumer: Consumer): Promise<boolean>;
    /** With its keys, permissions and calendar links, and what it told of refused tokens. */
    remove(id: string): Promise<boolean>;
    insertKey(key: ConsumerKey): Promise<void>;
    removeKey(consumer: string, id: string): Promise<boolean>;
    replacePermissions(consumer: string, permissions: Permission[]): Promise<void>;
  };
  /** Replaces the token of the same credential, account and scope, and clears this account's expired ones. */
  saveToken(token: Token): Promise<void>;
  /** Marks a token as refused by a server. False when it was replaced or marked meanwhile, or is gone. */
  rejectToken(token: Token, rejection: TokenRejection): Promise<boolean>;
  /** The claims that its successor should bring are sent no more. */
  forgetClaims(token: Token): Promise<void>;
  saveBreaker(breaker: Breaker): Promise<void>;
  clearBreaker(tokenUrl: string, clientId: string): Promise<void>;
  /** Whether the feed has a change of this consumer above `since` and below `before`, or no longer reaches back so far. */
  consumerChanged(consumer: string, since: number, before: number): Promise<boolean>;
  /**
   * The last step of a write: takes the writer's turn, then the exclusive lock; where something was touched, takes
   * the next revision and lists it in the change feed; then writes the page that `build` makes for that revision.
   */
  conclude(touched: Touched[], build: (revision: number) => Promise<PageDraft>): Promise<void>;
}

/** The database, as the domain sees it. Throws `VaultError` `ledger_unavailable` when it cannot work now. */
export interface Store {
  readonly reads: Reads;
  standing(): Promise<Standing>;
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * One page by itself, on the token path. `build` is called when it is this writer's turn. Under the shared lock the
   * changes since the page's revision are read; only if there are none is it written.
   */
  appendPage(build: () => Promise<PageOffer>): Promise<PageResult>;
  /** Takes the account's lease if it is free or has ended, by the database's clock. */
  takeLease(credential: string, account: string, owner: string, ms: number): Promise<Lease | undefined>;
  releaseLease(credential: string, account: string, fence: number): Promise<void>;
  /**
   * Notes, durably and before the call leaves, that a refresh token is about to be sent; the first attempt's time stays
   * until the intent ends. False when the fence is no longer ours.
   */
  intend(account: AccountName, fence: number, intent: { id: string; at: number }): Promise<boolean>;
  /** Ends an intent whose call never left. */
  withdrawIntent(account: Account, fence: number): Promise<void>;
  /** Whether an open breaker's pause is over and this caller is the one who may try; the pause is prolonged by `ms`. */
  claimBreaker(breaker: Breaker, now: number, ms: number): Promise<boolean>;
  ledger: LedgerReads;
  due: DueStore;
  expiries: ExpiryReads;
  /** Forgets feed rows older than the newest `keep` and older than `before`, and raises the floor. */
  purgeChanges(keep: number, before: number): Promise<void>;
  /**
   * Forgets what no longer counts, by when it ended or became so (epoch milliseconds): consents, links, waiting grants,
   * those that were kept or came too late, and access tokens.
   */
  purge(before: { consents: number; links: number; candidates: number; kept: number; tokens: number }): Promise<void>;
  /** Notes that this instance lives; forgets those that have not been seen for a week. */
  registerInstance(id: string, now: number): Promise<void>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Reading the ledger, and placing its pages. */
export interface LedgerReads {
  findPage(writer: string, seq: number): Promise<Page | undefined>;
  /** The newest page of every other writer, most recent first. */
  heads(except: string, limit: number): Promise<PageHead[]>;
  /** Gives positions to at most `limit` pages in one transaction; answers how many it found. */
  index(limit: number): Promise<number>;
  /** Pages that may hold matching entries: from the one that holds `position` on (asc), or below it (desc). */
  pages(filter: LedgerFilter, from: { position: number; order: 'asc' | 'desc' }, limit: number): Promise<PlacedPage[]>;
  /** Every page, writer by writer, in order of seq; for verification. */
  walk(): AsyncIterable<Page & { firstPosition: number | undefined }>;
  /** The index rows of one page, each as `[consumer, credential, account, action]`. */
  indexRows(firstPosition: number): Promise<string[][]>;
}
