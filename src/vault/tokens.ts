import { type Account, needsPerson } from './account.js';
import type { Callers } from './callers.js';
import { type Caller, holderOf, permits, permittedScopes, traceOf } from './consumer.js';
import { type Credential, drawableScopes, drawn, drawScope } from './credential.js';
import { disabled, invalid, neverConnected, notConnected, notFound, VaultError } from './errors.js';
import { type Ledger, ledgerUnavailable } from './ledger.js';
import type { Limits } from './limits.js';
import { type Drawable, drawName, type Memory } from './memory.js';
import type { Clock } from './ports.js';
import { severalResources } from './presets/scope-rules.js';
import { mayAskNow, problemOf } from './problem.js';
import type { Asked, Refreshing } from './refreshing.js';
import type { RejectionReport } from './rejection.js';
import type { Rejections } from './rejections.js';
import { spelledAs } from './scopes.js';
import { Superseded } from './settling.js';
import type { Failpoints } from './steps.js';
import type { Store } from './store.js';
import { goodFor, longEnough, secondsLeft, type Token } from './token.js';
import type { Usage } from './usage.js';

/** What a draw asks for. */
export interface DrawRequest {
  credential: string;
  account: string;
  /** Seconds that the token must still live. */
  minTtl: number;
  /** Undefined: the credential's own scope. */
  scope: string | undefined;
  requestId: string;
  /** The token that a server refused: the caller gets another one, or is told why there is none. */
  refused?: string;
}

/** Something that will need attention although a token was given. */
export interface Warning {
  code: 'refresh_failing' | 'min_ttl_unreachable' | 'expiring_secret';
  detail: string;
  /** Seconds. */
  retryAfter?: number;
}

/** A token that may leave: its ledger entry is durable. */
export interface Issued {
  token: Token;
  /** Whole seconds from now. */
  expiresIn: number;
  warning: Warning | undefined;
}

const ATTEMPTS = 4; // the first, and three more when changes overtake it
const SECRET_WARNING_MS = 14 * 86_400_000;

/** The one way by which an access token leaves. */
export class Tokens {
  readonly #store: Store;
  readonly #memory: Memory;
  readonly #callers: Callers;
  readonly #ledger: Ledger;
  readonly #refreshing: Refreshing;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #rejections: Rejections;
  readonly #usage: Usage;
  readonly #at: Failpoints;

  constructor(deps: {
    store: Store;
    memory: Memory;
    callers: Callers;
    ledger: Ledger;
    refreshing: Refreshing;
    limits: Limits;
    clock: Clock;
    rejections: Rejections;
    usage: Usage;
    failpoints: Failpoints;
  }) {
    this.#store = deps.store;
    this.#memory = deps.memory;
    this.#callers = deps.callers;
    this.#ledger = deps.ledger;
    this.#refreshing = deps.refreshing;
    this.#limits = deps.limits;
    this.#clock = deps.clock;
    this.#rejections = deps.rejections;
    this.#usage = deps.usage;
    this.#at = deps.failpoints;
  }

  /**
   * An access token that is good for `minTtl` seconds, after its ledger entry is durable. Throws `not_found`
   * (also: not permitted), `conflict`, `not_connected`, `provider_refused`, `provider_unavailable`, `ledger_unavailable`.
   */
  async issue(caller: Caller, request: DrawRequest): Promise<Issued> {
    const limited = this.#limits.draw(holderOf(caller));
    if (limited) throw limited;
    let current = caller;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) current = await this.#callers.renew(current);
      const draw = new Draw(current.revision);
      try {
        const drawable = this.#remembered(current, request, draw) ?? (await this.#load(current, request, draw));
        if (!(await this.#record(current, request, drawable.token, draw))) continue;
        this.#usage.note(drawable.token);
        return this.#issued(drawable, request.minTtl);
      } catch (error) {
        if (error instanceof Superseded) continue;
        throw this.#refused(caller, request, error);
      }
    }
    throw ledgerUnavailable();
  }

