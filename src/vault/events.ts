import type { Account, AccountName, AccountProgress, AccountState, Finding } from './account.js';
import type { Entry } from './page.js';
import type { Tx } from './store.js';

/** An account whose state is another one than before; no state before it was made, none after it went. */
export interface Transition {
  credential: string;
  account: string;
  from: AccountState | undefined;
  to: AccountState | undefined;
  /** What is wrong now, and who must act. */
  finding: Finding | undefined;
}

/** Something that was done and is durable: its ledger entry, and what it made of accounts. Never a secret. */
export interface VaultEvent {
  entry: Entry;
  transitions: readonly Transition[];
}

type Listener = (event: VaultEvent) => void;

/**
 * What this instance does, as it happens, for whoever tells others of it. It begins with the subscription and ends with
 * the process; what must not be missed is read from the ledger.
 */
export class Events {
  readonly #listeners = new Set<Listener>();
  readonly #failed: (error: unknown) => void;

  /** `failed` is told of a listener that threw; the others hear of the event all the same. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Calls the listener for every event from now on. Answers how to end that. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Never throws and waits for nobody. */
  publish(event: VaultEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}

/** The same transaction, of which every change of an account's state is noted in `transitions`. */
export function watching(tx: Tx, transitions: Transition[]): Tx {
  const { accounts } = tx;
  const note = (name: AccountName, from: AccountState | undefined, progress?: AccountProgress) => {
    const { credential, account } = name;
    if (from !== progress?.state)
      transitions.push({ credential, account, from, to: progress?.state, finding: progress?.finding });
  };
  const changed = (change: (account: Account, progress: AccountProgress) => Promise<void>) => {
    return async (account: Account, progress: AccountProgress) => {
      await change(account, progress);
      note(account, account.state, progress);
    };
  };
  return {
    ...tx,
    accounts: {
      ...accounts,
      revise: changed(accounts.revise),
      restart: changed(accounts.restart),
      settle: async (account, fence, progress, intent) => {
        const settled = await accounts.settle(account, fence, progress, intent);
        if (settled) note(account, account.state, progress);
        return settled;
      },
      remove: async account => {
        const removed = await accounts.remove(account);
        if (removed) note(account, account.state);
        return removed;
      },
    },
  };
}
