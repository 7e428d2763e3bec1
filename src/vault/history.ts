import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from './consumer.js';
import { ledgerUnavailable } from './ledger.js';
import { type Entry, entriesOf } from './page.js';
import type { Clock } from './ports.js';
import { require } from './roles.js';
import type { LedgerFilter, PlacedPage, Store } from './store.js';

/** An entry as it is read back: with its place in the ledger. */
export interface Recorded extends Entry {
  id: string;
  /** Gap-free and growing, in the order in which the ledger saw the pages committed. */
  position: number;
  writer: string;
  revision: number;
}

/** Which entries, in which order, from where on. */
export interface HistoryRequest {
  filter: LedgerFilter;
  order: 'asc' | 'desc';
  limit: number;
  /** The last position already seen; undefined from the beginning (asc) or the end (desc). */
  cursor: number | undefined;
}

const CATCH_UP_MS = 5_000;
const INDEX_BATCH = 8; // a few milliseconds of work
const PAGES_AT_ONCE = 50;

/** Reading the ledger: who received what. */
export class History {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(deps: { store: Store; clock: Clock }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
  }

  /**
   * Entries that match, everything included that was committed before the call. `next` is the cursor for more, or
   * undefined. Throws `ledger_unavailable` when the index cannot be brought up to date within 5 s.
   */
  async read(caller: Caller, request: HistoryRequest): Promise<{ items: Recorded[]; next: number | undefined }> {
    require(caller, 'auditor');
    await this.catchUp();
    const found: Recorded[] = [];
    const ascending = request.order === 'asc';
    const seen = request.cursor ?? (ascending ? 0 : Number.MAX_SAFE_INTEGER);
    let position = ascending ? seen + 1 : seen;
    for (;;) {
      const pages = await this.#store.ledger.pages(request.filter, { position, order: request.order }, PAGES_AT_ONCE);
      for (const page of pages) found.push(...matching(page, request, seen));
      const last = pages.at(-1);
      if (found.length > request.limit || last === undefined || pages.length < PAGES_AT_ONCE) break;
      position = ascending ? last.firstPosition + last.count : last.firstPosition;
    }
    const items = found.slice(0, request.limit);
    return { items, next: found.length > request.limit ? items.at(-1)?.position : undefined };
  }

  /** Gives positions to everything that is committed; answers when a pass finds no more than it can take. */
  async catchUp(): Promise<void> {
    const deadline = this.#clock.monotonic() + CATCH_UP_MS;
    while ((await this.#store.ledger.index(INDEX_BATCH)) === INDEX_BATCH) {
      if (this.#clock.monotonic() > deadline) throw ledgerUnavailable();
      // On SQLite nothing above really waits, and draws would stand still until the last page has its place.
      await nextTurn();
    }
  }
}

function matching(page: PlacedPage, { filter, order }: HistoryRequest, after: number): Recorded[] {
  const placed = entriesOf(page).map((entry, line) => ({
    ...entry,
    id: `${page.writer}-${page.seq}-${line}`,
    position: page.firstPosition + line,
    writer: page.writer,
    revision: page.revision,
  }));
  const wanted = placed.filter(entry => matches(entry, filter));
  if (order === 'asc') return wanted.filter(entry => entry.position > after);
  return wanted.filter(entry => entry.position < after).reverse();
}

function matches(entry: Entry, filter: LedgerFilter): boolean {
  return (
    (filter.consumer === undefined || entry.consumer === filter.consumer) &&
    (filter.credential === undefined || entry.credential === filter.credential) &&
    (filter.account === undefined || entry.account === filter.account) &&
    (filter.action === undefined || entry.action === filter.action) &&
    (filter.from === undefined || entry.at >= filter.from) &&
    (filter.to === undefined || entry.at < filter.to)
  );
}
