import { type Account, type Finding, needsPerson } from './account.js';
import type { Callers } from './callers.js';
import { type Credential, drawScope, ownAccounts } from './credential.js';
import { aboutOf, disabled, missing, neverConnected, notConnected, VaultError } from './errors.js';
import { DEFAULT_ACCOUNT } from './ids.js';
import type { Limits } from './limits.js';
import type { Clock } from './ports.js';
import { type Access, accessOf } from './presets/access.js';
import { PROTOCOLS } from './presets/preset.js';
import type { Refreshing } from './refreshing.js';
import { forgetReport } from './reports.js';
import { type Actor, require } from './roles.js';
import { Superseded } from './settling.js';
import type { Store } from './store.js';
import { withWaiting } from './waiting-proof.js';

/** One step of a test and how it went. */
export interface TestStep {
  step: 'stored' | 'token' | 'access';
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

  /** The first account unless one is named. Throws `not_found`, `conflict`, `not_connected`, `rate_limited`; a provider that says no is a result, not an error. */
  async test(actor: Actor, credentialId: string, named: string | undefined): Promise<TestResult> {
    require(actor.caller, 'operator');
    const started = this.#clock.monotonic();
    const credential = await this.#store.reads.credentials.find(credentialId);
    if (!credential) throw missing('credential', credentialId);
    const account = named ?? ownAccounts(credential)[0] ?? DEFAULT_ACCOUNT;
    const row = await this.#store.reads.accounts.find(credentialId, account);
    if (!row) throw missing('account', account);
    if (credential.disabled) throw disabled(credentialId);
    if (needsPerson(credential, row)) throw notConnected(row.finding ?? neverConnected(row));
    const limited = this.#limits.handTest(credentialId, account);
    if (limited) throw limited;
    const { method, hasSecret } = credential.clientAuth;
    const complete = method === 'none' || hasSecret;
    const wants = method === 'private_key_jwt' ? 'private key' : 'client secret';
    const detail = complete
      ? 'The credential is stored and complete.'
      : `The credential is stored, but not its ${wants}.`;
    const stored = this.#step('stored', complete, started, detail);
    const { steps, finding: found } = await this.#ask(credential, row, actor.caller.consumer);
    const finding = found && (await withWaiting(this.#store.reads, credential, account, found));
    // The provider may have taken its time: who was revoked meanwhile learns nothing.
    require(await this.#callers.renew(actor.caller), 'operator');
    return { ok: finding === undefined, steps: [stored, ...steps], finding };
  }

  async #ask(credential: Credential, row: Account, consumer: string): Promise<Omit<TestResult, 'ok'>> {
    const started = this.#clock.monotonic();
    const scope = drawScope(credential);
    try {
      const asked = { minTtl: 0, force: true, consumer };
      const token = await this.#refreshing.refresh(credential, row.account, scope, asked);
      await forgetReport(this.#store, row);
      const came = `The provider gave a token for ${token.lifetime} s.`;
      const detail = opensMailbox(credential)
        ? `${came} Whether a mailbox opens with it is decided by its server.`
        : came;
      const gave = this.#step('token', true, started, detail);
      const access = accessOf(credential, token);
      if (!access) return { steps: [gave], finding: undefined };
      const enough = access.severity !== 'critical';
      const seen = this.#step('access', enough, this.#clock.monotonic(), access.detail);
      return { steps: [gave, seen], finding: enough ? undefined : lacking(access) };
    } catch (error) {
      const finding = findingOf(error);
      return { steps: [this.#step('token', false, started, finding.message)], finding };
    }
  }

  #step(step: TestStep['step'], ok: boolean, started: number, detail: string): TestStep {
    return { step, ok, ms: Math.round(this.#clock.monotonic() - started), detail };
  }
}

/** The provider is content, and the mail server will not be. */
function lacking({ missing, detail }: Access): TestResult['finding'] {
  const action = `An administrator must add ${missing.join(', ')} to the application at the provider and approve it; then test again.`;
  return { class: 'needs_admin', who: 'tenant_admin', reason: 'access_missing', message: detail, action };
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

/** Whether its tokens are for a mail server, which lets in whom it likes whatever a token says. */
function opensMailbox({ purpose }: Credential): boolean {
  return PROTOCOLS.some(protocol => protocol === purpose);
}
