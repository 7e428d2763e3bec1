import { type Account, type AccountProgress, failed, fresh, rejected, renewed, whileDisabled } from './account.js';
import { inWords } from './callback.js';
import type { Consent, ConsentOutcome } from './consent.js';
import type { Credential } from './credential.js';
import { drawScope } from './credential.js';
import { idleEnd, keepAlive } from './due.js';
import { aboutOf, type ErrorClass } from './errors.js';
import { SIGN_IN } from './findings/sign-in.js';
import { type Doubt, doubtOf, type Grant, grantedScopes, originsOf, sameIdentity } from './grant.js';
import { randomId } from './ids.js';
import type { Held, Keeping } from './keeping.js';
import type { Ledger } from './ledger.js';
import { type Clock, type GrantAnswer, type IdentityClaim, ProviderFailure } from './ports.js';
import { missingScopes } from './scopes.js';
import { Superseded, tokenOf } from './settling.js';
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

type NewGrant = Omit<Grant, 'hasRefreshToken'>;

interface Replacement extends Pick<Circumstances, 'askedAt'> {
  row: Account;
  before: Grant | undefined;
  grant: NewGrant;
  answer: GrantAnswer;
  credential: Credential;
}

/** What becomes of a consent: a grant that takes the place of the old one, one that waits, or the reason for neither. */
export class Granting {
  readonly #ledger: Ledger;
  readonly #keeping: Keeping;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #at: Failpoints;

  constructor(deps: {
    ledger: Ledger;
    keeping: Keeping;
    clock: Clock;
    random: () => number;
    failpoints: Failpoints;
  }) {
    this.#ledger = deps.ledger;
    this.#keeping = deps.keeping;
    this.#clock = deps.clock;
    this.#random = deps.random;
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
      const now = this.#clock.now();
      const same = await tx.credentials.find(credential.id);
      const row = await tx.accounts.find(credential.id, account);
      if (!row || same?.version !== credential.version || same.clientAuth.id !== credential.clientAuth.id)
        throw new Superseded();
      const before = await tx.grants.find(credential.id, account, 'current');
      const grant = grantOf(consent, credential, answer, { iss: circumstances.iss, now, random: this.#random() });
      const kept = await tx.grants.find(credential.id, account, 'kept');
      const refused = typeof answer.identity === 'object' && 'refused' in answer.identity;
      const doubt = doubtOf({ before, kept }, grant, refused);
      const outcome = doubt ? waiting(grant, doubt) : connected(grant, answer, credential);
      if (doubt) await this.#putAside(tx, grant, answer);
      else await this.#replace(tx, { row, before, grant, answer, credential, askedAt: circumstances.askedAt });
      await tx.consents.conclude(consent.id, outcome);
      if (!(await tx.consents.endLink(consent.link, now))) throw new Superseded();
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

  /** The working grant stays; of those that wait only the newest does. */
  async #putAside(tx: Tx, grant: NewGrant, { refreshToken }: GrantAnswer): Promise<void> {
    const waiting = await tx.grants.list(grant.credential, grant.account);
    for (const { id, kind } of waiting) if (kind === 'candidate') await tx.grants.remove(id);
    await tx.grants.insert({ ...grant, kind: 'candidate' }, refreshToken);
  }

  async #replace(tx: Tx, { row, before, grant, answer, credential, askedAt }: Replacement): Promise<void> {
    const now = this.#clock.now();
    if (before) await tx.grants.remove(before.id);
    // Newer ones of the same grant are worth nothing once it was given anew.
    for (const other of await tx.grants.list(grant.credential, grant.account)) {
      if (other.kind === 'orphan' || (other.kind === 'candidate' && sameIdentity(other.identity, grant.identity))) {
        await tx.grants.remove(other.id);
      }
    }
    await tx.grants.insert(grant, answer.refreshToken);
    await tx.accounts.forgetTokens(row);
    const { token } = answer;
    if (!(token instanceof ProviderFailure)) {
      const times = { askedAt, random: this.#random() };
      await tx.saveToken(tokenOf(row, drawScope(credential), token, times));
    }
    await tx.accounts.restart(row, whileDisabled(row, this.#progress(row, token, now)));
  }

  #progress(row: Account, token: GrantAnswer['token'], now: number): AccountProgress {
    if (!(token instanceof ProviderFailure)) return renewed(now);
    const connectedBefore: Account = { ...row, ...fresh(), state: 'connected' };
    return failed(connectedBefore, token, { now, random: this.#random() });
  }
}

function grantOf(
  consent: Consent,
  credential: Credential,
  answer: GrantAnswer,
  { iss, now, random }: { iss: string | undefined; now: number; random: number },
): NewGrant {
  const identity = knownOf(answer.identity);
  const answered = answer.token instanceof ProviderFailure ? undefined : answer.token.scope;
  return {
    id: randomId('grant'),
    credential: credential.id,
    account: consent.account,
    kind: 'current',
    kindSince: now,
    generation: randomId('gen'),
    scopes: grantedScopes(credential, answered),
    identity,
    issuer: identity?.issuer ?? iss,
    origin: originsOf(credential),
    clientId: credential.clientId,
    clientAuth: credential.clientAuth.id,
    obtainedAt: now,
    usedAt: undefined,
    keepAliveAt: answer.refreshToken ? keepAlive(credential, now, random) : undefined,
    idleEndsAt: answer.refreshToken ? idleEnd(credential, now) : undefined,
  };
}

function knownOf(claim: IdentityClaim) {
  return typeof claim === 'object' && 'known' in claim ? claim.known : undefined;
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
  const says = reason === 'invalid_grant' ? SIGN_IN.refused_code : { happened: message, todo: general ?? action };
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
