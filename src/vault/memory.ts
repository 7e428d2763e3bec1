import { BoundedMap } from './bounded-map.js';
import { normalizeScope } from './scopes.js';
import type { KeyRecord, PageResult, Standing, Touched, WorkloadRecord } from './store.js';
import type { Token } from './token.js';

/** Everything a draw needs of a credential and its token, so that it can be answered without the store. */
export interface Drawable {
  token: Token;
  /** What a draw without `scope` asks; a permission's scopes are compared with it. */
  askedScope: string;
  refreshFailing: { detail: string; retryAt: number | undefined } | undefined;
  /** When what its client proves itself with ends. */
  proofEnd: { at: number; what: 'client secret' | 'certificate' } | undefined;
}

/**
 * What this instance remembers so that a draw needs no read. It stands as a whole at one revision; it is only ever
 * the ground for a "yes" that the ledger's page call confirms, never for a refusal.
 */
export class Memory {
  readonly #keys: BoundedMap<string, KeyRecord>;
  /** By the hash of the token that was presented. */
  readonly #workloads: BoundedMap<string, WorkloadRecord>;
  readonly #tokens: BoundedMap<string, Drawable>;
  #standing: Standing;

  constructor(standing: Standing, capacity = 10_000) {
    this.#standing = standing;
    this.#keys = new BoundedMap(capacity);
    this.#workloads = new BoundedMap(capacity);
    this.#tokens = new BoundedMap(capacity);
  }

  /** The revision that everything here stands at. */
  get revision(): number {
    return this.#standing.revision;
  }

  get epoch(): string {
    return this.#standing.epoch;
  }

  key(prefix: string): KeyRecord | undefined {
    return this.#keys.get(prefix);
  }

  workload(hash: string): WorkloadRecord | undefined {
    return this.#workloads.get(hash);
  }

  token(name: string): Drawable | undefined {
    return this.#tokens.get(name);
  }

  /** Keeps a key read from the store, unless memory has moved past the standing read before it. */
  keepKey(readAt: Standing, record: KeyRecord): void {
    if (this.#mayKeep(readAt)) this.#keys.set(record.key.id, record);
  }

  /** Keeps whose a workload's token is, unless memory has moved past the standing read before it. */
  keepWorkload(readAt: Standing, hash: string, record: WorkloadRecord): void {
    if (this.#mayKeep(readAt)) this.#workloads.set(hash, record);
  }

  /** Keeps a token read from the store, unless memory has moved past the standing read before it. */
  keepToken(readAt: Standing, name: string, drawable: Drawable): void {
    if (this.#mayKeep(readAt)) this.#tokens.set(name, drawable);
  }

  #mayKeep(readAt: Standing): boolean {
    return readAt.epoch === this.epoch && readAt.revision >= this.revision;
  }

  /**
   * Forgets what a page call's changes touch. `since` is the revision that the call asked from: memory moves to the
   * answered revision only if it has now heard of every change up to it.
   */
  absorb(since: number, result: Extract<PageResult, { written: false }>): void {
    const { standing, changes } = result;
    if (changes === undefined || standing.epoch !== this.epoch || standing.revision < this.revision) {
      this.#keys.clear();
      this.#workloads.clear();
      this.#tokens.clear();
      this.#standing = standing;
      return;
    }
    const touched = touching(changes);
    this.#keys.deleteWhere(record => touched.consumer(record.consumer.id));
    this.#workloads.deleteWhere(record => touched.consumer(record.consumer.id));
    this.#tokens.deleteWhere(({ token }) => touched.credential(token.credential, token.account));
    if (since <= this.revision) this.#standing = standing;
  }
}

/** Questions about a set of changes, answered in constant time. */
export function touching(changes: readonly Touched[]) {
  const named = new Set(changes.map(change => `${change.kind}/${change.id}`));
  return {
    consumer: (consumer: string) => named.has(`consumer/${consumer}`),
    credential: (credential: string, account: string) =>
      named.has(`credential/${credential}`) || named.has(`account/${credential}/${account}`),
  };
}

/** The name under which a draw's token is remembered. An absent scope is a name of its own. */
export function drawName(credential: string, account: string, scope: string | undefined): string {
  // One name for one set of scopes, or each order of them would be remembered with its own copy of the token.
  return `${credential} ${account} ${scope === undefined ? '' : normalizeScope(scope)}`;
}
