import type { Entry } from './page.js';
import type { Clock } from './ports.js';

const CAPACITY = 10_000;
const STRANGERS = 1_000;
/** Of what one key asked for, so many names are written each second. */
const NAMED = 5;
const SECOND = 1_000;
const MINUTE = 60_000;

type Refusal = Omit<Entry, 'at'>;

interface Sum {
  entry: Entry;
  count: number;
  until: number;
}

/**
 * Refusals, summed so that nobody can fill the disk with them: for a known key by code each second, with the names of
 * the first few things that it asked for; for an unknown key by its prefix each minute. Known and unknown have a table
 * each, so strangers cannot push out what is said of a known key; what does not fit in a table is summed without names.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #known = new Map<string, Sum>();
  readonly #unknown = new Map<string, Sum>();
  /** How many sums with names each key has at present. */
  readonly #named = new Map<string, number>();

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
    if (count(table, entry)) return;
    const few = this.#isOneOfFew(entry) ? entry : withoutNames(entry);
    if (few !== entry && count(table, few)) return;
    table.set(nameOf(few), { entry: few, count: 1, until: this.#clock.monotonic() + (known ? SECOND : MINUTE) });
  }

  /** The sums whose time is over (or all of them), each as one entry. */
  due(all: boolean): Entry[] {
    return [...this.#take(this.#known, all), ...this.#take(this.#unknown, all)];
  }

  #isOneOfFew(entry: Entry): boolean {
    const holder = nameOfHolder(entry);
    if (holder === undefined || entry.credential === undefined) return true;
    const named = this.#named.get(holder) ?? 0;
    if (named >= NAMED) return false;
    this.#named.set(holder, named + 1);
    return true;
  }

  #take(table: Map<string, Sum>, all: boolean): Entry[] {
    // By the clock that nobody puts back, so that a sum never waits longer than it says.
    const now = this.#clock.monotonic();
    const ripe = [...table].filter(([, sum]) => all || sum.until <= now);
    for (const [name, { entry }] of ripe) {
      table.delete(name);
      const holder = nameOfHolder(entry);
      if (holder !== undefined) this.#named.delete(holder);
    }
    return ripe.map(([, { entry, count }]) => (count > 1 ? { ...entry, count } : entry));
  }
}

/** Adds to the sum of equal refusals, where there is one. */
function count(table: Map<string, Sum>, entry: Entry): boolean {
  const sum = table.get(nameOf(entry));
  if (sum) sum.count += 1;
  return sum !== undefined;
}

/** Whom a refusal is of: a key, or the consumer of a workload. */
function nameOfHolder({ key_id, consumer }: Entry): string | undefined {
  return key_id ?? consumer;
}

function nameOf({ consumer, key_id, workload, action, credential, account, code }: Entry): string {
  return [consumer, key_id, workload, action, credential, account, code].join(' ');
}

function withoutNames({ credential: _, account: __, ...entry }: Entry): Entry {
  return entry;
}
