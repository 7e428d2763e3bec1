import { join } from 'node:path';
import type { Test } from 'tap';
import { openFile } from '../../src/store/sqlite-file.js';
import type { PageHead } from '../../src/vault/page.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { credentialInput, outcome, startVault, type TestVault, temporaryFolder, whole } from '../support/vault.js';

/** A ledger of two starts of one vault, with draws and management entries; answers its folder. */
async function written(t: Test): Promise<{ folder: string; heads: PageHead[] }> {
  const folder = temporaryFolder(t);
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const first = await startVault(t, { dataDir: folder });
  await first.vault.credentials.create(await first.admin(), 'mail', credentialInput(provider.url()));
  const { key } = await first.consumer('svc', [whole('mail')]);
  for (let draw = 0; draw < 5; draw++) await first.draw(key, 'mail');
  await first.close();
  const second = await startVault(t, { dataDir: folder });
  for (let draw = 0; draw < 5; draw++) await second.draw(key, 'mail');
  await second.vault.history.catchUp();
  const { heads } = await second.vault.verify();
  await second.close();
  return { folder, heads };
}

async function verify(t: Test, folder: string, anchor: PageHead[] = []) {
  const vault = await startVault(t, { dataDir: folder });
  const result = await vault.vault.verify(anchor);
  await vault.close();
  return result;
}

const FIRST = `(select writer from ledger_pages where body like '%vault.create%')`;

/** Each kind of tampering, what `verify` must call it, and at which page of the first writer. */
const TAMPERINGS = [
  {
    name: 'an entry edited',
    sql: `update ledger_pages set body = replace(body, '"ok"', '"no"') where seq = 7 and writer = ${FIRST}`,
    kind: 'page_changed',
    seq: 7,
  },
  {
    name: 'a header edited',
    sql: `update ledger_pages set revision = revision + 1 where seq = 7 and writer = ${FIRST}`,
    kind: 'page_changed',
    seq: 7,
  },
  {
    name: 'a time edited',
    sql: `update ledger_pages set last_at = last_at - 1 where seq = 7 and writer = ${FIRST}`,
    kind: 'page_changed',
    seq: 7,
  },
  {
    name: 'a noted head edited',
    sql: `update ledger_pages set heads = '[]' where seq = 7 and writer = ${FIRST}`,
    kind: 'page_changed',
    seq: 7,
  },
  {
    name: 'a page deleted',
    sql: `delete from ledger_pages where seq = 7 and writer = ${FIRST}`,
    kind: 'page_missing',
    seq: 8,
  },
  {
    name: 'two pages exchanged',
    sql: `update ledger_pages set seq = case seq when 7 then -8 else -7 end where seq in (7, 8) and writer = ${FIRST}; update ledger_pages set seq = -seq where seq < 0`,
    kind: 'page_changed',
    seq: 7,
  },
  {
    name: 'a page inserted',
    sql: `update ledger_pages set seq = -(seq + 1) where seq >= 7 and writer = ${FIRST}; update ledger_pages set seq = -seq where seq < 0; insert into ledger_pages select writer, 7, revision, first_at, last_at, count, heads, body, mac, null from ledger_pages where seq = 6 and writer = ${FIRST}`,
    kind: 'page_changed',
    seq: 7,
  },
  {
    name: 'the end of an earlier writer cut off',
    sql: `delete from ledger_pages where seq >= 10 and writer = ${FIRST}`,
    kind: 'head_missing',
    seq: undefined,
  },
  {
    name: 'a whole earlier writer removed',
    sql: `delete from ledger_pages where writer = ${FIRST}`,
    kind: 'head_missing',
    seq: undefined,
  },
  {
    name: 'an entry hidden from the index',
    sql: `delete from ledger_index where action = 'permission.put'`,
    kind: 'index_differs',
    seq: undefined,
  },
  {
    name: 'positions moved',
    sql: `update ledger_index set first_position = first_position + 1000000 where first_position > 9; update ledger_pages set first_position = first_position + 1000000 where first_position > 9`,
    kind: 'positions_broken',
    seq: undefined,
  },
  {
    name: 'two pages listed in the other order',
    sql: `create temp table two as select first_position as at from ledger_pages where seq in (3, 4) and writer = ${FIRST};
      update ledger_pages set first_position = -first_position where first_position in (select at from two);
      update ledger_index set first_position = -first_position where first_position in (select at from two);
      update ledger_pages set first_position = (select sum(at) from two) + first_position where first_position < 0;
      update ledger_index set first_position = (select sum(at) from two) + first_position where first_position < 0`,
    kind: 'positions_broken',
    seq: undefined,
  },
] as const;