  /**
   * Takes a consumer's word that a server refused a token, and answers like a draw: with a newer token, obtained now if
   * the refused one was the newest. Throws as `issue`, and `provider_refused` when a newer token would not help.
   */
  async reject(recalled: Caller, request: DrawRequest, report: RejectionReport): Promise<Issued> {
    // A report is written, which wants a caller as it is now.
    const caller = await this.#callers.renew(recalled);
    try {
      const { credential, account } = await this.#drawable(request);
      const scope = await this.#scopeOf(credential, account, request.scope);
      await this.#authorize(caller, credential, request.account, scope, new Draw(caller.revision));
      const newest = await this.#store.reads.findToken(credential.id, account.account, scope);
      await this.#rejections.note({ caller, requestId: request.requestId }, newest, { report, of: credential });
    } catch (error) {
      throw this.#refused(caller, request, error);
    }
    return await this.issue(caller, { ...request, refused: report.tokenId });
  }

  /** Only a "yes" comes from memory; undefined sends the draw to the store. */
  #remembered(caller: Caller, request: DrawRequest, draw: Draw): Drawable | undefined {
    const drawable = this.#memory.token(drawName(request.credential, request.account, request.scope));
    if (!drawable || !goodFor(drawable.token, request.minTtl, this.#clock.now())) return undefined;
    // There may be a newer one since: older ones stay good, and are remembered.
    if (drawable.token.id === request.refused) return undefined;
    const permitted = permittedScopes(caller, request.credential, request.account);
    if (!permits(permitted, drawable.askedScope)) return undefined;
    draw.restsOn(this.#memory.revision);
    return drawable;
  }

  async #load(caller: Caller, request: DrawRequest, draw: Draw): Promise<Drawable> {
    const readAt = await this.#store.standing();
    draw.restsOn(readAt.revision);
    const { credential, account } = await this.#drawable(request);
    const scope = await this.#scopeOf(credential, account, request.scope);
    await this.#authorize(caller, credential, request.account, scope, draw);
    const asked = { minTtl: request.minTtl, force: false, consumer: caller.consumer };
    const token = await this.#token(credential, account, scope, asked, request.refused);
    const drawable = this.#describe(credential, account, token);
    await this.#at('draw.read');
    const name = drawName(request.credential, request.account, request.scope);
    // One that a server refused is given only until there is another.
    if (!token.rejected) this.#memory.keepToken(readAt, name, drawable);
    return drawable;
  }

  async #drawable(request: DrawRequest): Promise<{ credential: Credential; account: Account }> {
    const { reads } = this.#store;
    const [credential, account] = await Promise.all([
      reads.credentials.find(request.credential),
      reads.accounts.find(request.credential, request.account),
    ]);
    if (!credential || !account) throw unknownDraw();
    return { credential, account };
  }

