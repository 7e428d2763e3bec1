import type { Credential } from './credential.js';
import { pauseLeft } from './pause.js';
import type { Clock, ProviderFailure } from './ports.js';
import type { Breaker, Store } from './store.js';

const THRESHOLD = 3;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;
const THROTTLE_PAUSE_MS = 60_000;
const TRIAL_MS = 12_000;

/**
 * One breaker per token endpoint and client, shared by every instance: after repeated failures, or when the provider
 * asks for a pause, nobody calls it; when the pause ends a single caller tries first.
 */
export class Breakers {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(deps: { store: Store; clock: Clock }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
  }

  /** Milliseconds for which this endpoint is not to be called; 0 when the call may go. */
  async pause(credential: Credential): Promise<number> {
    const breaker = await this.#find(credential);
    if (!breaker || breaker.openUntil === 0) return 0;
    const now = this.#clock.now();
    if (pauseLeft(breaker.openUntil, now) === 0 && (await this.#store.claimBreaker(breaker, now, TRIAL_MS))) return 0;
    return Math.max(1_000, pauseLeft(breaker.openUntil, now));
  }

  /** Counts a failure that is the endpoint's, not the request's. */
  async count(credential: Credential, failure: ProviderFailure, now: number): Promise<void> {
    if (failure.class !== 'unavailable') return;
    const { tokenUrl, clientId } = credential;
    const failures = ((await this.#find(credential))?.failures ?? 0) + 1;
    const breaker = { tokenUrl, clientId, failures, openUntil: openUntil(failure, failures, now) };
    await this.#store.transaction(tx => tx.saveBreaker(breaker));
  }

  /** Closes the breaker; a success clears every counter. */
  async close(credential: Credential): Promise<void> {
    if (!(await this.#find(credential))) return;
    await this.#store.transaction(tx => tx.clearBreaker(credential.tokenUrl, credential.clientId));
  }

  async #find(credential: Credential): Promise<Breaker | undefined> {
    return await this.#store.reads.findBreaker(credential.tokenUrl, credential.clientId);
  }
}

/** 0 while the breaker is closed. */
function openUntil(failure: ProviderFailure, failures: number, now: number): number {
  if (failure.retryAfterMs !== undefined) return now + failure.retryAfterMs;
  if (failure.reason === 'throttled') return now + THROTTLE_PAUSE_MS;
  if (failures < THRESHOLD) return 0;
  return now + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - THRESHOLD, 16), LONGEST_PAUSE_MS);
}
