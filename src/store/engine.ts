import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { PageOffer, PageResult } from '../vault/store.js';
import type { Tables } from './tables.js';

/** Either the reading handle or an open transaction. */
export type Handle = Kysely<Tables> | Transaction<Tables>;

/** What became of a transaction: `unknown` when its commit got no answer. */
export type Fate = 'committed' | 'unknown';

export interface OpenTransaction {
  handle: Transaction<Tables>;
  /**
   * The last step before the commit: takes this writer's turn, then the ledger's lock (alone for a change, shared
   * otherwise). Both are given back after the transaction has ended.
   */
  lock(mode: 'exclusive' | 'shared'): Promise<void>;
}

/** The few words that a database engine must know; everything else is one SQL for both. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly reader: Kysely<Tables>;
  /** For migrations and for small writes that need no transaction of their own. */
  readonly writer: Kysely<Tables>;
  /** Runs a script of several statements inside the transaction that is open on `handle`. */
  script(handle: Handle, text: string): Promise<void>;
  /** Runs the work in one transaction; `ended` is told its fate while the writer's turn is still held. */
  transaction<T>(work: (open: OpenTransaction) => Promise<T>, ended: (fate: Fate) => void): Promise<T>;
  /** Takes the lock under which a new database is set up; held until the transaction ends. */
  lockSetUp(handle: Handle): Promise<void>;
  appendPage(build: () => Promise<PageOffer>): Promise<PageResult>;
  /** The database's own clock, in epoch milliseconds. */
  now(): RawBuilder<number>;
  /** Refuses a database that does not keep what it has committed, or that another process serves. */
  check(): Promise<void>;
  close(): Promise<void>;
}
