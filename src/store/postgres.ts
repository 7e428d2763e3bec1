import {
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
} from 'kysely';
import pg from 'pg';
import type { Secret } from '../vault/secret.js';
import { Turn } from '../vault/turn.js';
import type { Engine, Fate, OpenTransaction } from './engine.js';
import { codeOf, guarded, translated } from './guarded-connection.js';
import { PostgresPages } from './postgres-pages.js';
import type { Tables } from './tables.js';

const LEDGER_LOCK = 7402;
const SET_UP_LOCK = 7403;
const INT8 = 20;
const CONFLICTS = ['40001', '40P01'];
const CONFLICT_TRIES = 3;

class GuardedDriver extends PostgresDriver {
  readonly #guarded = new WeakMap<DatabaseConnection, DatabaseConnection>();
  readonly #plain = new WeakMap<DatabaseConnection, DatabaseConnection>();

  override async acquireConnection(): Promise<DatabaseConnection> {
    try {
      const plain = await super.acquireConnection();
      const known = this.#guarded.get(plain) ?? guarded(plain);
      this.#guarded.set(plain, known);
      this.#plain.set(known, plain);
      return known;
    } catch (error) {
      throw translated(error);
    }
  }

  override async releaseConnection(connection: Parameters<PostgresDriver['releaseConnection']>[0]): Promise<void> {
    const plain = this.#plain.get(connection) as typeof connection | undefined;
    await super.releaseConnection(plain ?? connection);
  }
}

class GuardedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): PostgresDriver {
    return new GuardedDriver(this.#config);
  }
}

/** Opens a PostgreSQL database with bounded waits on every connection. `lost` hears of idle connections that broke. */
export function openPostgres(url: Secret, options: { allowUnsafe: boolean; lost: (error: Error) => void }): Engine {
  const pool = openPool(url, 10, options.lost);
  const pagePool = openPool(url, 1, options.lost);
  const database = new Kysely<Tables>({ dialect: new GuardedDialect({ pool }) });
  const turn = new Turn();
  const pages = new PostgresPages(pagePool);
  return {
    name: 'postgres',
    reader: database,
    writer: database,
    script: async (handle, text) => void (await sql.raw(text).execute(handle)),
    transaction: (work, ended) => withRetry(() => transact(database, turn, work, ended)),
    lockSetUp: async handle => {
      await sql`set local lock_timeout = '60s'`.execute(handle);
      await sql`select pg_advisory_xact_lock(${sql.lit(SET_UP_LOCK)})`.execute(handle);
    },
    appendPage: async build => {
      const giveBack = await turn.take();
      try {
        return await pages.append(await build());
      } catch (error) {
        throw translated(error);
      } finally {
        giveBack();
      }
    },
    now: () => sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    check: () => (options.allowUnsafe ? Promise.resolve() : checkDurable(database)),
    close: async () => {
      await database.destroy();
      await pagePool.end();
    },
  };
}

function openPool(url: Secret, max: number, lost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // A stopped instance must not hold the ledger's lock, and nobody waits for it for long.
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 5_000,
    statement_timeout: 30_000,
    application_name: 'tokenwell',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // The pool hears of idle connections only; one that breaks while it is in use would end the process.
  pool.on('connect', client => client.on('error', lost));
  pool.on('error', lost);
  return pool;
}

async function transact<T>(
  database: Kysely<Tables>,
  turn: Turn,
  work: (open: OpenTransaction) => Promise<T>,
  ended: (fate: Fate) => void,
): Promise<T> {
  let giveBack: (() => void) | undefined;
  try {
    const result = await database.transaction().execute(async handle => {
      const lock = async (mode: 'exclusive' | 'shared') => {
        giveBack = await turn.take();
        const take = mode === 'exclusive' ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`;
        await sql`select ${take}(${sql.lit(LEDGER_LOCK)})`.execute(handle);
      };
      return await work({ handle, lock });
    });
    ended('committed');
    return result;
  } catch (error) {
    ended('unknown');
    throw error;
  } finally {
    giveBack?.();
  }
}

/** A deadlock or a conflict is nobody's mistake: the loser simply goes again. */
async function withRetry<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error) || codeOf(error instanceof Error ? error.cause : undefined);
      if (!CONFLICTS.includes(code) || attempt >= CONFLICT_TRIES) throw error;
    }
  }
}

async function checkDurable(database: Kysely<Tables>): Promise<void> {
  for (const setting of ['fsync', 'synchronous_commit']) {
    const { rows } = await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(database);
    if (rows[0]?.value !== 'off') continue;
    throw new Error(
      `PostgreSQL runs with ${setting}=off: a commit could be lost after a token has left. Turn ${setting} on, ` +
        'or set TOKENWELL_ALLOW_UNSAFE_DATABASE=1 for a test database.',
    );
  }
}
