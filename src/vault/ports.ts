import type { ProviderAnswer } from './errors.js';
import type { Words } from './findings/words.js';
import type { Secret } from './secret.js';

/** The only source of time. Tests inject their own. */
export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go backwards; for deadlines. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
}

/** Where a sealed value lives. Bound into it as additional data, so a value that is moved does not open. */
export interface Place {
  table: string;
  field: string;
  /** The row's key; parts of a composed key are given in order. */
  row: string[];
  /** Changes with every write of the value, so an older one put back does not open. */
  version: string;
}

/** Sealing at rest (ARCHITECTURE: crypto/). `open` throws for anything that was not sealed at this very place. */
export interface Sealer {
  seal(place: Place, plain: Secret): string;
  open(place: Place, sealed: string): Secret;
}

/** The key that chains ledger pages. Parts are length-prefixed before they are hashed; the answer is lower-case hex. */
export interface Chain {
  mac(...parts: string[]): string;
}

/** What a key of the ring is for: `data` seals stored secrets, `ledger` chains ledger pages. */
export type KeyPurpose = 'data' | 'ledger';

/** A key of the ring as it is stored: wrapped by the master key, with its deployment, id and purpose bound in. */
export interface KeyRow {
  /** 16 lower-case hex digits. */
  kid: string;
  purpose: KeyPurpose;
  wrapped: string;
  /** The id of the master key that wraps it. */
  masterId: string;
  /** `active` seals and opens; `decrypt` only opens what it sealed before. */
  state: 'active' | 'decrypt';
  /** Epoch milliseconds. */
  createdAt: number;
}

/**
 * The guarded way out, fetch-shaped. Refuses private addresses, plain http, redirects; bounds size and time;
 * the whole body has arrived when it answers. Throws `OutboundError`.
 */
export type GuardedFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<Response>;

/** How far an outgoing request got; decides whether it may be repeated. */
export type Sent = 'not_sent' | 'maybe_sent' | 'answered';

export type OutboundReason =
  | 'address_refused'
  | 'scheme_refused'
  | 'unexpected_redirect'
  | 'too_large'
  | 'deadline'
  | 'dns'
  | 'tls'
  | 'connection';

/** An outgoing request that did not come back as an answer. `message` is fit to be shown: it names the host, never a header or body. */
export class OutboundError extends Error {
  readonly reason: OutboundReason;
  readonly sent: Sent;

  constructor(reason: OutboundReason, sent: Sent, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboundError';
    this.reason = reason;
    this.sent = sent;
  }
}

/** Whether a URL may be stored as a destination. Answers the broken rule, or undefined. Resolves names, calls nobody. */
export interface Destinations {
  check(url: string): Promise<{ rule: string; detail: string } | undefined>;
}

export type ClientAuthMethod = 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt' | 'none';
/** How an assertion is signed (RFC 7518 §3.1). */
export type SigningAlg = 'PS256' | 'RS256';

/** Which client asks which authorization server, and how it proves itself. */
export interface ClientAtServer {
  tokenUrl: string;
  issuer?: string;
  clientId: string;
  /** The organisation, as its operator named it; only for the words of a failure. */
  tenant?: string;
  /** The id of its credential; only for the words of a failure. */
  credential?: string;
  method: ClientAuthMethod;
  secret?: Secret;
  /** For `private_key_jwt`. */
  key?: ClientKey;
}

/** What signs a client's assertions. */
export interface ClientKey {
  privateKey: Secret;
  certificate?: Pick<Certificate, 'thumbprintSha1' | 'thumbprintSha256'>;
  /** The `kid` by which the provider knows it (RFC 7515 §4.1.4). */
  keyId?: string;
  algorithm: SigningAlg;
}

/** All that a client_credentials request needs (RFC 6749 §4.4.2). */
export interface ClientCredentialsRequest extends ClientAtServer {
  scope: string;
  /** Extra token parameters such as `resource` or `audience`. */
  params: Record<string, string>;
}

/** The same on behalf of a mailbox (RFC 7523 §2.1). */
export interface JwtBearerRequest extends ClientCredentialsRequest {
  /** The mailbox, as `sub`. */
  subject: string;
}

