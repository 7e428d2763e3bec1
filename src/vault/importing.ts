import { findingOf } from './account.js';
import type { Accounts, AccountView } from './accounts.js';
import type { Breakers } from './breakers.js';
import { type Callers, vaultKeyErrors } from './callers.js';
import { clientAt } from './client-at.js';
import { atLeast, type Caller } from './consumer.js';
import type { Credential } from './credential.js';
import { aboutOf, disabled, type ErrorClass, invalid, missing, VaultError } from './errors.js';
import { type Doubt, exchangeScope, originsOf } from './grant.js';
import { mayHaveUsedIt } from './granted.js';
import type { Held, Keeping } from './keeping.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import type { Came, Placing } from './placing.js';
import { type Clock, type GrantAnswer, type Provider, ProviderFailure } from './ports.js';
import { problemOf } from './problem.js';
import type { Refreshing, UnderLease } from './refreshing.js';
import { type Actor, actorOf, require } from './roles.js';
import type { Secret } from './secret.js';
import { Superseded } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Store, Tx } from './store.js';

/** Why what was brought waits for an operator's word; undefined when draws use it. */
export type Waits = Doubt | 'changed_meanwhile' | undefined;

/** An account after a refresh token was brought for it. */
export interface Imported {
  waits: Waits;
  view: AccountView;
}

interface ImportingDeps {
  store: Store;
  provider: Provider;
  ledger: Ledger;
  limits: Limits;
  refreshing: Refreshing;
  breakers: Breakers;
  keeping: Keeping;
  placing: Placing;
  accounts: Accounts;
  callers: Callers;
  clock: Clock;
  failpoints: Failpoints;
}

/** One refresh token on its way in. */
interface Bringing {
  actor: Actor;
  credential: Credential;
  account: string;
  token: Secret;
  /** Whether the account began with it, and goes again if nothing comes of it. */
  isNew: boolean;
  /** The account's grants before, by their ids. */
  grants: string[];
}

/** What the provider answered, and as whom it was asked. */
interface Asked extends Held {
  answer: GrantAnswer;
  askedAt: number;
}

const ACTION = 'account.import';

/**
 * A refresh token that other software obtained is taken over. It is used once before it is kept, as a flight of the
 * account; what the provider answers becomes the account's grant as it does after a consent. Until then nothing changes.
 */
export class Importing {
  readonly #deps: ImportingDeps;

  constructor(deps: ImportingDeps) {
    this.#deps = deps;
  }

  /**
   * Throws `not_found`, `invalid_request`, `conflict`, `rate_limited`; `provider_refused` and `provider_unavailable` when the refresh fails,
   * and then all is as it was before.
   */
  async take(actor: Actor, credentialId: string, account: string, token: Secret): Promise<Imported> {
    const { limits, refreshing, accounts, callers } = this.#deps;
    require(actor.caller, 'operator');
    const errors = vaultKeyErrors('refresh_token', token, 'refresh token');
    if (errors.length > 0) throw invalid(errors);
    const credential = await this.#credential(credentialId, account);
    const limited = limits.handTest(credentialId, account);
    if (limited) throw limited;
    const before = {
      actor,
      credential,
      account,
      token,
      isNew: false,
      grants: await this.#grantIds(credential, account),
    };
    let bringing: Bringing = before;
    const begin = async () => {
      bringing = { ...before, isNew: await this.#begin(before) };
    };
    const waits = await refreshing.alone(credential, account, begin, held => this.#bring(bringing, held)).catch(apart);
    // The provider may have taken its time: who was revoked meanwhile learns nothing.
    require(await callers.renew(actor.caller), 'operator');
    return { waits, view: await accounts.get(actor.caller, credentialId, account) };
  }

  async #credential(id: string, account: string): Promise<Credential> {
    const { reads } = this.#deps.store;
    const credential = await reads.credentials.find(id);
    if (!credential) throw missing('credential', id);
    if (credential.grantType !== 'authorization_code') throw noGrants(credential);
    if (credential.disabled) throw disabled(id);
    if ((await reads.accounts.find(id, account))?.state === 'disabled') throw disabled(id, account);
    return credential;
  }

  async #grantIds({ id }: Credential, account: string, grants = this.#deps.store.reads.grants): Promise<string[]> {
    return (await grants.list(id, account)).filter(isPersons).map(grant => grant.id);
  }

