import type { AccountState } from './account.js';
import type { Caller } from './consumer.js';
import { DAY_MS, EXPIRY_KINDS, type Expiry, type ExpiryKind, type ExpiryPlace, judged } from './expiry.js';
import type { SoonestEnd } from './expiry-store.js';
import type { Clock } from './ports.js';
import { require } from './roles.js';
import type { Store } from './store.js';

/** Which ends somebody asks for. */
export interface ExpiryQuery {
  /** Days from now; undefined: however far away. */
  within: number | undefined;
  kind: ExpiryKind | undefined;
  /** Only those before which somebody must act. */
  pressing: boolean;
  after: ExpiryPlace | undefined;
  limit: number;
}

/** What a watch wants to know in numbers. */
export interface Gauges {
  soonest: SoonestEnd[];
  accounts: Partial<Record<AccountState, number>>;
}

/** So many of each kind are told in numbers, the soonest: whoever reads them keeps a series for each. */
const MOST_SERIES = 100;

/** Everything that will end: names and dates, never a secret. */
export class Expiries {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(deps: { store: Store; clock: Clock }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
  }

  /** The soonest first, after the place named. Throws `forbidden`. */
  async list(caller: Caller, { within, kind, ...asked }: ExpiryQuery): Promise<Expiry[]> {
    require(caller, 'auditor');
    const now = this.#clock.now();
    const until = within === undefined ? undefined : now + within * DAY_MS;
    const kinds = kind === undefined ? EXPIRY_KINDS : [kind];
    const found = await this.#store.expiries.list({ ...asked, kinds, until }, now);
    return found.map(one => judged(one, now));
  }

  /** For metrics, whose readers are let in elsewhere. */
  async gauges(): Promise<Gauges> {
    const { expiries } = this.#store;
    const soonest = await expiries.soonest(this.#clock.now(), MOST_SERIES);
    return { soonest, accounts: await expiries.accountStates() };
  }
}
