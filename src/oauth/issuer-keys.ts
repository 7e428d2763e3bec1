import { type CryptoKey, createLocalJWKSet, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import { JOSEError, JWKSNoMatchingKey } from 'jose/errors';
import { BoundedMap } from '../vault/bounded-map.js';
import type { Logger } from '../vault/logger.js';
import type { Clock, GuardedFetch } from '../vault/ports.js';
import { issuerUnavailable, tokenRefused } from '../vault/workload-refusals.js';
import { IssuerFaulty } from './issuer-metadata.js';
import { publishedKeys } from './published-keys.js';

const MOST_ISSUERS = 500;
/** Keys of this age are fetched anew beside the work, and serve meanwhile. */
const FRESH_MS = 10 * 60_000;
/** Keys of this age are believed only when their issuer does not answer. */
const STALE_MS = 15 * 60_000;
/** Keys of this age prove nothing any more: one of them may have been withdrawn. */
const USABLE_MS = 60 * 60_000;
/** Between two fetches, whatever strangers send. */
const PAUSE_MS = 30_000;
const PAUSE_AFTER_FAILURE_MS = 10_000;

const UNUSABLE_SECONDS = 60;

type Find = ReturnType<typeof createLocalJWKSet>;
type Header = JWSHeaderParameters;

interface Issuer {
  name: string;
  keys: { find: Find; at: number } | undefined;
  failure: IssuerFaulty | undefined;
  /** No fetch begins before; monotonic milliseconds, as all times here. */
  notBefore: number;
  flight: Promise<Find> | undefined;
}

/**
 * The published keys of the issuers that consumers trust, in memory of bounded size: one fetch at a time for an issuer,
 * and none for the sake of a token within the pause after the last one.
 */
export class IssuerKeys {
  readonly #fetch: GuardedFetch;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #issuers = new BoundedMap<string, Issuer>(MOST_ISSUERS);

  constructor(deps: { fetch: GuardedFetch; clock: Clock; log: Logger }) {
    this.#fetch = deps.fetch;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /**
   * The key that a signature names. An unknown one is looked for in the keys as they are now. Throws `unauthenticated`
   * where there is none, `provider_unavailable` where that cannot be known.
   */
  async find(name: string, header: Header, token: FlattenedJWSInput): Promise<CryptoKey> {
    const issuer = this.#issuer(name);
    const known = await this.#usable(issuer);
    const found = await matching(known, header, token);
    if (found) return found;
    if (!this.#mayAsk(issuer)) throw issuer.failure ? this.#unavailable(issuer, issuer.failure) : unknownKey();
    const newer = await matching(await this.#ask(issuer), header, token);
    if (newer) return newer;
    throw unknownKey();
  }

  #issuer(name: string): Issuer {
    const known = this.#issuers.get(name);
    if (known) return known;
    const issuer = {
      name,
      keys: undefined,
      failure: undefined,
      notBefore: Number.NEGATIVE_INFINITY,
      flight: undefined,
    };
    this.#issuers.set(name, issuer);
    return issuer;
  }

  async #usable(issuer: Issuer): Promise<Find> {
    const { keys } = issuer;
    const age = keys ? this.#clock.monotonic() - keys.at : Number.POSITIVE_INFINITY;
    if (keys && age < FRESH_MS) return keys.find;
    if (keys && age < USABLE_MS) {
      const beside = age < STALE_MS || issuer.failure !== undefined;
      // What goes wrong with it is kept with the issuer, and the keys serve on.
      const asked = this.#mayAsk(issuer) ? this.#ask(issuer).catch(() => keys.find) : keys.find;
      return beside ? keys.find : await asked;
    }
    if (!this.#mayAsk(issuer) && issuer.failure) throw this.#unavailable(issuer, issuer.failure);
    return await this.#ask(issuer);
  }

  #mayAsk({ flight, notBefore }: Issuer): boolean {
    return flight !== undefined || this.#clock.monotonic() >= notBefore;
  }

  #ask(issuer: Issuer): Promise<Find> {
    issuer.flight ??= this.#renew(issuer).finally(() => {
      issuer.flight = undefined;
    });
    return issuer.flight;
  }

  async #renew(issuer: Issuer): Promise<Find> {
    try {
      const find = createLocalJWKSet(await publishedKeys(this.#fetch, issuer.name));
      issuer.keys = { find, at: this.#clock.monotonic() };
      issuer.failure = undefined;
      issuer.notBefore = this.#clock.monotonic() + PAUSE_MS;
      return find;
    } catch (error) {
      if (!(error instanceof IssuerFaulty)) throw error;
      this.#log.warn({ issuer: issuer.name, why: error.message }, 'the keys of a trusted issuer cannot be had');
      issuer.failure = error;
      issuer.notBefore = this.#clock.monotonic() + PAUSE_AFTER_FAILURE_MS;
      throw this.#unavailable(issuer, error);
    }
  }

  #unavailable({ notBefore }: Issuer, { fault }: IssuerFaulty) {
    return issuerUnavailable(fault, Math.max(1, Math.ceil((notBefore - this.#clock.monotonic()) / 1000)));
  }
}

async function matching(find: Find, header: Header, token: FlattenedJWSInput): Promise<CryptoKey | undefined> {
  try {
    return await find(header, token);
  } catch (error) {
    if (error instanceof JWKSNoMatchingKey) return undefined;
    throw error instanceof JOSEError ? error : keyUnusable();
  }
}

/** A published key that cannot even be read, which is told in the words of the platform. */
function keyUnusable() {
  const fault = {
    class: 'needs_operator',
    message: 'it publishes a key that cannot be used.',
    action: 'An operator must tell the issuer, and let the token be signed with a key of another kind.',
  } as const;
  return issuerUnavailable(fault, UNUSABLE_SECONDS);
}

function unknownKey() {
  return tokenRefused(
    'its issuer does not publish the key that it names (kid), or did not half a minute ago.',
    'If the issuer has just changed its keys, try again in half a minute. Otherwise the token is not from this issuer.',
  );
}
