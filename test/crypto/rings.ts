import { join } from 'node:path';
import type { Test } from 'tap';
import { openEnvelope, sealEnvelope } from '../../src/crypto/envelope.js';
import { createKeyRows, type KeyRing, openKeyRing } from '../../src/crypto/key-ring.js';
import { createMasterKeyFile, type MasterKey } from '../../src/crypto/master-key.js';
import type { KeyRow } from '../../src/vault/ports.js';

const WRAPPED = 'tokenwell wrapped key v1';

export interface RingKit {
  master: MasterKey;
  rows: KeyRow[];
  ring: KeyRing;
}

/** A new master key, made in the test's own folder. */
export function newMaster(t: Test): MasterKey {
  return createMasterKeyFile(join(t.testdir(), 'master.key'));
}

/** A new ring of the deployment. */
export function newRing(t: Test, deployment: string): RingKit {
  const master = newMaster(t);
  const rows = createKeyRows({ master, deployment, now: 1_700_000_000_000 });
  return { master, rows, ring: openKeyRing({ master, deployment, rows }) };
}

/** The raw key of a row, unwrapped as the format says. */
export function rawKey(master: MasterKey, deployment: string, row: KeyRow): Buffer {
  return openEnvelope(() => master.key, [WRAPPED, deployment, row.kid, row.purpose], row.wrapped);
}

/** The same keys under the same ids, wrapped for another deployment, so that nothing but the deployment differs. */
export function copyRows(master: MasterKey, rows: readonly KeyRow[], from: string, to: string): KeyRow[] {
  return rows.map(row => {
    const context = [WRAPPED, to, row.kid, row.purpose];
    return { ...row, wrapped: sealEnvelope({ kid: master.id, key: master.key }, context, rawKey(master, from, row)) };
  });
}

/** The row of a purpose. */
export function rowOf(rows: readonly KeyRow[], purpose: KeyRow['purpose']): KeyRow {
  const row = rows.find(candidate => candidate.purpose === purpose);
  if (!row) throw new Error(`No ${purpose} row.`);
  return row;
}
