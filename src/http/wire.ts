import type { ClientAuth as ClientAuthWire } from '../api/client-auths.js';
import type * as api from '../api.js';
import type { ClientAuth, ClientAuthInput, StoredClientAuth } from '../vault/client-auth.js';
import type { Caller, Consumer, ConsumerKey, Permission } from '../vault/consumer.js';
import type { ConsumerInput } from '../vault/consumers.js';
import type { CredentialView } from '../vault/credentials.js';
import { invalid } from '../vault/errors.js';
import type { Recorded } from '../vault/history.js';
import type { Certificate, KeyPairFile } from '../vault/ports.js';
import type { SaidCredential } from '../vault/presets/expansion.js';
import { Secret } from '../vault/secret.js';
import type { Token } from '../vault/token.js';
import type { Issued } from '../vault/tokens.js';

/** Between the wire (snake_case, times as text) and the domain (camelCase, epoch milliseconds). */

/** Epoch milliseconds of a time that validation has passed; undefined for none. */
export function instantOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** RFC 3339 in UTC; undefined for none. */
export function timeOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : textOf(instant);
}

/** RFC 3339 in UTC. */
export function textOf(instant: number): string {
  return new Date(instant).toISOString();
}

/** What a POST or PUT of a credential says. What only Tokenwell may set is not looked at. */
export function credentialInput(body: api.CredentialCreate | api.CredentialReplace): SaidCredential {
  return {
    ...clientAuthInput(body.client_auth),
    description: body.description,
    grantType: body.grant_type,
    preset: body.preset,
    tenant: body.tenant,
    cloud: body.cloud,
    purpose: body.purpose,
    authorizationUrl: body.authorization_url,
    tokenUrl: body.token_url,
    revocationUrl: body.revocation_url,
    issuer: body.issuer,
    clientId: body.client_id,
    scope: body.scope,
    consentScope: body.consent_scope,
    authorizationParams: body.authorization_params,
    tokenParams: body.token_params ?? {},
    refreshPolicy: body.refresh_policy,
    graceSeconds: body.grace_seconds,
    servers: body.servers,
    mailboxes: (body.mailboxes ?? []).map(({ address, purposes = [] }) => ({ address, purposes })),
  };
}

/** The same of a new one, for which a preset and the kind of its proof leave one method that is usual. */
export function newCredentialInput(body: api.CredentialCreate): SaidCredential {
  const { preset, client_auth: said } = body;
  if (preset === undefined || said.method !== undefined || said.same_as !== undefined) return credentialInput(body);
  const { pfx, private_key } = said.certificate ?? {};
  const signs = pfx !== undefined || private_key !== undefined;
  if (signs === (said.secret !== undefined)) return credentialInput(body);
  return credentialInput({
    ...body,
    client_auth: { ...said, method: signs ? 'private_key_jwt' : 'client_secret_post' },
  });
}

/** What is said of one way to prove oneself. */
export function clientAuthInput(said: SaidAuth): ClientAuthInput {
  const { method, same_as, secret, secret_expires_at, signing_alg, certificate, key_id } = said;
  if (method === undefined && same_as === undefined) throw invalid([METHOD_MISSING]);
  return {
    // With same_as it is that of the other credential, which alone knows.
    method: method ?? 'none',
    sameAs: same_as,
    secret: secret === undefined ? undefined : new Secret(secret),
    secretExpiresAt: instantOf(secret_expires_at),
    signingAlg: signing_alg,
    keyFile: certificate && keyFileOf(certificate),
    keyId: key_id,
  };
}

type SaidAuth = Partial<Omit<api.CredentialCreate['client_auth'], 'same_as'>> & { same_as?: string | undefined };

const METHOD_MISSING = {
  field: 'client_auth.method',
  rule: 'required',
  detail:
    'client_auth.method is missing: client_secret_post or client_secret_basic with a secret, private_key_jwt with a certificate, none without either; or same_as, the credential that holds it.',
};

const KEY_MISSING = {
  field: 'client_auth.certificate.private_key',
  rule: 'required',
  detail:
    'The vault signs with the private key of this certificate, so give that too; or a PFX file, which holds both.',
};

type SaidCertificate = NonNullable<api.CredentialCreate['client_auth']['certificate']>;

/** A key pair that was brought; undefined for a certificate as GET shows it, which says nothing new. */
function keyFileOf({ pfx, password, certificate, private_key }: SaidCertificate): KeyPairFile | undefined {
  if (pfx !== undefined) return { pfx, password: new Secret(password ?? '') };
  if (private_key === undefined && certificate !== undefined) throw invalid([KEY_MISSING]);
  if (private_key === undefined) return undefined;
  const opens = password === undefined ? {} : { password: new Secret(password) };
  return { ...(certificate === undefined ? {} : { certificate }), privateKey: new Secret(private_key), ...opens };
}

