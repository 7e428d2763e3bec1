import { join } from 'node:path';
import { openFile } from '../src/store/sqlite-file.js';

/** Brings a SQLite vault that is not being served to `count` credentials, by copying the one named `bench`. */
export function fill(dataDir: string, count: number): void {
  const database = openFile(join(dataDir, 'tokenwell.db'));
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count - 1})`;
  const columns = (table: string, replaced: Record<string, string>) => {
    const names = database.pragma(`table_info(${table})`) as { name: string }[];
    return names.map(({ name }) => replaced[name] ?? name).join(', ');
  };
  const copy = (table: string, replaced: Record<string, string>, where: string) =>
    database.exec(
      `insert or ignore into ${table} ${numbers} select ${columns(table, replaced)} from ${table}, n where ${where}`,
    );
  copy('credentials', { id: `'filler-' || i` }, `id = 'bench'`);
  copy('client_auths', { id: `'filler-' || i`, credential: `'filler-' || i` }, `credential = 'bench'`);
  copy('accounts', { credential: `'filler-' || i` }, `credential = 'bench'`);
  database.close();
}
