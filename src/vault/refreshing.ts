import type { Account } from './account.js';
import type { Asking, Way } from './asking.js';
import type { Breakers } from './breakers.js';
import { type Credential, drawScope, type GrantType } from './credential.js';
import { notFound, VaultError } from './errors.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import { Places } from './places.js';
import type { Clock } from './ports.js';
import { busy, mayAskNow, problemOf } from './problem.js';
import { type Current, Superseded } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Lease, Store } from './store.js';
import { longEnough, type Token } from './token.js';
import { Waiting } from './waiting.js';

/** What a new token is asked for. */
export interface Asked {
  /** Seconds that the token must still live to be taken as it is. */
  minTtl: number;
  /** Ask the provider although a token is stored or a pause is running; for tests by an operator. */
  force: boolean;
  /** Whom it is for; undefined: nobody, what is in use is renewed ahead. */
  consumer?: string;
}

interface Flight {
  token: Promise<Token>;
  asked: Asked;
}

const LEASE_MS = 15_000;
// The call has ten seconds, and what follows it one.
const LEAVE_BY_MS = 4_000;
const LEASE_WAIT_MS = 20_000;
/** Refreshes under way at one provider from this instance; a slow one is not given thousands of connections. */
const AT_ONE_PROVIDER = 32;
const PLACE_WAIT_MS = 20_000;

/**
 * Gets a new token from the provider, one flight at a time for an account across all instances: callers of one
 * instance share the flight, instances take turns by a lease in the store and read again after any wait.
 */
export class Refreshing {
  readonly #store: Store;
  readonly #ways: Record<GrantType, Way>;
  readonly #breakers: Breakers;
  readonly #limits: Limits;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #at: Failpoints;
  readonly #flights = new Map<string, Flight>();
  readonly #turns = new Places(1);
  readonly #places = new Places(AT_ONE_PROVIDER);
  readonly #waiting: Waiting;

  constructor(deps: {
    store: Store;
    ways: Record<GrantType, Way>;
    breakers: Breakers;
    limits: Limits;
    ledger: Ledger;
    clock: Clock;
    random: () => number;
    failpoints: Failpoints;
    mostWaiters: number;
  }) {
    this.#store = deps.store;
    this.#ways = deps.ways;
    this.#breakers = deps.breakers;
    this.#limits = deps.limits;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#at = deps.failpoints;
    this.#waiting = new Waiting(deps.mostWaiters);
  }

  /** A token good for `minTtl`, or the newest that the provider gives. Throws `provider_refused`, `provider_unavailable`. */
  async refresh(credential: Credential, account: string, scope: string, asked: Asked): Promise<Token> {
    const wait = { consumer: asked.consumer, origin: new URL(credential.tokenUrl).origin };
    return await this.#waiting.during(wait, async () => {
      for (;;) {
        const flight = this.#join(credential, account, scope, asked);
        const token = await flight.token;
        // A flight that began for somebody who needed less may have found a stored token that is too short for us.
        const served = flight.asked === asked || flight.asked.force;
        if (served || longEnough(token, asked.minTtl, this.#clock.now())) return token;
      }
    });
  }

