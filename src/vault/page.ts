import type { Chain } from './ports.js';

/** What a ledger entry records: who received or changed what, when, with which outcome. A closed list of fields. */
export interface Entry {
  /** Epoch milliseconds. */
  at: number;
  consumer?: string;
  key_id?: string;
  /** The subject of the workload whose JWT stood in the place of a key. */
  workload?: string;
  action: string;
  /** What a management write changed where it is not a credential: a consumer's id. */
  subject?: string;
  credential?: string;
  account?: string;
  scope?: string;
  outcome: 'ok' | 'refused' | 'failed';
  code?: string;
  /** The state of its account, where it is another one than before. */
  state?: string;
  token_id?: string;
  expires_at?: number;
  request_id?: string;
  /** How many equal refusals this entry sums up. */
  count?: number;
}

/** A page of the ledger: one batch of entries as NDJSON, chained to the writer's page before it. */
export interface Page {
  writer: string;
  /** From 1, without gaps. */
  seq: number;
  /** The revision under which it was written. */
  revision: number;
  firstAt: number;
  lastAt: number;
  count: number;
  /** JSON array of the other writers' heads as last seen, or empty. */
  heads: string;
  body: string;
  mac: string;
}

/** A writer's newest page, by which a later cut is noticed. */
export interface PageHead {
  writer: string;
  seq: number;
  mac: string;
}

/** A page and what to do once its fate is known; called before the writer's turn ends. */
export interface PageDraft {
  page: Page;
  settle(fate: 'committed' | 'not_written' | 'unknown'): void;
}

/** The MAC of a page: over the page before it, its own header, and its body. */
export function pageMac(chain: Chain, previous: string, page: Omit<Page, 'mac'>): string {
  const header = [page.writer, page.seq, page.revision, page.firstAt, page.lastAt, page.count].join(' ');
  return chain.mac('tokenwell ledger page 1', previous, header, page.heads, page.body);
}

/** The entries of a page's body, in order. Throws `SyntaxError` when the body is not NDJSON. */
export function entriesOf(page: Pick<Page, 'body'>): Entry[] {
  return page.body
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Entry);
}

/** What the index holds of a page: each distinct combination once; what an entry does not have is the empty string. */
export function indexRowsOf(page: Pick<Page, 'body'>): string[][] {
  const rows = entriesOf(page).map(e => [e.consumer ?? '', e.credential ?? '', e.account ?? '', e.action]);
  const distinct = new Map(rows.map(row => [row.join('\n'), row]));
  return [...distinct.values()];
}
