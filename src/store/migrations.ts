import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Migration, Migrator } from 'kysely';
import type { Engine } from './engine.js';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));
const FILE = /^((\d{4})_[a-z0-9_]+)(?:\.(sqlite|postgres))?\.sql$/;
const MIN_READER = /^-- min_reader: (\d+)$/m;

interface MigrationFile {
  name: string;
  version: number;
  text: string;
  /** The oldest schema version whose binary can still work after this migration. */
  minReader: number;
}

/** The database's schema is newer than this binary can work with. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/**
 * Brings the schema up to date, all steps in one transaction; answers the names of those applied. Instances that start
 * together wait for each other. A newer schema is left alone when it still allows this binary, and refused when not.
 */
export async function migrate(engine: Engine, folder = FOLDER): Promise<string[]> {
  const files = await migrationFiles(engine, folder);
  const newest = files.at(-1)?.version ?? 0;
  if (await readableNewer(engine, newest)) return [];
  const migrator = new Migrator({
    db: engine.writer,
    provider: { getMigrations: async () => Object.fromEntries(files.map(file => [file.name, stepOf(engine, file)])) },
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map(result => result.migrationName);
}

/** Throws, in plain words, unless this binary can work with the schema as it is; applies nothing. */
export async function requireSchema(engine: Engine, folder = FOLDER): Promise<void> {
  const newest = (await migrationFiles(engine, folder)).at(-1)?.version ?? 0;
  if (await readableNewer(engine, newest)) return;
  const version = await schemaVersion(engine);
  if (version === newest) return;
  const found = version === undefined ? 'no schema yet' : `schema version ${version}`;
  throw new Error(`This database has ${found}, and this Tokenwell needs ${newest}. Run: tokenwell migrate`);
}

/** The steps that this binary knows, for this engine, in order. */
export async function migrationFiles(engine: Pick<Engine, 'name'>, folder = FOLDER): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const entry of (await readdir(folder)).sort()) {
    const [, name, version, only] = FILE.exec(entry) ?? [];
    if (name === undefined || (only !== undefined && only !== engine.name)) continue;
    const text = await readFile(`${folder}/${entry}`, 'utf8');
    const minReader = MIN_READER.exec(text)?.[1];
    if (minReader === undefined) throw new Error(`Migration ${entry} does not say its min_reader.`);
    files.push({ name, version: Number(version), text, minReader: Number(minReader) });
  }
  return files;
}

function stepOf(engine: Engine, file: MigrationFile): Migration {
  return {
    up: async db => {
      await engine.script(db, file.text);
      await db
        .updateTable('meta')
        .set({ min_reader: file.minReader })
        .where('min_reader', '<', file.minReader)
        .execute();
    },
  };
}

/** The version of the newest step applied; undefined for a database without any. */
async function schemaVersion(engine: Engine): Promise<number | undefined> {
  const tables = await engine.reader.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(table => table.name === 'kysely_migration')) return undefined;
  const applied = await engine.reader
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select(eb => eb.fn.max('name').as('name'))
    .executeTakeFirst();
  return applied?.name ? Number(applied.name.slice(0, 4)) : undefined;
}

/** Whether the schema is newer than this binary and allows it. Throws `SchemaTooNew` when it does not. */
async function readableNewer(engine: Engine, newest: number): Promise<boolean> {
  const version = await schemaVersion(engine);
  if (version === undefined || version <= newest) return false;
  const meta = await engine.reader.selectFrom('meta').select('min_reader').executeTakeFirstOrThrow();
  if (meta.min_reader <= newest) return true;
  throw new SchemaTooNew(
    `This database has schema version ${version}, which needs a Tokenwell that knows version ${meta.min_reader} or later; ` +
      `this one knows ${newest}. Start a newer Tokenwell. Nothing was written.`,
  );
}
