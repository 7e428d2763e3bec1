import { VaultError } from './errors.js';
import { Events, type Transition, watching } from './events.js';
import type { Logger } from './logger.js';
import { type Memory, touching } from './memory.js';
import { type Entry, type Page, type PageDraft, type PageHead, pageMac } from './page.js';
import type { Chain, Clock } from './ports.js';
import { Refusals } from './refusals.js';
import type { PageOffer, PageResult, Store, Touched, Tx } from './store.js';

interface Waiting {
  entry: Entry;
  /** The revision that the entry rests on; undefined for entries with which nothing leaves. */
  revision: number | undefined;
  settle(result: 'written' | 'overtaken' | VaultError): void;
}

/** What a management write brings back: its result, what it touched, and what the ledger says of it. */
export interface Written<T> {
  result: T;
  touched: Touched[];
  entry: Omit<Entry, 'at' | 'outcome'> & { outcome?: Entry['outcome'] };
  /** A last check that other writes cannot come between: it runs under the exclusive lock, and throws to undo all. */
  underLock?: (tx: Tx) => Promise<void>;
}

/** Who makes a management write; `since` is the revision at which the caller was read. Nobody: Tokenwell itself. */
export type WriteActor = Pick<Entry, 'consumer' | 'key_id' | 'workload' | 'request_id'> & { since?: number };

const PAGE_CAPACITY = 512;
const QUEUE_CAPACITY = 20_000;

/**
 * The audit log, and with it the check that lets a token leave. Entries that arrive while a page is being written
 * form the next page; the page call confirms that nothing they rest on has changed.
 */
export class Ledger {
  /** Every management write, consent and refresh, once it is durable. */
  readonly events: Events;
  readonly #store: Store;
  readonly #memory: Memory;
  readonly #chain: Chain;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #refusals: Refusals;
  readonly #writer: string;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #head: PageHead;
  /** A page whose fate is not known; looked up before the next one is made. */
  #doubtful: Page | undefined;
  #heads: PageHead[] = [];
  #failing: VaultError | undefined;

  constructor(deps: { store: Store; memory: Memory; chain: Chain; clock: Clock; log: Logger; writer: string }) {
    this.#store = deps.store;
    this.#memory = deps.memory;
    this.#chain = deps.chain;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#writer = deps.writer;
    this.#head = { writer: deps.writer, seq: 0, mac: '' };
    this.#refusals = new Refusals(deps.clock);
    this.events = new Events(error => deps.log.error({ err: error }, 'a listener to events failed'));
  }

  get writer(): string {
    return this.#writer;
  }

  /** Why pages cannot be written at present; undefined while they can. */
  get failing(): VaultError | undefined {
    return this.#failing;
  }