  /** A caller from memory may lack a permission that it was given meanwhile, so a refusal looks at the store first. */
  async #authorize(caller: Caller, credential: Credential, account: string, scope: string, draw: Draw): Promise<void> {
    let permitted = permittedScopes(caller, credential.id, account);
    if (!permits(permitted, scope) && caller.fromMemory) {
      const renewed = await this.#callers.renew(caller);
      draw.restsOn(renewed.revision);
      permitted = permittedScopes(renewed, credential.id, account);
    }
    if (!permits(permitted, scope)) throw unknownDraw();
  }

  /**
   * The scope that a draw is for, spelled as it was granted, or as the credential has it where nobody grants. What is
   * not granted, and a name of nothing (which a provider would answer with everything), is unknown.
   */
  async #scopeOf(credential: Credential, { account }: Account, asked: string | undefined): Promise<string> {
    if (asked === undefined) return drawScope(credential);
    const grant = await this.#store.reads.grants.find(credential.id, account, 'current');
    const scope = spelledAs(drawn(credential, asked), grant?.scopes ?? drawn(credential, drawableScopes(credential)));
    if (scope === undefined) throw unknownDraw();
    return scope;
  }

  async #token(
    credential: Credential,
    account: Account,
    scope: string,
    asked: Asked,
    refused: string | undefined,
  ): Promise<Token> {
    const { minTtl } = asked;
    if (credential.disabled) throw disabled(credential.id);
    if (account.state === 'disabled') throw disabled(credential.id, account.account);
    const stored = await this.#store.reads.findToken(credential.id, account.account, scope);
    const now = this.#clock.now();
    if (stored && longEnough(stored, minTtl, now)) return stored;
    if (severalResources(credential, scope)) throw invalid([SEVERAL]);
    try {
      if (needsPerson(credential, account)) throw notConnected(account.finding ?? neverConnected(account));
      if (!mayAskNow(account, now)) throw problemOf(account.finding, account.nextTryAt, now);
      return await this.#refreshing.refresh(credential, account.account, scope, asked);
    } catch (error) {
      if (!isOfProvider(error) || !stored || !goodFor(stored, minTtl, now)) throw error;
      // One that a server refused may have been that server's mistake (invariant 7), and others still work with it.
      if (error.code === 'provider_unavailable' || stored.id !== refused) return stored;
      throw error;
    }
  }

  #describe(credential: Credential, account: Account, token: Token): Drawable {
    const failing = account.state !== 'connected' && account.finding && token.obtainedAt < account.finding.at;
    return {
      token,
      askedScope: token.scope,
      refreshFailing: failing ? { detail: account.finding?.message ?? '', retryAt: account.nextTryAt } : undefined,
      proofEnd: proofEnd(credential.clientAuth),
    };
  }

  #record(caller: Caller, request: DrawRequest, token: Token, draw: Draw): Promise<boolean> {
    return this.#ledger.append(
      {
        at: this.#clock.now(),
        ...traceOf(caller),
        action: 'token.issue',
        credential: token.credential,
        account: token.account,
        scope: token.grantedScope,
        outcome: 'ok',
        token_id: token.id,
        expires_at: token.expiresAt,
        request_id: request.requestId,
      },
      draw.revision,
    );
  }

  /** Notes a refusal in the ledger and in the key's limit; answers the error that the caller gets. */
  #refused(caller: Caller, request: DrawRequest, error: unknown): unknown {
    if (!(error instanceof VaultError) || error.code === 'ledger_unavailable') return error;
    const limited = this.#limits.refusedDraw(holderOf(caller));
    const { credential, account, requestId } = request;
    this.#ledger.refuse({
      ...traceOf(caller),
      action: 'token.refuse',
      credential,
      account,
      code: (limited ?? error).code,
      request_id: requestId,
    });
    return limited ?? error;
  }

  #issued(drawable: Drawable, minTtl: number): Issued {
    const now = this.#clock.now();
    return {
      token: drawable.token,
      expiresIn: secondsLeft(drawable.token, now),
      warning: warningOf(drawable, minTtl, now),
    };
  }
}

/** One attempt at a draw: the lowest revision that anything it used was read at. */
class Draw {
  #revision: number;

  constructor(revision: number) {
    this.#revision = revision;
  }

  restsOn(revision: number): void {
    this.#revision = Math.min(this.#revision, revision);
  }

  get revision(): number {
    return this.#revision;
  }
}

function warningOf(drawable: Drawable, minTtl: number, now: number): Warning | undefined {
  const { token, refreshFailing, proofEnd: end } = drawable;
  if (refreshFailing) {
    const { detail, retryAt } = refreshFailing;
    const retryAfter = Math.max(1, Math.ceil(((retryAt ?? now) - now) / 1000));
    return {
      code: 'refresh_failing',
      detail: `This token still works, but the last refresh failed. ${detail}`,
      retryAfter,
    };
  }
  if (!goodFor(token, minTtl, now)) {
    const left = secondsLeft(token, now);
    const detail = `The newest token lives ${left} s more (${token.lifetime} s as it came), less than the ${minTtl} s asked for.`;
    return { code: 'min_ttl_unreachable', detail };
  }
  if (end && end.at - now < SECRET_WARNING_MS) {
    const day = new Date(end.at).toISOString().slice(0, 10);
    return {
      code: 'expiring_secret',
      detail: `The ${end.what} expires on ${day}. Create a new one and store it here.`,
    };
  }
  return undefined;
}

function proofEnd({ certificate, secretExpiresAt }: Credential['clientAuth']): Drawable['proofEnd'] {
  if (certificate) return { at: certificate.notAfter, what: 'certificate' };
  return secretExpiresAt === undefined ? undefined : { at: secretExpiresAt, what: 'client secret' };
}

const SEVERAL = {
  field: 'scope',
  rule: 'one_resource',
  detail: 'A token is for one resource, and these scopes belong to several. Draw a token for each.',
};

const PROVIDERS_WORD: ReadonlySet<string> = new Set(['provider_unavailable', 'provider_refused', 'not_connected']);

/** A new token cannot be had, which says nothing against the one that is there. */
function isOfProvider(error: unknown): error is VaultError {
  return error instanceof VaultError && PROVIDERS_WORD.has(error.code);
}

function unknownDraw(): VaultError {
  return notFound('credential or account');
}
