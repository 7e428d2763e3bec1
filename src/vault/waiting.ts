import { busy } from './problem.js';

/** Of all places, so many are kept for those of whom few wait. */
const KEPT = 1 / 10;
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
    const names = [`at ${wait.origin}`, ...(wait.consumer === undefined ? [] : [`for ${wait.consumer}`])];
    const few = names.every(name => (this.#counts.get(name) ?? 0) < this.#most * FEW);
    if (this.#all >= (few ? this.#most : this.#most * (1 - KEPT)))
      throw busy('Too many requests are waiting for a new token on this instance.');
    this.#add(names, 1);
    try {
      return await work();
    } finally {
      this.#add(names, -1);
    }
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
