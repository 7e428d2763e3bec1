import { rejected } from './account.js';
import { inWords } from './callback.js';
import type { Consent, ConsentOutcome } from './consent.js';
import type { Credential } from './credential.js';
import { aboutOf, type ErrorClass } from './errors.js';
import { SIGN_IN } from './findings/sign-in.js';
import { type Doubt, originsOf } from './grant.js';
import type { Held, Keeping } from './keeping.js';
import type { Ledger } from './ledger.js';
import type { NewGrant, Placing } from './placing.js';
import { type Clock, type GrantAnswer, ProviderFailure } from './ports.js';
import { missingScopes } from './scopes.js';
import { Superseded } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Tx } from './store.js';

/** What came for a code, and from whom. */
export interface Exchanged extends Held {
  answer: GrantAnswer;
}

interface Circumstances {
  askedAt: number;
  /** Of the callback (RFC 9207). */
  iss: string | undefined;
  requestId: string;
}

/** What becomes of a consent: a grant that takes the place of the old one, one that waits, or the reason for neither. */
export class Granting {
  readonly #ledger: Ledger;
  readonly #keeping: Keeping;
  readonly #clock: Clock;
  readonly #placing: Placing;
  readonly #at: Failpoints;

  constructor(deps: {
    ledger: Ledger;
    keeping: Keeping;
    clock: Clock;
    placing: Placing;
    failpoints: Failpoints;
  }) {
    this.#ledger = deps.ledger;
    this.#keeping = deps.keeping;
    this.#clock = deps.clock;
    this.#placing = deps.placing;
    this.#at = deps.failpoints;
  }

  /** The consent is over without a grant. Where only an administrator can help and nothing works yet, the account says so. */
  async ended(consent: Consent, outcome: ConsentOutcome, requestId: string): Promise<void> {
    const { id, credential, account, link } = consent;
    await this.#ledger.write({ request_id: requestId }, async tx => {
      await tx.consents.conclude(id, outcome);
      const good = outcome.code === 'admin_consented';
      if (good) await tx.consents.endLink(link, this.#clock.now());
      // A link for an administrator changes no account.
      const owners = consent.kind === 'connect' && outcome.code === 'needs_admin';
      const waits = owners && (await this.#waitForAdmin(tx, consent, outcome));
      const entry = {
        action: 'consent.finish',
        credential,
        account,
        subject: id,
        outcome: good ? ('ok' as const) : ('failed' as const),
      };
      const touched = waits ? [{ kind: 'account' as const, id: `${credential}/${account}` }] : [];
      return { result: undefined, touched, entry: { ...entry, code: outcome.code } };
    });
  }

  async #waitForAdmin(tx: Tx, { credential, account }: Consent, outcome: ConsentOutcome): Promise<boolean> {
    const row = await tx.accounts.find(credential, account);
    const waiting = row && ['pending', 'needs_user', 'needs_admin'].includes(row.state);
    if (!waiting || !('action' in outcome)) return false;
    const { message, action, script } = outcome;
    const about = { message, action, ...aboutOf(outcome), ...(script ? { script } : {}) };
    const finding = { class: 'needs_admin' as const, reason: 'consent_required', at: this.#clock.now(), ...about };
    await tx.accounts.restart(row, rejected(row, finding));
    return true;
  }

  /**
   * The code was exchanged, or was not; undefined where the credential is another one by now. What came is stored before
   * the browser hears of it.
   */
  async grant(
    consent: Consent,
    exchanged: Exchanged | ProviderFailure | undefined,
    circumstances: Circumstances,
  ): Promise<void> {
    await this.#at('consent.answered');
    const { requestId } = circumstances;
    if (!exchanged) return await this.ended(consent, changedMeanwhile(), requestId);
    if (exchanged instanceof ProviderFailure) return await this.ended(consent, refusedExchange(exchanged), requestId);
    const { credential, answer } = exchanged;
    try {
      await this.#keeping.untilStored(() => this.#store(consent, credential, answer, circumstances));
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      // D14: what this grant was for is not there any more.
      const { id, clientId } = credential;
      const from = { credential: id, account: consent.account, origin: originsOf(credential), clientId };
      if (answer.refreshToken) await this.#keeping.drop(exchanged, from, answer.refreshToken);
      return await this.ended(consent, changedMeanwhile(), requestId);
    }
    await this.#at('consent.stored');
  }

