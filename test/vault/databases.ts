import { type PostgresServer, startPostgres } from '../support/postgres.js';
import type { Teardown } from '../support/vault.js';

export interface DatabaseUnderTest {
  name: 'sqlite' | 'postgres';
  /** Environment for a new, empty database. */
  env(): Promise<Record<string, string>>;
  server: PostgresServer | undefined;
  /** Why its tests cannot run here. */
  skip: string | false;
}

/** Both engines; PostgreSQL with the reason when it cannot be had. */
export async function databases(t: Teardown): Promise<DatabaseUnderTest[]> {
  const started = await startPostgres();
  const server = typeof started === 'string' ? undefined : started;
  if (server) t.teardown(() => server.stop());
  const sqlite: DatabaseUnderTest = { name: 'sqlite', env: async () => ({}), server: undefined, skip: false };
  const env = async () => ({ TOKENWELL_DATABASE_URL: (await server?.createDatabase()) ?? '' });
  return [sqlite, { name: 'postgres', env, server, skip: typeof started === 'string' ? started : false }];
}
