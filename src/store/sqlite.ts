import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  sql,
} from 'kysely';
import { Turn } from '../vault/turn.js';
import type { Engine, OpenTransaction } from './engine.js';
import { codeOf, guarded, translated } from './guarded-connection.js';
import { openFile } from './sqlite-file.js';
import { SqlitePages } from './sqlite-pages.js';
import type { Tables } from './tables.js';

const BUSY_TRIES = 80; // of 25 ms each: as long as the lock timeout on PostgreSQL

/** Repeats while another process holds the file; waiting in small steps keeps the event loop free. */
async function whileBusy<T>(work: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || attempt >= BUSY_TRIES) throw error;
      await sleep(25);
    }
  }
}

/**
 * Kysely's driver begins deferred transactions, which can fail half-way for want of the write lock; and whoever waits
 * for its connection wakes all the others, which ends in minutes of nothing when thousands wait.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #turn: Turn | undefined;
  #connection: DatabaseConnection | undefined;
  #plain: DatabaseConnection | undefined;
  #giveBack = () => {};

  /** Without a turn the connection is shared: enough for reads, of which each is one synchronous statement. */
  constructor(config: SqliteDialectConfig, turn: Turn | undefined) {
    super(config);
    this.#turn = turn;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#turn) this.#giveBack = await this.#turn.take();
    if (this.#connection) return this.#connection;
    this.#plain = await super.acquireConnection();
    await super.releaseConnection();
    this.#connection = guarded(this.#plain);
    return this.#connection;
  }

  override async releaseConnection(): Promise<void> {
    this.#giveBack();
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const plain = this.#plain ?? connection;
    try {
      await whileBusy(() => plain.executeQuery(CompiledQuery.raw('begin immediate')));
    } catch (error) {
      throw translated(error);
    }
  }

  /** SQLite itself ends a transaction for which the disk has no room: why it did counts, not that it has. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('no transaction is active')) throw error;
    }
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #turn: Turn | undefined;

  constructor(config: SqliteDialectConfig, turn?: Turn) {
    super(config);
    this.#config = config;
    this.#turn = turn;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config, this.#turn);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/**
 * Opens the SQLite file. `serving` also takes the file's side lock, so that one process alone serves it. Throws an
 * error in plain words when another one does.
 */
export function openSqlite(file: string, options: { serving: boolean; now: () => number }): Engine {
  const sideLock = options.serving ? lockBeside(file) : undefined;
  const writing = open(file, false);
  const reading = open(file, true);
  const turn = new Turn();
  const pages = new SqlitePages(writing);
  const writer = new Kysely<Tables>({ dialect: new ImmediateDialect({ database: preparedOnce(writing) }, new Turn()) });
  const reader = new Kysely<Tables>({ dialect: new ImmediateDialect({ database: preparedOnce(reading) }) });
  return {
    name: 'sqlite',
    reader,
    writer,
    script: async (_handle, text) => void writing.exec(text),
    transaction: async (work, ended) => {
      const giveBack = await turn.take();
      try {
        const result = await writer.transaction().execute(async handle => {
          // The one writer already has its turn and, by BEGIN IMMEDIATE, the lock.
          const opened: OpenTransaction = { handle, lock: async () => undefined };
          return await work(opened);
        });
        ended('committed');
        return result;
      } catch (error) {
        ended('unknown');
        throw error;
      } finally {
        giveBack();
      }
    },
    lockSetUp: async () => undefined,
    appendPage: async build => {
      const giveBack = await turn.take();
      try {
        const offer = await build();
        return await whileBusy(() => pages.append(offer));
      } catch (error) {
        throw translated(error);
      } finally {
        giveBack();
      }
    },
    now: () => sql<number>`${options.now()}`,
    check: async () => {
      await sql`update meta set min_reader = min_reader where id = 1`.execute(writer);
      const { rows } = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(writer);
      const level = rows[0]?.synchronous;
      if (level !== 2)
        throw new Error(`SQLite does not sync every commit to disk (synchronous is ${level}, not 2 = FULL).`);
    },
    close: async () => {
      await reader.destroy();
      await writer.destroy();
      sideLock?.close();
    },
  };
}

/** Preparing costs more than running for most of our statements, and there are at most some hundreds of texts. */
function preparedOnce(database: Database.Database): SqliteDatabase {
  const statements = new Map<string, Database.Statement>();
  return {
    prepare: text => {
      const known = statements.get(text) ?? database.prepare(text);
      statements.set(text, known);
      return known;
    },
    close: () => void database.close(),
  };
}

function open(file: string, readonly: boolean): Database.Database {
  const database = openFile(file, { timeout: 25 });
  database.exec('PRAGMA journal_mode = WAL');
  // The driver's default becomes NORMAL at the first write; only FULL makes a commit outlive a power cut.
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA foreign_keys = ON');
  database.exec('PRAGMA secure_delete = ON');
  database.exec('PRAGMA trusted_schema = OFF');
  if (readonly) database.exec('PRAGMA query_only = ON');
  return database;
}

function lockBeside(file: string): Database.Database {
  const lock = openFile(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (!codeOf(error).startsWith('SQLITE_BUSY')) throw error;
    throw new Error(
      `Another Tokenwell process already serves ${file}. Stop it first, or give this one its own TOKENWELL_DATA_DIR; ` +
        'several processes at once need PostgreSQL (TOKENWELL_DATABASE_URL).',
    );
  }
}
