import { busy } from './problem.js';

/** Of all places, so many are kept for providers at which few wait, and as many for consumers of whom few wait. */
const KEPT = 1 / 20;
/** Who has no more than this part of all places waiting has few. */
const FEW = 1 / 100;

/** Who waits, and for what: a slow provider, or one consumer, does not take the places of all others. */
export interface Wait {
  /** Undefined: nobody; the renewal of what is in use. */
  consumer: string | undefined;
  /** The origin of the token endpoint. */
  origin: string;
}

/** Counts who waits for a new token, so that memory stays bounded and everybody finds a place. */
export class Waiting {
  readonly #most: number;
  readonly #counts = new Map<string, number>();
  #all = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits until the work has ended. Throws `provider_unavailable` at once when there is no place for it. */
  async during<T>(wait: Wait, work: () => Promise<T>): Promise<T> {
    const [at, by] = [`at ${wait.origin}`, `for ${wait.consumer ?? ''}`];
    const share = 1 - (this.#few(by) ? 0 : KEPT) - (this.#few(at) ? 0 : KEPT);
    if (this.#all >= this.#most * share) throw busy('Too many requests are waiting for a new token on this instance.');
    const names = wait.consumer === undefined ? [at] : [at, by];
    this.#add(names, 1);
    try {
      return await work();
    } finally {
      this.#add(names, -1);
    }
  }

  #few(name: string): boolean {
    return (this.#counts.get(name) ?? 0) < this.#most * FEW;
  }

  #add(names: readonly string[], change: 1 | -1): void {
    this.#all += change;
    for (const name of names) {
      const count = (this.#counts.get(name) ?? 0) + change;
      if (count > 0) this.#counts.set(name, count);
      else this.#counts.delete(name);
    }
  }
}
