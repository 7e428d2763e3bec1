import { join } from 'node:path';
import type { Test } from 'tap';
import { migrate } from '../../src/store/migrations.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { openFile } from '../../src/store/sqlite-file.js';
import { temporaryFolder } from '../support/vault.js';
import { pageAt, write } from './conformance.js';
import { openEngine, openStore } from './open.js';

/** What only an embedded database has to promise. */
export function sqliteCases(t: Test): void {
  t.test(
    'F14: a second process on the same file is refused in plain words, one that has gone is not in the way',
    async t => {
      const folder = temporaryFolder(t);
      const first = openEngine(folder);
      t.throws(() => openEngine(folder), { message: /Another Tokenwell process already serves/ });
      await first.close();
      await openEngine(folder).close();
    },
  );

  t.test(
    'every commit is synced to disk: synchronous is FULL after the first write, and another level is refused',
    async t => {
      const folder = temporaryFolder(t);
      const engine = openEngine(folder);
      t.teardown(() => engine.close());
      await migrate(engine);
      await engine.check();
      await engine.script(engine.writer, 'PRAGMA synchronous = NORMAL');
      await t.rejects(engine.check(), { message: /does not sync every commit/ });
    },
  );

  t.test('F13: while another program holds the file a write waits and the event loop goes on', async t => {
    const folder = temporaryFolder(t);
    const engine = openSqlite(join(folder, 'tokenwell.db'), { serving: true, now: () => Date.now() });
    t.teardown(() => engine.close());
    await migrate(engine);
    const other = openFile(join(folder, 'tokenwell.db'));
    t.teardown(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 5);
    setTimeout(() => other.exec('COMMIT'), 300);
    const offer = { page: pageAt(0, 1), epoch: '', settle: () => undefined };
    t.match(await engine.appendPage(async () => offer), { written: true });
    clearInterval(ticking);
    t.ok(turns >= 5, `the event loop turned ${turns} times`);
  });

  t.test('a write waits inside its transaction without letting another one in between', async t => {
    const store = await openStore(t);
    const order: string[] = [];
    const slow = write(store, ['a'], async () => {
      order.push('slow begins');
      await new Promise(resolve => setTimeout(resolve, 50));
      order.push('slow ends');
    });
    const quick = write(store, ['b'], async () => void order.push('quick'));
    await Promise.all([slow, quick]);
    t.same(order, ['slow begins', 'slow ends', 'quick']);
  });
}
