import type { Selectable } from 'kysely';
import type { CalendarLink, ExpiryReads, ExpiryWrites } from '../vault/expiry-store.js';
import type { Handle } from './engine.js';
import type { Tables } from './tables.js';

/** Addresses of calendars; their secrets are hashed. */
export function calendarLinkReads(db: Handle): Pick<ExpiryReads, 'links' | 'findLink'> {
  const links = () => db.selectFrom('calendar_links').selectAll();
  return {
    links: async () => (await links().orderBy('id').execute()).map(linkOf),
    findLink: async hash => {
      const row = await links().where('hash', '=', hash).executeTakeFirst();
      return row && linkOf(row);
    },
  };
}

/** What is said of ends, and the links, inside a transaction. */
export function expiryWrites(db: Handle): ExpiryWrites {
  return {
    noteSaid: async ({ expiring, threshold }, now) => {
      const { kind, id, endsAt } = expiring;
      const said = await db
        .insertInto('expiry_notices')
        .values({ kind, id, ends_at: endsAt, threshold, at: now, mailed_at: null })
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst();
      return (said.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    insertLink: async ({ id, madeBy, createdAt, expiresAt }, hash) => {
      const row = { id, hash, made_by: madeBy, created_at: createdAt, expires_at: expiresAt ?? null };
      await db.insertInto('calendar_links').values(row).execute();
    },
    removeLink: async id => {
      const removed = await db.deleteFrom('calendar_links').where('id', '=', id).executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
  };
}

function linkOf(row: Selectable<Tables['calendar_links']>): CalendarLink {
  const { id, made_by: madeBy, created_at: createdAt } = row;
  return { id, madeBy, createdAt, expiresAt: row.expires_at ?? undefined };
}
