import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { OutboundError } from '../vault/ports.js';
import type { AllowedHost } from './allowed-hosts.js';
import { codeOf } from './connection-failure.js';
import { type Refusal, readTarget, refuseAddresses, type Target } from './destination.js';
import type { Resolve } from './resolver.js';
import { SoftDeadline } from './soft-deadline.js';

/** How long storing a URL may wait for DNS. */
const CHECK_MS = 2_000;

/**
 * Decides where requests may go. Every call is judged anew, because what a name resolves to changes; the addresses
 * that were judged are the ones to connect to.
 */
export class Gate {
  readonly #allowed: readonly AllowedHost[];
  readonly #resolve: Resolve;
  readonly #proxied: boolean;

  constructor(deps: { allowed: readonly AllowedHost[]; resolve: Resolve; proxied: boolean }) {
    this.#allowed = deps.allowed;
    this.#resolve = deps.resolve;
    this.#proxied = deps.proxied;
  }

  /** The target that a URL names. Throws `OutboundError` (`scheme_refused`, `address_refused`) for a refused one. */
  read(text: string): Target {
    const target = readTarget(text, this.#allowed);
    if ('rule' in target) throw refused(target);
    return target;
  }

  /**
   * The addresses to connect to, all of them judged; none for an address literal, which is judged already. Throws
   * `OutboundError` (`address_refused`, `dns`). Behind a proxy a name that does not resolve here is left to the proxy.
   */
  async addresses(target: Target): Promise<LookupAddress[]> {
    if (isIP(target.host)) return [];
    const addresses = await this.#lookUp(target.host);
    const refusal = refuseAddresses(target, addresses, this.#allowed);
    if (refusal) throw refused(refusal);
    return addresses;
  }

  /** The rule that a URL breaks, if it breaks one. A name that does not resolve now passes: each call is judged again. */
  async check(text: string): Promise<Refusal | undefined> {
    const target = readTarget(text, this.#allowed);
    if ('rule' in target) return target;
    if (target.allowed || isIP(target.host)) return undefined;
    const deadline = new SoftDeadline(CHECK_MS);
    try {
      const found = await deadline.race(this.#resolve(target.host), () => new Error('late'));
      return refuseAddresses(target, found, this.#allowed);
    } catch {
      return undefined;
    } finally {
      deadline.cancel();
    }
  }

  async #lookUp(host: string): Promise<LookupAddress[]> {
    let code = 'no address';
    try {
      const addresses = await this.#resolve(host);
      if (addresses.length > 0) return addresses;
    } catch (error) {
      code = codeOf(error);
    }
    if (this.#proxied) return [];
    throw new OutboundError('dns', 'not_sent', `The name ${host} does not resolve (${code}).`);
  }
}

function refused({ rule, detail }: Refusal): OutboundError {
  const reason = rule === 'scheme' || rule === 'https_required' ? 'scheme_refused' : 'address_refused';
  return new OutboundError(reason, 'not_sent', detail);
}
