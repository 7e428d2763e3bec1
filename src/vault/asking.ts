import type { AccountProgress } from './account.js';
import type { Ledger } from './ledger.js';
import type { Clock, Provider, ProviderFailure } from './ports.js';
import type { Current } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Lease, Store } from './store.js';
import type { Token } from './token.js';

/** One call to the provider under the account's lease, from the first check to the stored token. */
export interface Asking extends Current {
  /** The token's scope, normalised. */
  scope: string;
  lease: Lease;
  /** Monotonic milliseconds from which on the lease cannot be relied on for a whole call. */
  leaveBy: number;
  /** The token that this one would replace. */
  stored: Token | undefined;
}

/** A stored token, or why there is none; either way the account says so and the lease has ended. */
export type Obtained = { token: Token } | { progress: AccountProgress; failure?: ProviderFailure };

/** What both ways work with. */
export interface WayDeps {
  store: Store;
  provider: Provider;
  ledger: Ledger;
  clock: Clock;
  /** 0 … 1, for jitter. */
  random: () => number;
  failpoints: Failpoints;
}

/** A way to get a new token: by the application itself, or by a person's grant. Throws `Superseded`. */
export interface Way {
  obtain(asking: Asking): Promise<Obtained>;
}
