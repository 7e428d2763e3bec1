import type { Finding } from './account.js';
import { notFound, VaultError } from './errors.js';
import type { Limits } from './limits.js';
import type { Clock } from './ports.js';
import { type Refreshing, Superseded } from './refreshing.js';
import { type Actor, require } from './roles.js';
import { normalizeScope } from './scopes.js';
import type { Store } from './store.js';

/** One step of a test and how it went. */
export interface TestStep {
  step: 'stored' | 'token';
  ok: boolean;
  /** Milliseconds. */
  ms: number;
  detail: string;
}

/** How a test went; `finding` says what to do when it did not go well. */
export interface TestResult {
  ok: boolean;
  steps: TestStep[];
  finding: Omit<Finding, 'at'> | undefined;
}

/** "Save and test": asks the provider for a token now and says how it went. The token itself stays here. */
export class Testing {
  readonly #store: Store;
  readonly #refreshing: Refreshing;
  readonly #limits: Limits;
  readonly #clock: Clock;

  constructor(deps: { store: Store; refreshing: Refreshing; limits: Limits; clock: Clock }) {
    this.#store = deps.store;
    this.#refreshing = deps.refreshing;
    this.#limits = deps.limits;
    this.#clock = deps.clock;
  }

  /** Throws `not_found`, `conflict`, `not_connected`, `rate_limited`; a provider that says no is a result, not an error. */
  async test(actor: Actor, credentialId: string, account: string): Promise<TestResult> {
    require(actor.caller, 'operator');
    const started = this.#clock.monotonic();
    const credential = await this.#store.reads.credentials.find(credentialId);
    const row = await this.#store.reads.accounts.find(credentialId, account);
    if (!credential || !row) throw notFound('credential or account');
    if (credential.disabled) throw new VaultError('conflict', 'This credential is disabled. Enable it, then test.');
    if (credential.grantType === 'authorization_code') {
      throw new VaultError('not_connected', 'Nobody has signed in for this credential yet.', { class: 'needs_user' });
    }
    const limited = this.#limits.handTest(credentialId, account);
    if (limited) throw limited;
    const stored: TestStep = {
      step: 'stored',
      ok: true,
      ms: this.#since(started),
      detail: 'The credential is stored and complete.',
    };
    const asking = this.#clock.monotonic();
    try {
      const scope = normalizeScope(credential.scope);
      const token = await this.#refreshing.refresh(credential, account, scope, { minTtl: 0, force: true });
      const detail = `The provider gave a token for ${token.lifetime} s.`;
      return {
        ok: true,
        steps: [stored, { step: 'token', ok: true, ms: this.#since(asking), detail }],
        finding: undefined,
      };
    } catch (error) {
      const finding = findingOf(error);
      const step: TestStep = { step: 'token', ok: false, ms: this.#since(asking), detail: finding.message };
      return { ok: false, steps: [stored, step], finding };
    }
  }

  #since(start: number): number {
    return Math.round(this.#clock.monotonic() - start);
  }
}

function findingOf(error: unknown): Omit<Finding, 'at'> {
  if (error instanceof Superseded) {
    const message = 'The credential was changed during the test.';
    return { class: 'unavailable', reason: 'superseded', message, action: 'Test again.' };
  }
  if (!(error instanceof VaultError)) throw error;
  const { class: errorClass = 'unavailable', action = 'Try again.', provider } = error.details;
  return { class: errorClass, reason: error.code, message: error.message, action, ...(provider ? { provider } : {}) };
}
