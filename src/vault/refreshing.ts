import { type Account, type AccountProgress, type Finding, failed, renewed } from './account.js';
import type { Breakers } from './breakers.js';
import type { Credential } from './credential.js';
import { notFound, VaultError } from './errors.js';
import { randomId } from './ids.js';
import type { Ledger } from './ledger.js';
import { pauseLeft } from './pause.js';
import { type Clock, type Provider, ProviderFailure, type TokenAnswer } from './ports.js';
import type { Failpoints } from './steps.js';
import type { Lease, Store } from './store.js';
import { longEnough, type Token } from './token.js';
import { Turn } from './turn.js';

interface Asked {
  /** Seconds that the token must still live to be taken as it is. */
  minTtl: number;
  /** Ask the provider although a token is stored or a pause is running; for tests by an operator. */
  force: boolean;
}

interface Current {
  credential: Credential;
  account: Account;
}

interface Flight {
  token: Promise<Token>;
  asked: Asked;
}

/** The credential was changed while its token was on the way: what came is not stored, and the draw starts again. */
export class Superseded extends Error {}

const LEASE_MS = 15_000;
const LEASE_WAIT_MS = 20_000;

/**
 * Gets a new token from the provider, one flight at a time for an account across all instances: callers of one
 * instance share the flight, instances take turns by a lease in the store and read again after any wait.
 */
export class Refreshing {
  readonly #store: Store;
  readonly #provider: Provider;
  readonly #breakers: Breakers;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #at: Failpoints;
  readonly #mostWaiters: number;
  readonly #flights = new Map<string, Flight>();
  readonly #turns = new Map<string, Turn>();
  #waiters = 0;

  constructor(deps: {
    store: Store;
    provider: Provider;
    breakers: Breakers;
    ledger: Ledger;
    clock: Clock;
    random: () => number;
    failpoints: Failpoints;
    mostWaiters: number;
  }) {
    this.#store = deps.store;
    this.#provider = deps.provider;
    this.#breakers = deps.breakers;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#at = deps.failpoints;
    this.#mostWaiters = deps.mostWaiters;
  }

