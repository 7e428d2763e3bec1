import { type Account, type AccountName, enabled, fresh, renewed, whileDisabled } from './account.js';
import type { Callers } from './callers.js';
import type { Caller } from './consumer.js';
import { type Credential, drawScope, ownAccounts } from './credential.js';
import { disabled, missing, neverConnected, notConnected, VaultError } from './errors.js';
import { belongsTo, consentScope, type Grant, sameIdentity } from './grant.js';
import { type Keeping, notTold } from './keeping.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import { acceptedAt, type LoginHints, loginHints, type OtherPerson, otherPersonOf } from './other-person.js';
import type { Clock } from './ports.js';
import { type Access, accessOf } from './presets/access.js';
import { identityRejected, OTHER_IDENTITY } from './refresh-findings.js';
import type { Refreshing } from './refreshing.js';
import { forgetReport, type Reported, reportedOf } from './reports.js';
import { type Actor, actorOf, require } from './roles.js';
import { missingScopes } from './scopes.js';
import type { Secret } from './secret.js';
import { Superseded } from './settling.js';
import type { Store, Tx } from './store.js';

/** An account with what it was given, and what waits for an operator's word. */
export interface AccountView {
  account: Account;
  grant: Grant | undefined;
  /** What the consent asked for and the grant does not hold. */
  missing: string[];
  candidate: Grant | undefined;
  /** Where somebody else signed in than was meant; undefined too once an operator accepted that. */
  otherPerson: OtherPerson | undefined;
  /** When it is renewed without a draw, in epoch milliseconds. */
  nextDue: number | undefined;
  /** What the newest token holds too little or too much of; looked at where one account is asked for. */
  access?: Access | undefined;
  /** What a consumer told last that no newer token mends. */
  reported: Reported | undefined;
}

interface Ended {
  grant: Grant;
  /** The refresh token, or why it does not open. */
  token: Secret | VaultError;
}

/** How a disconnect went at the provider: true, or why it was not told there. */
export interface Disconnected {
  revoked: true | string;
}

/** What a credential may act as, one by one. */
export class Accounts {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #keeping: Keeping;
  readonly #refreshing: Refreshing;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #callers: Callers;

  constructor(deps: {
    store: Store;
    ledger: Ledger;
    keeping: Keeping;
    refreshing: Refreshing;
    limits: Limits;
    clock: Clock;
    callers: Callers;
  }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#keeping = deps.keeping;
    this.#refreshing = deps.refreshing;
    this.#limits = deps.limits;
    this.#clock = deps.clock;
    this.#callers = deps.callers;
  }

