import type { Selectable } from 'kysely';
import type { Consumer, ConsumerKey, Permission, Role } from '../vault/consumer.js';
import type { Tx } from '../vault/store.js';
import { forgetReportsBy } from './account-rows.js';
import { inChunks } from './chunks.js';
import type { Handle } from './engine.js';
import type { Tables } from './tables.js';

/** Consumers, their keys (hashes only) and permissions. */
export function consumerRows(db: Handle): Tx['consumers'] {
  const permissions = async (consumer: string) => {
    const rows = db.selectFrom('permissions').selectAll().where('consumer', '=', consumer).orderBy('place');
    return (await rows.execute()).map(permissionOf);
  };
  const find = async (id: string) => {
    const row = await db.selectFrom('consumers').selectAll().where('id', '=', id).executeTakeFirst();
    return row && consumerOf(row);
  };
  return {
    find,
    permissions,
    ...trustReads(db),
    list: async (after, limit) => {
      const page = db
        .selectFrom('consumers')
        .selectAll()
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit);
      return (await page.execute()).map(consumerOf);
    },
    keys: async consumer => {
      const rows = db.selectFrom('consumer_keys').selectAll().where('consumer', '=', consumer);
      return (await rows.orderBy('created_at').orderBy('id').execute()).map(keyOf);
    },
    byKey: async prefix => {
      const found = await findKey(db, prefix);
      return found && { ...found, permissions: await permissions(found.consumer.id) };
    },
    insert: async consumer => void (await db.insertInto('consumers').values(columnsOf(consumer)).execute()),
    update: async consumer => {
      const { id, ...columns } = columnsOf(consumer);
      const changed = await db.updateTable('consumers').set(columns).where('id', '=', id).executeTakeFirst();
      return changed.numUpdatedRows > 0n;
    },
    remove: async id => {
      // Another consumer may get this name: what this one made and told is not its own.
      await db.deleteFrom('calendar_links').where('made_by', '=', id).execute();
      await forgetReportsBy(db, id);
      const removed = await db.deleteFrom('consumers').where('id', '=', id).executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
    insertKey: async ({ id, consumer, hash, expiresAt, createdAt }) => {
      const row = { id, consumer, hash, expires_at: expiresAt ?? null, created_at: createdAt };
      await db.insertInto('consumer_keys').values(row).execute();
    },
    removeKey: async (consumer, id) => {
      const removal = db.deleteFrom('consumer_keys').where('consumer', '=', consumer).where('id', '=', id);
      return (await removal.executeTakeFirst()).numDeletedRows > 0n;
    },
    replacePermissions: async (consumer, next) => {
      await db.deleteFrom('permissions').where('consumer', '=', consumer).execute();
      const rows = next.map(({ credential, account, scopes }, place) => {
        return { consumer, place, credential, account, scopes: scopes ? JSON.stringify(scopes) : null };
      });
      for (const some of inChunks(rows)) await db.insertInto('permissions').values(some).execute();
    },
  };
}

function trustReads(db: Handle): Pick<Tx['consumers'], 'trustsIssuer' | 'trusting'> {
  return {
    trustsIssuer: async issuer => {
      const trusting = db.selectFrom('consumers').select('id').where('trust_issuer', '=', issuer);
      return (await trusting.limit(1).executeTakeFirst()) !== undefined;
    },
    trusting: async (issuer, audience, subject) => {
      const all = db
        .selectFrom('consumers')
        .selectAll()
        .where('trust_issuer', '=', issuer)
        .where('trust_audience', '=', audience);
      const some = all.where(eb =>
        eb.or([eb('trust_subject', '=', subject ?? ''), eb('trust_subject', 'like', '%*%')]),
      );
      return (await (subject === undefined ? all : some).execute()).map(consumerOf);
    },
  };
}

async function findKey(db: Handle, prefix: string) {
  const row = await db
    .selectFrom('consumer_keys as k')
    .innerJoin('consumers as c', 'c.id', 'k.consumer')
    .selectAll('c')
    .select(['k.id as key_id', 'k.hash', 'k.expires_at', 'k.created_at as key_created_at'])
    .where('k.id', '=', prefix)
    .executeTakeFirst();
  if (!row) return undefined;
  const { key_id, hash, expires_at, key_created_at, ...consumer } = row;
  const key = keyOf({ id: key_id, consumer: consumer.id, hash, expires_at, created_at: key_created_at });
  return { key, consumer: consumerOf(consumer) };
}

function consumerOf(row: Selectable<Tables['consumers']>): Consumer {
  return {
    id: row.id,
    description: row.description ?? undefined,
    role: row.role as Role,
    disabled: row.disabled === 1,
    trust: trustOf(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function trustOf({ trust_issuer: issuer, trust_audience: audience, trust_subject: subject }: TrustColumns) {
  return issuer === null || audience === null || subject === null ? undefined : { issuer, audience, subject };
}

type TrustColumns = Pick<Selectable<Tables['consumers']>, 'trust_issuer' | 'trust_audience' | 'trust_subject'>;

function columnsOf(consumer: Consumer) {
  return {
    id: consumer.id,
    description: consumer.description ?? null,
    role: consumer.role,
    disabled: consumer.disabled ? 1 : 0,
    trust_issuer: consumer.trust?.issuer ?? null,
    trust_audience: consumer.trust?.audience ?? null,
    trust_subject: consumer.trust?.subject ?? null,
    created_at: consumer.createdAt,
    updated_at: consumer.updatedAt,
  };
}

function keyOf(row: Selectable<Tables['consumer_keys']>): ConsumerKey {
  const { id, consumer, hash } = row;
  return { id, consumer, hash, expiresAt: row.expires_at ?? undefined, createdAt: row.created_at };
}

function permissionOf(row: Selectable<Tables['permissions']>): Permission {
  const scopes = row.scopes === null ? undefined : (JSON.parse(row.scopes) as string[]);
  return { credential: row.credential, account: row.account, scopes };
}
