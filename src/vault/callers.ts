import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from './consumer.js';
import { type FieldError, VaultError } from './errors.js';
import { readableId } from './ids.js';
import type { Memory } from './memory.js';
import { digest, hashOf } from './opaque.js';
import type { Clock, WorkloadTokens } from './ports.js';
import { Secret } from './secret.js';
import type { Failpoints } from './steps.js';
import type { KeyRecord, Store } from './store.js';
import { isJwt, Workloads } from './workloads.js';

const KEY = /^twk_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;
const KEY_WITHIN = /twk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/;
const NO_HASH = Buffer.alloc(32);

/** A new API key: 256 random bits behind a readable prefix, and the hash under which it is stored. */
export function createKey(): { id: string; key: Secret; hash: string } {
  const id = readableId(12);
  const key = `twk_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, key: new Secret(key), hash: hashOf(key) };
}

/** The prefix of something that has the form of an API key. */
export function keyPrefix(presented: string): string | undefined {
  return KEY.exec(presented)?.[1];
}

/** A key to the vault, given where something of a provider belongs: it would be sent there. `what` belongs there. */
export function vaultKeyErrors(field: string, secret: Secret | undefined, what: string): FieldError[] {
  if (!secret || !KEY_WITHIN.test(secret.reveal())) return [];
  const detail = `This holds a key to Tokenwell, which no provider may see. Give the ${what} of the provider.`;
  return [{ field, rule: 'vault_key', detail }];
}

/** Turns a presented API key, or the JWT of a workload, into a caller. It never decides what the caller may do. */
export class Callers {
  readonly #store: Store;
  readonly #memory: Memory;
  readonly #clock: Clock;
  readonly #at: Failpoints;
  readonly #workloads: Workloads;

  constructor(deps: {
    store: Store;
    memory: Memory;
    clock: Clock;
    failpoints: Failpoints;
    workloadTokens: WorkloadTokens;
  }) {
    this.#store = deps.store;
    this.#memory = deps.memory;
    this.#clock = deps.clock;
    this.#at = deps.failpoints;
    this.#workloads = new Workloads({ ...deps, tokens: deps.workloadTokens });
  }

  /** Who presented this, by memory alone; undefined when memory does not know or does not agree. */
  recall(presented: string): Caller | undefined {
    const prefix = keyPrefix(presented);
    if (prefix === undefined) return isJwt(presented) ? this.#workloads.recall(presented) : undefined;
    const record = this.#memory.key(prefix);
    if (!record || !this.#holds(record, presented)) return undefined;
    return callerOf(record, this.#memory.revision, true);
  }

  /**
   * Who presented this, by the store. Throws `unauthenticated`, in the same time for an unknown and for a wrong key, and
   * for a JWT `provider_unavailable` when the keys of its issuer cannot be had.
   */
  async identify(presented: string): Promise<Caller> {
    const prefix = keyPrefix(presented);
    if (prefix === undefined && isJwt(presented)) return await this.#workloads.identify(presented);
    if (prefix === undefined) throw unauthenticated();
    const readAt = await this.#store.standing();
    const record = await this.#store.reads.consumers.byKey(prefix);
    if (!this.#holds(record, presented)) throw unauthenticated();
    await this.#at('caller.read');
    this.#memory.keepKey(readAt, record);
    return callerOf(record, readAt.revision, false);
  }

  /** The same caller as the store knows it now; for a draw that was overtaken or is about to be refused. */
  async renew(caller: Caller): Promise<Caller> {
    if (caller.workload) return await this.#workloads.renew(caller.consumer, caller.workload);
    const readAt = await this.#store.standing();
    const record = await this.#store.reads.consumers.byKey(caller.keyId ?? '');
    if (!record || !this.#current(record)) throw unauthenticated();
    this.#memory.keepKey(readAt, record);
    return callerOf(record, readAt.revision, false);
  }

  #holds(record: KeyRecord | undefined, presented: string): record is KeyRecord {
    const expected = record ? Buffer.from(record.key.hash, 'hex') : NO_HASH;
    const equal = timingSafeEqual(digest(presented), expected);
    return equal && record !== undefined && this.#current(record);
  }

  #current({ key, consumer }: KeyRecord): boolean {
    return !consumer.disabled && (key.expiresAt === undefined || key.expiresAt > this.#clock.now());
  }
}

function callerOf(record: KeyRecord, revision: number, fromMemory: boolean): Caller {
  return {
    consumer: record.consumer.id,
    role: record.consumer.role,
    keyId: record.key.id,
    keyExpiresAt: record.key.expiresAt,
    permissions: record.permissions,
    revision,
    fromMemory,
  };
}

/** 401, one text for every reason. */
export function unauthenticated(): VaultError {
  return new VaultError('unauthenticated', 'A valid API key is needed: Authorization: Bearer twk_…', {
    action:
      'Send a key that exists, has not expired and belongs to an enabled consumer. An administrator can make one.',
  });
}