  async #store(
    consent: Consent,
    credential: Credential,
    answer: GrantAnswer,
    circumstances: Circumstances,
  ): Promise<void> {
    const { requestId } = circumstances;
    const { account } = consent;
    await this.#ledger.write({ request_id: requestId }, async tx => {
      const same = await tx.credentials.find(credential.id);
      const row = await tx.accounts.find(credential.id, account);
      if (!row || same?.version !== credential.version || same.clientAuth.id !== credential.clientAuth.id)
        throw new Superseded();
      const { iss, askedAt } = circumstances;
      const { grant, doubt } = await this.#placing.place(tx, { row, credential, answer, iss, askedAt });
      const outcome = doubt ? waiting(grant, doubt) : connected(grant, answer, credential);
      await tx.consents.conclude(consent.id, outcome);
      if (!(await tx.consents.endLink(consent.link, grant.obtainedAt))) throw new Superseded();
      const entry = {
        action: 'consent.finish',
        credential: credential.id,
        account,
        subject: consent.id,
        scope: grant.scopes,
        code: outcome.code,
      };
      const touched = doubt ? [] : [{ kind: 'account' as const, id: `${credential.id}/${account}` }];
      return { result: undefined, touched, entry };
    });
  }
}

function connected(grant: NewGrant, { refreshToken, token }: GrantAnswer, credential: Credential): ConsentOutcome {
  const missing = missingScopes(credential.consentScope ?? credential.scope, grant.scopes);
  const lifetime = token instanceof ProviderFailure ? 0 : token.lifetime;
  const expiresAt = refreshToken ? undefined : grant.obtainedAt + lifetime * 1000;
  return { code: 'connected', name: grant.identity?.name, missing, lasting: refreshToken !== undefined, expiresAt };
}

function waiting(grant: NewGrant, doubt: Doubt): ConsentOutcome {
  return { code: 'waiting', name: grant.identity?.name, doubt };
}

/** The class is that of the `error`; what is said to whom is in the words of the provider's codes where they are known. */
function refusedExchange(failure: ProviderFailure): ConsentOutcome {
  const { message, action, answer, told, words, reason } = failure;
  const provider = answer ? { provider: answer } : {};
  const { code, class: outcomeClass, general } = EXCHANGES[reason === 'consent_required' ? reason : failure.class];
  const base = { code, class: outcomeClass, message, action, ...provider };
  if (told && words) return { ...base, ...inWords(words) };
  // What an operator types here is not for people who sign in.
  const todo = general ?? words?.todo ?? action;
  const says = reason === 'invalid_grant' ? SIGN_IN.refused_code : { happened: message, todo };
  return { ...base, message: says.happened, action: says.todo };
}

interface Exchange {
  code: 'needs_admin' | 'failed';
  class: ErrorClass;
  /** What to do where the provider's codes do not say it; left out: what the failure says. */
  general?: string;
}

const EXCHANGES: Readonly<Record<ProviderFailure['class'] | 'consent_required', Exchange>> = {
  consent_required: { code: 'needs_admin', class: 'needs_admin', general: SIGN_IN.needs_admin.todo },
  misconfigured: { code: 'failed', class: 'needs_operator' },
  unavailable: { code: 'failed', class: 'unavailable', general: SIGN_IN.later.todo },
  rejected: { code: 'failed', class: 'needs_user', general: SIGN_IN.sign_in_again.todo },
};

function changedMeanwhile(): ConsentOutcome {
  return {
    code: 'failed',
    class: 'needs_user',
    message:
      'While you were signing in, the operator changed this credential or the link was used up. Nothing was connected.',
    action: 'Open the link again and sign in once more. If it has ended, ask whoever sent it for a new one.',
  };
}
