import type { Account, Credential, LedgerEntry, Permission } from '../client/client.js';
import { counted } from './table.js';
import { visible } from './terminal-text.js';

const STATES: Readonly<Record<keyof Credential['accounts'], string>> = {
  pending: 'waiting for a first token',
  connected: 'connected',
  degraded: 'good for now, but refreshing fails',
  needs_user: 'must be signed in again by the mailbox owner',
  needs_admin: 'must be allowed by an administrator of the provider',
  needs_operator: 'must be put right by an operator',
  disabled: 'disabled',
};

const ACTORS: Readonly<Record<string, string>> = {
  needs_user: 'the owner of the mailbox',
  needs_admin: 'an administrator at the provider',
  needs_operator: 'an operator of this vault',
  throttled: 'nobody; waiting helps',
  unavailable: 'nobody, unless it lasts',
  in_doubt: 'nobody yet; it is not known how far the provider got',
};

/** Who must act, where the finding says more than its class. `provider`: nobody, which the class says better. */
const NAMED: Readonly<Record<string, string>> = {
  mailbox_owner: 'the owner of the mailbox',
  tenant_admin: 'an administrator of the organisation',
  exchange_admin: 'an administrator of the mailboxes (Exchange)',
  operator: 'an operator of this vault',
  project_owner: 'the owner of the Google Cloud project',
};

const UNREACHED = 'nobody if it worked before, unless it lasts; if this credential is new, an operator of this vault';

/**
 * Who must act on a failure, as far as it says so, else by its class. `code` is that of the error: an address that never
 * worked is a slip of ours.
 */
export function actorInWords({ who, class: errorClass = '' }: Actors, code: string): string {
  if (who !== undefined && Object.hasOwn(NAMED, who)) return wordsFor(NAMED, who);
  if (errorClass === 'unavailable' && code === 'provider_unavailable') return UNREACHED;
  return wordsFor(ACTORS, errorClass);
}

/** Who does a step of a set-up guide. */
export function doerInWords(who: string): string {
  return wordsFor(NAMED, who);
}

/** The accounts of a credential by state, as `2 connected, 1 must be put right by an operator`. */
export function accountsInWords({ accounts, grant_type }: Pick<Credential, 'accounts' | 'grant_type'>): string {
  const present = Object.keys(STATES).flatMap(state => {
    const count = Object.entries(accounts).find(([name]) => name === state)?.[1] ?? 0;
    return count > 0 ? [`${count} ${wordsOf(state, grant_type)}`] : [];
  });
  return present.join(', ') || 'none';
}

/** How an account is doing, which no draw sees while its credential is disabled. */
export function stateInWords({ state }: Pick<Account, 'state'>, { grant_type, disabled }: Of): string {
  return wordsOf(state, grant_type) + (disabled ? ', but its credential is disabled' : '');
}

/** Whether an account waits for somebody to sign in for the first time. */
export function isUnclaimed(state: string, grantType: string): boolean {
  return state === 'pending' && grantType === 'authorization_code';
}

/** What to do for an account that nobody has signed in for; `named` is what its command takes. */
export function signInAdvice(named: string): string {
  return `The owner of the mailbox must sign in. Make a link and send it: tokenwell account link ${named}`;
}

interface Actors {
  class?: string | undefined;
  who?: string | undefined;
}

type Of = Pick<Credential, 'grant_type' | 'disabled'>;

function wordsOf(state: string, grantType: string): string {
  return isUnclaimed(state, grantType) ? 'waiting for the mailbox owner to sign in' : wordsFor(STATES, state);
}

/** Whether a person has disabled it. */
export function serviceInWords({ disabled }: { disabled: boolean }): string {
  return disabled ? 'disabled' : 'in service';
}

/** Which accounts and scopes a permission allows. */
export function permissionInWords({ account, scopes }: Permission): { account: string; scopes: string } {
  const named = scopes && (scopes.length > 0 ? scopes.join(' ') : 'none');
  return { account: account === '*' ? 'any account' : account, scopes: named ?? 'any scope' };
}

/** How an entry of the ledger went. */
export function outcomeInWords({ outcome, code, count }: Pick<LedgerEntry, 'outcome' | 'code' | 'count'>): string {
  const times = count === undefined ? '' : ` (${counted(count, 'time')})`;
  return `${outcome}${code === undefined ? '' : `: ${code}`}${times}`;
}

/** The words for a name; the name itself where a newer vault says one that is not known here. */
function wordsFor(known: Readonly<Record<string, string>>, name: string): string {
  return (Object.hasOwn(known, name) ? known[name] : undefined) ?? visible(name);
}

/** One word of a shell: the apostrophe is all that an address may hold and a shell would not leave as it is. */
export function quoted(address: string): string {
  return address.includes("'") ? `"${address}"` : address;
}
