import type { PermissionInput } from '../client/client.js';

/** A permission with its account named: `*` means any, and no list of scopes means any scope. */
export interface Permitted {
  credential: string;
  account: string;
  scopes: string[] | undefined;
}

/** The list with one more permission; one for the same credential and account grows by the scopes. */
export function added(list: readonly PermissionInput[], wanted: Permitted): PermissionInput[] {
  const before = list.find(permission => isSame(permission, wanted));
  if (!before) return [...list, wanted];
  const { scopes } = before;
  const widened = scopes && wanted.scopes ? [...new Set([...scopes, ...wanted.scopes])] : undefined;
  return list.map(permission => (permission === before ? { ...before, scopes: widened } : permission));
}

/** The list without a permission, or without some scopes of it. Throws when it is not there. */
export function removed(list: readonly PermissionInput[], unwanted: Permitted): PermissionInput[] {
  const found = list.filter(permission => isSame(permission, unwanted));
  if (found.length === 0) throw new Error(absent(list, unwanted));
  return list.flatMap(permission => {
    const rest = found.includes(permission) ? narrowed(permission, unwanted.scopes) : permission;
    return rest ? [rest] : [];
  });
}

function narrowed(permission: PermissionInput, unwanted: string[] | undefined): PermissionInput | undefined {
  if (unwanted === undefined) return undefined;
  if (permission.scopes === undefined) {
    throw new Error(
      'This permission is for any scope, so no single one can be taken out. Remove it, then permit the scopes that are to stay.',
    );
  }
  const scopes = permission.scopes.filter(scope => !unwanted.includes(scope));
  if (scopes.length === permission.scopes.length) {
    throw new Error(`This permission is for ${scopes.join(' ')} and has none of these scopes. Nothing was changed.`);
  }
  return scopes.length > 0 ? { ...permission, scopes } : undefined;
}

function absent(list: readonly PermissionInput[], { credential, account }: Permitted): string {
  const accounts = list.filter(permission => permission.credential === credential).map(inWords);
  const there = accounts.length > 0 ? ` What there is, is for ${accounts.join(', ')}.` : '';
  return `There is no permission for ${credential} and ${inWords({ account })}.${there} Nothing was changed.`;
}

/** Whether two permissions are for the same credential and account. */
export function isSame({ credential, account = '*' }: PermissionInput, other: Permitted): boolean {
  return credential === other.credential && account === other.account;
}

function inWords({ account = '*' }: Pick<PermissionInput, 'account'>): string {
  return account === '*' ? 'any account' : `the account ${account}`;
}
