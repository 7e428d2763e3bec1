import type { GrantType, RefreshPolicy } from '../credential.js';
import type { SigningAlg } from '../ports.js';

/** What a token is for. */
export const PURPOSES = ['imap', 'pop', 'smtp', 'graph-read', 'graph-readwrite', 'graph-send', 'custom'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** National clouds of Microsoft; every other provider has one, `public`. GCC lives in `public` too. */
export const CLOUDS = ['public', 'gcc-high', 'dod', 'china'] as const;
export type CloudId = (typeof CLOUDS)[number];

/** The protocols that mail servers speak. */
export const PROTOCOLS = ['imap', 'pop', 'smtp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Where a mail program connects to, and whether TLS is there from the first byte (RFC 8314) or asked for (RFC 3207). */
export interface MailServer {
  host: string;
  port: number;
  tls: 'implicit' | 'starttls';
}

export type Servers = Partial<Record<Protocol, MailServer>>;

/**
 * What we know of a provider: data, one file for each. Texts with `{tenant}` or another name in braces are filled with
 * the tenant and the hosts of the cloud.
 */
export interface Preset {
  id: string;
  /** For people. */
  name: string;
  /** Left out where a provider's addresses name no tenant. */
  tenant?: TenantRule;
  /** The first one is meant where none is named. */
  clouds: Partial<Record<CloudId, Cloud>>;
  endpoints: Endpoints;
  grants: Partial<Record<GrantType, GrantHabits>>;
  /** What becomes of a refresh token that was used. */
  refreshPolicy?: RefreshPolicy;
  /** Days without use after which a refresh token ends. */
  idleDays?: number;
  /** Months for which a client secret lasts at most; 0: until somebody ends it. Left out: not known. */
  secretMonths?: number;
  scopes?: ScopeHabits;
  /** What people give in place of a client secret. */
  notASecret?: Form;
  /** The form of every client id that its own servers know. */
  clientId?: Form;
  /** Addresses of an older kind, by their path. */
  outdated?: Form;
  /** What tokens hold unasked, and what opens nothing but a person's own profile. */
  harmless?: readonly string[];
  /** What an administrator should know before relying on it. */
  notes: readonly string[];
}

interface TenantRule {
  /** Names that stand for whoever signs in, and so for no application of its own. */
  any: readonly string[];
  /** What is to be entered, in a sentence. */
  hint: string;
}

/** One cloud of a provider. */
export interface Cloud {
  name: string;
  /** Fill the templates. */
  hosts: Readonly<Record<string, string>>;
  /** Further hosts of it: older ones, and such as some sources name. */
  alsoAt?: readonly string[];
  servers: Servers;
  /** Servers whose name differs between sources: try them first, and override them where another one works. */
  unsure?: readonly Protocol[];
}

interface Endpoints {
  authorizationUrl?: string;
  tokenUrl?: string;
  revocationUrl?: string;
  issuer?: string;
  /** Where an administrator approves an application for a whole organisation. */
  adminConsent?: string;
}

/** What is asked for a purpose, and what of it a good token holds. */
export interface PurposeHabits {
  scope: string;
  needs: readonly string[];
  /** What else may give the same, without a trace in the token. */
  orElsewhere?: string;
  /** Named in the token it opens every mailbox of the organisation, where `orElsewhere` opens those that were chosen. */
  everywhere?: true;
}

/** What a provider wants of one grant type. */
export interface GrantHabits {
  /** For each purpose that this grant type serves: what is asked, and what of it a good token must hold. */
  purposes: Partial<Record<Purpose, PurposeHabits>>;
  /** The claim in which an access token that is a JWT names what it allows; left out where the answer's `scope` does. */
  claim?: 'roles' | 'scp';
  authorizationParams?: Readonly<Record<string, string>>;
  signingAlg?: SigningAlg;
}

/** How something is written at a provider. */
interface Form {
  form: RegExp;
  /** What is wrong, and what to give; a sentence. */
  detail: string;
}

/** How a provider reads scopes. */
export interface ScopeHabits {
  /** Hosts that stand for one resource, by a name that is compared; '' is meant where a scope names none. */
  resources: Readonly<Record<string, readonly string[]>>;
  /** The scope that stands for everything that was approved at one resource; alone in its request. */
  whole?: string;
  /** Scopes that mean something else without their resource, in lower case, and what to write. */
  notBare?: Readonly<Record<string, string>>;
}
