import { type Selectable, sql } from 'kysely';
import { indexRowsOf, type Page } from '../vault/page.js';
import type { LedgerFilter, LedgerReads } from '../vault/store.js';
import type { Engine, Handle } from './engine.js';
import type { Tables } from './tables.js';

const WALK_BATCH = 200;

/** The ledger's pages as they are read back, and the index beside them. */
export function ledgerRows(engine: Engine): LedgerReads {
  const pages = () => engine.reader.selectFrom('ledger_pages').selectAll();
  return {
    findPage: async (writer, seq) => {
      const row = await pages().where('writer', '=', writer).where('seq', '=', seq).executeTakeFirst();
      return row && pageOf(row);
    },
    heads: (except, limit) => newestHeads(engine, except, limit),
    index: limit =>
      engine.transaction(
        ({ handle }) => placePages(handle, limit),
        () => undefined,
      ),
    pages: async (filter, { position, order }, limit) => {
      const placed = filtered(pages(), filter).where('first_position', 'is not', null);
      const from = order === 'asc' ? placed.where('first_position', '>=', holding(position)) : placed;
      const upTo = order === 'desc' ? from.where('first_position', '<', position) : from;
      const ordered = upTo.orderBy('first_position', order).limit(limit);
      return (await ordered.execute()).map(row => ({ ...pageOf(row), firstPosition: row.first_position ?? 0 }));
    },
    walk: () => walk(engine),
    indexRows: async firstPosition => {
      const rows = engine.reader.selectFrom('ledger_index').selectAll().where('first_position', '=', firstPosition);
      return (await rows.execute()).map(row => [row.consumer, row.credential, row.account, row.action]);
    },
  };
}

/** The first position of the page that holds this position. */
function holding(position: number) {
  return sql<number>`coalesce((select max(first_position) from ledger_pages where first_position <= ${position}), 0)`;
}

type PageQuery = ReturnType<typeof selectPages>;

function selectPages(engine: Engine) {
  return engine.reader.selectFrom('ledger_pages').selectAll();
}

function filtered(query: PageQuery, filter: LedgerFilter): PageQuery {
  const { consumer, credential, account, action, from, to } = filter;
  const named = Object.entries({ consumer, credential, account, action }).filter(([, value]) => value !== undefined);
  let narrowed = query;
  if (from !== undefined) narrowed = narrowed.where('last_at', '>=', from);
  if (to !== undefined) narrowed = narrowed.where('first_at', '<', to);
  if (named.length === 0) return narrowed;
  return narrowed.where('first_position', 'in', eb => {
    const index = eb.selectFrom('ledger_index').select('ledger_index.first_position');
    return index.where(row => row.and(Object.fromEntries(named)));
  });
}

async function newestHeads(engine: Engine, except: string, limit: number) {
  const newest = engine.reader
    .selectFrom('ledger_pages')
    .select(['writer', eb => eb.fn.max('seq').as('seq'), eb => eb.fn.max('last_at').as('last_at')])
    .where('writer', '!=', except)
    .groupBy('writer')
    .orderBy('last_at', 'desc')
    .limit(limit);
  const rows = await engine.reader
    .selectFrom('ledger_pages as p')
    .innerJoin(newest.as('n'), join => join.onRef('n.writer', '=', 'p.writer').onRef('n.seq', '=', 'p.seq'))
    .select(['p.writer', 'p.seq', 'p.mac'])
    .orderBy('p.writer')
    .execute();
  return rows;
}

/** The update of the indexer's row makes any other indexer wait, so positions are given out once and without gaps. */
async function placePages(handle: Handle, limit: number): Promise<number> {
  await handle
    .updateTable('leases')
    .set(eb => ({ fence: eb('fence', '+', 1) }))
    .where('name', '=', 'indexer')
    .execute();
  const unplaced = await handle
    .selectFrom('ledger_pages')
    .selectAll()
    .where('first_position', 'is', null)
    .orderBy('first_at')
    .orderBy('writer')
    .orderBy('seq')
    .limit(limit)
    .execute();
  let next = await nextPosition(handle);
  for (const row of unplaced) {
    await place(handle, row, next);
    next += row.count;
  }
  return unplaced.length;
}

async function nextPosition(handle: Handle): Promise<number> {
  const last = await handle
    .selectFrom('ledger_pages')
    .select(['first_position', 'count'])
    .where('first_position', 'is not', null)
    .orderBy('first_position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ? (last.first_position ?? 0) + last.count : 1;
}

async function place(handle: Handle, row: Selectable<Tables['ledger_pages']>, position: number): Promise<void> {
  await handle
    .updateTable('ledger_pages')
    .set({ first_position: position })
    .where('writer', '=', row.writer)
    .where('seq', '=', row.seq)
    .execute();
  const rows = indexRowsOf(row).map(([consumer = '', credential = '', account = '', action = '']) => {
    return { first_position: position, consumer, credential, account, action };
  });
  await handle.insertInto('ledger_index').values(rows).execute();
}

async function* walk(engine: Engine): AsyncIterable<Page & { firstPosition: number | undefined }> {
  let writer = '';
  let seq = 0;
  for (;;) {
    const rows = await selectPages(engine)
      .where(eb => eb.or([eb('writer', '>', writer), eb.and([eb('writer', '=', writer), eb('seq', '>', seq)])]))
      .orderBy('writer')
      .orderBy('seq')
      .limit(WALK_BATCH)
      .execute();
    for (const row of rows) yield { ...pageOf(row), firstPosition: row.first_position ?? undefined };
    const last = rows.at(-1);
    if (!last || rows.length < WALK_BATCH) return;
    writer = last.writer;
    seq = last.seq;
  }
}

function pageOf(row: Selectable<Tables['ledger_pages']>): Page {
  const { writer, seq, revision, count, heads, body, mac } = row;
  return { writer, seq, revision, firstAt: row.first_at, lastAt: row.last_at, count, heads, body, mac };
}
