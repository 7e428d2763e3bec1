import type { AccountName } from './account.js';
import type { ConnectLink, Consent, ConsentOutcome } from './consent.js';
import type { Grant, GrantKind } from './grant.js';
import type { Secret } from './secret.js';

/** Reading grants. */
export interface GrantReads {
  /** The only grant of this kind; of several kept or orphaned ones the newest. */
  find(credential: string, account: string, kind: GrantKind): Promise<Grant | undefined>;
  list(credential: string, account: string): Promise<Grant[]>;
  /** Unsealed; only a token request and a revocation ask for it. Undefined when there is none. */
  refreshToken(grant: Grant): Promise<Secret | undefined>;
}

/** What a grant becomes by a refresh. Times in epoch milliseconds. */
export interface Renewed {
  generation: string;
  /** Undefined: the one that was sent stays. */
  refreshToken: Secret | undefined;
  now: number;
  keepAliveAt: number;
  idleEndsAt: number;
}

/** Writing grants, inside a transaction. */
export interface GrantWrites extends GrantReads {
  insert(grant: Omit<Grant, 'hasRefreshToken'>, refreshToken: Secret | undefined): Promise<void>;
  setKind(id: string, kind: GrantKind, now: number): Promise<void>;
  /** Puts a new refresh token and generation in the place of the old ones. False when the generation has moved on. */
  renew(grant: Grant, next: Renewed): Promise<boolean>;
  remove(id: string): Promise<void>;
}

/** Reading connect links and consents. */
export interface ConsentReads {
  /** By the SHA-256 of what stands in its address. */
  findLink(hash: string): Promise<ConnectLink | undefined>;
  linkOf(id: string): Promise<ConnectLink | undefined>;
  links(credential: string): Promise<ConnectLink[]>;
  findConsent(id: string): Promise<Consent | undefined>;
  findConsentByState(stateHash: string): Promise<Consent | undefined>;
  /** The PKCE verifier, unsealed; undefined where it does not open, for then the consent was moved or changed. */
  verifier(consent: Consent): Promise<Secret | undefined>;
}

/** Writing them, inside a transaction. */
export interface ConsentWrites extends ConsentReads {
  insertLink(link: ConnectLink, hash: string): Promise<void>;
  /** Counts one more start of a link that is neither spent nor over and has begun fewer than `most`. */
  countStart(id: string, most: number, now: number): Promise<boolean>;
  /** Whether a link is open; where it is, it stays so until this transaction has ended. */
  holdLink(id: string): Promise<boolean>;
  /** A consent that it began is complete, which spends it. False when it was over already. */
  endLink(id: string, now: number): Promise<boolean>;
  /** Ends what a mailbox owner who came by this link was given for an administrator. */
  endChildren(parent: string, now: number): Promise<void>;
  /** Ends every open link for the owner of this account, and what owners who came by them were given for an administrator. */
  endLinks(account: AccountName, now: number): Promise<void>;
  removeLink(credential: string, id: string): Promise<boolean>;
  insertConsent(consent: Consent, stateHash: string, verifier: Secret): Promise<void>;
  /** Uses up the state: true for exactly one caller. */
  claim(id: string, now: number): Promise<boolean>;
  conclude(id: string, outcome: ConsentOutcome): Promise<void>;
}
