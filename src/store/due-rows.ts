import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { DueStore } from '../vault/due-store.js';
import { LONGEST_PAUSE_MS } from '../vault/pause.js';
import { inChunks } from './chunks.js';
import type { Engine } from './engine.js';
import { isFree } from './lease-rows.js';

const DAY_MS = 86_400_000;

/** What is to be renewed without a draw, and who does it. */
export function dueRows(engine: Engine): DueStore {
  const { reader, writer } = engine;
  return {
    ...drawnRows(engine),
    dueEndpoints: async (now, limit) => {
      const endpoints = dueAccounts(engine, now).select(['c.token_url', 'c.client_id']);
      const groups = endpoints.groupBy(['c.token_url', 'c.client_id']).orderBy(eb => eb.fn.min('d.due_at'));
      return (await groups.limit(limit).execute()).map(row => ({ tokenUrl: row.token_url, clientId: row.client_id }));
    },
    due: async ({ tokenUrl, clientId }, now, limit) => {
      const mine = dueAccounts(engine, now).where('c.token_url', '=', tokenUrl).where('c.client_id', '=', clientId);
      const rows = await mine
        .select(['d.credential', 'd.account', 'd.scope', 'd.expires_at'])
        .orderBy('d.due_at')
        .limit(limit)
        .execute();
      return rows.map(({ expires_at, scope, ...name }) => ({
        ...name,
        scope: scope ?? undefined,
        expiresAt: expires_at ?? undefined,
      }));
    },
    nextDue: async (credential, account) => {
      const token = reader.selectFrom('tokens').where('credential', '=', credential).where('account', '=', account);
      const grant = reader.selectFrom('grants').where('credential', '=', credential).where('account', '=', account);
      const [ahead, idle] = await Promise.all([
        token
          .select(eb => eb.fn.min('refresh_at').as('at'))
          .where('drawn_at', 'is not', null)
          .executeTakeFirst(),
        grant.select('keep_alive_at as at').where('kind', '=', 'current').executeTakeFirst(),
      ]);
      const times = [ahead?.at, idle?.at].filter(at => typeof at === 'number');
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    takeNamed: async (name, owner, ms) => {
      const now = engine.now();
      const until = sql<number>`${now} + ${sql.lit(ms)}`;
      const taken = await writer
        .insertInto('leases')
        .values({ name, owner, until, fence: 0 })
        .onConflict(conflict =>
          conflict
            .column('name')
            .doUpdateSet({ owner, until })
            .where(isFree('leases.until', now, until)),
        )
        .executeTakeFirst();
      return (taken.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    endNamed: async (name, owner) => {
      await writer.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute();
    },
  };
}

function drawnRows({ writer }: Engine): Pick<DueStore, 'noteDrawn' | 'forgetDrawn'> {
  return {
    noteDrawn: async (ids, now) => {
      for (const some of inChunks(ids)) {
        const tokens = writer.updateTable('tokens').set({ drawn_at: now }).where('token_id', 'in', some);
        await tokens.where('drawn_at', 'is', null).execute();
      }
    },
    forgetDrawn: async ({ credential, account, scope }) => {
      if (scope === undefined) return;
      const tokens = writer.updateTable('tokens').set({ drawn_at: null }).where('credential', '=', credential);
      await tokens.where('account', '=', account).where('scope', '=', scope).execute();
    },
  };
}

/** Every token in use whose time has come and every idle refresh token, where the account and its endpoint may be asked. */
function dueAccounts({ reader }: Engine, now: number) {
  const inUse = reader
    .selectFrom('tokens')
    .select(['credential', 'account', 'scope', 'expires_at', 'refresh_at as due_at'])
    .where('refresh_at', '<=', now)
    .where('drawn_at', '>', now - DAY_MS);
  const none = { scope: sql<string | null>`cast(null as text)`, end: sql<number | null>`cast(null as bigint)` };
  const idle = reader
    .selectFrom('grants')
    .select(['credential', 'account', none.scope.as('scope'), none.end.as('expires_at'), 'keep_alive_at as due_at'])
    .where('kind', '=', 'current')
    .where('keep_alive_at', '<=', now);
  return reader
    .selectFrom(inUse.$castTo<DueRow>().unionAll(idle.$castTo<DueRow>()).as('d'))
    .innerJoin('credentials as c', 'c.id', 'd.credential')
    .innerJoin('accounts as a', join =>
      join.onRef('a.credential', '=', 'd.credential').onRef('a.account', '=', 'd.account'),
    )
    .leftJoin('breakers as b', join =>
      join.onRef('b.token_url', '=', 'c.token_url').onRef('b.client_id', '=', 'c.client_id'),
    )
    .leftJoin('grants as g', join =>
      join.onRef('g.credential', '=', 'd.credential').onRef('g.account', '=', 'd.account').on('g.kind', '=', 'current'),
    )
    .where('c.disabled', '=', 0)
    .where('a.state', 'in', ['connected', 'degraded'])
    .where(isPast('a.next_try_at', now))
    .where(isPast('b.open_until', now))
    .where(eb => eb.or([eb('c.grant_type', '!=', 'authorization_code'), eb('g.refresh_token', 'is not', null)]));
}

interface DueRow {
  credential: string;
  account: string;
  scope: string | null;
  expires_at: number | null;
  due_at: number;
}

/** No pause is running; one that seems longer than every pause was set before the clock was put back. */
function isPast(column: string, now: number): RawBuilder<SqlBool> {
  const until = sql.ref(column);
  return sql<SqlBool>`(${until} is null or ${until} <= ${now} or ${until} > ${now + LONGEST_PAUSE_MS})`;
}
