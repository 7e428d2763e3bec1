import type { Entry } from './page.js';
import type { Clock } from './ports.js';

const CAPACITY = 10_000;
const STRANGERS = 1_000;
const SECOND = 1_000;
const MINUTE = 60_000;

type Refusal = Omit<Entry, 'at'>;

interface Sum {
  entry: Entry;
  count: number;
  until: number;
}

/**
 * Refusals, summed so that nobody can fill the disk with them: for a known key by key and code each second, for an
 * unknown key by its prefix each minute. Known and unknown have a table each, so strangers cannot push out what is
 * said of a known key; what does not fit in a table is summed without its names.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #known = new Map<string, Sum>();
  readonly #unknown = new Map<string, Sum>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(refusal: Refusal): void {
    const at = this.#clock.now();
    const known = refusal.consumer !== undefined;
    const table = known ? this.#known : this.#unknown;
    const full = table.size >= (known ? CAPACITY : STRANGERS);
    const entry: Entry = full
      ? { at, action: refusal.action, outcome: 'refused', code: 'various' }
      : { at, ...refusal };
    const name = [entry.consumer, entry.key_id, entry.action, entry.credential, entry.account, entry.code].join(' ');
    const sum = table.get(name);
    if (sum) sum.count += 1;
    else table.set(name, { entry, count: 1, until: this.#clock.monotonic() + (known ? SECOND : MINUTE) });
  }

  /** The sums whose time is over (or all of them), each as one entry. */
  due(all: boolean): Entry[] {
    return [...this.#take(this.#known, all), ...this.#take(this.#unknown, all)];
  }

  #take(table: Map<string, Sum>, all: boolean): Entry[] {
    // By the clock that nobody puts back, so that a sum never waits longer than it says.
    const now = this.#clock.monotonic();
    const ripe = [...table].filter(([, sum]) => all || sum.until <= now);
    for (const [name] of ripe) table.delete(name);
    return ripe.map(([, { entry, count }]) => (count > 1 ? { ...entry, count } : entry));
  }
}
