import { Breakers } from './breakers.js';
import { Callers } from './callers.js';
import { Consumers } from './consumers.js';
import { Credentials } from './credentials.js';
import { History } from './history.js';
import { Ledger } from './ledger.js';
import { Limits } from './limits.js';
import type { Logger } from './logger.js';
import { Memory } from './memory.js';
import type { PageHead } from './page.js';
import type { Chain, Clock, Destinations, Provider } from './ports.js';
import { replaceAdminKey } from './recovery.js';
import { Refreshing } from './refreshing.js';
import type { Failpoints } from './steps.js';
import type { Standing, Store } from './store.js';
import { Testing } from './testing.js';
import { Tokens } from './tokens.js';
import { Upkeep } from './upkeep.js';
import { type Verification, verifyLedger } from './verification.js';

/** Everything that the domain is joined from. */
export interface VaultDeps {
  store: Store;
  /** The store's standing when this instance started; memory begins empty at it. */
  standing: Standing;
  provider: Provider;
  destinations: Destinations;
  chain: Chain;
  clock: Clock;
  log: Logger;
  /** Names this start of this instance in the ledger and on leases. */
  writer: string;
  /** Successful draws per second and key; 0 for no limit. */
  drawsPerSecond: number;
  /** 0 … 1, for jitter. */
  random: () => number;
  failpoints: Failpoints;
  /** How many draws may wait for a provider at the same time. */
  mostWaiters: number;
}

/** The domain, joined: what Tokenwell does, by noun. */
export class Vault {
  readonly callers: Callers;
  readonly consumers: Consumers;
  readonly credentials: Credentials;
  readonly tokens: Tokens;
  readonly testing: Testing;
  readonly history: History;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly upkeep: Upkeep;
  readonly #store: Store;
  readonly #refreshing: Refreshing;
  readonly #memory: Memory;
  readonly #chain: Chain;
  readonly #clock: Clock;

  constructor(deps: VaultDeps) {
    const { store, clock, failpoints } = deps;
    const memory = new Memory(deps.standing);
    this.#memory = memory;
    this.#chain = deps.chain;
    this.#store = store;
    this.#clock = clock;
    this.limits = new Limits({ clock, drawsPerSecond: deps.drawsPerSecond });
    this.ledger = new Ledger({ ...deps, memory });
    this.callers = new Callers({ store, memory, clock, failpoints });
    const breakers = new Breakers({ store, clock });
    this.#refreshing = new Refreshing({ ...deps, breakers, ledger: this.ledger });
    const shared = { store, clock, ledger: this.ledger, limits: this.limits, refreshing: this.#refreshing };
    this.tokens = new Tokens({ ...shared, memory, callers: this.callers, failpoints });
    this.credentials = new Credentials({ ...shared, destinations: deps.destinations });
    this.consumers = new Consumers(shared);
    this.testing = new Testing({ ...shared, callers: this.callers });
    this.history = new History({ store, clock });
    this.upkeep = new Upkeep({ ...shared, history: this.history, log: deps.log });
  }

  /** The first page of this instance: proves that the ledger can be written before anyone is served. */
  async begin(fresh: boolean): Promise<void> {
    await this.upkeep.minute();
    const at = this.#clock.now();
    if (fresh) await this.ledger.append({ at, action: 'vault.create', outcome: 'ok' }, this.#memory.revision);
    await this.ledger.append({ at, action: 'vault.start', outcome: 'ok' }, this.#memory.revision);
  }

  /** Verifies the whole ledger; `anchor` are heads that were kept outside. */
  async verify(anchor: PageHead[] = []): Promise<Verification> {
    return await verifyLedger(this.#store.ledger, this.#chain, anchor);
  }

  /** Replaces the keys of the consumer `admin` by a new one: for whoever can open the database and has lost them. */
  async recoverAdmin(): ReturnType<typeof replaceAdminKey> {
    return await replaceAdminKey({ ledger: this.ledger, clock: this.#clock });
  }

  /** Whether the database answers and the ledger can be written; throws what is wrong. */
  async ready(): Promise<void> {
    await this.#store.ping();
    if (this.ledger.failing) throw this.ledger.failing;
  }

  /** Finishes what is under way: refreshes are stored, ledger entries are written. Then the store may be closed. */
  async drain(): Promise<void> {
    await this.upkeep.stop();
    await this.#refreshing.idle();
    await this.ledger.drain();
  }
}
