import { Accounts } from './accounts.js';
import { Application } from './application.js';
import { Breakers } from './breakers.js';
import { CalendarLinks } from './calendar-links.js';
import { Callers } from './callers.js';
import { ClientAuths } from './client-auths.js';
import { ConnectLinks } from './connect-links.js';
import { Consents } from './consents.js';
import { Consumers } from './consumers.js';
import { Credentials } from './credentials.js';
import { type Discover, Discovering } from './discovering.js';
import { Expiries } from './expiries.js';
import { Granted } from './granted.js';
import { Granting } from './granting.js';
import { History } from './history.js';
import { Importing } from './importing.js';
import { Keeping } from './keeping.js';
import { Ledger } from './ledger.js';
import { Limits } from './limits.js';
import type { Logger } from './logger.js';
import { Memory } from './memory.js';
import { Notices } from './notices.js';
import type { PageHead } from './page.js';
import { Placing } from './placing.js';
import type { Chain, Clock, Destinations, KeyPairs, Mailer, Provider, WorkloadTokens } from './ports.js';
import { replaceAdminKey } from './recovery.js';
import { Refreshing } from './refreshing.js';
import { Rejections } from './rejections.js';
import { Renewals } from './renewals.js';
import { Setup } from './setup/setup.js';
import type { Failpoints } from './steps.js';
import type { Standing, Store } from './store.js';
import { Testing } from './testing.js';
import { Tokens } from './tokens.js';
import { Upkeep } from './upkeep.js';
import { Usage } from './usage.js';
import { type Verification, verifyLedger } from './verification.js';

/** Everything that the domain is joined from. */
export interface VaultDeps {
  store: Store;
  /** The store's standing when this instance started; memory begins empty at it. */
  standing: Standing;
  provider: Provider;
  destinations: Destinations;
  keyPairs: KeyPairs;
  workloadTokens: WorkloadTokens;
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
  discover: Discover;
  /** How many draws may wait for a provider at the same time. */
  mostWaiters: number;
  /** Where providers send the browser back to, exactly as it is registered with them. */
  redirectUri: string;
  /** Whether browsers of other machines cannot reach it. */
  localOnly: boolean;
  /** Origins to which the page after a consent may lead on. */
  returnToOrigins: readonly string[];
  /** Left out: nobody is told by mail. */
  mailer?: Mailer | undefined;
}

/** The domain, joined: what Tokenwell does, by noun. */
export class Vault {
  readonly callers: Callers;
  readonly consumers: Consumers;
  readonly credentials: Credentials;
  readonly clientAuths: ClientAuths;
  readonly discovering: Discovering;
  readonly tokens: Tokens;
  readonly testing: Testing;
  readonly setup: Setup;
  readonly accounts: Accounts;
  readonly importing: Importing;
  readonly connectLinks: ConnectLinks;
  readonly consents: Consents;
  readonly expiries: Expiries;
  readonly calendarLinks: CalendarLinks;
  readonly notices: Notices;
  readonly history: History;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly renewals: Renewals;
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
    this.callers = new Callers({ ...deps, memory });
    const breakers = new Breakers({ store, clock });
    const { ledger } = this;
    const keeping = new Keeping({ ...deps, ledger });
    const application = new Application({ ...deps, ledger });
    const ways = {
      client_credentials: application,
      jwt_bearer: application,
      authorization_code: new Granted({ ...deps, ledger, keeping }),
    };
    this.#refreshing = new Refreshing({ ...deps, ways, breakers, ledger, limits: this.limits });
    const shared = { store, clock, ledger, limits: this.limits, refreshing: this.#refreshing };
    const usage = new Usage();
    const rejections = new Rejections(shared);
    this.tokens = new Tokens({ ...shared, memory, callers: this.callers, rejections, usage, failpoints });
    const { destinations, keyPairs, provider } = deps;
    this.credentials = new Credentials({ ...shared, destinations, keyPairs });
    this.discovering = new Discovering({ ...deps, limits: this.limits });
    this.clientAuths = new ClientAuths({ ...shared, callers: this.callers, provider, keyPairs });
    const { credentials, clientAuths } = this;
    this.setup = new Setup({ ...deps, credentials, clientAuths });
    this.consumers = new Consumers({ ...shared, destinations });
    this.testing = new Testing({ ...shared, callers: this.callers });
    const placing = new Placing(deps);
    const granting = new Granting({ ...deps, ledger, keeping, placing });
    this.connectLinks = new ConnectLinks({ ...deps, ledger, origins: deps.returnToOrigins });
    const { limits, connectLinks } = this;
    this.consents = new Consents({ ...deps, ledger, limits, granting, connectLinks });
    this.accounts = new Accounts({ ...shared, keeping, callers: this.callers });
    const { accounts, callers } = this;
    this.importing = new Importing({ ...deps, ...shared, breakers, keeping, placing, accounts, callers });
    this.history = new History({ store, clock });
    this.expiries = new Expiries({ store, clock });
    this.calendarLinks = new CalendarLinks({ store, ledger, clock });
    this.notices = new Notices({ ...deps, ledger });
    const { random, log } = deps;
    this.renewals = new Renewals({ ...shared, usage, random, log });
    const { history, renewals, notices } = this;
    this.upkeep = new Upkeep({ ...shared, history, renewals, notices, log });
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
