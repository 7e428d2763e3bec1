import Database from 'better-sqlite3';

/**
 * What was opened or prepared, for as long as the process lives. From Node 24.19 on, better-sqlite3 12 ends the process
 * when one of its objects is collected as garbage outside of a call (WiseLibs/better-sqlite3 issue 1515; version 13
 * mends it and needs Node 22). A vault opens a handful of files and prepares some hundreds of texts.
 */
const kept = new Set<object>();

/** Opens an SQLite file; the driver's own class is not used anywhere else. Throws what SQLite says. */
export function openFile(file: string, options: Database.Options = {}): Database.Database {
  const database = new Database(file, options);
  kept.add(database);
  const prepare = database.prepare.bind(database);
  const keep = (text: string) => {
    const statement = prepare(text);
    kept.add(statement);
    return statement;
  };
  Object.defineProperty(database, 'prepare', { value: keep });
  return database;
}
