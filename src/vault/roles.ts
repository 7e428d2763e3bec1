import { atLeast, type Caller, type Role, traceOf } from './consumer.js';
import { VaultError } from './errors.js';

/** A caller in the course of one request. */
export interface Actor {
  caller: Caller;
  requestId: string;
  /** Ends with whoever asked, for what is costly and of use to nobody else. */
  gone?: AbortSignal;
}

/** Throws `forbidden` unless the caller's role includes what `least` may do. */
export function require(caller: Caller, least: Role): void {
  if (atLeast(caller.role, least)) return;
  throw new VaultError('forbidden', `This needs the role ${least}; ${caller.consumer} has the role ${caller.role}.`, {
    action: `Use the key of ${least === 'auditor' ? 'an auditor, operator or admin' : least === 'operator' ? 'an operator or admin' : 'an admin'}.`,
  });
}

/** What the ledger keeps of an actor, and the revision that its access rests on. */
export function actorOf({ caller, requestId }: Actor) {
  return { ...traceOf(caller), request_id: requestId, since: caller.revision };
}
