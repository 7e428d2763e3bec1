import { BoundedMap } from './bounded-map.js';
import { VaultError } from './errors.js';
import type { Clock } from './ports.js';

/** Counts events by name within a window of time, in a table of bounded size. */
class Windows {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #counts = new BoundedMap<string, { window: number; count: number }>(10_000);

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  /** How often the name was counted in this window. */
  count(name: string): number {
    const entry = this.#counts.get(name);
    return entry?.window === this.#window() ? entry.count : 0;
  }

  /** Counts once more and answers the new count. */
  add(name: string): number {
    const count = this.count(name) + 1;
    this.#counts.set(name, { window: this.#window(), count });
    return count;
  }

  /** Whole seconds until the window ends, at least 1. */
  get rest(): number {
    return Math.max(1, Math.ceil(((this.#window() + 1) * this.#windowMs - this.#clock.now()) / 1000));
  }

  #window(): number {
    return Math.floor(this.#clock.now() / this.#windowMs);
  }
}

const WRONG_KEYS_EACH = 20;
const WRONG_KEYS_IN_ALL = 1_000;
const REFUSED_DRAWS = 100;
const HAND_TESTS = 6;
const PROVIDER_CALLS = 60;

/**
 * Limits on failures and on calls that reach a provider by hand. Successful draws are limited only where the operator
 * says so, and a valid key is never held back by what others do.
 */
export class Limits {
  readonly #wrongKeys: Windows;
  readonly #refusals: Windows;
  readonly #draws: Windows;
  readonly #handTests: Windows;
  readonly #providerCalls: Windows;
  readonly #drawsPerSecond: number;

  constructor(deps: { clock: Clock; drawsPerSecond: number }) {
    this.#wrongKeys = new Windows(deps.clock, 60_000);
    this.#refusals = new Windows(deps.clock, 1_000);
    this.#draws = new Windows(deps.clock, 1_000);
    this.#handTests = new Windows(deps.clock, 60_000);
    this.#providerCalls = new Windows(deps.clock, 60_000);
    this.#drawsPerSecond = deps.drawsPerSecond;
  }

  /** Counts a wrong key: 20 a minute for an address and prefix, 1,000 a minute in all. */
  wrongKey(address: string, prefix: string): VaultError | undefined {
    // Past the common limit nothing more is noted, so a flood of addresses cannot push the others out of the table.
    if (this.#wrongKeys.add('in all') > WRONG_KEYS_IN_ALL) return limited('wrong API keys', this.#wrongKeys.rest);
    if (this.#wrongKeys.add(`${address} ${prefix}`) <= WRONG_KEYS_EACH) return undefined;
    return limited('wrong API keys', this.#wrongKeys.rest);
  }

  /** Counts a callback that was refused, by the address that it came from; bounds as those of wrong keys. */
  refusedConsent(address: string): VaultError | undefined {
    return this.wrongKey(address, 'consent');
  }

  /** Counts a draw with a key, where the operator limits them. */
  draw(keyId: string): VaultError | undefined {
    if (this.#drawsPerSecond === 0 || this.#draws.add(keyId) <= this.#drawsPerSecond) return undefined;
    return limited('tokens drawn with this key', this.#draws.rest);
  }

  /** Counts a refused draw of a valid key: past 100 a second the refusal itself becomes 429. Good draws are not held back. */
  refusedDraw(keyId: string): VaultError | undefined {
    if (this.#refusals.add(keyId) <= REFUSED_DRAWS) return undefined;
    return limited('refused draws with this key', this.#refusals.rest);
  }

  /**
   * Counts a call to the provider for an account: 60 a minute for what it is drawn for, and 60 for all other scopes
   * together, so that whatever scopes one consumer thinks of, the others are served. Seconds to wait.
   */
  providerCall(credential: string, account: string, own: boolean): number | undefined {
    const calls = this.#providerCalls.add(`${credential} ${account} ${own ? 'own' : 'other'}`);
    return calls <= PROVIDER_CALLS ? undefined : this.#providerCalls.rest;
  }

  /** Counts a consumer's report that a token was refused: 6 a minute for an account, apart from what others do there. */
  report(consumer: string, credential: string, account: string): VaultError | undefined {
    return this.#byHand(`${credential} ${account} ${consumer}`, 'reports of this account');
  }

  /** Counts a call by hand that reaches the provider: 6 a minute for an account. */
  handTest(credential: string, account: string): VaultError | undefined {
    return this.#byHand(`${credential} ${account}`, 'tests of this account');
  }

  /** The same for a client authentication. */
  authTest(credential: string, id: string): VaultError | undefined {
    return this.#byHand(`${credential} ${id}`, 'tests of this client authentication');
  }

  /** The same for metadata that this consumer asks of issuers. */
  discovery(consumer: string): VaultError | undefined {
    return this.#byHand(`issuer ${consumer}`, 'discoveries');
  }

  #byHand(name: string, what: string): VaultError | undefined {
    return this.#handTests.add(name) <= HAND_TESTS ? undefined : limited(what, this.#handTests.rest);
  }
}

function limited(what: string, retryAfter: number): VaultError {
  return new VaultError('rate_limited', `Too many ${what}. Wait ${retryAfter} s.`, {
    class: 'throttled',
    action: 'Wait, then send fewer.',
    retryAfter,
  });
}
