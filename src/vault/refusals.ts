import type { Entry } from './page.js';
import type { Clock } from './ports.js';

const CAPACITY = 10_000;
const SECOND = 1_000;
const MINUTE = 60_000;

type Refusal = Omit<Entry, 'at'>;

/**
 * Refusals, summed so that nobody can fill the disk with them: for a known key by key and code each second, for an
 * unknown key by its prefix each minute. What does not fit in the table is summed without its names.
 */
export class Refusals {
  readonly #clock: Clock;
  #sums = new Map<string, { entry: Entry; count: number; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(refusal: Refusal): void {
    const at = this.#clock.now();
    const known = refusal.consumer !== undefined;
    const full = this.#sums.size >= CAPACITY;
    const entry: Entry = full
      ? { at, action: refusal.action, outcome: 'refused', code: 'various' }
      : { at, ...refusal };
    const name = [entry.consumer, entry.key_id, entry.action, entry.credential, entry.account, entry.code].join(' ');
    const sum = this.#sums.get(name);
    if (sum) sum.count += 1;
    else this.#sums.set(name, { entry, count: 1, until: at + (known ? SECOND : MINUTE) });
  }

  /** The sums whose time is over (or all of them), each as one entry. */
  due(all: boolean): Entry[] {
    const now = this.#clock.now();
    const ripe = [...this.#sums].filter(([, sum]) => all || sum.until <= now);
    for (const [name] of ripe) this.#sums.delete(name);
    return ripe.map(([, { entry, count }]) => (count > 1 ? { ...entry, count } : entry));
  }
}