  /**
   * Records an entry that rests on `revision`. True once it is durable; false when a change above that revision
   * touches it, and nothing was written. Throws `ledger_unavailable`.
   */
  append(entry: Entry, revision: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length >= QUEUE_CAPACITY) return reject(ledgerUnavailable());
      this.#enqueue({
        entry,
        revision,
        settle: result => (result instanceof VaultError ? reject(result) : resolve(result === 'written')),
      });
    });
  }

  /** Counts a refusal; equal ones are summed and written later. Never waits and never fails. */
  refuse(entry: Omit<Entry, 'at' | 'outcome'>): void {
    this.#refusals.add({ ...entry, outcome: 'refused' });
  }

  /** Hands the refusals counted so far to the next page. Call it about once a second. */
  releaseRefusals(all = false): void {
    for (const entry of this.#refusals.due(all)) {
      this.#enqueue({ entry, revision: undefined, settle: () => undefined });
    }
  }

  /** One management write: the work, its revision and its own page, in one transaction. */
  async write<T>({ since, ...actor }: WriteActor, work: (tx: Tx) => Promise<Written<T>>): Promise<T> {
    const { result, event } = await this.#store.transaction(async tx => {
      const transitions: Transition[] = [];
      const { result, touched, entry, underLock } = await work(watching(tx, transitions));
      const [transition, another] = transitions;
      const state = another ? undefined : transition?.to;
      const full: Entry = { at: this.#clock.now(), ...actor, outcome: 'ok', ...entry, ...(state ? { state } : {}) };
      await tx.conclude(touched, async revision => {
        // Under the lock, so that a caller who was revoked while the body was on its way changes nothing any more.
        const before = touched.length > 0 ? revision : revision + 1;
        const { consumer } = actor;
        if (consumer && since !== undefined && (await tx.consumerChanged(consumer, since, before)))
          throw overtakenCaller();
        await underLock?.(tx);
        return await this.#draft([full], revision);
      });
      return { result, event: { entry: full, transitions } };
    });
    this.events.publish(event);
    return result;
  }

  /** Reads the other writers' newest heads; the next page carries them. */
  async noteHeads(): Promise<void> {
    this.#heads = await this.#store.ledger.heads(this.#writer, 64);
  }

  /** Writes what is waiting and answers when the queue is empty. */
  async drain(): Promise<void> {
    this.releaseRefusals(true);
    while (this.#flushing) await this.#flushing;
  }

  #enqueue(waiting: Waiting): void {
    this.#queue.push(waiting);
    // Everything that arrives in this turn of the event loop shares the page.
    this.#flushing ??= new Promise<void>(resolve => setImmediate(resolve)).then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) await this.#flushOne();
    this.#flushing = undefined;
  }

  async #flushOne(): Promise<void> {
    let batch: Waiting[] = [];
    let since = this.#memory.revision;
    try {
      const result = await this.#store.appendPage(async () => {
        batch = this.#queue.splice(0, PAGE_CAPACITY);
        since = Math.min(...batch.map(waiting => waiting.revision ?? Number.POSITIVE_INFINITY));
        if (since === Number.POSITIVE_INFINITY) since = this.#memory.revision;
        const draft = await this.#draft(
          batch.map(waiting => waiting.entry),
          since,
        );
        return { ...draft, epoch: this.#memory.epoch } satisfies PageOffer;
      });
      this.#failing = undefined;
      if (result.written) for (const waiting of batch) waiting.settle('written');
      else this.#overtaken(batch, since, result);
    } catch (error) {
      this.#fail(batch, error);
    }
  }

  /** Some changes came in between: whoever they touch starts again, the others go out again under the new revision. */
  #overtaken(batch: Waiting[], since: number, result: Extract<PageResult, { written: false }>): void {
    this.#memory.absorb(since, result);
    const again: Waiting[] = [];
    for (const waiting of batch) {
      if (isTouched(waiting, result)) waiting.settle('overtaken');
      else again.push({ ...waiting, revision: waiting.revision === undefined ? undefined : result.standing.revision });
    }
    this.#queue.unshift(...again);
  }

  #fail(batch: Waiting[], error: unknown): void {
    const failure = ledgerUnavailable(error);
    if (!this.#failing) this.#log.error({ err: error }, 'the ledger cannot be written; no token leaves');
    this.#failing = failure;
    // When the store fails before it is our turn, the batch still waits in the queue.
    const waiting = batch.length > 0 ? batch : this.#queue.splice(0);
    for (const one of waiting) one.settle(failure);
  }

  /** Called in the writer's turn, so the head cannot move under it. */
  async #draft(entries: Entry[], revision: number): Promise<PageDraft> {
    if (this.#doubtful) await this.#resolveDoubt(this.#doubtful);
    const page = this.#page(entries, revision);
    return {
      page,
      settle: fate => {
        if (fate === 'unknown') this.#doubtful = page;
        if (fate !== 'committed') return;
        this.#head = { writer: page.writer, seq: page.seq, mac: page.mac };
        if (page.heads !== '') this.#heads = [];
      },
    };
  }

  async #resolveDoubt(doubtful: Page): Promise<void> {
    const found = await this.#store.ledger.findPage(this.#writer, doubtful.seq);
    if (found) this.#head = found;
    this.#doubtful = undefined;
  }

  #page(entries: Entry[], revision: number): Page {
    const times = entries.map(entry => entry.at);
    const unsigned = {
      writer: this.#writer,
      seq: this.#head.seq + 1,
      revision,
      firstAt: Math.min(...times),
      lastAt: Math.max(...times),
      count: entries.length,
      heads: this.#heads.length > 0 ? JSON.stringify(this.#heads) : '',
      body: entries.map(entry => JSON.stringify(entry)).join('\n'),
    };
    return { ...unsigned, mac: pageMac(this.#chain, this.#head.mac, unsigned) };
  }
}

function isTouched(waiting: Waiting, result: Extract<PageResult, { written: false }>): boolean {
  const { entry, revision } = waiting;
  if (revision === undefined) return false;
  if (result.changes === undefined) return true;
  const touched = touching(result.changes.filter(change => change.revision > revision));
  return touched.consumer(entry.consumer ?? '') || touched.credential(entry.credential ?? '', entry.account ?? '');
}

function overtakenCaller(): VaultError {
  return new VaultError(
    'conflict',
    'Your own access was changed while this request was on the way; nothing was done.',
    {
      action: 'Send it again, if your key still works.',
    },
  );
}

/** 503: the entry could not be made durable, so nothing may leave. */
export function ledgerUnavailable(cause?: unknown): VaultError {
  return new VaultError(
    'ledger_unavailable',
    'The audit ledger cannot be written at the moment, so no token may leave. Try again shortly.',
    {
      class: 'unavailable',
      retryAfter: 1,
      action: 'Try again. If it lasts, the operator must look at the database and its disk.',
    },
    { cause },
  );
}
