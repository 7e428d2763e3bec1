import { type Entry, entriesOf, indexRowsOf, type Page, type PageHead, pageMac } from './page.js';
import type { Chain } from './ports.js';
import type { LedgerReads } from './store.js';

/** The first thing that is wrong with the ledger, and the entries that it concerns. */
export interface Flaw {
  writer: string;
  seq: number;
  kind:
    | 'page_missing'
    | 'page_changed'
    | 'entries_miscounted'
    | 'head_missing'
    | 'head_differs'
    | 'index_differs'
    | 'positions_broken';
  detail: string;
  entries: Entry[];
}

/** What a walk over the ledger found. */
export interface Verification {
  pages: number;
  entries: number;
  /** The newest page of every writer; kept elsewhere, they are the anchor for the next verification. */
  heads: PageHead[];
  flaw: Flaw | undefined;
}

type Walked = Page & { firstPosition: number | undefined };

/**
 * Walks the whole ledger: every page's MAC over the page before it, gaps, counts, the heads that writers noted of each
 * other, the index. `anchor` are heads kept from an earlier verification; without them a cut of everything newest
 * cannot be seen. Answers the first flaw.
 */
export async function verifyLedger(ledger: LedgerReads, chain: Chain, anchor: PageHead[] = []): Promise<Verification> {
  const walk = new Walk(ledger, chain);
  for await (const page of ledger.walk()) {
    const flaw = await walk.step(page);
    if (flaw) return walk.result(flaw);
  }
  const missing =
    (await walk.missingHead(anchor, 'the anchor')) ?? (await walk.missingNotes()) ?? walk.brokenPositions();
  return walk.result(missing);
}

class Walk {
  readonly #ledger: LedgerReads;
  readonly #chain: Chain;
  readonly #heads = new Map<string, Walked>();
  readonly #notes: { by: Walked; heads: PageHead[] }[] = [];
  readonly #positions: { page: Walked; first: number }[] = [];
  #pages = 0;
  #entries = 0;

  constructor(ledger: LedgerReads, chain: Chain) {
    this.#ledger = ledger;
    this.#chain = chain;
  }

  async step(page: Walked): Promise<Flaw | undefined> {
    const previous = this.#heads.get(page.writer);
    const expected = (previous?.seq ?? 0) + 1;
    if (page.seq !== expected) {
      return flawOf(
        page,
        'page_missing',
        `Page ${expected} of writer ${page.writer} is missing; page ${page.seq} follows.`,
      );
    }
    if (pageMac(this.#chain, previous?.mac ?? '', page) !== page.mac) {
      return flawOf(page, 'page_changed', `Page ${page.seq} of writer ${page.writer} is not what was written there.`);
    }
    const entries = entriesOf(page);
    if (entries.length !== page.count) {
      return flawOf(
        page,
        'entries_miscounted',
        `Page ${page.seq} says ${page.count} entries and holds ${entries.length}.`,
      );
    }
    this.#heads.set(page.writer, { ...page, body: '', heads: '' });
    if (page.heads !== '') this.#notes.push({ by: page, heads: JSON.parse(page.heads) as PageHead[] });
    this.#pages += 1;
    this.#entries += entries.length;
    return await this.#indexFlaw(page);
  }

  async #indexFlaw(page: Walked): Promise<Flaw | undefined> {
    if (page.firstPosition === undefined) return undefined;
    this.#positions.push({ page: { ...page, body: '' }, first: page.firstPosition });
    const held = (await this.#ledger.indexRows(page.firstPosition)).map(row => row.join('\n')).sort();
    const due = indexRowsOf(page)
      .map(row => row.join('\n'))
      .sort();
    if (held.join('\n\n') === due.join('\n\n')) return undefined;
    return flawOf(
      page,
      'index_differs',
      `The index does not show what page ${page.seq} of writer ${page.writer} holds.`,
    );
  }

  /** A head that somebody noted but that is not there: pages were cut off, or a whole writer was removed. */
  async missingHead(heads: PageHead[], by: string): Promise<Flaw | undefined> {
    for (const head of heads) {
      const page = await this.#ledger.findPage(head.writer, head.seq);
      if (page?.mac === head.mac) continue;
      const kind = page ? 'head_differs' : 'head_missing';
      const detail = `Page ${head.seq} of writer ${head.writer}, noted by ${by}, is ${page ? 'another one now' : 'missing'}.`;
      return { writer: head.writer, seq: head.seq, kind, detail, entries: page ? entriesOf(page) : [] };
    }
    return undefined;
  }

  async missingNotes(): Promise<Flaw | undefined> {
    for (const { by, heads } of this.#notes) {
      const flaw = await this.missingHead(heads, `page ${by.seq} of writer ${by.writer}`);
      if (flaw) return flaw;
    }
    return undefined;
  }

  brokenPositions(): Flaw | undefined {
    let next = 1;
    let revision = 0;
    for (const { page, first } of this.#positions.sort((a, b) => a.first - b.first)) {
      const detail = `Positions do not follow each other: ${next} is due, page ${page.seq} begins at ${first}.`;
      if (first !== next) return { writer: page.writer, seq: page.seq, kind: 'positions_broken', detail, entries: [] };
      if (page.revision < revision) {
        const detail = `Page ${page.seq} of writer ${page.writer} is listed behind changes that came after it.`;
        return { writer: page.writer, seq: page.seq, kind: 'positions_broken', detail, entries: [] };
      }
      next = first + page.count;
      revision = page.revision;
    }
    return undefined;
  }

  result(flaw: Flaw | undefined): Verification {
    const heads = [...this.#heads.values()].map(({ writer, seq, mac }) => ({ writer, seq, mac }));
    return { pages: this.#pages, entries: this.#entries, heads, flaw };
  }
}

function flawOf(page: Page, kind: Flaw['kind'], detail: string): Flaw {
  return { writer: page.writer, seq: page.seq, kind, detail, entries: readable(page) };
}

/** The entries as far as a page that may be damaged still lets them be read. */
function readable(page: Page): Entry[] {
  try {
    return entriesOf(page);
  } catch {
    return [];
  }
}
