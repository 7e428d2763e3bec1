import type { ErrorClass, ProviderAnswer, Who } from './errors.js';
import type { Script } from './findings/words.js';
import type { Doubt } from './grant.js';
import type { Secret } from './secret.js';

export type LinkKind = 'connect' | 'admin_consent';

/** An address that lets a mailbox owner, or an administrator of the provider, begin without signing in here. */
export interface ConnectLink {
  id: string;
  kind: LinkKind;
  credential: string;
  account: string;
  loginHint: string | undefined;
  /** Where the result page leads on to. */
  returnTo: string | undefined;
  /** Where an administrator consents; only for that kind. */
  adminConsentUrl: string | undefined;
  /** The consumer that made it. */
  madeBy: string;
  /** The connect link whose owner was given this one for an administrator; undefined where an operator made it. */
  parent: string | undefined;
  /** How many consents it has begun. */
  starts: number;
  createdAt: number;
  expiresAt: number;
  /** When it was spent, or its account disconnected; undefined while it may still be used. */
  endedAt: number | undefined;
  /** When a consent that it began completed, which spent it. */
  completedAt: number | undefined;
}

/** One run of the browser dance. */
export interface Consent {
  id: string;
  /** SHA-256 of what only the browser that began has, lower-case hex. */
  browserHash: string;
  link: string;
  kind: LinkKind;
  credential: string;
  /** Of the credential when it began: what the person was shown, and where the code may go. */
  credentialVersion: number;
  account: string;
  /** The consumer that made the link. */
  startedBy: string;
  /** What was asked. */
  scopes: string;
  returnTo: string | undefined;
  startedAt: number;
  expiresAt: number;
  /** When its state was used up. */
  usedAt: number | undefined;
  outcome: ConsentOutcome | undefined;
}

/** How a consent ended, for its page. */
export type ConsentOutcome =
  | { code: 'connected'; name: string | undefined; missing: string[]; lasting: boolean; expiresAt: number | undefined }
  | { code: 'waiting'; name: string | undefined; doubt: Doubt }
  | { code: 'admin_consented'; tenant: string }
  | {
      code: 'declined' | 'needs_admin' | 'failed';
      class: ErrorClass;
      message: string;
      action: string;
      /** Who must act, where the provider's codes say more than the class; left out in what was stored before. */
      who?: Who;
      link?: string;
      /** The kind of step of the set-up guide that mends it. */
      script?: Script;
      provider?: ProviderAnswer;
    };

/** What a browser needs to begin: where to go, and what it must bring back. */
export interface ConsentStart {
  id: string;
  location: string;
  /** For a cookie of this browser alone. */
  browser: Secret;
  expiresAt: number;
}

export const MOST_STARTS = 10;
export const CONSENT_MS = 600_000;

/** Whether a link may still begin a consent. */
export function usable(link: ConnectLink, now: number): boolean {
  return link.endedAt === undefined && link.expiresAt > now && link.starts < MOST_STARTS;
}
