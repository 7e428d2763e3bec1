import { findingOf } from './account.js';
import { askFor } from './application.js';
import type { Callers } from './callers.js';
import { clientAt } from './client-at.js';
import type { ClientAuthInput, StoredClientAuth } from './client-auth.js';
import { isFirstProof, missingProof, proofErrors, readProof } from './client-auth-rules.js';
import type { Caller } from './consumer.js';
import { type Credential, drawScope, ownAccounts } from './credential.js';
import { expiryErrors } from './credential-rules.js';
import { invalid, missing, VaultError } from './errors.js';
import { DEFAULT_ACCOUNT } from './ids.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import { type Clock, type KeyPairs, type KeyPairWish, type Provider, ProviderFailure } from './ports.js';
import { knownSecretErrors } from './presets/scope-rules.js';
import { askAnew } from './reregistration.js';
import { type Actor, actorOf, require } from './roles.js';
import { mayActivate } from './sharing.js';
import type { Reads, Store, Tx } from './store.js';
import type { TestResult, TestStep } from './testing.js';

/** What a provider says to a client that it knows, although it gives this one no token in this way (RFC 6749 §5.2). */
const KNOWN_ALL_THE_SAME: ReadonlySet<string> = new Set([
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]);

/**
 * The ways in which a credential can prove itself: a next one is put beside the active one, tried, and made the active
 * one without a draw that fails; then the old one goes.
 */
export class ClientAuths {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #callers: Callers;
  readonly #provider: Provider;
  readonly #keyPairs: KeyPairs;
  readonly #limits: Limits;
  readonly #clock: Clock;

  constructor(deps: {
    store: Store;
    ledger: Ledger;
    callers: Callers;
    provider: Provider;
    keyPairs: KeyPairs;
    limits: Limits;
    clock: Clock;
  }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#callers = deps.callers;
    this.#provider = deps.provider;
    this.#keyPairs = deps.keyPairs;
    this.#limits = deps.limits;
    this.#clock = deps.clock;
  }

  /** The oldest first. Throws `not_found`, `forbidden`. */
  async list(caller: Caller, credentialId: string): Promise<StoredClientAuth[]> {
    require(caller, 'auditor');
    await this.#credential(credentialId);
    return await this.#store.reads.clientAuths.list(credentialId);
  }

  /** Throws `not_found`, `forbidden`. */
  async get(caller: Caller, credentialId: string, id: string): Promise<StoredClientAuth> {
    require(caller, 'auditor');
    return await found(this.#store.reads, credentialId, id);
  }

  /**
   * Stores one beside the active one; nothing uses it yet, unless it is the first proof of its credential: no draw works
   * without, so it is the active one at once. Throws `invalid_request`.
   */
  async add(actor: Actor, credentialId: string, input: ClientAuthInput): Promise<StoredClientAuth> {
    require(actor.caller, 'operator');
    const expiry = expiryErrors(input.secretExpiresAt, undefined, this.#clock.now());
    const credential = await this.#credential(credentialId);
    const proof = [...proofErrors(input, credential.grantType), ...knownSecretErrors(credential, input.secret)];
    const errors = [...proof, ...missingProof(input), ...noProof(input), ...expiry];
    if (errors.length > 0) throw invalid(errors);
    return await this.#insert(actor, credentialId, await readProof(this.#keyPairs, input, actor.gone));
  }

  /**
   * Makes a key and a certificate here, beside the active client auth, or as the active one as `add` does. The private
   * key never leaves; the certificate is there to be uploaded at the provider.
   */
  async generate(actor: Actor, credentialId: string, wish: KeyPairWish): Promise<StoredClientAuth> {
    require(actor.caller, 'operator');
    await this.#credential(credentialId);
    const keyPair = await this.#keyPairs.generate(wish, actor.gone);
    const none = { secret: undefined, secretExpiresAt: undefined, signingAlg: undefined, keyFile: undefined };
    const own = { ...none, keyId: undefined, sameAs: undefined, method: 'private_key_jwt' as const };
    return await this.#insert(actor, credentialId, { ...own, keyPair });
  }

  /** From now on requests are made with it; the one before stays. Throws `conflict` where it is already, or may not share. */
  async activate(actor: Actor, credentialId: string, id: string): Promise<StoredClientAuth> {
    require(actor.caller, 'operator');
    await this.#change(actor, credentialId, 'credential.auth-activate', async (tx, credential) => {
      const next = await found(tx, credentialId, id);
      if (next.active) throw new VaultError('conflict', 'This is the active client authentication already.');
      await mayActivate(tx, credential, next);
      await this.#use(tx, credential, id);
    });
    return await this.get(actor.caller, credentialId, id);
  }

