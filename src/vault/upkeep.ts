import type { History } from './history.js';
import type { Ledger } from './ledger.js';
import type { Logger } from './logger.js';
import type { Notices } from './notices.js';
import type { Clock } from './ports.js';
import type { Renewals } from './renewals.js';
import type { Store } from './store.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const KEPT_CHANGES = 10_000;

/** What is done beside the requests: summed refusals, the ledger's index, other writers' heads, renewals, what is over,
 * and what will be. */
export class Upkeep {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #history: History;
  readonly #renewals: Renewals;
  readonly #notices: Notices;
  readonly #clock: Clock;
  readonly #log: Logger;
  #stopped = false;
  readonly #rounds = new Set<Promise<void>>();

  constructor(deps: {
    store: Store;
    ledger: Ledger;
    history: History;
    renewals: Renewals;
    notices: Notices;
    clock: Clock;
    log: Logger;
  }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#history = deps.history;
    this.#renewals = deps.renewals;
    this.#notices = deps.notices;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Begins the rounds; they end with `stop`. */
  start(): void {
    void this.#repeat(SECOND, async () => this.#ledger.releaseRefusals());
    void this.#repeat(SECOND, () => this.#history.catchUp());
    void this.#repeat(5 * SECOND, () => this.#renewals.round());
    void this.#repeat(MINUTE, () => this.minute());
    void this.#repeat(MINUTE, () => this.#notices.round());
  }

  /** Begins no further round and waits for those that are running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#renewals.stop();
    await Promise.all(this.#rounds);
  }

  /** The minute's round: proof of life, the heads of the other writers, and what is long over. */
  async minute(): Promise<void> {
    const now = this.#clock.now();
    await this.#store.registerInstance(this.#ledger.writer, now);
    await this.#ledger.noteHeads();
    await this.#store.purgeChanges(KEPT_CHANGES, now - DAY);
    const [day, week, month] = [now - DAY, now - 7 * DAY, now - 30 * DAY];
    await this.#store.purge({ consents: week, links: month, candidates: week, kept: month, tokens: day });
  }

  async #repeat(ms: number, round: () => Promise<void>): Promise<void> {
    for (;;) {
      await this.#clock.sleep(ms);
      if (this.#stopped) return;
      const running = round().catch(error =>
        this.#log.warn({ err: error }, 'a round of upkeep failed; the next one tries again'),
      );
      this.#rounds.add(running);
      await running;
      this.#rounds.delete(running);
    }
  }
}
