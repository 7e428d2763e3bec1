import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { DAY_MS, type ExpiryKind, KEPT_DAYS } from '../vault/expiry.js';
import type { Handle } from './engine.js';

/** One thing that ends, in the same columns for every kind. */
export interface EndRow {
  kind: ExpiryKind;
  id: string;
  credential: string | null;
  account: string | null;
  consumer: string | null;
  ends_at: number;
  began_at: number;
  /** Flags, 0 or 1. */
  estimated: number;
  disabled: number;
  spare: number;
  renewed: number;
  preset: string | null;
  tenant: string | null;
  cloud: string | null;
  authorization_url: string | null;
  token_url: string | null;
}

const PLACE = ['c.preset', 'c.tenant', 'c.cloud', 'c.authorization_url', 'c.token_url'] as const;

/**
 * Everything of a kind that ends, as far as it is listed at `now`; `pressing`: only that before whose end somebody must
 * act, as `matters` of the domain says it, in conditions that come before any join.
 */
export function ends(db: Handle, kind: ExpiryKind, { now, pressing }: { now: number; pressing: boolean }) {
  switch (kind) {
    case 'client_secret':
      return pressed(
        proofs(db, kind, sql`a.method in ('client_secret_post', 'client_secret_basic')`),
        pressing && PROOF,
      );
    case 'certificate':
      return pressed(proofs(db, kind, sql`a.method = 'private_key_jwt'`), pressing && PROOF);
    case 'refresh_token':
      return pressed(grants(db, now), pressing && overdue(now));
    case 'consumer_key':
      return pressed(keys(db, now), pressing && sql`c.disabled = 0 and not ${LONGER}`);
    case 'connect_link':
      return pressed(links(db, now), pressing && sql`1 = 0`);
  }
}

function pressed<Query extends { where(condition: RawBuilder<SqlBool>): Query }>(
  query: Query,
  condition: RawBuilder<unknown> | false,
): Query {
  return condition ? query.where(sql<SqlBool>`(${condition})`) : query;
}

const PROOF = sql`a.active = 1 and c.disabled = 0`;

function overdue(now: number): RawBuilder<unknown> {
  return sql`g.keep_alive_at < ${now - DAY_MS} and a.state <> 'disabled' and c.disabled = 0`;
}

const LONGER = sql`exists (select 1 from consumer_keys o where o.consumer = k.consumer
  and o.id <> k.id and (o.expires_at is null or o.expires_at > k.expires_at))`;

function proofs(db: Handle, kind: ExpiryKind, method: RawBuilder<SqlBool>) {
  return db
    .selectFrom('client_auths as a')
    .innerJoin('credentials as c', 'c.id', 'a.credential')
    .select(['a.id', 'a.credential', 'a.ends_at', 'a.proof_at as began_at', 'a.ends_estimated as estimated'])
    .select([...PLACE, 'c.disabled'])
    .select([named(kind).as('kind'), nothing.as('account'), nothing.as('consumer')])
    .select([sql<number>`1 - a.active`.as('spare'), flag(0).as('renewed')])
    .where('a.ends_at', 'is not', null)
    .where(method)
    .$castTo<EndRow>();
}

/**
 * Refresh tokens in use. One whose time for being used has passed for a day without it was not kept alive by upkeep;
 * where its owner must sign in anyhow, its end is none.
 */
function grants(db: Handle, now: number) {
  const off = sql<number>`case when c.disabled = 1 or a.state = 'disabled' then 1 else 0 end`;
  const kept = sql<number>`case when g.keep_alive_at >= ${now - DAY_MS} then 1 else 0 end`;
  return db
    .selectFrom('grants as g')
    .innerJoin('accounts as a', join =>
      join.onRef('a.credential', '=', 'g.credential').onRef('a.account', '=', 'g.account'),
    )
    .innerJoin('credentials as c', 'c.id', 'g.credential')
    .select(['g.id', 'g.credential', 'g.account', 'g.idle_ends_at as ends_at', ...PLACE])
    .select([sql<number>`coalesce(g.used_at, g.obtained_at)`.as('began_at'), off.as('disabled')])
    .select([named('refresh_token').as('kind'), nothing.as('consumer')])
    .select([flag(0).as('estimated'), flag(0).as('spare'), kept.as('renewed')])
    .where(sql<SqlBool>`g.kind = 'current'`)
    .where('g.idle_ends_at', 'is not', null)
    .where('a.state', '!=', 'needs_user')
    .$castTo<EndRow>();
}

function keys(db: Handle, now: number) {
  const longer = sql<number>`case when ${LONGER} then 1 else 0 end`;
  return db
    .selectFrom('consumer_keys as k')
    .innerJoin('consumers as c', 'c.id', 'k.consumer')
    .select(['k.id', 'k.consumer', 'k.expires_at as ends_at', 'k.created_at as began_at', 'c.disabled'])
    .select([named('consumer_key').as('kind'), nothing.as('credential'), nothing.as('account'), longer.as('spare')])
    .select([nothing.as('preset'), nothing.as('tenant'), nothing.as('cloud')])
    .select([nothing.as('authorization_url'), nothing.as('token_url')])
    .select([flag(0).as('estimated'), flag(0).as('renewed')])
    .where('k.expires_at', 'is not', null)
    .where('k.expires_at', '>', now - KEPT_DAYS * DAY_MS)
    .$castTo<EndRow>();
}

function links(db: Handle, now: number) {
  return db
    .selectFrom('connect_links as l')
    .innerJoin('credentials as c', 'c.id', 'l.credential')
    .select(['l.id', 'l.credential', 'l.account', 'l.expires_at as ends_at', 'l.created_at as began_at', 'c.disabled'])
    .select(PLACE)
    .select([named('connect_link').as('kind'), nothing.as('consumer')])
    .select([flag(0).as('estimated'), flag(0).as('spare'), flag(0).as('renewed')])
    .where('l.ended_at', 'is', null)
    .where('l.expires_at', '>', now)
    .$castTo<EndRow>();
}

function named(kind: ExpiryKind): RawBuilder<ExpiryKind> {
  return sql<ExpiryKind>`cast(${sql.lit(kind)} as text)`;
}

function flag(value: 0 | 1): RawBuilder<number> {
  return sql<number>`${sql.lit(value)}`;
}

const nothing = sql<string | null>`cast(null as text)`;
