import type { AccountName } from './account.js';
import type { ConnectLink } from './consent.js';
import type { Grant } from './grant.js';

/** Whoever signed in is not whom the link, or the account, is for. With access to a shared mailbox that is as it should be. */
export interface OtherPerson {
  /** Their address, as the provider told it. */
  signedIn: string;
  /** The address of the link, else of the account. */
  meant: string;
  /** What names that address. */
  by: 'login_hint' | 'account';
}

/** What says whose mailbox was meant. */
interface Meant {
  account: string;
  loginHint: string | undefined;
}

/** Compares addresses without regard to case; undefined also where the provider told none, or none was meant. */
export function otherPerson(name: string | undefined, { account, loginHint }: Meant): OtherPerson | undefined {
  const meant = loginHint !== undefined && isAddress(loginHint) ? loginHint : account;
  if (!name || !isAddress(name) || !isAddress(meant)) return undefined;
  if ([account, meant].some(one => one.toLowerCase() === name.toLowerCase())) return undefined;
  return { signedIn: name, meant, by: meant === loginHint ? 'login_hint' : 'account' };
}

/** Of the links that were completed: for whom each was meant, by its account and moment. */
export type LoginHints = ReadonlyMap<string, string>;

/** Gathered once for a whole list: there are as many links as accounts. */
export function loginHints(links: readonly Pick<ConnectLink, 'account' | 'completedAt' | 'loginHint'>[]): LoginHints {
  const hints = new Map<string, string>();
  for (const { account, completedAt, loginHint } of links) {
    if (completedAt !== undefined && loginHint !== undefined) hints.set(placeOf(account, completedAt), loginHint);
  }
  return hints;
}

function placeOf(account: string, at: number): string {
  return `${account} ${at}`;
}

/** The same of a grant in use, by the links of its credential; undefined too where an operator accepted whom it is of. */
export function otherPersonOf(grant: Grant | undefined, hints: LoginHints): OtherPerson | undefined {
  if (!grant || isAccepted(grant)) return undefined;
  const { account, obtainedAt, identity } = grant;
  return otherPerson(identity?.name, { account, loginHint: hints.get(placeOf(account, obtainedAt)) });
}

/** What came by a consent is in use from that moment; what an operator accepted, from a later one. */
export function isAccepted({ kindSince, obtainedAt }: Pick<Grant, 'kindSince' | 'obtainedAt'>): boolean {
  return kindSince > obtainedAt;
}

/** From when on a grant is in use that an operator accepts. */
export function acceptedAt({ obtainedAt }: Pick<Grant, 'obtainedAt'>, now: number): number {
  return Math.max(now, obtainedAt + 1);
}

/** What is said of it to whoever administers the account. */
export function otherPersonInWords({ signedIn, meant, by }: OtherPerson, of: AccountName): Said {
  const place = `${of.credential} ${asTyped(of.account)}`;
  return {
    message: `${signedIn} signed in, and the ${by === 'login_hint' ? 'link was' : 'account is'} for ${meant}.`,
    action:
      `If that is a shared mailbox which ${signedIn} may open, all is well: tokenwell account accept ${place} says so and ` +
      `ends this notice. Otherwise: tokenwell account disconnect ${place}, then send a new link.`,
  };
}

interface Said {
  message: string;
  /** What to do. */
  action: string;
}

/** As a shell takes it. */
function asTyped(account: string): string {
  return account.includes("'") ? `"${account}"` : account;
}

function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}
