import { type Finding, needsPerson } from './account.js';
import type { Callers } from './callers.js';
import { type Credential, drawScope } from './credential.js';
import { aboutOf, disabled, missing, notConnected, VaultError } from './errors.js';
import type { Limits } from './limits.js';
import type { Clock } from './ports.js';
import type { Refreshing } from './refreshing.js';
import { type Actor, require } from './roles.js';
import { Superseded } from './settling.js';
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
  finding: Omit<Finding, 'at' | 'script'> | undefined;
}

/** "Save and test": asks the provider for a token now and says how it went. The token itself stays here. */
export class Testing {
  readonly #store: Store;
  readonly #callers: Callers;
  readonly #refreshing: Refreshing;
  readonly #limits: Limits;
  readonly #clock: Clock;

  constructor(deps: { store: Store; callers: Callers; refreshing: Refreshing; limits: Limits; clock: Clock }) {
    this.#store = deps.store;
    this.#callers = deps.callers;
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
    if (!credential) throw missing('credential', credentialId);
    if (!row) throw missing('account', account);
    if (credential.disabled) throw disabled(credentialId);
    if (needsPerson(credential, row)) throw notConnected(row.finding);
    const limited = this.#limits.handTest(credentialId, account);
    if (limited) throw limited;
    const stored = this.#step('stored', true, started, 'The credential is stored and complete.');
    const { step, finding } = await this.#ask(credential, account, actor.caller.consumer);
    // The provider may have taken its time: who was revoked meanwhile learns nothing.
    require(await this.#callers.renew(actor.caller), 'operator');
    return { ok: step.ok, steps: [stored, step], finding };
  }

  async #ask(
    credential: Credential,
    account: string,
    consumer: string,
  ): Promise<Pick<TestResult, 'finding'> & { step: TestStep }> {
    const started = this.#clock.monotonic();
    const scope = drawScope(credential);
    try {
      const token = await this.#refreshing.refresh(credential, account, scope, { minTtl: 0, force: true, consumer });
      const detail = `The provider gave a token for ${token.lifetime} s.`;
      return { step: this.#step('token', true, started, detail), finding: undefined };
    } catch (error) {
      const finding = findingOf(error);
      return { step: this.#step('token', false, started, finding.message), finding };
    }
  }

  #step(step: TestStep['step'], ok: boolean, started: number, detail: string): TestStep {
    return { step, ok, ms: Math.round(this.#clock.monotonic() - started), detail };
  }
}

function findingOf(error: unknown): Omit<Finding, 'at' | 'script'> {
  if (error instanceof Superseded) {
    const message = 'The credential was changed during the test.';
    return { class: 'unavailable', who: 'operator', reason: 'superseded', message, action: 'Test again.' };
  }
  if (!(error instanceof VaultError)) throw error;
  const { class: errorClass = 'unavailable', action = 'Try again.' } = error.details;
  return { class: errorClass, reason: error.code, message: error.message, action, ...aboutOf(error.details) };
}