  /** Durable before the call leaves, so that one whose end is never written is seen afterwards. Answers whether it is new. */
  async #begin({ actor, credential: { id }, account }: Bringing): Promise<boolean> {
    return await this.#deps.ledger.write(actorOf(actor), async tx => {
      const isNew = (await tx.accounts.find(id, account)) === undefined;
      if (isNew) await tx.accounts.insert(id, account);
      return { result: isNew, touched: [], entry: { action: ACTION, credential: id, account, code: 'begun' } };
    });
  }

  async #bring(bringing: Bringing, held: UnderLease): Promise<Waits> {
    const { breakers, failpoints } = this.#deps;
    let came: Asked;
    try {
      came = await this.#ask(bringing, held);
    } catch (error) {
      await this.#nothing(bringing, error);
      throw error instanceof ProviderFailure ? await this.#refused(bringing, error) : error;
    }
    const waits = await this.#keep(bringing, held, came);
    if (!(came.answer.token instanceof ProviderFailure)) await breakers.close(came.credential);
    await failpoints('refresh.stored');
    return waits;
  }

  async #ask(bringing: Bringing, { credential, account, leaveBy }: UnderLease): Promise<Asked> {
    const { store, provider, clock, failpoints } = this.#deps;
    if (account.state === 'disabled') throw disabled(credential.id, account.account);
    const now = await this.#grantIds(credential, account.account);
    if (now.join() !== bringing.grants.join()) throw connectedMeanwhile();
    const client = await clientAt(store.reads, credential);
    await failpoints('refresh.intended');
    if (clock.monotonic() > leaveBy) throw new Superseded();
    const askedAt = clock.now();
    const scope = exchangeScope(credential);
    const named = scope === undefined ? {} : { scope };
    const request = { ...client, refreshToken: bringing.token, ...named, params: credential.tokenParams };
    const answer = await provider.refresh(request);
    await failpoints('refresh.answered');
    // Without a token and without a new refresh token, nothing came that could be kept.
    if (answer.token instanceof ProviderFailure && !answer.refreshToken) throw answer.token;
    return { credential, client, answer, askedAt };
  }

  /** Stored first, whoever still waits: it may be the only refresh token that works. */
  async #keep(bringing: Bringing, held: UnderLease, came: Asked): Promise<Waits> {
    const { keeping } = this.#deps;
    const { account } = held;
    // Where the provider does not rotate, the one that was brought stays good.
    const refreshToken = came.answer.refreshToken ?? bringing.token;
    const answer = { ...came.answer, refreshToken };
    try {
      return await keeping.untilStored(
        () => this.#store(bringing, held, { ...came, answer, row: account, iss: undefined }),
        account,
      );
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      const { id, clientId } = came.credential;
      const from = { credential: id, account: account.account, origin: originsOf(came.credential), clientId };
      await keeping.drop(came, from, refreshToken);
      throw endedMeanwhile(id, account.account);
    }
  }

  async #store(bringing: Bringing, { lease }: UnderLease, came: Came): Promise<Waits> {
    const { ledger, placing } = this.#deps;
    const { credential, answer } = came;
    const allowed = await this.#stillMay(bringing.actor.caller);
    // Of the caller alone nothing depends any more: what came is kept, in use or not.
    const { since: _, ...by } = actorOf(bringing.actor);
    return await ledger.write(by, async tx => {
      const place = { credential: credential.id, account: bringing.account };
      const row = await tx.accounts.find(place.credential, place.account);
      const now = await this.#grantIds(credential, place.account, tx.grants);
      // D14: a person ended what the account had.
      if (!row || (bringing.grants.length > 0 && now.length === 0)) throw new Superseded();
      const ours = allowed && (await this.#isOurs(tx, { ...came, row }, lease.fence));
      const placed = ours ? await placing.place(tx, { ...came, row }) : undefined;
      const grant = placed?.grant ?? (await placing.aside(tx, { ...came, row }));
      const waits = placed ? placed.doubt : 'changed_meanwhile';
      const useless = answer.token instanceof ProviderFailure ? answer.token.reason : 'connected';
      const entry = { action: ACTION, ...place, scope: grant.scopes, code: waits ?? useless };
      const touched = waits ? [] : [{ kind: 'account' as const, id: `${place.credential}/${place.account}` }];
      return { result: waits, touched, entry };
    });
  }

  /** Whether nobody has touched account and credential since the provider was asked. */
  async #isOurs(tx: Tx, { credential, row }: Came, fence: number): Promise<boolean> {
    const same = await tx.credentials.find(credential.id);
    if (same?.version !== credential.version || same.clientAuth.id !== credential.clientAuth.id) return false;
    // Writes what is there: only the fence is asked.
    const { credential: _, account: __, intent, ...progress } = row;
    return await tx.accounts.settle(row, fence, progress, intent && 'doubtful');
  }

  /** Under the database's absence too: what came waits until it can be stored, so this may wait with it. */
  async #stillMay(caller: Caller): Promise<boolean> {
    try {
      return atLeast((await this.#deps.callers.renew(caller)).role, 'operator');
    } catch (error) {
      if (error instanceof VaultError && error.code === 'unauthenticated') return false;
      throw error;
    }
  }

  /** All is as it was: an account that began with this goes, unless somebody has found another use for it. */
  async #nothing({ actor, credential: { id }, account, isNew }: Bringing, error: unknown): Promise<void> {
    const { since: _, ...by } = actorOf(actor);
    const code = error instanceof ProviderFailure ? error.reason : error instanceof VaultError ? error.code : 'changed';
    await this.#deps.ledger.write(by, async tx => {
      const row = isNew ? await tx.accounts.find(id, account) : undefined;
      const linked = row && (await tx.consents.links(id)).some(link => link.account === account);
      const used = row && (row.state !== 'pending' || linked || (await tx.grants.list(id, account)).length > 0);
      if (row && !used) await tx.accounts.remove(row);
      const entry = { action: ACTION, credential: id, account, outcome: 'failed' as const, code };
      return { result: undefined, touched: [], entry };
    });
  }

  async #refused({ credential }: Bringing, failure: ProviderFailure): Promise<VaultError> {
    const { clock, breakers } = this.#deps;
    const now = clock.now();
    if (failure.class !== 'rejected') await breakers.count(credential, failure, now);
    const { answer } = failure;
    const about = (errorClass: ErrorClass, action: string) => {
      return { class: errorClass, action, ...(answer ? { provider: answer } : {}) };
    };
    if (failure.class === 'rejected') return refusedToken(failure);
    if (mayHaveUsedIt(failure)) {
      const message = `${failure.message} It is not known whether the provider used the refresh token up. Nothing was changed here.`;
      return new VaultError('provider_unavailable', message, { ...about('in_doubt', TRY_ONCE), retryAfter: 60 });
    }
    return problemOf(findingOf(failure, now), undefined, now);
  }
}

