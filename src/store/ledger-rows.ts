import { type Selectable, sql } from 'kysely';
import { indexRowsOf, type Page } from '../vault/page.js';
import type { LedgerFilter, LedgerReads } from '../vault/store.js';
import { inChunks } from './chunks.js';
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
    index: limit => placePages(engine, limit),
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

/**
 * Gives positions to the oldest pages that have none: by revision, which no clock moves, so that a draw stands before the
 * withdrawal that it did not know of; under one revision by time. Their bodies are read and taken apart before the transaction,
 * which holds the one writer only for three statements.
 */
async function placePages(engine: Engine, limit: number): Promise<number> {
  const oldest = selectPages(engine).where('first_position', 'is', null).orderBy('revision').orderBy('first_at');
  const pages = await oldest.orderBy('writer').orderBy('seq').limit(limit).execute();
  if (pages.length === 0) return 0;
  try {
    await engine.transaction(
      ({ handle }) => place(handle, pages),
      () => undefined,
    );
    return pages.length;
  } catch (error) {
    if (!(error instanceof Outrun)) throw error;
    return limit;
  }
}

/** Another indexer placed some of these pages since they were read: nothing was done, the next pass reads again. */
class Outrun extends Error {}

type PageRow = Selectable<Tables['ledger_pages']>;

async function place(handle: Handle, pages: PageRow[]): Promise<void> {
  // The update of the indexer's row makes any other indexer wait, so positions are given out once and without gaps.
  const indexer = handle.updateTable('leases').set(eb => ({ fence: eb('fence', '+', 1) }));
  await indexer.where('name', '=', 'indexer').execute();
  const next = await nextPosition(handle);
  let position = next;
  const placed = pages.map(page => {
    const first_position = position;
    position += page.count;
    return { page, first_position };
  });
  const rows = placed.map(({ page, first_position }) => sql`(${page.writer}, ${page.seq}, ${first_position})`);
  const { numAffectedRows } = await sql`
    with placed (writer, seq, first_position) as (values ${sql.join(rows)})
    update ledger_pages set first_position = cast(placed.first_position as bigint) from placed
    where ledger_pages.writer = placed.writer and ledger_pages.seq = cast(placed.seq as bigint)
      and ledger_pages.first_position is null
  `.execute(handle);
  if (numAffectedRows !== BigInt(pages.length)) throw new Outrun();
  const index = placed.flatMap(({ page, first_position }) => {
    return indexRowsOf(page).map(([consumer = '', credential = '', account = '', action = '']) => {
      return { first_position, consumer, credential, account, action };
    });
  });
  for (const rows of inChunks(index)) await handle.insertInto('ledger_index').values(rows).execute();
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
