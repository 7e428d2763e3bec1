import type pg from 'pg';
import type { Change, PageOffer, PageResult } from '../vault/store.js';
import { overtaken } from './overtaken.js';

interface Answer {
  written: boolean;
  revision: number;
  floor: number;
  epoch: string;
  changes: string | null;
}

/** The page call on PostgreSQL: one call of the function `tokenwell_page`, on a connection of its own. */
export class PostgresPages {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Writes the page if nothing has changed since its revision. */
  async append(offer: PageOffer): Promise<PageResult> {
    const answer = await this.#call(offer);
    offer.settle(answer.written ? 'committed' : 'not_written');
    if (answer.written) return { written: true };
    const { revision, floor, epoch, changes } = answer;
    return overtaken(offer, { revision, floor, epoch }, () => JSON.parse(changes ?? '[]') as Change[]);
  }

  async #call({ page, epoch, settle }: PageOffer): Promise<Answer> {
    const values = [
      page.revision,
      epoch,
      page.writer,
      page.seq,
      page.firstAt,
      page.lastAt,
      page.count,
      page.heads,
      page.body,
      page.mac,
    ];
    try {
      const text = 'select * from tokenwell_page($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)';
      const { rows } = await this.#pool.query<Answer>({ name: 'page', text, values });
      if (!rows[0]) throw new Error('The page function gave no answer.');
      return rows[0];
    } catch (error) {
      settle('unknown');
      throw error;
    }
  }
}
