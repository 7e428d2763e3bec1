import type { StoredClientAuth } from './client-auth.js';
import type { Credential } from './credential.js';
import { type FieldError, VaultError } from './errors.js';
import type { Reads, Tx } from './store.js';

/** A credential as far as it decides who may share a secret with it. */
type Sharer = Pick<Credential, 'clientId' | 'tokenUrl' | 'revocationUrl'>;

/**
 * Why a credential may not use the secret of another (invariant 13): both must be the same client, and it must go to the
 * same servers. The broken rule and a sentence; undefined where nothing is in the way.
 */
export function sharingFlaw(sharer: Sharer, holder: Sharer & Pick<Credential, 'clientAuth'>) {
  if (holder.clientAuth.sameAs !== undefined) return flaw('own', 'uses the secret of another one itself');
  if (sharer.clientId !== holder.clientId) return flaw('same_client', 'has another client id');
  if (!sameOrigin(sharer.tokenUrl, holder.tokenUrl)) return flaw('same_origin', 'has a token URL of another origin');
  if (!sameOrigin(sharer.revocationUrl, holder.revocationUrl))
    return flaw('same_origin', 'has a revocation URL of another origin');
  return undefined;
}

function flaw(rule: string, why: string): { rule: string; why: string } {
  return { rule, why };
}

function sameOrigin(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return new URL(one).origin === new URL(other).origin;
}

/** Whether this credential may share as it says. */
export function sharerErrors(id: string, sharer: Sharer, sameAs: string, holder: Credential | undefined): FieldError[] {
  const error = (rule: string, detail: string) => [{ field: 'client_auth.same_as', rule, detail }];
  if (id === sameAs) return error('another', 'same_as names another credential than this one.');
  if (!holder) return error('exists', `There is no credential ${sameAs}.`);
  const found = sharingFlaw(sharer, holder);
  return found ? error(found.rule, `${sameAs} ${found.why}, so its secret is not for this credential.`) : [];
}

/** What to do for a credential that others may not lose the secret of: one that is not active may become it again. */
export const TO_END_SHARING =
  'Give each its own first, and delete the client authentications with same_as that stand beside it.';

/** What keeps a holder from becoming this: those that share its secret (`sharing`) could do so no longer. */
export async function holderErrors(
  reads: Pick<Reads, 'credentials'>,
  sharing: readonly string[],
  before: Credential,
  after: Sharer & { sameAs: string | undefined },
): Promise<FieldError[]> {
  const holder = { ...after, clientAuth: { ...before.clientAuth, sameAs: after.sameAs } };
  const sharers = await Promise.all(sharing.map(id => reads.credentials.find(id)));
  const ended = sharers.filter(one => one && sharingFlaw(one, holder)).map(one => one?.id);
  if (ended.length === 0) return [];
  const detail = `${ended.join(', ')} could not use this credential’s secret any more. ${TO_END_SHARING}`;
  return [{ field: 'client_auth', rule: 'shared', detail }];
}

/** Throws `conflict` where a credential may not share as its next client auth says, or those that share its own may not. */
export async function mayActivate(
  reads: Pick<Reads, 'credentials'>,
  credential: Credential,
  { sameAs }: Pick<StoredClientAuth, 'sameAs'>,
): Promise<void> {
  if (sameAs === undefined) return;
  const holder = await reads.credentials.find(sameAs);
  const sharing = await reads.credentials.sharing(credential.id);
  const after = { ...credential, sameAs };
  const errors = [
    ...sharerErrors(credential.id, credential, sameAs, holder),
    ...(await holderErrors(reads, sharing, credential, after)),
  ];
  const [first] = errors;
  if (!first) return;
  const message = `This client authentication uses the secret of ${sameAs}. ${first.detail}`;
  const action = 'Put one with a secret or certificate of its own beside the active one, and activate that.';
  throw new VaultError('conflict', message, { action });
}

/**
 * The next draw of a credential, and of those that share its secret, asks the provider at once: what it refused may have
 * been what changed now.
 */
export async function retryAll(tx: Tx, holder: string, sharing: readonly string[]): Promise<void> {
  for (const id of [holder, ...sharing]) await tx.accounts.retry(id);
}
