import { createKey } from './callers.js';
import type { Ledger } from './ledger.js';
import type { Clock } from './ports.js';
import type { Secret } from './secret.js';
import type { Tx } from './store.js';

const ADMIN = 'admin';

/** The new key of the consumer `admin`, and what had to be put right for it to work. */
export interface RecoveredAdmin {
  id: string;
  /** Shown once. */
  key: Secret;
  /** `recreated`: it had been deleted; `restored`: it was disabled or had a lower role; `unchanged`: it was there. */
  consumer: 'unchanged' | 'restored' | 'recreated';
  /** How many earlier keys of `admin` ended with this. */
  ended: number;
}

/**
 * Gives the consumer `admin` one new key in the place of all its earlier ones, and the role admin again where it was
 * deleted, disabled or demoted. For whoever has the database and its master key; there is no caller. One transaction
 * with a `key.recover` entry, whose code says `restored` or `recreated`; every running instance heeds it from its commit on. Throws `ledger_unavailable`.
 */
export async function replaceAdminKey({ ledger, clock }: { ledger: Ledger; clock: Clock }): Promise<RecoveredAdmin> {
  const { id, key, hash } = createKey();
  return await ledger.write({ request_id: 'offline' }, async tx => {
    const now = clock.now();
    const consumer = await putRight(tx, now);
    // Enabling `admin` again must not bring back a key for whose sake it may have been disabled.
    const earlier = await tx.consumers.keys(ADMIN);
    for (const old of earlier) await tx.consumers.removeKey(ADMIN, old.id);
    await tx.consumers.insertKey({ id, consumer: ADMIN, hash, expiresAt: undefined, createdAt: now });
    return {
      result: { id, key, consumer, ended: earlier.length },
      touched: [{ kind: 'consumer', id: ADMIN }],
      entry: { action: 'key.recover', subject: ADMIN, ...(consumer === 'unchanged' ? {} : { code: consumer }) },
    };
  });
}

async function putRight(tx: Tx, now: number): Promise<RecoveredAdmin['consumer']> {
  const wanted = { role: 'admin', disabled: false, updatedAt: now } as const;
  const found = await tx.consumers.find(ADMIN);
  if (!found) {
    await tx.consumers.insert({ id: ADMIN, description: 'Made again offline', createdAt: now, ...wanted });
    return 'recreated';
  }
  const unchanged = found.role === 'admin' && !found.disabled;
  // A workload that stood for `admin` was a way in like an earlier key, and ends like one.
  if (!unchanged || found.trust) await tx.consumers.update({ ...found, ...wanted, trust: undefined });
  return unchanged ? 'unchanged' : 'restored';
}
