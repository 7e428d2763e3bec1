import { randomUUID } from 'node:crypto';
import {
  type AccountName,
  type AccountProgress,
  type Finding,
  failed,
  findingOf,
  rejected,
  renewed,
} from './account.js';
import type { Asking, Obtained, Way, WayDeps } from './asking.js';
import { clientAt } from './client-at.js';
import type { Credential } from './credential.js';
import { policyOf, restUntil } from './doubt.js';
import { neverConnected, notConnected, VaultError } from './errors.js';
import { belongsTo, consentScope, type Grant, sameIdentity } from './grant.js';
import { randomId } from './ids.js';
import type { Held, Keeping } from './keeping.js';
import type { Ledger } from './ledger.js';
import { type Clock, type GrantAnswer, type Identity, type Provider, ProviderFailure } from './ports.js';
import { problemOf } from './problem.js';
import {
  grantRefused,
  inDoubt,
  noRefreshToken,
  otherIdentity,
  registrationChanged,
  rotationLost,
  waitsForDecision,
} from './refresh-findings.js';
import { withClaims } from './rejection.js';
import { consentOnly, missingScopes } from './scopes.js';
import type { Secret } from './secret.js';
import { cameDetails, isOfScopeAlone, type Settlement, Superseded, settle, tokenOf } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Store } from './store.js';
import { claimsFor, goodFor } from './token.js';

interface Try extends Asking, Held {
  grant: Grant;
  refreshToken: Secret;
  askedAt: number;
  claims: string | undefined;
}

/**
 * A person's grant is used: the refresh token is sent, and what comes back is stored before anybody has its token
 * (RFC 6749 §6). What may be lost by a crash or a lost answer is known beforehand from the intent.
 */
export class Granted implements Way {
  readonly #store: Store;
  readonly #provider: Provider;
  readonly #ledger: Ledger;
  readonly #keeping: Keeping;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #at: Failpoints;

  constructor(deps: WayDeps & { keeping: Keeping }) {
    this.#store = deps.store;
    this.#provider = deps.provider;
    this.#ledger = deps.ledger;
    this.#keeping = deps.keeping;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#at = deps.failpoints;
  }

  async obtain(asking: Asking): Promise<Obtained> {
    const { credential, account } = asking;
    const now = this.#clock.now();
    const grant = await this.#store.reads.grants.find(credential.id, account.account, 'current');
    if (!grant)
      throw account.finding
        ? problemOf(account.finding, account.nextTryAt, now)
        : notConnected(neverConnected(account));
    if (!belongsTo(grant, credential)) return await this.#rejected(asking, registrationChanged(account, now));
    if (account.finding && waitsForDecision(account) && (await this.#waits(account))) {
      throw problemOf(account.finding, undefined, now);
    }
    const refreshToken = await this.#store.reads.grants.refreshToken(grant);
    if (!refreshToken && asking.stored && goodFor(asking.stored, 0, now)) throw cannotBeLonger();
    if (!refreshToken) return await this.#rejected(asking, noRefreshToken(account, now));
    const rest = restUntil(credential, account.intent, asking.stored, now);
    if (rest !== undefined) return await this.#resting(asking, rest);
    const client = await clientAt(this.#store.reads, credential);
    return await this.#send({
      ...asking,
      client,
      grant,
      refreshToken,
      askedAt: now,
      claims: claimsFor(asking.stored, now),
    });
  }

  /** Its last refresh brought another account's tokens, and most likely used up the refresh token: an operator decides. */
  async #waits({ credential, account }: AccountName): Promise<boolean> {
    return (await this.#store.reads.grants.find(credential, account, 'candidate')) !== undefined;
  }

