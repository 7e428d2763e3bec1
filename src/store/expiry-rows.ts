import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { AccountState } from '../vault/account.js';
import { knowsIdleDays } from '../vault/due.js';
import {
  DAY_MS,
  EXPIRY_KINDS,
  type Expiring,
  type ExpiryKind,
  type ExpiryPlace,
  KEPT_DAYS,
  THRESHOLDS,
  type Threshold,
} from '../vault/expiry.js';
import type { ExpiryFilter, ExpiryReads } from '../vault/expiry-store.js';
import { calendarLinkReads } from './calendar-link-rows.js';
import type { Engine, Handle } from './engine.js';
import { type EndRow, ends } from './expiry-ends.js';

const LONGEST_THRESHOLD = THRESHOLDS[THRESHOLDS.length - 1] ?? 0;
/** Those that somebody may have to act upon. */
const PRESSING_KINDS = EXPIRY_KINDS.filter(kind => kind !== 'connect_link');

/** What ends: one query for each kind, by an index in the order of the ends. */
export function expiryRows({ reader, writer }: Engine): ExpiryReads {
  return {
    list: async (filter, now) => {
      const found = await each(filter.kinds, kind => pageOf(reader, kind, filter, now));
      return found.sort(byPlace).slice(0, filter.limit).map(expiringOf);
    },
    unsaid: async (now, limit) => {
      const found = await each(PRESSING_KINDS, kind => unsaidOf(reader, kind, now, limit));
      return found.map(row => ({ expiring: expiringOf(row), threshold: row.threshold as Threshold }));
    },
    unmailed: async (now, limit) => {
      const found = await each(PRESSING_KINDS, kind => unmailedOf(reader, kind, now, limit));
      return found.sort(byPlace).map(expiringOf);
    },
    lastMailAt: async () => {
      const last = reader.selectFrom('expiry_notices').select(eb => eb.fn.max('mailed_at').as('at'));
      return (await last.executeTakeFirst())?.at ?? undefined;
    },
    soonest: async (now, limit) => await each(PRESSING_KINDS, kind => soonestOf(reader, kind, now, limit)),
    accountStates: async () => {
      const counts = reader.selectFrom('accounts').select(['state', reader.fn.countAll<number>().as('count')]);
      const rows = await counts.groupBy('state').execute();
      return Object.fromEntries(rows.map(row => [row.state as AccountState, Number(row.count)]));
    },
    ...calendarLinkReads(reader),
    noteMailed: async (mailed, now) => {
      for (const kind of PRESSING_KINDS) {
        const ids = mailed.filter(one => one.kind === kind).map(({ id }) => id);
        const waiting = writer.updateTable('expiry_notices').set({ mailed_at: now }).where('mailed_at', 'is', null);
        if (ids.length > 0) await waiting.where('kind', '=', kind).where('id', 'in', ids).execute();
      }
    },
    forget: async endedBefore => {
      const over = writer.deleteFrom('expiry_notices').where('ends_at', '<', endedBefore);
      // A proof is kept, and listed, however long ago it ended: forgotten, it would be said again.
      const gone = sql<SqlBool>`not exists (select 1 from client_auths a where a.id = expiry_notices.id and a.ends_at = expiry_notices.ends_at)`;
      await over.where(gone).execute();
      await writer.deleteFrom('calendar_links').where('expires_at', '<', endedBefore).execute();
    },
  };
}

async function each<Row>(kinds: readonly ExpiryKind[], read: (kind: ExpiryKind) => Promise<Row[]>): Promise<Row[]> {
  return (await Promise.all(kinds.map(read))).flat();
}

async function pageOf(db: Handle, kind: ExpiryKind, { until, pressing, after, limit }: ExpiryFilter, now: number) {
  let rows = db.selectFrom(ends(db, kind, { now, pressing }).as('e')).selectAll();
  if (until !== undefined) rows = rows.where('e.ends_at', '<=', until);
  if (after) rows = rows.where('e.ends_at', '>=', after.endsAt).where(isBehind(kind, after));
  return await rows.orderBy('e.ends_at').orderBy('e.id').limit(limit).execute();
}

/** Kinds are listed in order of their name where dates are equal. */
function isBehind(kind: ExpiryKind, after: ExpiryPlace): RawBuilder<SqlBool> {
  if (kind > after.kind) return sql`e.ends_at >= ${after.endsAt}`;
  if (kind < after.kind) return sql`e.ends_at > ${after.endsAt}`;
  return sql`(e.ends_at > ${after.endsAt} or e.id > ${after.id})`;
}