/** What a consent is asked with (RFC 6749 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.1). */
export interface AuthorizationRequest {
  /** May hold query parameters of its own, which survive. */
  authorizationUrl: string;
  clientId: string;
  redirectUri: string;
  scope: string;
  state: string;
  /** The PKCE verifier; only its S256 challenge is sent. */
  verifier: Secret;
  /** Sent where `openid` is asked. */
  nonce?: string;
  loginHint?: string;
  /** The operator's own parameters; `prompt` among them, in them or in the URL keeps `select_account` out. */
  params: Record<string, string>;
}

/** The exchange of a code (RFC 6749 §4.1.3). */
export interface CodeRequest extends ClientAtServer {
  code: Secret;
  redirectUri: string;
  verifier: Secret;
  /** The nonce that the consent was asked with. */
  nonce?: string;
  /** Named where the consent asked for several resources: one token request names one. */
  scope?: string;
  params: Record<string, string>;
}

/** The use of a refresh token (RFC 6749 §6). */
export interface RefreshRequest extends ClientAtServer {
  refreshToken: Secret;
  /** Left out: what the grant has. */
  scope?: string;
  params: Record<string, string>;
}

/** A token to be ended at the provider (RFC 7009 §2.1). */
export interface RevocationRequest extends ClientAtServer {
  revocationUrl: string;
  token: Secret;
}

/** Who signed in, by claims that do not change: never an e-mail address. */
export interface Identity {
  issuer: string;
  subject: string;
  /** Microsoft's `tid` or Google's `hd`: the organisation. */
  tenant: string | undefined;
  /** For people to read: `preferred_username`, `email` or `name`. */
  name: string | undefined;
}

/**
 * What the ID token of an answer says. `refused` names the check that failed, in words for an operator; `names` is whom
 * such a token is of, where it can be read: no proof of anybody, but enough to tell that it is not of somebody else.
 */
export type IdentityClaim = { known: Identity } | { refused: string; names?: Identity } | 'none';

/**
 * What came for a code or a refresh token. A refresh token that came is here, however malformed the rest of the answer
 * was: it may be the only one that still works.
 */
export interface GrantAnswer {
  refreshToken: Secret | undefined;
  /** The access token, or why none of this answer can be used. */
  token: TokenAnswer | ProviderFailure;
  identity: IdentityClaim;
}

/** What a token endpoint gave (RFC 6749 §5.1), made safe. */
export interface TokenAnswer {
  accessToken: Secret;
  /** As the provider wrote it, `Bearer` where it was missing. */
  tokenType: string;
  /** Seconds, by the lifetime rule: always a positive whole number. */
  lifetime: number;
  /** Seconds after which the provider wants it renewed, less than the lifetime (`refresh_in` of Microsoft). */
  refreshIn?: number;
  /** The granted scope, where the answer names one. */
  scope?: string;
}

/** rejected: the grant is refused · misconfigured: credential or provider set-up is wrong · unavailable: try again later. */
export type FailureClass = 'rejected' | 'misconfigured' | 'unavailable';

/** A token request that gave no token. `message` and `action` are plain words for an operator and never hold a secret. */
export class ProviderFailure extends Error {
  readonly class: FailureClass;
  /** A stable word: `wrong_client_secret`, `invalid_scope`, `not_json`, `throttled`, `deadline` … */
  readonly reason: string;
  readonly action: string;
  readonly sent: Sent;
  /** Milliseconds, where the provider asked for a pause; already clamped to 1 s … 1 h. */
  readonly retryAfterMs: number | undefined;
  readonly answer: ProviderAnswer | undefined;
  /** The words of the catalogue that `message` and `action` are, filled in; undefined where no answer came. */
  readonly words: Words | undefined;
  /** Whether codes or texts of the provider chose them, and not its `error` and status alone. */
  readonly told: boolean;

  constructor(failure: {
    class: FailureClass;
    reason: string;
    message: string;
    action: string;
    sent: Sent;
    retryAfterMs?: number | undefined;
    answer?: ProviderAnswer | undefined;
    words?: Words | undefined;
    told?: boolean;
    cause?: unknown;
  }) {
    super(failure.message, { cause: failure.cause });
    this.name = 'ProviderFailure';
    this.class = failure.class;
    this.reason = failure.reason;
    this.action = failure.action;
    this.sent = failure.sent;
    this.retryAfterMs = failure.retryAfterMs;
    this.answer = failure.answer;
    this.words = failure.words;
    this.told = failure.told ?? false;
  }
}

