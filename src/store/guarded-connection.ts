import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { VaultError } from '../vault/errors.js';

/** Codes with which a database says that it cannot work now; anything else is a mistake of ours and stays as it is. */
const UNAVAILABLE = [
  /^SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CORRUPT|NOTADB|CANTOPEN)/,
  /^(08|53|57)/, // connection, resources, operator intervention (PostgreSQL, Appendix A)
  /^(55P03|25P03|25P04|25006|40001|40P01)$/, // lock timeout, idle or long transaction, read-only, conflict, deadlock
  /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)/,
];
const UNAVAILABLE_TEXT = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The error to throw for what a database threw: 503 when it cannot work now, the error itself otherwise. */
export function translated(error: unknown): unknown {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : '';
  if (!UNAVAILABLE.some(pattern => pattern.test(code)) && !UNAVAILABLE_TEXT.test(text)) return error;
  return new VaultError(
    'ledger_unavailable',
    'The database cannot be used at the moment. Try again shortly.',
    {
      class: 'unavailable',
      retryAfter: 1,
      action: 'Try again. If it lasts, the operator must look at the database and its disk.',
    },
    { cause: error },
  );
}

/** A connection whose errors are translated. */
export function guarded(connection: DatabaseConnection): DatabaseConnection {
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      try {
        return await connection.executeQuery<R>(query);
      } catch (error) {
        throw translated(error);
      }
    },
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  };
}