  /** A token good for `minTtl`, or the newest that the provider gives. Throws `provider_refused`, `provider_unavailable`. */
  async refresh(credential: Credential, account: string, scope: string, asked: Asked): Promise<Token> {
    if (this.#waiters >= this.#mostWaiters)
      throw busy('Too many requests are waiting for a new token on this instance.');
    this.#waiters += 1;
    try {
      for (;;) {
        const flight = this.#join(credential, account, scope, asked);
        const token = await flight.token;
        // A flight that began for somebody who needed less may have found a stored token that is too short for us.
        const served = flight.asked === asked || flight.asked.force;
        if (served || longEnough(token, asked.minTtl, this.#clock.now())) return token;
      }
    } finally {
      this.#waiters -= 1;
    }
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
    const token = this.#inTurn(name, () => this.#fly(credential, account, scope, asked));
    const flight = { token, asked };
    this.#flights.set(flightName, flight);
    const land = () => {
      if (this.#flights.get(flightName) === flight) this.#flights.delete(flightName);
    };
    token.then(land, land);
    return flight;
  }

  async #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(name) ?? new Turn();
    this.#turns.set(name, turn);
    const giveBack = await turn.take();
    try {
      return await work();
    } finally {
      giveBack();
      if (turn.idle) this.#turns.delete(name);
    }
  }

  async #fly(credential: Credential, account: string, scope: string, asked: Asked): Promise<Token> {
    const lease = await this.#lease(credential.id, account);
    try {
      await this.#at('refresh.leased');
      const current = await this.#reread(credential, account);
      const stored = await this.#store.reads.findToken(credential.id, account, scope);
      const now = this.#clock.now();
      if (stored && !asked.force && longEnough(stored, asked.minTtl, now))
        return await this.#keep(credential, account, lease, stored);
      if (!asked.force && !mayAskNow(current.account, now)) {
        throw problemOf(current.account.finding, current.account.nextTryAt, now);
      }
      return await this.#ask(current, scope, lease, asked.force);
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

  async #ask(current: Current, scope: string, lease: Lease, force: boolean): Promise<Token> {
    const { credential, account } = current;
    const pauseMs = force ? 0 : await this.#breakers.pause(credential);
    if (pauseMs > 0) throw paused(credential, pauseMs);
    const askedAt = this.#clock.now();
    try {
      const answer = await this.#provider.clientCredentials({
        tokenUrl: credential.tokenUrl,
        ...(credential.issuer === undefined ? {} : { issuer: credential.issuer }),
        clientId: credential.clientId,
        method: credential.clientAuth.method,
        ...(await this.#secret(credential)),
        scope,
        params: credential.tokenParams,
      });
      await this.#at('refresh.answered');
      return await this.#save(current, tokenOf(account, scope, answer, askedAt), lease);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      throw await this.#failed(current, error, lease);
    }
  }

  async #secret(credential: Credential) {
    const secret = await this.#store.reads.credentials.secret(credential);
    return secret ? { secret } : {};
  }

  /** The token, the account's state, the end of the lease and the ledger entry: one transaction, before anyone has the token. */
  async #save(current: Current, token: Token, lease: Lease): Promise<Token> {
    const progress = renewed(this.#clock.now());
    const details = {
      outcome: 'ok' as const,
      scope: token.grantedScope,
      token_id: token.id,
      expires_at: token.expiresAt,
    };
    await this.#settle(current, lease, progress, details, token);
    await this.#breakers.close(current.credential);
    await this.#at('refresh.stored');
    return token;
  }

  async #failed(current: Current, failure: ProviderFailure, lease: Lease): Promise<VaultError> {
    const now = this.#clock.now();
    const progress = failed(current.account, failure, now, this.#random());
    await this.#settle(current, lease, progress, { outcome: 'failed', code: failure.reason });
    await this.#breakers.count(current.credential, failure, now);
    return problemOf(progress.finding, progress.nextTryAt, now);
  }

  async #settle(
    { credential, account }: Current,
    lease: Lease,
    progress: AccountProgress,
    details: { outcome: 'ok' | 'failed'; scope?: string; token_id?: string; expires_at?: number; code?: string },
    token?: Token,
  ): Promise<void> {
    await this.#ledger.write({}, async tx => {
      const ours = await tx.accounts.settle(credential.id, account.account, lease.fence, progress);
      if (!ours) throw new Superseded();
      if (token) await tx.saveToken(token);
      const entry = { action: 'token.refresh', credential: credential.id, account: account.account, ...details };
      // A new token is no change, older ones stay good; a new state is, so that every memory learns to warn.
      const worse = token === undefined && progress.state !== account.state;
      const touched = worse ? [{ kind: 'account' as const, id: `${credential.id}/${account.account}` }] : [];
      return { result: undefined, touched, entry };
    });
  }
}

function tokenOf(account: Account, scope: string, answer: TokenAnswer, askedAt: number): Token {
  return {
    credential: account.credential,
    account: account.account,
    scope,
    id: randomId('tok'),
    value: answer.accessToken,
    type: answer.tokenType,
    grantedScope: answer.scope ?? scope,
    obtainedAt: askedAt,
    // Counted from before the request left, so that it ends here no later than at the provider.
    expiresAt: askedAt + answer.lifetime * 1000,
    lifetime: answer.lifetime,
  };
}

/** Whether no pause after an earlier failure is running. */
export function mayAskNow(account: Account, now: number): boolean {
  return pauseLeft(account.nextTryAt, now) === 0;
}

/** What the caller of a draw is told of an account's finding: 424 when somebody must act, 503 when time will tell. */
export function problemOf(finding: Finding | undefined, nextTryAt: number | undefined, now: number): VaultError {
  if (!finding) return busy('The provider was asked a moment ago.');
  const { message, action, provider } = finding;
  const details = { class: finding.class, action, ...(provider ? { provider } : {}) };
  const waits = finding.class === 'unavailable' || finding.class === 'throttled' || finding.class === 'in_doubt';
  if (!waits) return new VaultError('provider_refused', message, details);
  const retryAfter = Math.max(1, Math.ceil(((nextTryAt ?? now) - now) / 1000));
  return new VaultError('provider_unavailable', message, { ...details, retryAfter });
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

function busy(message: string): VaultError {
  return new VaultError('provider_unavailable', `${message} Try again in a second.`, {
    class: 'unavailable',
    action: 'Try again.',
    retryAfter: 1,
  });
}
