import { type FieldError, invalid } from './errors.js';
import type { Limits } from './limits.js';
import type { ClientAuthMethod, Destinations } from './ports.js';
import { type Actor, require } from './roles.js';

/** What an authorization server says of itself, as far as a credential is made of it. */
export interface Discovered {
  issuer: string;
  authorizationUrl: string | undefined;
  tokenUrl: string;
  revocationUrl: string | undefined;
  /** Of those that Tokenwell can do; all of them where the server names none. */
  methods: ClientAuthMethod[];
  grantTypes: string[];
  scopes: string[];
}

/** Asks an issuer for its metadata (OpenID Connect Discovery §4, RFC 8414 §3). Throws `invalid_request`, `provider_unavailable`. */
export type Discover = (issuer: string) => Promise<Discovered>;

/** Finds the addresses of a provider that no preset knows. Nothing is stored. */
export class Discovering {
  readonly #discover: Discover;
  readonly #destinations: Destinations;
  readonly #limits: Limits;

  constructor(deps: { discover: Discover; destinations: Destinations; limits: Limits }) {
    this.#discover = deps.discover;
    this.#destinations = deps.destinations;
    this.#limits = deps.limits;
  }

  /** Throws `forbidden`, `rate_limited`, `invalid_request`, `provider_unavailable`. */
  async discover(actor: Actor, issuer: string): Promise<Discovered> {
    require(actor.caller, 'operator');
    const broken = await this.#destinations.check(issuer);
    if (broken) throw invalid([{ field: 'issuer', ...broken }]);
    const limited = this.#limits.discovery(actor.caller.consumer);
    if (limited) throw limited;
    const found = await this.#discover(issuer);
    for (const url of [found.tokenUrl, found.authorizationUrl, found.revocationUrl]) {
      const flaw = url === undefined ? undefined : await this.#destinations.check(url);
      if (flaw) throw invalid([unfit(flaw.rule, `Its metadata names an address that is not called: ${flaw.detail}`)]);
    }
    return found;
  }
}

/** A flaw of what was found, said of the issuer that was given. */
export function unfit(rule: string, detail: string): FieldError {
  return { field: 'issuer', rule, detail };
}