/** The chain, its verification, and what happens when it cannot be written. */
export function ledgerCases(t: Test): void {
  t.test('D6: an untouched ledger verifies; every kind of tampering is found at its first page', async t => {
    const { folder, heads } = await written(t);
    const clean = await verify(t, folder, heads);
    t.equal(clean.flaw, undefined);
    t.ok(clean.entries > 15, `${clean.entries} entries in ${clean.pages} pages`);
    for (const { name, sql, kind, seq } of TAMPERINGS) {
      const copy = temporaryFolder(t);
      const { cpSync } = await import('node:fs');
      cpSync(folder, copy, { recursive: true });
      const database = openFile(join(copy, 'tokenwell.db'));
      database.exec(sql);
      database.close();
      const { flaw } = await verify(t, copy);
      t.equal(flaw?.kind, kind, name);
      if (seq !== undefined) t.equal(flaw?.seq, seq, `${name}: the page`);
      if (kind === 'page_changed') t.ok(flaw?.entries.length, `${name}: its entries are named`);
    }
  });

  t.test('D6: a cut of everything newest is seen against an anchor, and only there', async t => {
    const { folder, heads } = await written(t);
    const database = openFile(join(folder, 'tokenwell.db'));
    database.exec(
      `delete from ledger_pages where first_position >= (select max(first_position) - 1 from ledger_pages)`,
    );
    database.close();
    t.equal((await verify(t, folder)).flaw, undefined);
    t.equal((await verify(t, folder, heads)).flaw?.kind, 'head_missing');
  });

  t.test('a reader sees its own draws, in order, filtered and page by page', async t => {
    const { vault, key } = await service(t);
    for (let draw = 0; draw < 30; draw++) await vault.draw(key, 'mail');
    const { caller } = await vault.admin();
    const filter = { consumer: 'svc', action: 'token.issue' };
    const whole = await vault.vault.history.read(caller, { filter, order: 'desc', limit: 1000, cursor: undefined });
    t.equal(whole.items.length, 30);
    for (const order of ['asc', 'desc'] as const) {
      const ids: string[] = [];
      let cursor: number | undefined;
      do {
        const part = await vault.vault.history.read(caller, { filter, order, limit: 7, cursor });
        ids.push(...part.items.map(item => item.id));
        cursor = part.next;
      } while (cursor !== undefined);
      const expected = whole.items.map(item => item.id);
      t.same(ids, order === 'desc' ? expected : expected.reverse(), order);
    }
    const later = { ...filter, from: Date.now() + 60_000 };
    t.same(
      (await vault.vault.history.read(caller, { filter: later, order: 'asc', limit: 5, cursor: undefined })).items,
      [],
    );
  });

  t.test('pages are indexed a few at a time, so that draws go on meanwhile', async t => {
    const { vault, key } = await service(t);
    for (let draw = 0; draw < 100; draw++) await vault.draw(key, 'mail');
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    await vault.vault.history.catchUp();
    clearInterval(counting);
    t.ok(turns >= 5, `the event loop went round ${turns} times`);
  });

  t.test('F37: when the ledger cannot be written no token leaves, and it recovers by itself', async t => {
    const { vault, key } = await service(t);
    t.equal(await outcome(vault.draw(key, 'mail')), 'ok');
    const other = openFile(join(vault.config.dataDir, 'tokenwell.db'));
    t.teardown(() => void other.close());
    other.exec(`create trigger full before insert on ledger_pages begin select raise(abort, 'disk is full'); end`);
    const before = other.prepare('select count(*) as n from ledger_pages').get();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(vault.draw(key, 'mail'))));
    t.same([...new Set(outcomes)], ['ledger_unavailable']);
    t.equal(await outcome(vault.vault.ready()), 'ledger_unavailable');
    t.same(other.prepare('select count(*) as n from ledger_pages').get(), before);
    other.exec('drop trigger full');
    t.equal(await outcome(vault.draw(key, 'mail')), 'ok');
    t.equal(await outcome(vault.vault.ready()), 'ok');
    t.equal((await vault.vault.verify()).flaw, undefined);
  });

  t.test('F18: a page whose commit got no answer is looked up before the next one goes', async t => {
    const { vault, key } = await service(t);
    const append = vault.store.appendPage;
    vault.store.appendPage = async build => {
      vault.store.appendPage = append;
      const offer = await build();
      await append(async () => ({ ...offer, settle: () => undefined }));
      offer.settle('unknown');
      throw new Error('the connection broke during COMMIT');
    };
    t.equal(await outcome(vault.draw(key, 'mail')), 'ledger_unavailable', 'nobody knows whether it was written');
    t.equal(await outcome(vault.draw(key, 'mail')), 'ok');
    t.equal((await vault.vault.verify()).flaw, undefined, 'the chain goes on from it');
  });
}

async function service(t: Test): Promise<{ vault: TestVault; key: string }> {
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const vault = await startVault(t);
  await vault.vault.credentials.create(await vault.admin(), 'mail', credentialInput(provider.url()));
  const { key } = await vault.consumer('svc', [whole('mail')]);
  return { vault, key };
}
