import { findingOf } from './account.js';
import type { Asking, WayDeps } from './asking.js';
import { clientAt } from './client-at.js';
import type { Renewed } from './consent-store.js';
import { keepAlive } from './due.js';
import { VaultError } from './errors.js';
import { belongsTo, type Grant, mayBeEndedAt } from './grant.js';
import { randomId } from './ids.js';
import type { Ledger, Written } from './ledger.js';
import type { Logger } from './logger.js';
import { type Clock, type Provider, ProviderFailure } from './ports.js';
import type { Secret } from './secret.js';
import { type Settlement, Superseded, settle } from './settling.js';
import type { Store, Tx } from './store.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Keeps refresh tokens that came. One may be the only one that still works, so it is stored however long the database
 * stays away and whatever became of the account meanwhile; only when a person ended the grant is it revoked instead.
 */
export class Keeping {
  readonly #store: Store;
  readonly #provider: Provider;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;

  constructor(deps: Omit<WayDeps, 'failpoints'> & { log: Logger }) {
    this.#store = deps.store;
    this.#provider = deps.provider;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#log = deps.log;
  }

  /** Stores the end of a refresh and the refresh token that came with it. Throws `Superseded` when it came too late. */
  async keep(asking: Asking, grant: Grant, refreshToken: Secret | undefined, end: Settlement): Promise<void> {
    // Where the provider does not rotate, the old one stays.
    const generation = refreshToken ? randomId('gen') : grant.generation;
    const next = this.renewed(asking, generation, refreshToken);
    const also = async (tx: Tx) => {
      if (!(await tx.grants.renew(grant, next))) throw new Superseded();
    };
    try {
      await this.untilStored(() => settle(this.#ledger, asking, asking.lease, { ...end, also }));
    } catch (error) {
      if (error instanceof Superseded && refreshToken) await this.#tooLate(asking, grant, refreshToken);
      throw error;
    }
  }

  /** What a grant becomes by a refresh that was answered just now. */
  renewed({ credential }: Pick<Asking, 'credential'>, generation: string, refreshToken: Secret | undefined): Renewed {
    const now = this.#clock.now();
    return { generation, refreshToken, now, keepAliveAt: keepAlive(credential.tokenUrl, now, this.#random()) };
  }

  /** Repeats a write of something that cannot be had again for as long as the database stays away. */
  async untilStored<T>(store: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await store();
      } catch (error) {
        if (!(error instanceof VaultError) || error.code !== 'ledger_unavailable') throw error;
        this.#log.error({ err: error }, 'a refresh token that came cannot be stored; it is tried again until it is');
        await this.#clock.sleep(pause);
      }
    }
  }

  /** Somebody else has the account now: the token goes beside the grant, for when theirs is refused. */
  async #tooLate(asking: Asking, grant: Grant, refreshToken: Secret): Promise<void> {
    const now = this.#clock.now();
    let ended = false;
    let stillThere = false;
    const name = { credential: grant.credential, account: grant.account };
    const beside = async (tx: Tx): Promise<Written<void>> => {
      const current = await tx.grants.find(grant.credential, grant.account, 'current');
      stillThere = current?.id === grant.id;
      // Where somebody consented anew, revoking this one might end the new grant too; it is only dropped.
      ended = current === undefined;
      const orphan = { ...grant, id: randomId('grant'), kind: 'orphan' as const, kindSince: now };
      if (stillThere) await tx.grants.insert({ ...orphan, generation: randomId('gen') }, refreshToken);
      const action = stillThere ? 'account.orphan' : 'account.revoke';
      return { result: undefined, touched: [], entry: { action, ...name } };
    };
    await this.untilStored(() => this.#ledger.write({}, beside));
    if (ended) await this.revoke(asking, grant, refreshToken);
  }

  /**
   * Ends a refresh token at the provider that gave it, where it can (RFC 7009). Answers whether it did, or why not in
   * plain words.
   */
  async revoke(
    { credential }: Pick<Asking, 'credential'>,
    grant: Pick<Grant, 'origin' | 'clientId'>,
    token: Secret,
  ): Promise<true | string> {
    if (!belongsTo(grant, credential)) {
      return 'It was obtained at another token URL or as another client, so nobody was told.';
    }
    const { revocationUrl } = credential;
    if (revocationUrl === undefined) return 'This credential has no revocation URL, so the provider was not told.';
    if (!mayBeEndedAt(grant, revocationUrl)) {
      return 'The revocation URL leads to another origin than when this was obtained, so nobody was told.';
    }
    try {
      const { tokenUrl: _, ...client } = await clientAt(this.#store.reads, credential);
      await this.#provider.revoke({ ...client, revocationUrl, token });
      return true;
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      return findingOf(error, this.#clock.now()).message;
    }
  }
}