  /** Answers when no flight is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map(flight => flight.token));
  }

  /** The flight belongs to the process: it goes on and its token is stored although every caller has gone. */
  #join(credential: Credential, account: string, scope: string, asked: Asked): Flight {
    // A changed credential, or a new one of the same name, starts a flight of its own: the old one cannot be stored.
    const name = [credential.id, credential.clientAuth.id, credential.version, account].join(' ');
    const flightName = `${name} ${scope}`;
    const running = this.#flights.get(flightName);
    if (running && (running.asked.force || !asked.force)) return running;
    const token = this.#inTurn(name, () =>
      this.#inPlace(credential, () => this.#fly(credential, account, scope, asked)),
    );
    const flight = { token, asked };
    this.#flights.set(flightName, flight);
    const land = () => {
      if (this.#flights.get(flightName) === flight) this.#flights.delete(flightName);
    };
    token.then(land, land);
    return flight;
  }

  async #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const giveBack = await this.#turns.take(name);
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  /** Before the lease, so that whoever waits for a slow provider holds none. */
  async #inPlace<T>({ tokenUrl }: Credential, work: () => Promise<T>): Promise<T> {
    const { host, origin } = new URL(tokenUrl);
    const deadline = this.#clock.monotonic() + PLACE_WAIT_MS;
    const giveBack = await this.#places.take(origin);
    try {
      if (this.#clock.monotonic() > deadline) throw busy(`${host} answers slowly, and too many requests wait for it.`);
      return await work();
    } finally {
      giveBack();
    }
  }

  async #fly(credential: Credential, account: string, scope: string, asked: Asked): Promise<Token> {
    // Counted from before the lease was asked for, so that ours ends here no later than in the store.
    const begun = this.#clock.monotonic();
    const lease = await this.#lease(credential.id, account);
    try {
      await this.#at('refresh.leased');
      const current = await this.#reread(credential, account);
      const stored = await this.#store.reads.findToken(credential.id, account, scope);
      const now = this.#clock.now();
      if (stored && !asked.force && longEnough(stored, asked.minTtl, now)) {
        return await this.#keep(credential, account, lease, stored);
      }
      if (!asked.force && !mayAskNow(current.account, now)) {
        throw problemOf(current.account.finding, current.account.nextTryAt, now);
      }
      return await this.#ask({ ...current, scope, lease, stored, leaveBy: begun + LEAVE_BY_MS }, asked.force);
    } catch (error) {
      await this.#store.releaseLease(credential.id, account, lease.fence);
      throw error;
    }
  }

  async #keep(credential: Credential, account: string, lease: Lease, token: Token): Promise<Token> {
    await this.#store.releaseLease(credential.id, account, lease.fence);
    return token;
  }

  async #lease(credential: string, account: string): Promise<Lease> {
    const deadline = this.#clock.monotonic() + LEASE_WAIT_MS;
    let pause = 50;
    const owner = this.#ledger.writer;
    for (;;) {
      const lease = await this.#store.takeLease(credential, account, owner, LEASE_MS);
      if (lease) return lease;
      if (this.#clock.monotonic() > deadline) throw busy('Another instance is asking the provider for this account.');
      await this.#clock.sleep(pause * (0.5 + this.#random() / 2));
      pause = Math.min(pause * 2, 500);
    }
  }

  async #reread(credential: Credential, account: string): Promise<Current> {
    const now = await this.#store.reads.credentials.find(credential.id);
    const row = await this.#store.reads.accounts.find(credential.id, account);
    if (!now || !row) throw notFound('credential or account');
    const same = now.version === credential.version && now.clientAuth.id === credential.clientAuth.id;
    if (!same) throw new Superseded();
    return { credential: now, account: row };
  }

  async #ask(asking: Asking, force: boolean): Promise<Token> {
    const { credential } = asking;
    const pauseMs = force ? 0 : await this.#breakers.pause(credential);
    if (pauseMs > 0) throw paused(credential, pauseMs);
    const own = asking.scope === drawScope(credential);
    const wait = this.#limits.providerCall(credential.id, asking.account.account, own);
    if (wait !== undefined) throw new AskedTooOften(asking.account, wait);
    const obtained = await this.#ways[credential.grantType].obtain(asking);
    if ('token' in obtained) {
      await this.#breakers.close(credential);
      await this.#at('refresh.stored');
      return obtained.token;
    }
    const { progress, failure } = obtained;
    const now = this.#clock.now();
    if (failure) await this.#breakers.count(credential, failure, now);
    throw problemOf(progress.finding, progress.nextTryAt, now);
  }
}

/** One account needed too many calls within a minute; its neighbours are not concerned. */
export class AskedTooOften extends VaultError {
  constructor({ account }: Account, seconds: number) {
    const message = `The provider was asked too often for ${account} within a minute.`;
    const action = 'Ask for the same scopes each time, so that a stored token can serve.';
    super('provider_unavailable', message, { class: 'throttled', action, retryAfter: seconds });
  }
}

function paused(credential: Credential, pauseMs: number): VaultError {
  const host = new URL(credential.tokenUrl).host;
  return new VaultError(
    'provider_unavailable',
    `${host} failed repeatedly or asked for a pause, so it is not called now.`,
    {
      class: 'unavailable',
      action: 'The first draw after the pause asks again; a test of the credential asks at once.',
      retryAfter: Math.ceil(pauseMs / 1000),
    },
  );
}
