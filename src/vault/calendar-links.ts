import { atLeast, type Caller } from './consumer.js';
import { missing } from './errors.js';
import { EXPIRY_KINDS, type Expiry, judged } from './expiry.js';
import type { CalendarLink } from './expiry-store.js';
import { randomId } from './ids.js';
import type { Ledger } from './ledger.js';
import { createOpaque, hashOf, isOpaque } from './opaque.js';
import type { Clock } from './ports.js';
import { type Actor, actorOf, require } from './roles.js';
import type { Secret } from './secret.js';
import type { Store } from './store.js';

/** A new link: the only time that what stands in its address is known. */
export interface NewCalendarLink {
  link: CalendarLink;
  token: Secret;
}

/** What a calendar shows. */
export interface Calendar {
  link: CalendarLink;
  /** What somebody must act upon, the soonest first; of a credential's accounts the soonest alone. */
  expiries: Expiry[];
  /** Epoch milliseconds. */
  at: number;
}

const MOST_OF_A_KIND = 300;
const MAKER = 'operator';

/** Addresses at which calendars read what ends, without a key. */
export class CalendarLinks {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(deps: { store: Store; ledger: Ledger; clock: Clock }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
  }

  /** `expiresIn` in seconds; undefined: it lasts until it is deleted. Throws `forbidden`. */
  async create(actor: Actor, expiresIn: number | undefined): Promise<NewCalendarLink> {
    require(actor.caller, MAKER);
    const now = this.#clock.now();
    const link: CalendarLink = {
      id: randomId('cal'),
      madeBy: actor.caller.consumer,
      createdAt: now,
      expiresAt: expiresIn === undefined ? undefined : now + expiresIn * 1000,
    };
    const token = createOpaque();
    await this.#ledger.write(actorOf(actor), async tx => {
      await tx.expiries.insertLink(link, hashOf(token.reveal()));
      return { result: undefined, touched: [], entry: { action: 'expiry.link', subject: link.id } };
    });
    return { link, token };
  }

  /** In order of id. Throws `forbidden`. */
  async list(caller: Caller): Promise<CalendarLink[]> {
    require(caller, 'auditor');
    return await this.#store.expiries.links();
  }

  /** From now on there is nothing at its address. Throws `not_found`, `forbidden`. */
  async remove(actor: Actor, id: string): Promise<void> {
    require(actor.caller, MAKER);
    await this.#ledger.write(actorOf(actor), async tx => {
      if (!(await tx.expiries.removeLink(id))) throw missing('calendar link', id);
      return { result: undefined, touched: [], entry: { action: 'expiry.unlink', subject: id } };
    });
  }

  /**
   * What stands behind an address: undefined where there is no link, or whoever made it may make none today; `over`
   * where its time has passed.
   */
  async read(token: string): Promise<Calendar | 'over' | undefined> {
    const link = isOpaque(token) ? await this.#store.expiries.findLink(hashOf(token)) : undefined;
    if (!link || !(await this.#mayMake(link.madeBy))) return undefined;
    const now = this.#clock.now();
    if (link.expiresAt !== undefined && link.expiresAt <= now) return 'over';
    const read = (kind: Expiry['kind']) => {
      const wanted = { kinds: [kind], until: undefined, pressing: true, after: undefined, limit: MOST_OF_A_KIND };
      return this.#store.expiries.list(wanted, now);
    };
    const found = (await Promise.all(EXPIRY_KINDS.map(read))).flat();
    return { link, expiries: onePerCredential(found.map(one => judged(one, now))), at: now };
  }

  /** Links of a consumer that is deleted go with it. */
  async #mayMake(id: string): Promise<boolean> {
    const consumer = await this.#store.reads.consumers.find(id);
    return consumer !== undefined && !consumer.disabled && atLeast(consumer.role, MAKER);
  }
}

/** Thousands of accounts may end on one day for one reason. */
function onePerCredential(expiries: Expiry[]): Expiry[] {
  const seen = new Set<string>();
  const first = expiries.filter(({ kind, credential = '' }) => {
    if (kind !== 'refresh_token') return true;
    const known = seen.has(credential);
    seen.add(credential);
    return !known;
  });
  return first.sort((one, other) => one.endsAt - other.endsAt);
}
