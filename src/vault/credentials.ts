import type { AccountState } from './account.js';
import { missingProof, movedProof, readProof } from './client-auth-rules.js';
import type { Caller } from './consumer.js';
import { type Credential, type CredentialInput, changesDestination, changesTokens, ownAccounts } from './credential.js';
import { credentialErrors, expiryErrors } from './credential-rules.js';
import { type FieldError, invalid, missing, VaultError } from './errors.js';
import type { Ledger } from './ledger.js';
import type { Clock, Destinations, KeyPairs } from './ports.js';
import { expand, type SaidCredential } from './presets/expansion.js';
import { toldSince } from './reports.js';
import { askAnew, reregister } from './reregistration.js';
import { type Actor, actorOf, require } from './roles.js';
import { holderErrors, retryAll, sharerErrors, TO_END_SHARING } from './sharing.js';
import type { Store, Tx } from './store.js';

/** A credential with its accounts counted, by state. */
export interface CredentialView {
  credential: Credential;
  accounts: Partial<Record<AccountState, number>>;
  /** How many of them have a report of a consumer, and need nobody by their state. */
  reported: number;
}

/** The version that a write expects, as the ETag said; `*` accepts any. */
export type Expected = number | '*';

/** Named OAuth client registrations: stored by operators, their secrets write-only. */
export class Credentials {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #destinations: Destinations;
  readonly #keyPairs: KeyPairs;
  readonly #clock: Clock;

  constructor(deps: {
    store: Store;
    ledger: Ledger;
    destinations: Destinations;
    keyPairs: KeyPairs;
    clock: Clock;
  }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#destinations = deps.destinations;
    this.#keyPairs = deps.keyPairs;
    this.#clock = deps.clock;
  }

  /** Stores a new credential and the accounts that begin with it. What a preset knows is filled in. Throws `invalid_request`, `already_exists`. Calls no provider. */
  async create(actor: Actor, id: string, said: SaidCredential): Promise<CredentialView> {
    require(actor.caller, 'operator');
    const input = await this.#shared(id, expand(said));
    const expiry = expiryErrors(input.secretExpiresAt, undefined, this.#clock.now());
    await this.#check(input, [...missingProof(input), ...expiry]);
    const read = await readProof(this.#keyPairs, input, actor.gone);
    await this.#ledger.write(actorOf(actor), async tx => {
      if (await tx.credentials.find(id)) throw alreadyExists('credential', id);
      await tx.credentials.insert(id, read, this.#clock.now());
      for (const account of ownAccounts(read)) await tx.accounts.insert(id, account);
      return { result: undefined, touched: [], entry: { action: 'credential.create', credential: id } };
    });
    return await this.get(actor.caller, id);
  }

  /** Throws `forbidden`. */
  async isStored(caller: Caller, id: string): Promise<boolean> {
    require(caller, 'auditor');
    return (await this.#store.reads.credentials.find(id)) !== undefined;
  }

  /** Throws `not_found`, `forbidden`. */
  async get(caller: Caller, id: string): Promise<CredentialView> {
    require(caller, 'auditor');
    const credential = await this.#store.reads.credentials.find(id);
    const [view] = await this.#views(credential ? [credential] : []);
    if (!view) throw missing('credential', id);
    return view;
  }

  /** In order of id, after the one named. */
  async list(caller: Caller, after: string | undefined, limit: number): Promise<CredentialView[]> {
    require(caller, 'auditor');
    const credentials = await this.#store.reads.credentials.list(after, limit);
    return await this.#views(credentials);
  }

  async #views(credentials: readonly Credential[]): Promise<CredentialView[]> {
    const { accounts } = this.#store.reads;
    const ids = credentials.map(({ id }) => id);
    const counts = await accounts.counts(ids);
    const reports = await accounts.reported(ids, toldSince(this.#clock.now()));
    return credentials.map(credential => ({
      credential,
      accounts: counts.get(credential.id) ?? {},
      reported: reports.get(credential.id) ?? 0,
    }));
  }

  /**
   * Replaces what the operator says of a credential. A secret left out stays, unless the change sends it elsewhere
   * or in another way: then it must be given again (invariant 13). Throws `version_conflict`.
   */
  async replace(actor: Actor, id: string, expected: Expected, said: SaidCredential): Promise<CredentialView> {
    require(actor.caller, 'operator');
    const stored = await this.#store.reads.credentials.find(id);
    const input = await this.#shared(id, expand(said, stored));
    await this.#check(input, stored ? accountErrors(stored, input) : [], stored);
    const read = await readProof(this.#keyPairs, input, actor.gone);
    await this.#change(actor, id, expected, 'credential.update', async (tx, before, now) => {
      const { clientAuth } = before;
      const moved = changesDestination(before, input) ? movedProof(input, clientAuth) : [];
      const proof = moved.length > 0 ? moved : missingProof(input, clientAuth);
      const expiry = expiryErrors(input.secretExpiresAt, clientAuth.secretExpiresAt, now);
      const sharing = await tx.credentials.sharing(id);
      const errors = [...proof, ...expiry, ...(await holderErrors(tx, sharing, before, input))];
      if (errors.length > 0) throw invalid(errors);
      if (!(await tx.credentials.update(before, read, now))) throw versionConflict();
      // They were sealed for where they were to go.
      if (changesDestination(before, input)) await tx.clientAuths.removeOthers(id);
      await this.#followMailboxes(tx, id, before, input);
      if (changesTokens(before, input)) await this.#reregister(tx, id, now);
      await retryAll(tx, id, sharing);
      if (changesTokens(before, input)) for (const one of sharing) await askAnew(tx, one);
    });
    return await this.get(actor.caller, id);
  }

  /** The same, with the method of the credential whose secret it shares. Throws `invalid_request` where it may not. */
  async #shared(id: string, input: CredentialInput): Promise<CredentialInput> {
    const { sameAs } = input;
    if (sameAs === undefined) return input;
    const holder = await this.#store.reads.credentials.find(sameAs);
    const errors = sharerErrors(id, input, sameAs, holder);
    if (errors.length > 0) throw invalid(errors);
    return {
      ...input,
      method: holder?.clientAuth.method ?? input.method,
      signingAlg: undefined,
      secretExpiresAt: undefined,
    };
  }

  /** The mailboxes that it acts for are its accounts, as long as they are named. */
  async #followMailboxes(tx: Tx, id: string, before: Credential, after: CredentialInput): Promise<void> {
    const [had, has] = [ownAccounts(before), ownAccounts(after)];
    if (had.join() === has.join()) return;
    for (const account of await tx.accounts.list(id)) {
      if (had.includes(account.account) && !has.includes(account.account)) await tx.accounts.remove(account);
    }
    for (const account of has.filter(one => !had.includes(one))) await tx.accounts.insert(id, account);
  }

