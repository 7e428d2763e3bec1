import type Database from 'better-sqlite3';
import type { Change, PageOffer, PageResult } from '../vault/store.js';
import { overtaken } from './overtaken.js';

interface MetaRow {
  revision: number;
  changes_floor: number;
  epoch: string;
}

/** The page call on SQLite: statements prepared once, run without a pause inside BEGIN IMMEDIATE. */
export class SqlitePages {
  readonly #database: Database.Database;
  #prepared: ReturnType<typeof prepare> | undefined;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Writes the page if nothing has changed since its revision. Throws SQLITE_BUSY before anything is written. */
  append(offer: PageOffer): PageResult {
    this.#prepared ??= prepare(this.#database);
    const { begin, meta, changes, insert, commit, rollback } = this.#prepared;
    begin.run();
    try {
      const now = meta.get();
      if (!now) throw new Error('The meta row is missing.');
      if (now.revision !== offer.page.revision || now.epoch !== offer.epoch) {
        const standing = { revision: now.revision, floor: now.changes_floor, epoch: now.epoch };
        const result = overtaken(offer, standing, () => changes.all(offer.page.revision));
        rollback.run();
        offer.settle('not_written');
        return result;
      }
      const { page } = offer;
      insert.run(
        page.writer,
        page.seq,
        page.revision,
        page.firstAt,
        page.lastAt,
        page.count,
        page.heads,
        page.body,
        page.mac,
      );
      commit.run();
      offer.settle('committed');
      return { written: true };
    } catch (error) {
      if (this.#database.inTransaction) rollback.run();
      offer.settle('unknown');
      throw error;
    }
  }
}

function prepare(database: Database.Database) {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    meta: database.prepare<[], MetaRow>('SELECT revision, changes_floor, epoch FROM meta WHERE id = 1'),
    changes: database.prepare<[number], Change>('SELECT revision, kind, id FROM changes WHERE revision > ?'),
    insert: database.prepare(
      'INSERT INTO ledger_pages (writer, seq, revision, first_at, last_at, count, heads, body, mac) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
  };
}