const REFUSED =
  'The provider refuses this refresh token: it has expired, was revoked or used up, or belongs to another client than the credential’s.';
const OTHER_TOKEN =
  'Take the newest refresh token that the other software has, and compare client id and token URL; or let the owner of the mailbox sign in by a connect link.';
const OR_OTHER_TOKEN =
  'Then let the owner of the mailbox sign in by a connect link, or take the newest refresh token that the other software has.';
const TRY_ONCE =
  'Try once more. If the provider refuses it then, its answer was lost: let the owner of the mailbox sign in by a connect link.';

/** The words of the provider's codes where the catalogue knows them, as everywhere; the class is that of the `error`. */
function refusedToken({ told, reason, message, action, words, answer: provider }: ProviderFailure): VaultError {
  const errorClass = reason === 'consent_required' ? ('needs_admin' as const) : ('needs_user' as const);
  const says = told ? { message, action: `${action} ${OR_OTHER_TOKEN}` } : { message: REFUSED, action: OTHER_TOKEN };
  const about = aboutOf({ ...(told ? { who: words?.who, link: words?.link } : {}), provider });
  const details = { class: errorClass, action: says.action, ...about };
  return new VaultError('provider_refused', `${says.message} Nothing was changed.`, details);
}

/** Grants by which a person's decision shows; what a refresh leaves beside them does not count. */
function isPersons({ kind }: { kind: string }): boolean {
  return kind === 'current' || kind === 'candidate';
}

function apart(error: unknown): never {
  if (!(error instanceof Superseded)) throw error;
  const message = 'The credential or the account was changed before the provider was asked; nothing was sent.';
  throw new VaultError('conflict', message, { action: 'Look at the account, then try again.' }, { cause: error });
}

function noGrants({ id, grantType }: Credential): VaultError {
  return new VaultError('conflict', `${id} has no refresh tokens: its grant type is ${grantType}.`, {
    action: 'Draw a token, or test the credential; a refresh token is for the grant type authorization_code.',
  });
}

function connectedMeanwhile(): VaultError {
  const message = 'This account was given a grant while this refresh token waited for its turn; nothing was sent.';
  return new VaultError('conflict', message, { action: 'Look at the account; try again only if this one is wanted.' });
}

function endedMeanwhile(credential: string, account: string): VaultError {
  const message = `${credential}/${account} was disconnected while the provider was asked, so what came was ended.`;
  return new VaultError('conflict', message, {
    action: 'Connect the account anew, by a link or another refresh token.',
  });
}