  async #reregister(tx: Tx, id: string, now: number): Promise<void> {
    const credential = await tx.credentials.find(id);
    if (!credential) return;
    for (const account of await tx.accounts.list(id)) await reregister(tx, credential, account, now);
  }

  /** Stops or allows draws again. Throws `version_conflict` when somebody else changed it at the same time. */
  async setDisabled(actor: Actor, id: string, disabled: boolean): Promise<CredentialView> {
    require(actor.caller, 'operator');
    const action = disabled ? 'credential.disable' : 'credential.enable';
    await this.#change(actor, id, '*', action, async (tx, before, now) => {
      if (!(await tx.credentials.setDisabled(before, disabled, now))) throw versionConflict();
    });
    return await this.get(actor.caller, id);
  }

  /** Removes the credential, its secrets, accounts and tokens, and every permission that names it. */
  async remove(actor: Actor, id: string, expected: Expected): Promise<void> {
    require(actor.caller, 'operator');
    await this.#change(actor, id, expected, 'credential.delete', async (tx, before) => {
      const sharing = await tx.credentials.sharing(id);
      if (sharing.length > 0) throw stillShared(id, sharing);
      if (!(await tx.credentials.remove(before))) throw versionConflict();
    });
  }

  async #change(
    actor: Actor,
    id: string,
    expected: Expected,
    action: string,
    work: (tx: Tx, before: Credential, now: number) => Promise<void>,
  ): Promise<void> {
    await this.#ledger.write(actorOf(actor), async tx => {
      const before = await tx.credentials.find(id);
      if (!before) throw missing('credential', id);
      if (expected !== '*' && expected !== before.version) throw versionConflict();
      await work(tx, before, this.#clock.now());
      return { result: undefined, touched: [{ kind: 'credential', id }], entry: { action, credential: id } };
    });
  }

  async #check(input: CredentialInput, more: FieldError[], stored?: Credential): Promise<void> {
    const errors = [...(await credentialErrors(input, this.#destinations, stored)), ...more];
    if (errors.length > 0) throw invalid(errors);
  }
}

/** Its accounts are mailboxes, those of other grant types are not: nothing could become of them. */
function accountErrors(before: Credential, after: CredentialInput): FieldError[] {
  if ((before.grantType === 'jwt_bearer') === (after.grantType === 'jwt_bearer')) return [];
  const detail =
    'jwt_bearer has accounts of its own kind, so a credential stays with it or without it. Make a new one.';
  return [{ field: 'grant_type', rule: 'immutable', detail }];
}

function stillShared(id: string, sharing: readonly string[]): VaultError {
  const message = `The secret of ${id} may be used by ${sharing.join(', ')} too, so it is not deleted.`;
  return new VaultError('conflict', message, { action: TO_END_SHARING });
}

/** 409 with the id that is taken. */
export function alreadyExists(what: string, id: string): VaultError {
  return new VaultError('already_exists', `There is already a ${what} named ${id}.`, {
    errors: [{ field: 'id', rule: 'unique', detail: `${id} is taken.` }],
    action: 'Choose another id, or change the one that exists.',
  });
}

function versionConflict(): VaultError {
  return new VaultError('version_conflict', 'Somebody changed this credential since you read it.', {
    action: 'Read it again, then repeat your change with its new ETag in If-Match.',
  });
}
