import type { Report } from './account.js';
import type { Caller } from './consumer.js';
import type { Credential } from './credential.js';
import { VaultError } from './errors.js';
import { knownOfDraw } from './findings/known.js';
import { actionOf } from './findings/words.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import type { Clock } from './ports.js';
import { type RejectionReport, readRejection, reportedAs } from './rejection.js';
import { reportWords } from './reports.js';
import { actorOf } from './roles.js';
import type { Tx } from './store.js';
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
   * the scope. Throws `provider_refused` when a newer token would not help, and `rate_limited`. Then the account keeps what
   * was told, to be read; nothing is taken from anybody, for whoever may draw may say anything.
   */
  async note(
    { caller, requestId }: { caller: Caller; requestId: string },
    newest: Token | undefined,
    { report, of }: { report: RejectionReport; of: Credential },
  ): Promise<void> {
    if (newest?.id !== report.tokenId || newest.rejected) return;
    const { credential, account, scope } = newest;
    const limited = this.#limits.report(caller.consumer, credential, account);
    if (limited) throw limited;
    const now = this.#clock.now();
    const rejection = readRejection(report);
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
    const as = reportedAs(rejection, of.grantType === 'authorization_code');
    const said: Report = { as, by: caller.consumer, at: now };
    // Before anything is written: what cannot be told is not kept.
    const refused = hopeless ? refusedFreshly(said, of, newest) : undefined;
    const written = this.#ledger.write(actorOf({ caller, requestId }), async tx => {
      // First what locks its row: what was read may be gone by now, or be made anew.
      await keep(tx, newest, said, hopeless);
      const counts = hopeless
        ? isSame(await tx.findToken(credential, account, scope), newest)
        : await tx.rejectToken(newest, { at: now, claims: rejection.claims });
      if (!counts) throw new Overtaken();
      return { result: undefined, touched, entry };
    });
    if (!(await unlessOvertaken(written))) return;
    if (refused) throw refused;
  }
}

/** Another token is the newest now, or none, or it counts as refused already: nothing is written. */
class Overtaken extends Error {}

/** False where it was overtaken. */
async function unlessOvertaken(written: Promise<void>): Promise<boolean> {
  try {
    await written;
    return true;
  } catch (error) {
    if (error instanceof Overtaken) return false;
    throw error;
  }
}

function isSame(now: Token | undefined, { id }: Token): boolean {
  return now?.id === id && !now.rejected;
}

/** Only the newest of an account is kept. One that a newer token may mend ends what was told before, if it is something else. */
async function keep(tx: Tx, { credential, account }: Token, said: Report, hopeless: boolean): Promise<void> {
  if (hopeless) return await tx.accounts.report({ credential, account }, said);
  const before = (await tx.accounts.find(credential, account))?.reported;
  if (before && before.as !== said.as) await tx.accounts.report({ credential, account }, undefined);
}

/** What a consumer is told when no newer token would help: of the credential no more than what it drew. */
function refusedFreshly({ as }: Report, of: Credential, drawn: Token): VaultError {
  const words = reportWords(as, of, knownOfDraw(drawn));
  // Every name that a report is given is in the catalogue.
  if (!words) throw new Error(`no words for the report ${as}`);
  const { happened, who, link } = words;
  const details = { class: 'needs_operator' as const, who, action: actionOf(words), ...(link ? { link } : {}) };
  return new VaultError('provider_refused', happened, details);
}