  /** Throws `conflict` for the active one. */
  async remove(actor: Actor, credentialId: string, id: string): Promise<void> {
    require(actor.caller, 'operator');
    await this.#change(actor, credentialId, 'credential.auth-delete', async tx => {
      const { active } = await found(tx, credentialId, id);
      if (active) throw stillActive();
      await tx.clientAuths.remove(credentialId, id);
    });
  }

  /**
   * Asks the provider whether it knows the client by this one, with a request for a token of the application
   * (RFC 6749 §4.4), which uses up no person's grant, or for the first mailbox that it acts for. The token stays here.
   */
  async test(actor: Actor, credentialId: string, id: string): Promise<TestResult> {
    require(actor.caller, 'operator');
    const credential = await this.#credential(credentialId);
    const clientAuth = await found(this.#store.reads, credentialId, id);
    const limited = this.#limits.authTest(credentialId, id);
    if (limited) throw limited;
    const started = this.#clock.monotonic();
    const step = (detail: string, ok: boolean): TestStep => ({
      step: 'token',
      ok,
      ms: Math.round(this.#clock.monotonic() - started),
      detail,
    });
    const result = await this.#ask({ ...credential, clientAuth }, step);
    // The provider may have taken its time: who was revoked meanwhile learns nothing.
    require(await this.#callers.renew(actor.caller), 'operator');
    return result;
  }

  async #ask(credential: Credential, step: (detail: string, ok: boolean) => TestStep): Promise<TestResult> {
    try {
      const client = await clientAt(this.#store.reads, credential);
      const scope = drawScope(credential);
      const request = { ...client, scope, params: credential.tokenParams };
      const token = await askFor(this.#provider, credential, request, ownAccounts(credential)[0] ?? DEFAULT_ACCOUNT);
      const gave = `The provider gave a token for ${token.lifetime} s.`;
      return { ok: true, steps: [step(gave, true)], finding: undefined };
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      const person = credential.grantType === 'authorization_code';
      if (person && KNOWN_ALL_THE_SAME.has(error.reason)) {
        const knows = 'The provider knows the client by it. It gives tokens to people’s grants only, as it should.';
        return { ok: true, steps: [step(knows, true)], finding: undefined };
      }
      const { at: _, script: __, ...finding } = findingOf(error, this.#clock.now());
      return { ok: false, steps: [step(finding.message, false)], finding };
    }
  }

  async #insert(
    actor: Actor,
    credentialId: string,
    input: Parameters<Tx['clientAuths']['insert']>[1],
  ): Promise<StoredClientAuth> {
    let id = '';
    await this.#change(actor, credentialId, 'credential.auth-create', async (tx, credential) => {
      const { clientAuth } = credential;
      const first = isFirstProof(input, clientAuth);
      const whole = first ? { ...input, signingAlg: input.signingAlg ?? clientAuth.signingAlg } : input;
      id = await tx.clientAuths.insert(credential, whole, this.#clock.now());
      if (!first) return;
      await this.#use(tx, credential, id);
      // There is nothing in the one before to go back to.
      await tx.clientAuths.remove(credentialId, clientAuth.id);
    });
    return await this.get(actor.caller, credentialId, id);
  }

  async #use(tx: Tx, credential: Credential, id: string): Promise<void> {
    if (!(await tx.clientAuths.activate(credential, id, this.#clock.now()))) throw changedMeanwhile();
    for (const one of [credential.id, ...(await tx.credentials.sharing(credential.id))]) await askAnew(tx, one);
  }

  async #change(
    actor: Actor,
    id: string,
    action: string,
    work: (tx: Tx, credential: Credential) => Promise<void>,
  ): Promise<void> {
    await this.#ledger.write(actorOf(actor), async tx => {
      const credential = await tx.credentials.find(id);
      if (!credential) throw missing('credential', id);
      await work(tx, credential);
      return { result: undefined, touched: [{ kind: 'credential', id }], entry: { action, credential: id } };
    });
  }

  async #credential(id: string): Promise<Credential> {
    const credential = await this.#store.reads.credentials.find(id);
    if (!credential) throw missing('credential', id);
    return credential;
  }
}

async function found(reads: Pick<Reads, 'clientAuths'>, credential: string, id: string): Promise<StoredClientAuth> {
  const one = await reads.clientAuths.find(credential, id);
  if (!one) throw missing('client authentication', id);
  return one;
}

function noProof({ method, keyFile }: ClientAuthInput) {
  if (method !== 'private_key_jwt' || keyFile) return [];
  const detail = 'Give the certificate and its private key, or have a key pair made here: …/certificate/generate.';
  return [{ field: 'client_auth.certificate', rule: 'required', detail }];
}

function stillActive(): VaultError {
  return new VaultError('conflict', 'Requests are made with this client authentication, so it stays.', {
    action: 'Activate another one first.',
  });
}

function changedMeanwhile(): VaultError {
  return new VaultError('conflict', 'The credential was changed at the same time.', { action: 'Try again.' });
}
