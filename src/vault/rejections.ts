import type { Caller } from './consumer.js';
import { VaultError } from './errors.js';
import type { Known } from './findings/words.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import type { Clock } from './ports.js';
import { type Rejection, type RejectionReport, refusedFreshly } from './rejection.js';
import { actorOf } from './roles.js';
import { isYoung, type Token } from './token.js';

/**
 * Takes in that a server refused a token. Only the newest one of its scope counts, once, and not within a minute after
 * it came: no report makes us ask a provider again and again.
 */
export class Rejections {
  readonly #ledger: Ledger;
  readonly #limits: Limits;
  readonly #clock: Clock;

  constructor(deps: { ledger: Ledger; limits: Limits; clock: Clock }) {
    this.#ledger = deps.ledger;
    this.#limits = deps.limits;
    this.#clock = deps.clock;
  }

  /**
   * Notes it, so that the next draw of this scope asks the provider, on every instance. `newest` is what is stored for
   * the scope. Throws `provider_refused` when a newer token would not help, and `rate_limited`.
   */
  async note(
    { caller, requestId }: { caller: Caller; requestId: string },
    newest: Token | undefined,
    { report, rejection, known }: { report: RejectionReport; rejection: Rejection; known: Known },
  ): Promise<void> {
    if (newest?.id !== report.tokenId || newest.rejected) return;
    const { credential, account, scope } = newest;
    const limited = this.#limits.report(caller.consumer, credential, account);
    if (limited) throw limited;
    const now = this.#clock.now();
    const hopeless = rejection.kind === 'setting' || isYoung(newest, now);
    const touched = hopeless ? [] : [{ kind: 'account' as const, id: `${credential}/${account}` }];
    const entry = {
      action: 'token.reject',
      credential,
      account,
      scope,
      token_id: report.tokenId,
      code: rejection.kind,
    };
    await this.#ledger.write(actorOf({ caller, requestId }), async tx => {
      if (!hopeless) await tx.rejectToken(newest, { at: now, claims: rejection.claims });
      return { result: undefined, touched, entry };
    });
    if (!hopeless) return;
    const { message, details } = refusedFreshly(report, rejection, known);
    throw new VaultError('provider_refused', message, details);
  }
}