/** A credential as GET answers it. */
export function credentialAnswer(
  { credential, accounts, reported }: CredentialView,
  publicUrl: string,
): api.Credential {
  const { clientAuth } = credential;
  return {
    id: credential.id,
    description: credential.description,
    grant_type: credential.grantType,
    preset: credential.preset,
    tenant: credential.tenant,
    cloud: credential.cloud,
    purpose: credential.purpose,
    authorization_url: credential.authorizationUrl,
    token_url: credential.tokenUrl,
    revocation_url: credential.revocationUrl,
    issuer: credential.issuer,
    client_id: credential.clientId,
    client_auth: clientAuthAnswer(clientAuth),
    scope: credential.scope,
    consent_scope: credential.consentScope,
    authorization_params: credential.authorizationParams,
    token_params: credential.tokenParams,
    refresh_policy: credential.refreshPolicy,
    grace_seconds: credential.graceSeconds,
    servers: credential.servers,
    mailboxes: credential.mailboxes,
    disabled: credential.disabled,
    redirect_uri: `${publicUrl}/OAuth2Callback`,
    accounts,
    ...(reported > 0 ? { reported_accounts: reported } : {}),
    version: credential.version,
    ...stamps(credential),
  };
}

function clientAuthAnswer(clientAuth: ClientAuth): api.Credential['client_auth'] {
  return {
    id: clientAuth.id,
    method: clientAuth.method,
    same_as: clientAuth.sameAs,
    has_secret: clientAuth.hasSecret,
    secret_expires_at: timeOf(clientAuth.secretExpiresAt),
    signing_alg: clientAuth.signingAlg,
    key_id: clientAuth.keyId,
    certificate: clientAuth.certificate && certificateAnswer(clientAuth.certificate),
  };
}

function certificateAnswer({ subject, thumbprintSha1, thumbprintSha256, notBefore, notAfter }: Certificate) {
  return {
    subject,
    thumbprint_sha1: thumbprintSha1,
    thumbprint_sha256: thumbprintSha256,
    not_before: textOf(notBefore),
    not_after: textOf(notAfter),
  };
}

/** One of a credential's ways to prove itself. */
export function storedAuthAnswer(stored: StoredClientAuth): ClientAuthWire {
  return { ...clientAuthAnswer(stored), active: stored.active, created_at: textOf(stored.createdAt) };
}

function stamps({ createdAt, updatedAt }: { createdAt: number; updatedAt: number }) {
  return { created_at: new Date(createdAt).toISOString(), updated_at: new Date(updatedAt).toISOString() };
}

const ends = new WeakMap<Token, string>();

/** When a token ends. A token is given out many times, so its text is made once. */
function endOf(token: Token): string {
  const known = ends.get(token);
  if (known !== undefined) return known;
  const end = new Date(token.expiresAt).toISOString();
  ends.set(token, end);
  return end;
}

/** A draw's answer. */
export function tokenAnswer({ token, expiresIn, warning }: Issued): api.Token {
  return {
    access_token: token.value.reveal(),
    token_type: token.type,
    expires_at: endOf(token),
    expires_in: expiresIn,
    scope: token.grantedScope,
    credential: token.credential,
    account: token.account,
    token_id: token.id,
    warning: warning && { code: warning.code, detail: warning.detail, retry_after: warning.retryAfter },
  };
}

/** What a POST or PUT of a consumer says. */
export function consumerInput(body: api.ConsumerInput): ConsumerInput {
  return { description: body.description, role: body.role, disabled: body.disabled, trust: body.trust };
}

/** A consumer as GET answers it. */
export function consumerAnswer(consumer: Consumer): api.Consumer {
  const { id, description, role, disabled, trust } = consumer;
  return { id, description, role, disabled, trust, ...stamps(consumer) };
}

/** Who is behind a request. */
export function meAnswer({ consumer, role, keyId, keyExpiresAt, workload, permissions }: Caller): api.Me {
  return {
    consumer,
    role,
    key: keyId === undefined ? undefined : { id: keyId, expires_at: timeOf(keyExpiresAt) },
    workload: workload && {
      issuer: workload.issuer,
      subject: workload.subject,
      expires_at: timeOf(workload.until),
    },
    permissions: permissions.map(permissionAnswer),
  };
}

/** A key as it is listed: never the key itself. */
export function keyAnswer({ id, expiresAt, createdAt }: ConsumerKey): api.Key {
  return { id, expires_at: timeOf(expiresAt), created_at: new Date(createdAt).toISOString() };
}

/** A permission as a PUT says it; an account left out means any. */
export function permissionInput({ credential, account = '*', scopes }: api.PermissionInput): Permission {
  return { credential, account, scopes };
}

/** A permission as GET answers it. */
export function permissionAnswer({ credential, account, scopes }: Permission): api.Permission {
  return { credential, account, scopes };
}

/** A ledger entry as it is read. */
export function entryAnswer(entry: Recorded): api.LedgerEntry {
  const { position: _, at, expires_at, ...same } = entry;
  return { ...same, at: new Date(at).toISOString(), expires_at: timeOf(expires_at) };
}
