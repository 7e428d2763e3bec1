import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { migrate, migrationFiles } from '../../src/store/migrations.js';
import { foundation } from '../../src/store/set-up.js';
import { compiledBeside } from '../support/compiled.js';
import { temporaryFolder } from '../support/vault.js';
import { firstContentsFor, openEngine } from './open.js';

const PROCESS = new URL('./migrating-process.ts', import.meta.url).pathname;
const MIGRATIONS = new URL('../../migrations/', import.meta.url).pathname;

/** Migrations on one engine; `database` answers the URL of an empty PostgreSQL database, or undefined for SQLite. */
export function migrationCases(t: Test, database: () => Promise<string | undefined>): void {
  t.test('a second run applies nothing; every step states its min_reader', async t => {
    const folder = temporaryFolder(t);
    const engine = openEngine(folder, await database());
    t.teardown(() => engine.close());
    const applied = await migrate(engine);
    t.same(
      applied,
      (await migrationFiles(engine)).map(file => file.name),
    );
    t.same(await migrate(engine), []);
    for (const file of readdirSync(MIGRATIONS)) {
      t.match(readFileSync(join(MIGRATIONS, file), 'utf8'), /^-- min_reader: \d+$/m, file);
    }
  });

  t.test('F38: a step that fails half-way leaves nothing of the run, and the next run does it all', async t => {
    const folder = temporaryFolder(t);
    const engine = openEngine(folder, await database());
    t.teardown(() => engine.close());
    const broken = brokenCopy(folder);
    await t.rejects(migrate(engine, broken));
    t.notOk((await engine.reader.introspection.getTables()).some(table => table.name === 'credentials'));
    t.ok((await migrate(engine)).length >= 2);
  });

  t.test(
    'F39: a newer schema that allows this binary is left alone, one that does not is refused with both versions',
    async t => {
      const folder = temporaryFolder(t);
      const engine = openEngine(folder, await database());
      t.teardown(() => engine.close());
      await migrate(engine, newerCopy(folder, 'allowed', 1));
      t.same(await migrate(engine), [], 'the older binary works on');
      await migrate(engine, newerCopy(folder, 'refused', 98, 98));
      await t.rejects(migrate(engine), { name: 'SchemaTooNew', message: /version 98.*knows \d/ });
    },
  );

  t.test('two instances that start at once lay one foundation', async t => {
    const folder = temporaryFolder(t);
    const url = await database();
    const engines = url ? [openEngine(folder, url), openEngine(folder, url)] : [openEngine(folder)];
    t.teardown(() => Promise.all(engines.map(engine => engine.close())));
    await Promise.all(engines.map(engine => migrate(engine)));
    let made = 0;
    const first = async () => {
      made += 1;
      return await firstContentsFor(temporaryFolder(t));
    };
    const laid = await Promise.all([...engines, ...engines].map(engine => foundation(engine, first)));
    t.equal(made, 1);
    t.equal(new Set(laid.map(({ keys }) => keys.map(key => key.kid).join())).size, 1);
    t.equal(laid.filter(({ fresh }) => fresh).length, 1);
  });

  t.test('F38: killed while migrating, the next start finishes', async t => {
    const folder = temporaryFolder(t);
    const url = await database();
    const rounds = process.env.TEST_LONG ? 20 : 2;
    const program = await compiledBeside(PROCESS);
    for (let round = 0; round < rounds; round++) {
      const child = fork(program, [folder, url ?? '', String(round)], { execArgv: [] });
      await once(child, 'message');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const engine = openEngine(folder, url);
    t.teardown(() => engine.close());
    t.same(
      await migrate(engine),
      (await migrationFiles(engine)).map(file => file.name),
      'nothing was half done',
    );
  });
}

function brokenCopy(folder: string): string {
  const copy = join(folder, 'broken');
  cpSync(MIGRATIONS, copy, { recursive: true });
  writeFileSync(
    join(copy, '0003_broken.sql'),
    '-- min_reader: 1\nCREATE TABLE half (id TEXT);\nINSERT INTO nowhere VALUES (1);\n',
  );
  return copy;
}

function newerCopy(folder: string, name: string, minReader: number, version = 97): string {
  const copy = join(folder, name);
  cpSync(join(folder, 'allowed'), copy, {
    recursive: true,
    errorOnExist: false,
    force: true,
    filter: () => version === 98,
  });
  cpSync(MIGRATIONS, copy, { recursive: true });
  const text = `-- min_reader: ${minReader}\nCREATE TABLE from_the_future_${version} (id TEXT);\n`;
  writeFileSync(join(copy, `00${version}_future.sql`), text);
  return copy;
}
