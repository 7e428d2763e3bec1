import type { Consumer, ConsumerInput, TokenwellClient } from '../client/client.js';
import { collected, remark, type Session } from './session.js';

const WARNING =
  'tokenwell: warning: No enabled consumer with the role admin is left, so nobody can change consumers, keys and permissions. ' +
  "The way back, on the server's machine: tokenwell consumer key admin --offline (see its --help).";

/**
 * Whether this change (`undefined` for a deletion) would leave no enabled administrator. To be asked before it, because
 * who takes the role away from himself can read no list afterwards.
 */
export async function leavesNoAdmin(
  client: TokenwellClient,
  id: string,
  changes: Partial<ConsumerInput> | undefined,
): Promise<boolean> {
  const staysAdmin = changes !== undefined && (changes.role ?? 'admin') === 'admin' && changes.disabled !== true;
  if (staysAdmin) return false;
  // Who may not read the list may not change a consumer either, and the change says so better.
  const consumers = await collected(client.consumers.each()).catch(() => []);
  const admins = consumers.filter(isAdmin);
  return admins.length === 1 && admins[0]?.id === id;
}

/** Says after the change what was done and how it is undone. */
export function warnOfNoAdmin(session: Session): void {
  remark(session, WARNING);
}

function isAdmin({ role, disabled }: Consumer): boolean {
  return role === 'admin' && !disabled;
}
