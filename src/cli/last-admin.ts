import type { Consumer, ConsumerInput, TokenwellClient } from '../client/client.js';
import { UsageError } from './failure-text.js';
import { askYes } from './input.js';
import { collected, remark, type Session } from './session.js';

const WAY_BACK = "The way back, on the server's machine: tokenwell consumer key admin --offline (see its --help).";

interface Change {
  /** The consumer that is changed. */
  id: string;
  /** Undefined: it is deleted. */
  changes: Partial<ConsumerInput> | undefined;
  /** Whether it was said on the command line that it is meant. */
  force: true | undefined;
  /** How it is done on purpose by a command that has no --force. */
  instead?: string;
}

/**
 * Lets a change that would leave no enabled administrator go on only where it is meant: a person is asked, and whoever
 * is not at a terminal says so with --force. Throws `UsageError` otherwise. To be called before the change.
 */
export async function confirmLastAdmin(session: Session, client: TokenwellClient, change: Change): Promise<void> {
  if (!(await leavesNoAdmin(client, change))) return;
  const after = `no enabled consumer with the role admin is left, so nobody can change consumers, keys and permissions. ${WAY_BACK}`;
  if (change.force) return remark(session, `tokenwell: warning: With this ${after}`);
  if (session.input.isTTY !== true) {
    const how = change.instead ?? 'repeat it with --force';
    throw new UsageError(`After this ${after}\nNothing was changed. If this is meant, ${how}.`);
  }
  if (!(await askYes(session, `After this ${after}\nGo on? Type yes: `))) throw new UsageError('Nothing was changed.');
}

async function leavesNoAdmin(client: TokenwellClient, { id, changes }: Change): Promise<boolean> {
  const staysAdmin = changes !== undefined && (changes.role ?? 'admin') === 'admin' && changes.disabled !== true;
  if (staysAdmin) return false;
  // Who may not read the list may not change a consumer either, and the change says so better.
  const consumers = await collected(client.consumers.each()).catch(() => []);
  const admins = consumers.filter(isAdmin);
  return admins.length === 1 && admins[0]?.id === id;
}

function isAdmin({ role, disabled }: Consumer): boolean {
  return role === 'admin' && !disabled;
}
