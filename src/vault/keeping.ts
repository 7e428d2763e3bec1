import { type AccountName, findingOf } from './account.js';
import type { Asking, WayDeps } from './asking.js';
import { clientAt } from './client-at.js';
import type { Renewed } from './consent-store.js';
import type { Credential } from './credential.js';
import { idleEnd, keepAlive } from './due.js';
import { VaultError } from './errors.js';
import { belongsTo, type Grant, mayBeEndedAt } from './grant.js';
import { randomId } from './ids.js';
import type { Ledger } from './ledger.js';
import type { Logger } from './logger.js';
import { type ClientAtServer, type Clock, type Provider, ProviderFailure } from './ports.js';
import type { Secret } from './secret.js';
import { type Settlement, Superseded, settle } from './settling.js';
import type { Store, Tx } from './store.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * As whom the provider is asked, with the secret that proves it. Held from before the call: a person may delete the
 * credential meanwhile, and then what comes must still be ended.
 */
export interface Held {
  credential: Credential;
  client: ClientAtServer;
}

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
  readonly #held = new Set<string>();

  constructor(deps: Omit<WayDeps, 'failpoints'> & { log: Logger }) {
    this.#store = deps.store;
    this.#provider = deps.provider;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#log = deps.log;
  }

  /** Stores the end of a refresh and the refresh token that came with it. Throws `Superseded` when it came too late. */
  async keep(asking: Asking & Held, grant: Grant, refreshToken: Secret | undefined, end: Settlement): Promise<void> {
    // Where the provider does not rotate, the old one stays.
    const generation = refreshToken ? randomId('gen') : grant.generation;
    const next = this.renewed(asking, generation, refreshToken);
    const also = async (tx: Tx) => {
      if (!(await tx.grants.renew(grant, next))) throw new Superseded();
    };
    try {
      await this.untilStored(() => settle(this.#ledger, asking, asking.lease, { ...end, also }), grant);
    } catch (error) {
      if (error instanceof Superseded && refreshToken) await this.#tooLate(asking, grant, refreshToken);
      throw error;
    }
  }

  /** What a grant becomes by a refresh that was answered just now. */
  renewed({ credential }: Pick<Asking, 'credential'>, generation: string, refreshToken: Secret | undefined): Renewed {
    const now = this.#clock.now();
    const keepAliveAt = keepAlive(credential, now, this.#random());
    return { generation, refreshToken, now, keepAliveAt, idleEndsAt: idleEnd(credential, now) };
  }

  /** Whether a refresh token of the account came that this instance could not store yet. */
  holds(account: AccountName): boolean {
    return this.#held.has(nameOf(account));
  }

  /**
   * Repeats a write of something that cannot be had again for as long as the database stays away; the account that it
   * is of says so meanwhile.
   */
  async untilStored<T>(store: () => Promise<T>, of?: AccountName): Promise<T> {
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        try {
          return await store();
        } catch (error) {
          if (!(error instanceof VaultError) || error.code !== 'ledger_unavailable') throw error;
          if (of) this.#held.add(nameOf(of));
          this.#log.error({ err: error }, 'a refresh token that came cannot be stored; it is tried again until it is');
          await this.#clock.sleep(pause);
        }
      }
    } finally {
      if (of) this.#held.delete(nameOf(of));
    }
  }

  /**
   * Somebody else has the account now. Where they have no newer refresh token, this one follows the stored one, which a
   * strict provider must not see again; else it goes beside the grant, for when theirs is refused.
   */
  async #tooLate(held: Held, grant: Grant, refreshToken: Secret): Promise<void> {
    const { credential, account } = grant;
    const orphan = { ...grant, kind: 'orphan' as const, kindSince: this.#clock.now() };
    const beside = async (tx: Tx) => {
      const grants = await tx.grants.list(credential, account);
      // In use or kept aside: either way this is the refresh token that it needs.
      const mine = grants.find(one => one.id === grant.id);
      if (!mine) throw new Superseded();
      const follows = await tx.grants.renew(grant, this.renewed(held, randomId('gen'), refreshToken));
      if (follows && mine.kind === 'current') await goOn(tx, grant);
      const aside = { ...orphan, id: randomId('grant'), generation: randomId('gen') };
      if (!follows) await tx.grants.insert(aside, refreshToken);
      const action = follows ? 'account.recover' : 'account.orphan';
      return { result: undefined, touched: [], entry: { action, credential, account } };
    };
    try {
      await this.untilStored(() => this.#ledger.write({}, beside), grant);
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      await this.drop(held, grant, refreshToken);
    }
  }

  /**
   * Gives up a refresh token whose account is gone or was given anew: ended at its provider where nobody has a grant
   * that might end with it. The ledger says whether it was.
   */
  async drop(held: Held, grant: AccountName & Pick<Grant, 'origin' | 'clientId'>, token: Secret): Promise<void> {
    const { credential, account } = grant;
    const current = await this.untilStored(() => this.#store.reads.grants.find(credential, account, 'current'));
    const told = current === undefined && (await this.revoke(held, grant, token)) === true;
    const ending = told ? { outcome: 'ok' as const } : { outcome: 'failed' as const, code: 'not_told' };
    const entry = { action: 'account.revoke', credential, account, ...ending };
    await this.untilStored(() => this.#ledger.write({}, async () => ({ result: undefined, touched: [], entry })));
  }

  /**
   * Ends a refresh token at the provider that gave it, where it can (RFC 7009). Answers whether it did, or why not in
   * plain words.
   */
  async revoke(
    { credential, client }: Pick<Held, 'credential'> & Partial<Held>,
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
      const as = client ?? (await clientAt(this.#store.reads, credential));
      await this.#provider.revoke({ ...as, revocationUrl, token });
      return true;
    } catch (error) {
      if (error instanceof VaultError) return notTold(error);
      if (!(error instanceof ProviderFailure)) throw error;
      return findingOf(error, this.#clock.now()).message;
    }
  }
}

function nameOf({ credential, account }: AccountName): string {
  return `${credential} ${account}`;
}

/** The doubt has ended: nothing rests any more, and what was taken for lost is tried. */
async function goOn(tx: Tx, { credential, account }: AccountName): Promise<void> {
  const row = await tx.accounts.find(credential, account);
  if (!row) return;
  const state = row.finding?.reason === 'rotation_lost' && row.state === 'needs_user' ? 'degraded' : row.state;
  await tx.accounts.restart(row, { ...row, state, nextTryAt: undefined });
}

/** Why nobody was told, where a secret that is needed for it cannot be had. What was done here is done. */
export function notTold({ code, message }: VaultError): string {
  const why = code === 'provider_refused' ? message : 'The database did not answer.';
  return `${why} So the provider was not told.`;
}
