import type { ClientAuth, ClientAuthInput, ReadClientAuth } from './client-auth.js';
import { DEFAULT_ACCOUNT } from './ids.js';
import type { CloudId, Purpose, Servers } from './presets/preset.js';
import { normalizeScope, resourceScope } from './scopes.js';

export type GrantType = 'client_credentials' | 'authorization_code' | 'jwt_bearer';
export type RefreshPolicy = 'none' | 'grace' | 'strict';

/** A mailbox that a credential is for, and what is done there; every purpose where none is named. */
export interface Mailbox {
  address: string;
  purposes: Purpose[];
}

/** What an operator says of a credential; everything but the secret and what Tokenwell keeps itself. */
export interface CredentialFields {
  description: string | undefined;
  grantType: GrantType;
  /** What filled in the fields below that were left out; kept to be shown, and to fill in anew when it changes. */
  preset: string | undefined;
  tenant: string | undefined;
  cloud: CloudId | undefined;
  purpose: Purpose | undefined;
  authorizationUrl: string | undefined;
  tokenUrl: string;
  revocationUrl: string | undefined;
  issuer: string | undefined;
  clientId: string;
  scope: string;
  consentScope: string | undefined;
  authorizationParams: Record<string, string>;
  tokenParams: Record<string, string>;
  refreshPolicy: RefreshPolicy | undefined;
  graceSeconds: number | undefined;
  servers: Servers;
  mailboxes: Mailbox[];
}

/** A named OAuth client registration. */
export interface Credential extends CredentialFields {
  id: string;
  /** The active one. */
  clientAuth: ClientAuth;
  disabled: boolean;
  /** Grows by one with every write; the ETag. */
  version: number;
  createdAt: number;
  updatedAt: number;
}

/** What a create or a replace brings. A secret left out keeps the stored one. */
export interface CredentialInput extends CredentialFields, ClientAuthInput {}

/** The same once its key pair was read. */
export type ReadCredential = CredentialFields & ReadClientAuth;

/** The accounts that are there without anybody's consent: the mailboxes that it acts for, or `default` alone. */
export function ownAccounts({ grantType, mailboxes }: Pick<Credential, 'grantType' | 'mailboxes'>): string[] {
  return grantType === 'jwt_bearer' ? mailboxes.map(({ address }) => address) : [DEFAULT_ACCOUNT];
}

/** What of a scope a token is drawn for, normalised: what belongs to a person's consent alone is no part of it. */
export function drawn({ grantType }: Pick<Credential, 'grantType'>, scope: string): string {
  return grantType === 'authorization_code' ? resourceScope(scope) : normalizeScope(scope);
}

/** What a draw asks that names no scope. */
export function drawScope(credential: Pick<Credential, 'grantType' | 'scope'>): string {
  return drawn(credential, credential.scope);
}

/** Every scope token that a draw of this credential may name, before anybody granted less. */
export function drawableScopes({ scope, consentScope = '' }: Pick<Credential, 'scope' | 'consentScope'>): string {
  return `${scope} ${consentScope}`;
}

/** Whether `after` sends the secret to another place or in another way than `before` (invariant 13). */
export function changesDestination(before: Credential, after: CredentialInput): boolean {
  return (
    before.tokenUrl !== after.tokenUrl ||
    before.revocationUrl !== after.revocationUrl ||
    before.issuer !== after.issuer ||
    before.clientId !== after.clientId ||
    before.clientAuth.method !== after.method
  );
}

/** Whether tokens obtained under `before` are no longer what `after` would obtain. */
export function changesTokens(before: Credential, after: CredentialInput): boolean {
  return (
    after.secret !== undefined ||
    after.keyFile !== undefined ||
    before.clientAuth.sameAs !== after.sameAs ||
    changesDestination(before, after) ||
    before.grantType !== after.grantType ||
    before.scope !== after.scope ||
    before.consentScope !== after.consentScope ||
    JSON.stringify(before.tokenParams) !== JSON.stringify(after.tokenParams)
  );
}
