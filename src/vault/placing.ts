import { type Account, type AccountProgress, failed, fresh, renewed, whileDisabled } from './account.js';
import { type Credential, drawScope } from './credential.js';
import { idleEnd, keepAlive } from './due.js';
import { type Doubt, doubtOf, type Grant, grantedScopes, originsOf, sameIdentity } from './grant.js';
import { randomId } from './ids.js';
import { acceptedAt, isAccepted } from './other-person.js';
import { type Clock, type GrantAnswer, type IdentityClaim, ProviderFailure } from './ports.js';
import { tokenOf } from './settling.js';
import type { Tx } from './store.js';

export type NewGrant = Omit<Grant, 'hasRefreshToken'>;

/** What a provider gave for an account: by a consent, or for a refresh token that somebody brought. */
export interface Came {
  row: Account;
  /** As it was when the provider was asked. */
  credential: Credential;
  answer: GrantAnswer;
  /** Of the callback (RFC 9207). */
  iss: string | undefined;
  askedAt: number;
}

interface Replacement extends Pick<Came, 'row' | 'answer' | 'credential' | 'askedAt'> {
  before: Grant | undefined;
  grant: NewGrant;
}

/** Puts what came where it belongs: in the place of the grant before, or beside it until an operator has looked at it. */
export class Placing {
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(deps: { clock: Clock; random: () => number }) {
    this.#clock = deps.clock;
    this.#random = deps.random;
  }

  /** Answers why it waits; no doubt: draws use it from now on. */
  async place(tx: Tx, came: Came): Promise<{ grant: NewGrant; doubt: Doubt | undefined }> {
    const { row, credential, answer, askedAt } = came;
    const before = await tx.grants.find(row.credential, row.account, 'current');
    const grant = this.#grant(came);
    const kept = await tx.grants.find(row.credential, row.account, 'kept');
    const refused = typeof answer.identity === 'object' && 'refused' in answer.identity;
    const doubt = doubtOf({ before, kept }, grant, refused);
    if (doubt) await this.#putAside(tx, grant, answer);
    else await this.#replace(tx, { row, before, grant, answer, credential, askedAt });
    return { grant, doubt };
  }

  /** It waits whatever it is: what it was meant for is not as it was. */
  async aside(tx: Tx, came: Came): Promise<NewGrant> {
    const grant = this.#grant(came);
    await this.#putAside(tx, grant, came.answer);
    return grant;
  }

  #grant(came: Came): NewGrant {
    return grantOf(came, { now: this.#clock.now(), random: this.#random() });
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
    // Who was accepted once is not asked about again.
    const kindSince = before && isAccepted(before) ? acceptedAt(grant, now) : grant.kindSince;
    await tx.grants.insert({ ...grant, kindSince }, answer.refreshToken);
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

function grantOf({ row, credential, answer, iss }: Came, { now, random }: { now: number; random: number }): NewGrant {
  const identity = knownOf(answer.identity);
  const answered = answer.token instanceof ProviderFailure ? undefined : answer.token.scope;
  return {
    id: randomId('grant'),
    credential: credential.id,
    account: row.account,
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