/**
 * What was stored with less than a threshold left is said at once, by the narrowest that it has crossed: also what was
 * over by then, so no end lies too far back. A key made for a day or less was never meant to last, and what a provider
 * gives for a while alone is not near its end from the beginning.
 */
function worthSaying(kind: ExpiryKind, threshold: RawBuilder<number>, now: number): RawBuilder<SqlBool> {
  const lives = sql`e.ends_at - e.began_at`;
  switch (kind) {
    case 'refresh_token':
      return sql`${lives} > cast(${threshold} as bigint) * ${sql.lit(DAY_MS)} and e.ends_at > ${now - KEPT_DAYS * DAY_MS}`;
    case 'consumer_key':
      return sql`${lives} > ${DAY_MS}`;
    default:
      return sql`1 = 1`;
  }
}

async function unsaidOf(db: Handle, kind: ExpiryKind, now: number, limit: number) {
  const threshold = narrowest(now);
  const said = sql<SqlBool>`not exists (select 1 from expiry_notices n where n.kind = ${kind} and n.id = e.id
    and n.ends_at = e.ends_at and n.threshold <= ${threshold})`;
  return await db
    .selectFrom(ends(db, kind, { now, pressing: true }).as('e'))
    .selectAll()
    .select(threshold.as('threshold'))
    .where('e.ends_at', '<=', now + LONGEST_THRESHOLD * DAY_MS)
    .where(worthSaying(kind, threshold, now))
    .where(said)
    .orderBy('e.ends_at')
    .orderBy('e.id')
    .limit(limit)
    .execute();
}

function narrowest(now: number): RawBuilder<number> {
  const cases = THRESHOLDS.map(days => sql`when e.ends_at <= ${now + days * DAY_MS} then ${sql.lit(days)}`);
  return sql<number>`case ${sql.join(cases, sql` `)} end`;
}

async function unmailedOf(db: Handle, kind: ExpiryKind, now: number, limit: number) {
  const waits = sql<SqlBool>`e.id in (select n.id from expiry_notices n where n.kind = ${kind} and n.mailed_at is null
    and n.ends_at = e.ends_at)`;
  const rows = db
    .selectFrom(ends(db, kind, { now, pressing: true }).as('e'))
    .selectAll()
    .where(waits);
  return await rows.orderBy('e.ends_at').orderBy('e.id').limit(limit).execute();
}

async function soonestOf(db: Handle, kind: ExpiryKind, now: number, limit: number) {
  const found = await db
    .selectFrom(ends(db, kind, { now, pressing: true }).as('e'))
    .select(['e.credential', 'e.consumer', 'e.estimated'])
    .select(eb => eb.fn.min('e.ends_at').as('ends_at'))
    .groupBy(['e.credential', 'e.consumer', 'e.estimated'])
    .orderBy('ends_at')
    .limit(limit)
    .execute();
  return found.map(row => ({
    kind,
    credential: row.credential ?? undefined,
    consumer: row.consumer ?? undefined,
    estimated: row.estimated === 1,
    endsAt: row.ends_at,
  }));
}

function byPlace(one: EndRow, other: EndRow): number {
  const [a, b] = [`${one.kind}.${one.id}`, `${other.kind}.${other.id}`];
  return one.ends_at - other.ends_at || (a < b ? -1 : 1);
}

function expiringOf(row: EndRow): Expiring {
  const whereabouts =
    row.token_url === null
      ? undefined
      : {
          preset: row.preset ?? undefined,
          tenant: row.tenant ?? undefined,
          cloud: (row.cloud ?? undefined) as NonNullable<Expiring['whereabouts']>['cloud'],
          authorizationUrl: row.authorization_url ?? undefined,
          tokenUrl: row.token_url,
        };
  const guessed = row.kind === 'refresh_token' && whereabouts !== undefined && !knowsIdleDays(whereabouts);
  return {
    kind: row.kind,
    id: row.id,
    credential: row.credential ?? undefined,
    account: row.account ?? undefined,
    consumer: row.consumer ?? undefined,
    endsAt: row.ends_at,
    beganAt: row.began_at,
    estimated: row.estimated === 1 || guessed,
    disabled: row.disabled === 1,
    spare: row.spare === 1,
    renewed: row.renewed === 1,
    whereabouts,
  };
}
