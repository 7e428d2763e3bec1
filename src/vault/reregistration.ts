import { type Account, type AccountProgress, fresh, rejected, whileDisabled } from './account.js';
import type { Credential } from './credential.js';
import { belongsTo, type Grant } from './grant.js';
import { registrationChanged, waitsForDecision } from './refresh-findings.js';
import type { Tx } from './store.js';

/**
 * What an operator's change of a credential means for one account: its tokens go; a grant of another token endpoint or
 * client is kept aside, and taken up again when the change is undone (invariant 13). Who disabled it still has.
 */
export async function reregister(tx: Tx, credential: Credential, account: Account, now: number): Promise<void> {
  const current = await currentAfter(tx, credential, account, now);
  const progress = current ? usableAgain(account) : await withoutGrant(tx, credential, account, now);
  await tx.accounts.forgetTokens(account);
  await tx.accounts.revise(account, whileDisabled(account, progress));
}

/**
 * What a new proof of a credential means for its accounts: what an operator was to mend may be mended, so it is said no
 * more, and the next draw asks at once. Tokens stay; a flight whose refresh token is on the way ends by itself.
 */
export async function askAnew(tx: Tx, credential: string): Promise<void> {
  await tx.accounts.retry(credential);
  for (const account of await tx.accounts.list(credential)) {
    if (account.finding?.class !== 'needs_operator' || waitsForDecision(account) || account.intent) continue;
    const worked = account.lastSuccessAt !== undefined;
    const known = worked || (await tx.grants.find(credential, account.account, 'current')) !== undefined;
    const state = known ? 'connected' : 'pending';
    await tx.accounts.revise(account, whileDisabled(account, { ...fresh(account.lastSuccessAt), state }));
  }
}

async function currentAfter(tx: Tx, credential: Credential, place: Account, now: number): Promise<Grant | undefined> {
  if (credential.grantType !== 'authorization_code') return undefined;
  const grants = await tx.grants.list(place.credential, place.account);
  const current = grants.find(grant => grant.kind === 'current');
  if (current && belongsTo(current, credential)) return current;
  if (current) await tx.grants.setKind(current.id, 'kept', now);
  const kept = grants.findLast(grant => grant.kind === 'kept' && belongsTo(grant, credential));
  // As if it had stayed: whom it is of was accepted by nobody with this.
  if (kept) await tx.grants.setKind(kept.id, 'current', kept.obtainedAt);
  return kept;
}

/** A grant that was refused stays refused, and what waits for a decision waits; everything else is tried anew. */
function usableAgain(account: Account): AccountProgress {
  const refused = account.state === 'needs_user' && account.finding?.reason !== 'registration_changed';
  if (refused || waitsForDecision(account)) return { ...account, nextTryAt: undefined };
  return { ...fresh(account.lastSuccessAt), state: 'connected' };
}

async function withoutGrant(tx: Tx, credential: Credential, account: Account, now: number): Promise<AccountProgress> {
  const kept = await tx.grants.find(credential.id, account.account, 'kept');
  if (!kept || credential.grantType !== 'authorization_code') return fresh();
  return { ...rejected(account, registrationChanged(account, now)), failCount: 0 };
}
