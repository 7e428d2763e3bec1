import type { Logger } from '../vault/logger.js';
import type { PageDraft } from '../vault/page.js';
import type { Clock, Sealer } from '../vault/ports.js';
import type { Failpoints } from '../vault/steps.js';
import type { Store, Tx } from '../vault/store.js';
import { accountRows } from './account-rows.js';
import { expiryWrites } from './calendar-link-rows.js';
import { clientAuthRows } from './client-auth-rows.js';
import { consentRows } from './consent-rows.js';
import { consumerRows } from './consumer-rows.js';
import { credentialRows } from './credential-rows.js';
import { dueRows } from './due-rows.js';
import type { Engine, Handle, OpenTransaction } from './engine.js';
import { expiryRows } from './expiry-rows.js';
import { grantRows } from './grant-rows.js';
import { leaseRows } from './lease-rows.js';
import { ledgerRows } from './ledger-rows.js';
import { Opening } from './opening.js';
import { purge } from './purging.js';
import { tokenRows } from './token-rows.js';

const WEEK_MS = 7 * 86_400_000;

interface StoreDeps {
  engine: Engine;
  sealer: Sealer;
  clock: Clock;
  failpoints: Failpoints;
  log: Logger;
}

/** The store over an open database: one SQL for both engines. */
export function createStore(deps: StoreDeps): Store {
  const { engine } = deps;
  const opening = new Opening(deps);
  const rows = (handle: Handle) => ({
    credentials: credentialRows(handle, opening),
    clientAuths: clientAuthRows(handle, opening),
    accounts: accountRows(handle),
    consumers: consumerRows(handle),
    grants: grantRows(handle, opening),
    consents: consentRows(handle, opening),
    ...tokenRows(handle, opening),
  });
  return {
    reads: rows(engine.reader),
    standing: () => standing(engine),
    transaction: async work => {
      const drafts: PageDraft[] = [];
      return await engine.transaction(
        open => {
          const conclude: Tx['conclude'] = (touched, build) => concludeWrite(deps, open, drafts, touched, build);
          const consumerChanged: Tx['consumerChanged'] = (...range) => changedWithin(open.handle, ...range);
          return work({ ...rows(open.handle), expiries: expiryWrites(open.handle), conclude, consumerChanged });
        },
        fate => {
          for (const draft of drafts.splice(0)) draft.settle(fate);
        },
      );
    },
    appendPage: build => engine.appendPage(build),
    ...leaseRows(engine),
    ledger: ledgerRows(engine),
    due: dueRows(engine),
    expiries: expiryRows(engine),
    purgeChanges: (keep, before) => purgeChanges(engine, keep, before),
    purge: before => purge(engine, before),
    registerInstance: async (id, now) => {
      const row = { id, started_at: now, seen_at: now };
      const insert = engine.writer.insertInto('instances').values(row);
      await insert.onConflict(conflict => conflict.column('id').doUpdateSet({ seen_at: now })).execute();
      await engine.writer
        .deleteFrom('instances')
        .where('seen_at', '<', now - WEEK_MS)
        .execute();
    },
    ping: async () => void (await standing(engine)),
    close: () => engine.close(),
  };
}

async function standing(engine: Engine) {
  const row = await engine.reader
    .selectFrom('meta')
    .select(['revision', 'changes_floor', 'epoch'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
  return { revision: row.revision, floor: row.changes_floor, epoch: row.epoch };
}

async function concludeWrite(
  { failpoints, clock }: StoreDeps,
  { handle, lock }: OpenTransaction,
  drafts: PageDraft[],
  touched: Parameters<Tx['conclude']>[0],
  build: Parameters<Tx['conclude']>[1],
): Promise<void> {
  await failpoints('write.concluding');
  await lock(touched.length > 0 ? 'exclusive' : 'shared');
  const revision = touched.length > 0 ? await nextRevision(handle) : await currentRevision(handle);
  if (touched.length > 0) {
    const feed = touched.map(({ kind, id }) => ({ revision, kind, id, at: clock.now() }));
    await handle.insertInto('changes').values(feed).execute();
  }
  const draft = await build(revision);
  drafts.push(draft);
  const { firstAt, lastAt, ...page } = draft.page;
  await handle
    .insertInto('ledger_pages')
    .values({ ...page, first_at: firstAt, last_at: lastAt })
    .execute();
  await failpoints('write.locked');
}

async function changedWithin(handle: Handle, consumer: string, since: number, before: number): Promise<boolean> {
  const feed = handle
    .selectFrom('changes')
    .select('revision')
    .where('kind', '=', 'consumer')
    .where('id', '=', consumer);
  const found = await feed.where('revision', '>', since).where('revision', '<', before).limit(1).executeTakeFirst();
  const { changes_floor } = await handle.selectFrom('meta').select('changes_floor').executeTakeFirstOrThrow();
  return found !== undefined || since < changes_floor;
}

async function nextRevision(handle: Handle): Promise<number> {
  const counted = handle
    .updateTable('meta')
    .set(eb => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', 1);
  return (await counted.returning('revision').executeTakeFirstOrThrow()).revision;
}

async function currentRevision(handle: Handle): Promise<number> {
  return (await handle.selectFrom('meta').select('revision').where('id', '=', 1).executeTakeFirstOrThrow()).revision;
}

/** Under the exclusive lock, because a page reads the floor and the feed in two statements. */
async function purgeChanges(engine: Engine, keep: number, before: number): Promise<void> {
  const { revision } = await standing(engine);
  const old = engine.reader
    .selectFrom('changes')
    .select(eb => eb.fn.max('revision').as('last'))
    .where('at', '<', before);
  const { last } = await old.where('revision', '<=', revision - keep).executeTakeFirstOrThrow();
  if (last === null) return;
  await engine.transaction(
    async ({ handle, lock }) => {
      await lock('exclusive');
      await handle.deleteFrom('changes').where('revision', '<=', last).execute();
      await handle.updateTable('meta').set({ changes_floor: last }).where('id', '=', 1).execute();
    },
    () => undefined,
  );
}
