import { BoundedMap } from './bounded-map.js';
import type { Caller } from './consumer.js';
import type { Memory } from './memory.js';
import { hashOf } from './opaque.js';
import type { Clock, Workload, WorkloadTokens } from './ports.js';
import type { Failpoints } from './steps.js';
import type { Proof, Store, WorkloadRecord } from './store.js';
import { trusts } from './trust.js';
import { tokenOutOfTime, tokenRefused } from './workload-refusals.js';

/** How long a proof is relied upon before the token is checked again, so that a key that its issuer withdrew ends. */
const PROOF_MS = 5 * 60_000;
const MOST_PROOFS = 10_000;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

const NO_ISSUER =
  'An administrator must say which consumer it is: tokenwell consumer replace … --trust-issuer --trust-audience --trust-subject.';

/** Whether what was presented has the form of a JWT (RFC 7519 §3), signed or not. */
export function isJwt(presented: string): boolean {
  return JWT.test(presented);
}

/** Turns the JWT of a workload into the consumer that trusts it. It never decides what the caller may do. */
export class Workloads {
  readonly #tokens: WorkloadTokens;
  readonly #store: Store;
  readonly #memory: Memory;
  readonly #clock: Clock;
  readonly #at: Failpoints;
  /** By the hash of a token, never the token: what its issuer's signature has shown, which no change here touches. */
  readonly #proofs = new BoundedMap<string, Proof>(MOST_PROOFS);

  constructor(deps: { tokens: WorkloadTokens; store: Store; memory: Memory; clock: Clock; failpoints: Failpoints }) {
    this.#tokens = deps.tokens;
    this.#store = deps.store;
    this.#memory = deps.memory;
    this.#clock = deps.clock;
    this.#at = deps.failpoints;
  }

  /** Whose token this is, by memory alone; undefined when memory does not know. */
  recall(token: string): Caller | undefined {
    const record = this.#memory.workload(hashOf(token));
    if (!record || !this.#holds(record.proof)) return undefined;
    return callerOf(record, this.#memory.revision, true);
  }

  /**
   * Whose token this is, by the store and, unless that was done within the last minutes, by the keys of its issuer.
   * Throws `unauthenticated`, and `provider_unavailable` when the keys cannot be had. An issuer that nobody trusts is
   * never called.
   */
  async identify(token: string): Promise<Caller> {
    const name = hashOf(token);
    const remembered = this.#proofs.get(name);
    const proof = remembered && this.#holds(remembered) ? remembered : await this.#prove(name, token);
    const readAt = await this.#store.standing();
    const record = await this.#read(proof);
    await this.#at('caller.read');
    this.#memory.keepWorkload(readAt, name, record);
    return callerOf(record, readAt.revision, false);
  }

  /** The same caller as the store knows it now. Throws `unauthenticated`, also when the token is another's by now. */
  async renew(consumer: string, workload: Workload): Promise<Caller> {
    if (workload.until <= this.#clock.now()) throw tokenOutOfTime('it expired while the request was on the way.');
    const readAt = await this.#store.standing();
    const record = await this.#read({ workload, restsUntil: Number.POSITIVE_INFINITY });
    if (record.consumer.id !== consumer) throw untrusted(workload);
    return callerOf(record, readAt.revision, false);
  }

  #holds({ workload, restsUntil }: Proof): boolean {
    return workload.until > this.#clock.now() && restsUntil > this.#clock.monotonic();
  }

  async #prove(name: string, token: string): Promise<Proof> {
    const issuer = this.#tokens.issuerOf(token);
    if (!(await this.#store.reads.consumers.trustsIssuer(issuer))) {
      throw tokenRefused('no consumer trusts its issuer (iss).', NO_ISSUER);
    }
    const workload = await this.#tokens.prove(token, issuer);
    const proof = { workload, restsUntil: this.#clock.monotonic() + PROOF_MS };
    this.#proofs.set(name, proof);
    return proof;
  }

  async #read(proof: Proof): Promise<WorkloadRecord> {
    const { consumers } = this.#store.reads;
    const { workload } = proof;
    const candidates = await consumers.trusting(workload.issuer, workload.audience, workload.subject);
    const [consumer, another] = candidates.filter(({ trust }) => trust && trusts(trust, workload));
    // Two could only be there by somebody's hand in the database; none of them is guessed.
    if (!consumer || another || consumer.disabled) throw untrusted(workload);
    return { consumer, permissions: await consumers.permissions(consumer.id), proof };
  }
}

/** The holder of a genuine token is told what it says, and of consumers nothing. */
function untrusted({ audience, subject }: Workload) {
  return tokenRefused(
    `its signature is good, but no enabled consumer trusts this issuer with the audience (aud) ${audience} and the subject (sub) ${subject}.`,
  );
}

function callerOf({ consumer, permissions, proof }: WorkloadRecord, revision: number, fromMemory: boolean): Caller {
  return { consumer: consumer.id, role: consumer.role, workload: proof.workload, permissions, revision, fromMemory };
}