  async #send(attempt: Try): Promise<Obtained> {
    const { account, lease } = attempt;
    const intent = { id: randomUUID(), at: attempt.askedAt };
    if (!(await this.#store.intend(account, lease.fence, intent))) throw new Superseded();
    await this.#at('refresh.intended');
    if (this.#clock.monotonic() > attempt.leaveBy) {
      await this.#store.withdrawIntent(account, lease.fence);
      throw new Superseded();
    }
    try {
      const answer = await this.#call(attempt);
      await this.#at('refresh.answered');
      return await this.#answered(attempt, answer);
    } catch (error) {
      if (error instanceof ProviderFailure) return await this.#refused(attempt, error);
      throw error;
    }
  }

  async #call({ credential, client, grant, scope, refreshToken, claims }: Try): Promise<GrantAnswer> {
    const params = withClaims(credential.tokenParams, claims);
    const named = namedScope(credential, grant, scope);
    const ofScope = named === undefined ? {} : { scope: named };
    return await this.#provider.refresh({ ...client, refreshToken, ...ofScope, params });
  }

  /** Stored first, whoever still waits; what the answer is worth is decided from what was stored. */
  async #answered(attempt: Try, answer: GrantAnswer): Promise<Obtained> {
    const { account, grant, scope, askedAt } = attempt;
    const now = this.#clock.now();
    if (isStranger(grant, answer)) return await this.#putAside(attempt, answer);
    if (answer.token instanceof ProviderFailure) {
      const progress = failed(account, answer.token, { now, random: this.#random() });
      await this.#keeping.keep(attempt, grant, answer.refreshToken, ended(progress, answer.token.reason));
      return { progress, failure: answer.token };
    }
    const token = tokenOf(account, scope, answer.token, { askedAt, random: this.#random() });
    const end = { progress: renewed(now), details: cameDetails(token), token };
    await this.#keeping.keep(attempt, grant, answer.refreshToken, end);
    return { token };
  }

  async #refused(attempt: Try, failure: ProviderFailure): Promise<Obtained> {
    const { claims, stored } = attempt;
    if (claims !== undefined && stored) {
      await this.#store.transaction(tx => tx.forgetClaims(stored));
      if (failure.class !== 'unavailable') return await this.#send({ ...attempt, claims: undefined });
    }
    if (failure.class === 'rejected') return await this.#grantRefused(attempt, failure);
    const { credential, account, lease } = attempt;
    if (isOfScopeAlone(attempt, failure)) {
      await this.#store.withdrawIntent(account, lease.fence);
      const now = this.#clock.now();
      throw problemOf(findingOf(failure, now), undefined, now);
    }
    if (failure.sent === 'not_sent') await this.#store.withdrawIntent(account, lease.fence);
    const now = this.#clock.now();
    const uncertain = mayHaveUsedIt(failure);
    const finding = findingOf(failure, now, uncertain && policyOf(credential) !== 'none' ? 'in_doubt' : undefined);
    const progress = failed(account, failure, { now, random: this.#random(), finding });
    const intent = uncertain || failure.sent === 'not_sent' ? { intent: 'doubtful' as const } : {};
    await settle(this.#ledger, attempt, lease, { ...ended(progress, failure.reason), ...intent });
    return { progress, failure };
  }

  /** Before anybody is sent to sign in again: was it a race, or did a newer refresh token come too late? */
  async #grantRefused(attempt: Try, failure: ProviderFailure): Promise<Obtained> {
    const { grant, account, credential } = attempt;
    const { grants } = this.#store.reads;
    const current = await grants.find(grant.credential, grant.account, 'current');
    if (current?.generation !== grant.generation) throw new Superseded();
    const orphan = await grants.find(grant.credential, grant.account, 'orphan');
    const refreshToken = orphan && belongsTo(orphan, credential) && (await grants.refreshToken(orphan));
    if (orphan && refreshToken) {
      const recovered = await this.#recover(attempt, orphan, refreshToken);
      return await this.#send({ ...attempt, grant: recovered, refreshToken });
    }
    const now = this.#clock.now();
    const lost = account.intent && policyOf(credential) !== 'none';
    const finding = lost ? rotationLost(account, failure, now) : grantRefused(account, failure, now);
    return await this.#rejected(attempt, finding, failure);
  }

  async #recover(attempt: Try, orphan: Grant, refreshToken: Secret): Promise<Grant> {
    const { grant } = attempt;
    const generation = randomId('gen');
    const { credential, account } = grant;
    await this.#ledger.write({}, async tx => {
      if (!(await tx.grants.renew(grant, this.#keeping.renewed(attempt, generation, refreshToken))))
        throw new Superseded();
      await tx.grants.remove(orphan.id);
      return { result: undefined, touched: [], entry: { action: 'account.recover', credential, account } };
    });
    return { ...grant, generation };
  }

  async #rejected(asking: Asking, finding: Finding, failure?: ProviderFailure): Promise<Obtained> {
    const progress = rejected(asking.account, finding);
    await settle(this.#ledger, asking, asking.lease, ended(progress, finding.reason));
    return failure ? { progress, failure } : { progress };
  }

  /** Nobody is asked: the account says until when, and the evidence stays. */
  async #resting(asking: Asking, until: number): Promise<Obtained> {
    const { account, lease } = asking;
    const finding = inDoubt(this.#clock.now());
    const state = account.state === 'connected' ? ('degraded' as const) : account.state;
    const { failCount, lastSuccessAt } = account;
    const progress = { state, finding, failCount, nextTryAt: until, lastSuccessAt };
    await settle(this.#ledger, asking, lease, { ...ended(progress, finding.reason), intent: 'doubtful' });
    return { progress };
  }

  /** F43: what is not known to be this account's waits for an operator; the grant and its refresh token stay as they are. */
  async #putAside(attempt: Try, { refreshToken, identity }: GrantAnswer): Promise<Obtained> {
    const { account, grant, lease } = attempt;
    const now = this.#clock.now();
    const stranger = typeof identity === 'object' && 'known' in identity ? identity.known : undefined;
    const candidate = { ...grant, id: randomId('grant'), kind: 'candidate' as const, kindSince: now, obtainedAt: now };
    const finding = otherIdentity(now, { readable: namedBy(identity) !== undefined });
    const progress = { ...rejected(account, finding), state: 'needs_operator' as const };
    const also: Settlement['also'] = async tx => {
      for (const { id, kind } of await tx.grants.list(grant.credential, grant.account)) {
        if (kind === 'candidate') await tx.grants.remove(id);
      }
      const waiting = { ...candidate, generation: randomId('gen'), identity: stranger, issuer: stranger?.issuer };
      await tx.grants.insert(waiting, refreshToken);
    };
    await settle(this.#ledger, attempt, lease, { ...ended(progress, finding.reason), also });
    return { progress };
  }
}

function ended(progress: AccountProgress, code: string): Settlement {
  return { progress, details: { outcome: 'failed', code } };
}

/** 409: what is there still works, and there is no way to have it longer than that. */
function cannotBeLonger(): VaultError {
  return new VaultError('conflict', 'The provider gave no refresh token, so the present token cannot be renewed.', {
    class: 'needs_user',
    action: 'Use the token while it lives; before it ends, the owner of the mailbox must sign in again.',
  });
}

/** No answer, or one that came from something between us and the provider, says nothing of the refresh token. */
export function mayHaveUsedIt({ class: failureClass, reason, sent }: ProviderFailure): boolean {
  return failureClass === 'unavailable' && sent !== 'not_sent' && reason !== 'throttled';
}

/**
 * OpenID Connect Core §12.2: `iss` and `sub` stay what they were, also in an ID token that is no good for another reason.
 * One that cannot be read may be anybody's.
 */
function isStranger(grant: Grant, { identity }: GrantAnswer): boolean {
  if (!grant.identity || identity === 'none') return false;
  const named = namedBy(identity);
  return named === undefined || !sameIdentity(grant.identity, named);
}

/** Whom an ID token names, whether or not it is believed; undefined where none can be read. */
function namedBy(identity: GrantAnswer['identity']): Identity | undefined {
  if (identity === 'none') return undefined;
  return 'known' in identity ? identity.known : identity.names;
}

/** What a refresh names: nothing where it wants all that was granted; Microsoft keeps the grant only with offline_access. */
function namedScope(credential: Credential, grant: Grant, scope: string): string | undefined {
  const whole = missingScopes(grant.scopes, scope).length === 0;
  if (credential.consentScope === undefined && whole) return undefined;
  const lasting = consentOnly(consentScope(credential)).filter(token => token === 'offline_access');
  return [scope, ...lasting].join(' ');
}
