import { drawScope } from './credential.js';
import type { Due, EndpointName } from './due-store.js';
import { VaultError } from './errors.js';
import type { Ledger } from './ledger.js';
import type { Logger } from './logger.js';
import { hashOf } from './opaque.js';
import type { Clock } from './ports.js';
import { AskedTooOften, type Refreshing } from './refreshing.js';
import { Superseded } from './settling.js';
import type { Store } from './store.js';
import type { Usage } from './usage.js';

const LEASE_MS = 60_000;
/** A round begins nothing more after this time; the call that it began last has ended long before the lease has. */
const ROUND_MS = 20_000;
const PACE_MS = 100;
const AT_ONCE = 4;
/** A slow provider holds its own lanes for the whole round, and no others. */
const ORIGINS_AT_ONCE = 32;
const ENDPOINTS_AT_ONCE = 8;
const ENDPOINTS = 1_000;
const BATCH = ROUND_MS / PACE_MS;
/** No token lives so long, so whatever is stored is too short. */
const ANEW_SECONDS = 86_401;

/**
 * Renews without a draw: tokens in use shortly before their end, refresh tokens before their provider forgets them. One
 * instance at a time for a token endpoint and client (a lease), at a measured pace, so that a restart with thousands of
 * accounts due is no storm; several endpoints beside one another.
 */
export class Renewals {
  readonly #store: Store;
  readonly #refreshing: Refreshing;
  readonly #usage: Usage;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;
  #stopped = false;

  constructor(deps: {
    store: Store;
    refreshing: Refreshing;
    usage: Usage;
    ledger: Ledger;
    clock: Clock;
    random: () => number;
    log: Logger;
  }) {
    this.#store = deps.store;
    this.#refreshing = deps.refreshing;
    this.#usage = deps.usage;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#log = deps.log;
  }

  /** Begins no further renewal. */
  stop(): void {
    this.#stopped = true;
  }

  /** One round over everything that is due; it begins nothing after 20 seconds. */
  async round(): Promise<void> {
    const now = this.#clock.now();
    await this.#usage.handOver(ids => this.#store.due.noteDrawn(ids, now));
    const endpoints = await this.#store.due.dueEndpoints(now, ENDPOINTS);
    const until = this.#clock.monotonic() + ROUND_MS;
    await beside(ORIGINS_AT_ONCE, byOrigin(endpoints), async ofOne => {
      await beside(ENDPOINTS_AT_ONCE, ofOne, async endpoint => {
        if (!this.#over(until)) await this.#at(endpoint, until);
      });
    });
  }

  #over(until: number): boolean {
    return this.#stopped || this.#clock.monotonic() >= until;
  }

  async #at(endpoint: EndpointName, until: number): Promise<void> {
    const name = `upkeep ${hashOf(`${endpoint.tokenUrl} ${endpoint.clientId}`)}`;
    const owner = this.#ledger.writer;
    if (!(await this.#store.due.takeNamed(name, owner, LEASE_MS))) return;
    try {
      await this.#renewAll(await this.#store.due.due(endpoint, this.#clock.now(), BATCH), until);
    } finally {
      await this.#store.due.endNamed(name, owner);
    }
  }

  /** One after the other at the pace; an endpoint that cannot answer now is left alone for the rest of the round. */
  async #renewAll(all: Due[], until: number): Promise<void> {
    let away = false;
    let next = this.#clock.monotonic();
    await beside(AT_ONCE, all, async due => {
      if (away || this.#over(until)) return;
      const now = this.#clock.monotonic();
      const turn = Math.max(next, now);
      next = turn + PACE_MS * (0.5 + this.#random());
      await this.#clock.sleep(turn - now);
      // While this one waited for its turn, another may have found the endpoint away.
      if (!away && !this.#over(until)) away = !(await this.#renew(due));
    });
  }

  /** Whether the endpoint may be asked for the next one. What went wrong stands with the account and in the ledger. */
  async #renew({ credential: id, account, scope, expiresAt }: Due): Promise<boolean> {
    const credential = await this.#store.reads.credentials.find(id);
    if (!credential) return true;
    const left = expiresAt === undefined ? ANEW_SECONDS : Math.ceil((expiresAt - this.#clock.now()) / 1000) + 1;
    const minTtl = Math.max(1, left);
    try {
      await this.#refreshing.refresh(credential, account, scope ?? drawScope(credential), {
        minTtl,
        force: false,
      });
    } catch (error) {
      if (error instanceof Superseded) return true;
      if (!(error instanceof VaultError)) {
        this.#log.error({ err: error, credential: id, account }, 'a renewal failed in a way that nobody foresaw');
        return false;
      }
      // What was refused is not asked for again before somebody draws it.
      if (error.code === 'provider_refused') await this.#store.due.forgetDrawn({ credential: id, account, scope });
      return !isAway(error);
    }
    return true;
  }
}

/** Whether the next one would fare no better; an account that was asked for too often says nothing of the others. */
function isAway(error: VaultError): boolean {
  if (error instanceof AskedTooOften) return false;
  return error.code === 'ledger_unavailable' || error.code === 'provider_unavailable';
}

function byOrigin(endpoints: readonly EndpointName[]): EndpointName[][] {
  const origins = new Map<string, EndpointName[]>();
  for (const endpoint of endpoints) {
    const { origin } = new URL(endpoint.tokenUrl);
    origins.set(origin, [...(origins.get(origin) ?? []), endpoint]);
  }
  return [...origins.values()];
}

/** Works on all of them, at most `most` at the same time, in order. */
async function beside<T>(most: number, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const lane = async () => {
    for (const one of rest) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, lane));
}
