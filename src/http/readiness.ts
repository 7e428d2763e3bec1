import type { VaultError } from '../vault/errors.js';
import { draining } from './problems.js';

/** Whether this instance wants requests: first it asks for no more, then it takes no more. */
export class Readiness {
  #stage: 'serving' | 'draining' | 'closing' = 'serving';

  /** From now on `/readyz` says no; everything is still served. */
  drain(): void {
    if (this.#stage === 'serving') this.#stage = 'draining';
  }

  /** From now on only what is under way is finished. */
  close(): void {
    this.#stage = 'closing';
  }

  /** Why new work should go elsewhere; undefined while this instance wants it. */
  get unready(): VaultError | undefined {
    return this.#stage === 'serving' ? undefined : draining();
  }

  /** Whether requests are refused. */
  get closing(): boolean {
    return this.#stage === 'closing';
  }
}
