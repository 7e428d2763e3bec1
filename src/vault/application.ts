import { failed, findingOf, renewed } from './account.js';
import type { Asking, Obtained, Way, WayDeps } from './asking.js';
import { clientAt } from './client-at.js';
import type { Credential } from './credential.js';
import type { Ledger } from './ledger.js';
import {
  type ClientCredentialsRequest,
  type Clock,
  type Provider,
  ProviderFailure,
  type TokenAnswer,
} from './ports.js';
import { problemOf } from './problem.js';
import { withClaims } from './rejection.js';
import { cameDetails, isOfScopeAlone, settle, tokenOf } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Store } from './store.js';
import { claimsFor } from './token.js';

/**
 * The application asks for itself (client_credentials, RFC 6749 §4.4), or for a mailbox that it acts for (jwt_bearer,
 * RFC 7523 §2.1). Nothing is used up, so it may always be repeated.
 */
export class Application implements Way {
  readonly #store: Store;
  readonly #provider: Provider;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #at: Failpoints;

  constructor(deps: WayDeps) {
    this.#store = deps.store;
    this.#provider = deps.provider;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#at = deps.failpoints;
  }

  async obtain(asking: Asking): Promise<Obtained> {
    return await this.#ask(asking, claimsFor(asking.stored, this.#clock.now()));
  }

  async #ask(asking: Asking, claims: string | undefined): Promise<Obtained> {
    const { credential, account, scope, lease, stored } = asking;
    const askedAt = this.#clock.now();
    const client = await clientAt(this.#store.reads, credential);
    const params = withClaims(credential.tokenParams, claims);
    try {
      const answer = await askFor(this.#provider, credential, { ...client, scope, params }, account.account);
      await this.#at('refresh.answered');
      const token = tokenOf(account, scope, answer, { askedAt, random: this.#random() });
      const progress = renewed(this.#clock.now());
      await settle(this.#ledger, asking, lease, { progress, details: cameDetails(token), token });
      return { token };
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      if (claims === undefined || !stored) return await this.#failed(asking, error);
      await this.#store.transaction(tx => tx.forgetClaims(stored));
      return error.class === 'unavailable' ? await this.#failed(asking, error) : await this.#ask(asking, undefined);
    }
  }

  async #failed(asking: Asking, failure: ProviderFailure): Promise<Obtained> {
    const now = this.#clock.now();
    if (isOfScopeAlone(asking, failure)) throw problemOf(findingOf(failure, now), undefined, now);
    const progress = failed(asking.account, failure, { now, random: this.#random() });
    const details = { outcome: 'failed' as const, code: failure.reason };
    await settle(this.#ledger, asking, asking.lease, { progress, details });
    return { progress, failure };
  }
}

/** A token for an account of a credential for which nobody signs in. Throws `ProviderFailure`. */
export function askFor(
  provider: Provider,
  { grantType }: Pick<Credential, 'grantType'>,
  request: ClientCredentialsRequest,
  account: string,
): Promise<TokenAnswer> {
  return grantType === 'jwt_bearer'
    ? provider.jwtBearer({ ...request, subject: account })
    : provider.clientCredentials(request);
}
