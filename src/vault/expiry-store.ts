import type { AccountState } from './account.js';
import type { Expiring, ExpiryKind, ExpiryPlace, Threshold } from './expiry.js';

/** Which ends are wanted. */
export interface ExpiryFilter {
  kinds: readonly ExpiryKind[];
  /** Epoch milliseconds; undefined: however far away. */
  until: number | undefined;
  /** Only those before which somebody must act. */
  pressing: boolean;
  after: ExpiryPlace | undefined;
  limit: number;
}

/** Something that is to be said of an end that comes near. */
export interface Notice {
  expiring: Expiring;
  threshold: Threshold;
}

/** The soonest end of a kind that somebody must act upon, for each credential or consumer. */
export interface SoonestEnd {
  kind: ExpiryKind;
  credential: string | undefined;
  consumer: string | undefined;
  estimated: boolean;
  /** Epoch milliseconds. */
  endsAt: number;
}

/** Reading what ends. Every method takes one query per kind, however many accounts there are. */
export interface ExpiryReads {
  /** The soonest first. */
  list(filter: ExpiryFilter, now: number): Promise<Expiring[]>;
  /** What has crossed a threshold of which nothing was said yet, at most so many of each kind. */
  unsaid(now: number, limit: number): Promise<Notice[]>;
  /** What was said but not mailed and still stands, the soonest first, at most so many of each kind. */
  unmailed(now: number, limit: number): Promise<Expiring[]>;
  /** When the last mail went out. */
  lastMailAt(): Promise<number | undefined>;
  /** At most so many of each kind. */
  soonest(now: number, limit: number): Promise<SoonestEnd[]>;
  /** How many accounts are in which state, over all credentials. */
  accountStates(): Promise<Partial<Record<AccountState, number>>>;
  /** In order of id. */
  links(): Promise<CalendarLink[]>;
  /** By the SHA-256 of what stands in its address. */
  findLink(hash: string): Promise<CalendarLink | undefined>;
  /** Notes that all that was said of these was mailed; what there was no room for waits for the next mail. */
  noteMailed(mailed: readonly Expiring[], now: number): Promise<void>;
  /** Forgets what was said of ends before this moment, but for what is still there, and the links that ended before. */
  forget(endedBefore: number): Promise<void>;
}

/** Writing, inside a transaction. */
export interface ExpiryWrites {
  /** False where this threshold of this end was said before, by whichever instance. */
  noteSaid(notice: Notice, now: number): Promise<boolean>;
  insertLink(link: CalendarLink, hash: string): Promise<void>;
  removeLink(id: string): Promise<boolean>;
}

/** An address at which a calendar reads the dates. */
export interface CalendarLink {
  id: string;
  /** The consumer that made it. */
  madeBy: string;
  createdAt: number;
  /** Undefined: it does not end by itself. */
  expiresAt: number | undefined;
}