/** An authorization server, as the domain sees it. Its calls throw `ProviderFailure` and nothing else. */
export interface Provider {
  clientCredentials(request: ClientCredentialsRequest): Promise<TokenAnswer>;
  jwtBearer(request: JwtBearerRequest): Promise<TokenAnswer>;
  /** The address to which a browser is sent; calls nobody. Throws where the authorization URL cannot be read. */
  authorizationUrl(request: AuthorizationRequest): string;
  exchangeCode(request: CodeRequest): Promise<GrantAnswer>;
  refresh(request: RefreshRequest): Promise<GrantAnswer>;
  revoke(request: RevocationRequest): Promise<void>;
  /** What an error in a callback said, as far as it may be shown; calls nobody. */
  words(said: { error: string; error_description: string | undefined }): ProviderAnswer | undefined;
}

/** Who a workload is by its JWT (RFC 7519), once the keys of its issuer have shown that it is genuine. */
export interface Workload {
  issuer: string;
  /** The one that the token is for; a token for several is refused. */
  audience: string;
  subject: string;
  /** Epoch milliseconds at which the token ends, a small difference of clocks included. */
  until: number;
}

/** Checks the JWTs of workloads. */
export interface WorkloadTokens {
  /** The issuer that a token names: nothing is proven and nobody is called. Throws `unauthenticated`. */
  issuerOf(token: string): string;
  /**
   * Checks the token with the keys that its issuer publishes, which are fetched where they are not known: only for an
   * issuer that is trusted. Throws `unauthenticated`, and `provider_unavailable` when the keys cannot be had.
   */
  prove(token: string, issuer: string): Promise<Workload>;
}

/** A certificate that a provider knows a client by (RFC 7523, RFC 5280), with what headers and people need of it. */
export interface Certificate {
  /** PEM, the client's own first, then those that vouch for it. */
  chain: string;
  /** Lower-case hex of the DER form's digest. */
  thumbprintSha1: string;
  thumbprintSha256: string;
  subject: string;
  /** Epoch milliseconds. */
  notBefore: number;
  notAfter: number;
}

/** A private key, and the certificate that belongs to it, if any. */
export interface KeyPair {
  certificate?: Certificate;
  /** PKCS#8, PEM, not encrypted. */
  privateKey: Secret;
}

/**
 * As an operator brings a key pair: one file (RFC 7292), or certificate and key in PEM, the key encrypted or not. A
 * service account's key has no certificate.
 */
export type KeyPairFile =
  | { pfx: string; password: Secret }
  | { certificate?: string; privateKey: Secret; password?: Secret | undefined };

/** What a key pair made here is for. */
export interface KeyPairWish {
  /** The common name. */
  subject: string;
  /** How long the certificate holds. */
  months: number;
}

/** Why a key pair cannot be used: the broken rule of one field, in a sentence that says what to do. */
export class UnusableKeyPair extends Error {
  readonly field: KeyPairField;
  readonly rule: string;

  constructor(field: KeyPairField, rule: string, detail: string) {
    super(detail);
    this.name = 'UnusableKeyPair';
    this.field = field;
    this.rule = rule;
  }
}

export type KeyPairField = 'pfx' | 'password' | 'certificate' | 'private_key';

/** Reads and makes key pairs, within bounds of time and memory whatever it is given. */
export interface KeyPairs {
  /** Throws `UnusableKeyPair`. Both end when whoever asked has `gone`, and reject then. */
  read(file: KeyPairFile, gone?: AbortSignal): Promise<KeyPair>;
  /** A new RSA key and a certificate that it signed itself. */
  generate(wish: KeyPairWish, gone?: AbortSignal): Promise<KeyPair>;
}

/** A mail in plain text. */
export interface Mail {
  /** The same whenever this mail is sent again, so that whoever receives it can tell. */
  id: string;
  /** One line. */
  subject: string;
  text: string;
}

/** No answer came in time: the mail may have been taken. */
export class MailInDoubt extends Error {
  readonly code = 'EMAILTIMEOUT';
}

/** Sends mails to whom the configuration names. Rejects when one was not taken, within bounded time; `MailInDoubt` where that is not known. */
export interface Mailer {
  /** Answers the addresses for which the server did not take it, though it took it for others. */
  send(mail: Mail): Promise<readonly string[]>;
}
