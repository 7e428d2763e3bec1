import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Chain, KeyPurpose, KeyRow, Place, Sealer } from '../vault/ports.js';
import { Secret } from '../vault/secret.js';
import { type EnvelopeKey, openEnvelope, SealError, sealEnvelope } from './envelope.js';
import { frameHead } from './framing.js';
import { type MasterKey, MasterKeyError } from './master-key.js';

const VALUE_LABEL = 'tokenwell sealed value v1';
const KEY_LABEL = 'tokenwell wrapped key v1';
const KEY_BYTES = 32;
const LONE_SURROGATE = /\p{Surrogate}/u;

export interface KeyRing {
  /** Seals with the active data key, opens with any data key of the ring. `open` throws `SealError`. */
  sealer: Sealer;
  /** HMAC-SHA256 (RFC 2104) with the active ledger key. */
  chain: Chain;
}

/** A key ring that cannot be used although the master key is the right one. The message names the key at fault. */
export class KeyRingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KeyRingError';
  }
}

/** The rows of a new ring: one random 256-bit key per purpose, active. `now` is epoch milliseconds. */
export function createKeyRows(ring: { master: MasterKey; deployment: string; now: number }): KeyRow[] {
  return [newKeyRow(ring, 'data'), newKeyRow(ring, 'ledger')];
}

/**
 * Unwraps the stored keys of a deployment. Throws `MasterKeyError`, before it tries any key, where the rows want another
 * master key; `KeyRingError` where a row does not open or a purpose has not exactly one active key.
 */
export function openKeyRing(ring: { master: MasterKey; deployment: string; rows: readonly KeyRow[] }): KeyRing {
  refuseOtherMaster(ring.master, ring.rows);
  const keys = ring.rows.map(row => ({ ...row, key: unwrap(ring.master, ring.deployment, row) }));
  const dataKeys = new Map(keys.filter(({ purpose }) => purpose === 'data').map(({ kid, key }) => [kid, key]));
  return {
    sealer: sealerOf(ring.deployment, activeKey(keys, 'data'), dataKeys),
    chain: chainOf(activeKey(keys, 'ledger').key),
  };
}

function newKeyRow(ring: { master: MasterKey; deployment: string; now: number }, purpose: KeyPurpose): KeyRow {
  const kid = randomBytes(8).toString('hex');
  const key = randomBytes(KEY_BYTES);
  const { id: masterId, key: masterKey } = ring.master;
  const context = keyContext(ring.deployment, { kid, purpose });
  const wrapped = sealEnvelope({ kid: masterId, key: masterKey }, context, key);
  key.fill(0);
  return { kid, purpose, wrapped, masterId, state: 'active', createdAt: ring.now };
}

function refuseOtherMaster(master: MasterKey, rows: readonly KeyRow[]): void {
  const wanted = new Set(rows.map(row => row.masterId).filter(id => id !== master.id));
  if (wanted.size === 0) return;
  throw new MasterKeyError(
    'other_key',
    `This database wants the master key with the id ${[...wanted].join(' and ')}; the one given has the id ${master.id}. ` +
      'Put the right key file in place (TOKENWELL_MASTER_KEY_FILE) and start again. Nothing was written.',
  );
}

function unwrap(master: MasterKey, deployment: string, row: KeyRow): KeyObject {
  const bytes = openKey(master, deployment, row);
  if (bytes?.length !== KEY_BYTES) {
    throw new KeyRingError(
      `The ${row.purpose} key ${row.kid} of the key ring does not open: its row was changed, or it belongs to another ` +
        'deployment. Restore the key_ring table from a backup of this database.',
    );
  }
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function openKey(master: MasterKey, deployment: string, row: KeyRow): Buffer | undefined {
  try {
    return openEnvelope(kid => (kid === master.id ? master.key : undefined), keyContext(deployment, row), row.wrapped);
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

function activeKey<Key extends EnvelopeKey & KeyRow>(keys: readonly Key[], purpose: KeyPurpose): Key {
  const [active, ...more] = keys.filter(key => key.purpose === purpose && key.state === 'active');
  if (active && more.length === 0) return active;
  throw new KeyRingError(
    `The key ring must hold exactly one active ${purpose} key and holds ${active ? more.length + 1 : 'none'}. ` +
      'Restore the key_ring table from a backup of this database.',
  );
}

function sealerOf(deployment: string, active: EnvelopeKey, keys: ReadonlyMap<string, KeyObject>): Sealer {
  return {
    seal(place, plain) {
      const text = plain.reveal();
      // UTF-8 would put U+FFFD in its place, and another secret would come out than went in.
      if (LONE_SURROGATE.test(text)) throw new TypeError('A text with half a character cannot be sealed.');
      return sealEnvelope(active, valueContext(deployment, place), Buffer.from(text));
    },
    open(place, sealed) {
      return new Secret(openEnvelope(kid => keys.get(kid), valueContext(deployment, place), sealed).toString());
    },
  };
}

function chainOf(key: KeyObject): Chain {
  return {
    mac(...parts) {
      const hmac = createHmac('sha256', key).update(frameHead(parts));
      // Part by part: a page's body is large, and joining would copy it on the path of every token.
      for (const part of parts) hmac.update(part, 'utf8');
      return hmac.digest('hex');
    },
  };
}

function keyContext(deployment: string, { kid, purpose }: Pick<KeyRow, 'kid' | 'purpose'>): string[] {
  return [KEY_LABEL, deployment, kid, purpose];
}

function valueContext(deployment: string, { table, field, row, version }: Place): string[] {
  return [VALUE_LABEL, deployment, table, field, ...row, version];
}
