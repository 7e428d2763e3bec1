import type { Credential } from './credential.js';
import type { Identity } from './ports.js';
import { consentOnly, missingScopes, normalizeScope, resourceScope, scopeTokens } from './scopes.js';

/**
 * current: what draws use · candidate: a new consent that differs and waits for an operator · kept: of a registration
 * that the credential had before · orphan: a refresh token that came too late to be stored in its place.
 */
export type GrantKind = 'current' | 'candidate' | 'kept' | 'orphan';

/** What an account was given at its last consent. Its refresh token stays in the store. */
export interface Grant {
  id: string;
  credential: string;
  account: string;
  kind: GrantKind;
  /** Epoch milliseconds since when it is of this kind. */
  kindSince: number;
  /** Changes with every refresh token; what a refresh began with must still stand when it saves. */
  generation: string;
  hasRefreshToken: boolean;
  /** The resource scopes that were granted, normalised. */
  scopes: string;
  /** Undefined: the provider did not say who signed in. */
  identity: Identity | undefined;
  /** Of the ID token, or of the callback (RFC 9207). */
  issuer: string | undefined;
  /**
   * Where its refresh token may go, as it was when the grant was obtained (invariant 13): the origin of the token
   * endpoint, and after a space that of the revocation endpoint where it is another.
   */
  origin: string;
  /** As whom it was obtained; it is sent as nobody else. */
  clientId: string;
  clientAuth: string;
  obtainedAt: number;
  usedAt: number | undefined;
  /** When its refresh token is used although nobody draws, lest the provider forget it. */
  keepAliveAt: number | undefined;
  /** When the provider forgets the refresh token unless it is used before. */
  idleEndsAt: number | undefined;
}

/** What the consent of a credential asks the provider for. */
export function consentScope(credential: Pick<Credential, 'scope' | 'consentScope'>): string {
  return credential.consentScope ?? credential.scope;
}

/**
 * What the exchange of a code names: nothing where the consent asked for one resource. Where it asked for several, one
 * token request names one of them, and with it what belongs to the consent (Microsoft gives no refresh token otherwise).
 */
export function exchangeScope(credential: Pick<Credential, 'scope' | 'consentScope'>): string | undefined {
  if (credential.consentScope === undefined) return undefined;
  const ofTheConsent = [...consentOnly(credential.consentScope), ...consentOnly(credential.scope)];
  return [...new Set([...scopeTokens(resourceScope(credential.scope)), ...ofTheConsent])].join(' ');
}

/**
 * The resource scopes that a consent brought: as the provider said it for what the exchange named, as asked for the
 * other resources, of which it said nothing; as asked altogether where the answer named no scope (RFC 6749 §5.1).
 */
export function grantedScopes(
  credential: Pick<Credential, 'scope' | 'consentScope'>,
  answered: string | undefined,
): string {
  const asked = consentScope(credential);
  if (answered === undefined) return resourceScope(asked);
  const named = exchangeScope(credential) ?? asked;
  const unnamed = missingScopes(asked, named);
  return normalizeScope([resourceScope(answered), ...unnamed].join(' '));
}

/** The origins to which a refresh token may go that this credential obtains now, the token endpoint's first. */
export function originsOf({ tokenUrl, revocationUrl }: Pick<Credential, 'tokenUrl' | 'revocationUrl'>): string {
  const urls = revocationUrl === undefined ? [tokenUrl] : [tokenUrl, revocationUrl];
  return [...new Set(urls.map(url => new URL(url).origin))].join(' ');
}

/** Whether a refresh token may be sent to this revocation URL, which may be a later one than when it was obtained. */
export function mayBeEndedAt({ origin }: Pick<Grant, 'origin'>, revocationUrl: string): boolean {
  return URL.canParse(revocationUrl) && origin.split(' ').includes(new URL(revocationUrl).origin);
}

/** Whether a grant was obtained at the token endpoint and as the client that the credential has now. */
export function belongsTo(
  grant: Pick<Grant, 'origin' | 'clientId'>,
  credential: Pick<Credential, 'tokenUrl' | 'clientId'>,
): boolean {
  const [tokenEndpoint] = grant.origin.split(' ');
  return tokenEndpoint === new URL(credential.tokenUrl).origin && grant.clientId === credential.clientId;
}

/**
 * Whether both say who signed in, and it is the same person or mailbox (OpenID Connect Core §5.7: `iss` and `sub`), of
 * the same organisation where both name one.
 */
export function sameIdentity(one: Identity | undefined, other: Identity | undefined): boolean {
  if (!one || !other) return false;
  // Some ID tokens of the same person name the organisation and some do not.
  const sameTenant = one.tenant === undefined || other.tenant === undefined || one.tenant === other.tenant;
  return one.issuer === other.issuer && one.subject === other.subject && sameTenant;
}

/** Why a new grant waits for an operator; undefined when it takes the place of the old one at once. */
export type Doubt = 'identity_refused' | 'identity_unknown' | 'other_identity' | 'fewer_scopes';

/**
 * Compares a new consent with the grant that works; where none does, with the one of an earlier registration, for whoever
 * changes that does not say that it may be another person.
 */
export function doubtOf(
  { before, kept }: { before: Grant | undefined; kept: Grant | undefined },
  after: Pick<Grant, 'identity' | 'scopes'>,
  refused: boolean,
): Doubt | undefined {
  if (refused) return 'identity_refused';
  if (!before) {
    const another = kept?.identity && after.identity && !sameIdentity(kept.identity, after.identity);
    return another ? 'other_identity' : undefined;
  }
  if (!before.identity || !after.identity) return 'identity_unknown';
  if (!sameIdentity(before.identity, after.identity)) return 'other_identity';
  return missingScopes(before.scopes, after.scopes).length > 0 ? 'fewer_scopes' : undefined;
}
