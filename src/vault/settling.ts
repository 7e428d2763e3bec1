import type { Account, AccountProgress } from './account.js';
import { type Credential, drawScope } from './credential.js';
import { refreshAhead } from './due.js';
import { randomId } from './ids.js';
import type { Ledger } from './ledger.js';
import type { ProviderFailure, TokenAnswer } from './ports.js';
import type { Lease, Tx } from './store.js';
import type { Token } from './token.js';

/** What a refresh goes by: the rows as they are under the lease. */
export interface Current {
  credential: Credential;
  account: Account;
}

/** The credential or the account was changed while its token was on the way: the draw starts again. */
export class Superseded extends Error {}

/** How a refresh ended. */
export interface Settlement {
  progress: AccountProgress;
  /** What the ledger says. */
  details: { outcome: 'ok' | 'failed'; scope?: string; token_id?: string; expires_at?: number; code?: string };
  token?: Token;
  /** Whether the refresh token may have been used up without our knowing. */
  intent?: 'doubtful';
  /** What else belongs into the same transaction. Throws `Superseded`. */
  also?: (tx: Tx) => Promise<void>;
}

/**
 * The account's state, the token, the end of the lease and the ledger entry in one transaction, before anybody has the
 * token. Throws `Superseded` when the lease is no longer ours.
 */
export async function settle(ledger: Ledger, current: Current, lease: Lease, end: Settlement): Promise<void> {
  const { credential, account } = current;
  await ledger.write({}, async tx => {
    const ours = await tx.accounts.settle(account, lease.fence, end.progress, end.intent);
    if (!ours) throw new Superseded();
    await end.also?.(tx);
    if (end.token) await tx.saveToken(end.token);
    const entry = { action: 'token.refresh', credential: credential.id, account: account.account, ...end.details };
    // A new token is no change, older ones stay good; what every memory warns of is, and so is its end.
    const quiet = end.progress.finding === undefined && account.finding === undefined;
    const touched = quiet ? [] : [{ kind: 'account' as const, id: `${credential.id}/${account.account}` }];
    return { result: undefined, touched, entry };
  });
}

/** What the ledger says of a token that came. */
export function cameDetails(token: Token): Settlement['details'] {
  return { outcome: 'ok', scope: token.grantedScope, token_id: token.id, expires_at: token.expiresAt };
}

/**
 * The token of an answer. `askedAt`: before the request left, so that it ends here no later than at the provider;
 * `random` (0 … 1) spreads renewals.
 */
export function tokenOf(
  account: Account,
  scope: string,
  answer: TokenAnswer,
  { askedAt, random }: { askedAt: number; random: number },
): Token {
  return {
    credential: account.credential,
    account: account.account,
    scope,
    id: randomId('tok'),
    value: answer.accessToken,
    type: answer.tokenType,
    grantedScope: answer.scope ?? scope,
    obtainedAt: askedAt,
    expiresAt: askedAt + answer.lifetime * 1000,
    lifetime: answer.lifetime,
    refreshAt: refreshAhead({ ...answer, askedAt }, random),
  };
}

/**
 * Whether a refusal speaks of the scope that one draw named, not of the account: others, who draw what the credential
 * is for, are not held off by it.
 */
export function isOfScopeAlone(
  { credential, scope }: Pick<Current, 'credential'> & { scope: string },
  failure: ProviderFailure,
): boolean {
  return scope !== drawScope(credential) && (failure.reason === 'invalid_scope' || failure.reason === 'invalid_target');
}