  async list(caller: Caller, credentialId: string): Promise<AccountView[]> {
    require(caller, 'auditor');
    const credential = await this.#credential(credentialId);
    const accounts = await this.#store.reads.accounts.list(credentialId);
    const hints = await this.#hints(credential);
    return await Promise.all(accounts.map(account => this.#view(credential, account, hints)));
  }

  async get(caller: Caller, credentialId: string, name: string): Promise<AccountView> {
    require(caller, 'auditor');
    const credential = await this.#credential(credentialId);
    const account = await this.#store.reads.accounts.find(credentialId, name);
    if (!account) throw missing('account', name);
    // A token that does not open is told by the next draw.
    const token = await this.#store.reads.findToken(credentialId, name, drawScope(credential)).catch(() => undefined);
    const hints = await this.#hints(credential);
    return { ...(await this.#view(credential, account, hints)), access: token && accessOf(credential, token) };
  }

  /**
   * Ends what an account was given, here at once and at the provider where it can be told (RFC 7009). The account goes;
   * `default` stays and waits for a new consent.
   */
  async disconnect(actor: Actor, credentialId: string, name: string): Promise<Disconnected> {
    require(actor.caller, 'operator');
    const credential = await this.#credential(credentialId);
    const ended: Ended[] = [];
    await this.#change(
      actor,
      { credential: credentialId, account: name },
      'account.disconnect',
      async (tx, account) => {
        ended.length = 0;
        for (const grant of await tx.grants.list(credentialId, name)) ended.push(...(await this.#end(tx, grant)));
        await tx.consents.endLinks(account, this.#clock.now());
        await tx.accounts.forgetTokens(account);
        if (ownAccounts(credential).includes(name)) await tx.accounts.restart(account, whileDisabled(account, fresh()));
        else await tx.accounts.remove(account);
      },
    );
    return await this.#revoke(credential, ended);
  }

  /**
   * Takes a grant away; answers it with the refresh token that is to be ended at the provider. One that does not open
   * any more is in nobody's way.
   */
  async #end(tx: Tx, grant: Grant): Promise<Ended[]> {
    const token = await tx.grants.refreshToken(grant).catch(unopened);
    await tx.grants.remove(grant.id);
    return token ? [{ grant, token }] : [];
  }

  async #revoke(credential: Credential, ended: Ended[]): Promise<Disconnected> {
    const calls = ended.map(({ grant, token }) =>
      token instanceof VaultError ? notTold(token) : this.#keeping.revoke({ credential }, grant, token),
    );
    const results = await Promise.all(calls);
    return { revoked: results.find(result => result !== true) ?? true };
  }

  /** Asks the provider for a new token now. Throws `not_connected`, `provider_refused`, `provider_unavailable`, `rate_limited`. */
  async refresh(actor: Actor, credentialId: string, name: string): Promise<AccountView> {
    require(actor.caller, 'operator');
    const credential = await this.#credential(credentialId);
    const view = await this.get(actor.caller, credentialId, name);
    if (credential.disabled) throw disabled(credentialId);
    if (view.account.state === 'disabled') throw disabled(credentialId, name);
    if (credential.grantType === 'authorization_code' && !view.grant)
      throw notConnected(view.account.finding ?? neverConnected(view.account));
    const limited = this.#limits.handTest(credentialId, name);
    if (limited) throw limited;
    try {
      await this.#refreshing.refresh(credential, name, drawScope(credential), {
        minTtl: 0,
        force: true,
        consumer: actor.caller.consumer,
      });
    } catch (error) {
      throw error instanceof Superseded ? changedMeanwhile(error) : error;
    }
    await forgetReport(this.#store, view.account);
    // The provider may have taken its time: who was revoked meanwhile learns nothing.
    require(await this.#callers.renew(actor.caller), 'operator');
    return await this.get(actor.caller, credentialId, name);
  }

  /** Stops draws of one account, or allows them again. */
  async setDisabled(actor: Actor, credentialId: string, name: string, disabled: boolean): Promise<AccountView> {
    require(actor.caller, 'operator');
    const place = { credential: credentialId, account: name };
    const action = disabled ? 'account.disable' : 'account.enable';
    await this.#change(actor, place, action, async (tx, account) => {
      if (disabled === (account.state === 'disabled')) return;
      const hasGrant = (await tx.grants.find(credentialId, name, 'current')) !== undefined;
      await tx.accounts.revise(account, disabled ? { ...account, state: 'disabled' } : enabled(account, hasGrant));
    });
    return await this.get(actor.caller, credentialId, name);
  }

  /**
   * The waiting grant takes the place of the one before, which is ended at the provider where it is another account's.
   * Throws `conflict` when none waits, or when it was obtained under an earlier registration, `version_conflict` when
   * another one waits than the one that was `seen`. Where none waits and somebody else signed in than was meant, that is
   * accepted.
   */
  async accept(actor: Actor, credentialId: string, name: string, seen?: string): Promise<AccountView> {
    require(actor.caller, 'operator');
    const credential = await this.#credential(credentialId);
    const ended: Ended[] = [];
    await this.#change(actor, { credential: credentialId, account: name }, 'account.accept', async (tx, account) => {
      ended.length = 0;
      if (seen === undefined && (await this.#acceptOther(tx, account))) return;
      const candidate = await this.#candidate(tx, account, seen);
      if (!belongsTo(candidate, credential)) throw obtainedElsewhere();
      for (const grant of await tx.grants.list(credentialId, name)) {
        if (grant.kind !== 'current' && grant.kind !== 'orphan') continue;
        const others = isAnother(grant, candidate) && !cameByRefresh(candidate, account);
        ended.push(...(await this.#end(tx, grant)).filter(() => others));
      }
      await tx.grants.setKind(candidate.id, 'current', acceptedAt(candidate, this.#clock.now()));
      await tx.accounts.forgetTokens(account);
      const { lastSuccessAt } = account;
      await tx.accounts.restart(account, whileDisabled(account, { ...renewed(0), lastSuccessAt }));
    });
    await this.#revoke(credential, ended);
    return await this.get(actor.caller, credentialId, name);
  }

  /** The waiting grant is ended, at the provider too where it is another account's; the one before stays as it is. */
  async reject(actor: Actor, credentialId: string, name: string, seen?: string): Promise<Disconnected> {
    require(actor.caller, 'operator');
    const credential = await this.#credential(credentialId);
    let gone: Ended[] = [];
    let shared = false;
    await this.#ledger.write(actorOf(actor), async tx => {
      const account = await tx.accounts.find(credentialId, name);
      if (!account) throw missing('account', name);
      const candidate = await this.#candidate(tx, account, seen);
      const current = await tx.grants.find(credentialId, name, 'current');
      gone = await this.#end(tx, candidate);
      const refreshed = cameByRefresh(candidate, account);
      shared = current !== undefined && (refreshed || !isAnother(candidate, current));
      // What it waited for has come; whether the refresh token before it still works is seen by the next draw.
      if (refreshed)
        await tx.accounts.restart(account, whileDisabled(account, identityRejected(account, this.#clock.now())));
      const entry = { action: 'account.reject', credential: credentialId, account: name };
      return { result: undefined, touched: [{ kind: 'account', id: `${credentialId}/${name}` }], entry };
    });
    if (!shared || gone.length === 0) return await this.#revoke(credential, gone);
    return { revoked: 'It may be the same account as the one in use, whose grant some providers would end with it.' };
  }

  async #change(
    actor: Actor,
    { credential, account }: AccountName,
    action: string,
    work: (tx: Tx, account: Account) => Promise<void>,
  ): Promise<void> {
    await this.#ledger.write(actorOf(actor), async tx => {
      const row = await tx.accounts.find(credential, account);
      if (!row) throw missing('account', account);
      await work(tx, row);
      const touched = [{ kind: 'account' as const, id: `${credential}/${account}` }];
      return { result: undefined, touched, entry: { action, credential, account } };
    });
  }

  /** False where somebody waits, or nobody else than was meant is in use. */
  async #acceptOther(tx: Tx, { credential, account }: AccountName): Promise<boolean> {
    const waits = await tx.grants.find(credential, account, 'candidate');
    const current = await tx.grants.find(credential, account, 'current');
    if (waits || !current || !otherPersonOf(current, loginHints(await tx.consents.links(credential)))) return false;
    await tx.grants.setKind(current.id, 'current', acceptedAt(current, this.#clock.now()));
    return true;
  }

  async #candidate(tx: Tx, { credential, account }: AccountName, seen: string | undefined): Promise<Grant> {
    const candidate = await tx.grants.find(credential, account, 'candidate');
    if (candidate && seen !== undefined && candidate.id !== seen) throw newerCandidate();
    if (candidate) return candidate;
    throw new VaultError('conflict', 'No grant of this account waits for your word.', {
      action: 'Look at the account: somebody may have decided already.',
    });
  }

  async #credential(id: string): Promise<Credential> {
    const credential = await this.#store.reads.credentials.find(id);
    if (!credential) throw missing('credential', id);
    return credential;
  }

  /** Where nobody signs in there are none to be read. */
  async #hints({ id, grantType }: Credential): Promise<LoginHints> {
    return loginHints(grantType === 'authorization_code' ? await this.#store.reads.consents.links(id) : []);
  }

  async #view(credential: Credential, row: Account, hints: LoginHints): Promise<AccountView> {
    const { grants } = this.#store.reads;
    // What came and is not stored yet may be all that works: the row cannot say so, this instance can.
    const unwell = row.state === 'connected' && this.#keeping.holds(row);
    const account: Account = unwell ? { ...row, state: 'degraded' } : row;
    const grant = await grants.find(account.credential, account.account, 'current');
    const candidate = await grants.find(account.credential, account.account, 'candidate');
    const missing = grant ? missingScopes(consentScope(credential), grant.scopes) : [];
    const works = account.state === 'connected' || account.state === 'degraded';
    const nextDue = works ? await this.#store.due.nextDue(account.credential, account.account) : undefined;
    const reported = reportedOf(credential, account, this.#clock.now());
    const otherPerson = otherPersonOf(grant, hints);
    return { account, grant, missing, candidate, otherPerson, nextDue, reported };
  }
}

function unopened(error: unknown): VaultError {
  if (error instanceof VaultError && error.code === 'provider_refused') return error;
  throw error;
}

/** Some providers end every grant of a person and client with one of them; so only another person's is revoked. */
function isAnother(one: Grant, other: Grant): boolean {
  return one.identity !== undefined && other.identity !== undefined && !sameIdentity(one.identity, other.identity);
}

/** A refresh brought it, so it is the same grant at the provider: ended there, nothing would be left. */
function cameByRefresh(candidate: Grant, { finding }: Account): boolean {
  return finding !== undefined && finding.reason === OTHER_IDENTITY && finding.at === candidate.kindSince;
}

function obtainedElsewhere(): VaultError {
  const message = 'The waiting grant was obtained at another token URL or as another client, so it cannot be used.';
  return new VaultError('conflict', message, { action: 'Reject it, and send a new connect link.' });
}

function newerCandidate(): VaultError {
  return new VaultError('version_conflict', 'Another consent has come since you looked; nothing was decided.', {
    action: 'Look at the account again: it may be another person who signed in.',
  });
}

function changedMeanwhile(cause: Error): VaultError {
  const message = 'The credential or the account was changed while the provider was asked; nothing was stored.';
  return new VaultError('conflict', message, { action: 'Look at the account, then refresh again.' }, { cause });
}
