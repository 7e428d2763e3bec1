import type { Consumer, ConsumerKey } from '../vault/consumer.js';
import type { KeyRow } from '../vault/ports.js';
import { consumerRows } from './consumer-rows.js';
import type { Engine, Handle } from './engine.js';

/** What a database has from its first start on. */
export interface FirstContents {
  deployment: string;
  epoch: string;
  keys: KeyRow[];
  admin: { consumer: Consumer; key: ConsumerKey };
}

export interface Foundation {
  deployment: string;
  keys: KeyRow[];
  /** Whether this start laid it. */
  fresh: boolean;
}

/**
 * The deployment and key ring of this database. Where there is none yet, `first` makes them, and the master key and
 * admin key with them; the set-up lock lets one instance alone do so.
 */
export async function foundation(engine: Engine, first: () => Promise<FirstContents>): Promise<Foundation> {
  const laid = await read(engine.reader);
  if (laid) return laid;
  return await engine.transaction(
    async ({ handle }) => {
      await engine.lockSetUp(handle);
      return (await read(handle)) ?? (await lay(handle, await first()));
    },
    () => undefined,
  );
}

/** Ends every lease; on SQLite, where no other process can hold one, at each start. */
export async function endLeases(engine: Engine): Promise<void> {
  await engine.writer.updateTable('accounts').set({ lease_owner: null, lease_until: null }).execute();
}

async function read(handle: Handle): Promise<Foundation | undefined> {
  const rows = await handle.selectFrom('key_ring').selectAll().execute();
  if (rows.length === 0) return undefined;
  const { deployment } = await handle.selectFrom('meta').select('deployment').executeTakeFirstOrThrow();
  const keys = rows.map(row => ({
    kid: row.kid,
    purpose: row.purpose as KeyRow['purpose'],
    wrapped: row.wrapped,
    masterId: row.master_id,
    state: row.state as KeyRow['state'],
    createdAt: row.created_at,
  }));
  return { deployment, keys, fresh: false };
}

async function lay(handle: Handle, { deployment, epoch, keys, admin }: FirstContents): Promise<Foundation> {
  await handle.updateTable('meta').set({ deployment, epoch }).where('id', '=', 1).execute();
  const rows = keys.map(({ kid, purpose, wrapped, masterId, state, createdAt }) => {
    return { kid, purpose, wrapped, master_id: masterId, state, uses: 0, created_at: createdAt };
  });
  await handle.insertInto('key_ring').values(rows).execute();
  const consumers = consumerRows(handle);
  await consumers.insert(admin.consumer);
  await consumers.insertKey(admin.key);
  return { deployment, keys, fresh: true };
}
