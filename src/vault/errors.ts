/** Every way Tokenwell says no. The codes are part of the contract; messages may change. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'already_exists'
  | 'conflict'
  | 'not_connected'
  | 'gone'
  | 'version_conflict'
  | 'precondition_required'
  | 'too_large'
  | 'unsupported_media_type'
  | 'provider_refused'
  | 'rate_limited'
  | 'provider_unavailable'
  | 'ledger_unavailable'
  | 'draining'
  | 'internal';

/** Who must act, or why it is nobody's fault. */
export type ErrorClass = 'needs_user' | 'needs_admin' | 'needs_operator' | 'throttled' | 'unavailable' | 'in_doubt';

/**
 * Who must act. `exchange_admin`: whoever administers the mailboxes, such as those of Exchange Online; `provider`: nobody
 * here, waiting helps.
 */
export type Who = 'mailbox_owner' | 'tenant_admin' | 'exchange_admin' | 'operator' | 'provider';

const WHO: Readonly<Record<ErrorClass, Who>> = {
  needs_user: 'mailbox_owner',
  needs_admin: 'tenant_admin',
  needs_operator: 'operator',
  throttled: 'provider',
  unavailable: 'provider',
  in_doubt: 'provider',
};

/** Who must act on a failure of which no more than its class is known. */
export function whoOf(errorClass: ErrorClass): Who {
  return WHO[errorClass];
}

/** One mistake in the input: which field, which rule it breaks (a stable word), and a sentence. */
export interface FieldError {
  field: string;
  rule: string;
  detail: string;
}

/** What the provider said, as far as it may be shown: RFC 6749 §5.2 fields and the provider's own trace ids. */
export interface ProviderAnswer {
  error?: string;
  error_description?: string;
  codes?: string[];
  trace_id?: string;
  correlation_id?: string;
  timestamp?: string;
}

/** What a problem answer carries beside its code and sentence (RFC 9457 extension members). */
export interface ProblemDetails {
  errors?: FieldError[];
  class?: ErrorClass;
  /** Who must act. Left out where the class says it. */
  who?: Who;
  /** What to do, in a sentence. */
  action?: string;
  /** A page of the provider that explains more. */
  link?: string;
  connectUrl?: string;
  /** Seconds. */
  retryAfter?: number;
  provider?: ProviderAnswer;
}

/** The one error class of the domain. `message` is written for the caller and never holds a secret. */
export class VaultError extends Error {
  readonly code: ErrorCode;
  readonly details: ProblemDetails;

  constructor(code: ErrorCode, message: string, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VaultError';
    this.code = code;
    this.details = details;
  }
}

/** The one answer for what does not exist and for what this caller may not see (invariant 12). */
export function notFound(what: string): VaultError {
  return new VaultError('not_found', `There is no such ${what}, or you may not use it.`, {
    action: 'Check the name and the scope. Where they are right, an administrator must give the permission.',
  });
}

const WHERE_LISTED = {
  credential: 'tokenwell credential list',
  account: 'tokenwell account list',
  'client authentication': 'tokenwell credential auths',
  link: 'tokenwell account links',
  'calendar link': 'GET /api/v1/expiries/calendar-links',
  consumer: 'tokenwell consumer list',
  key: 'tokenwell consumer keys',
} as const;

/** What does not exist, said to a caller whose role may read everything; a draw says `notFound`. */
export function missing(kind: keyof typeof WHERE_LISTED, id: string): VaultError {
  return new VaultError('not_found', `There is no ${kind} ${id}.`, {
    action: `Check the name (${WHERE_LISTED[kind]}).`,
  });
}

/** A credential that has none to be uploaded yet. */
export function noCertificate(credential: string): VaultError {
  return new VaultError('not_found', `The credential ${credential} has no certificate yet.`, {
    action: `Have one made: tokenwell credential certificate-generate ${credential}. Or give your own: tokenwell credential auth-create ${credential} --pfx-file <file>`,
  });
}

/** Somebody has stopped a credential, or one account of it: which of the two, and the command that undoes it. */
export function disabled(credential: string, account?: string): VaultError {
  const what = account === undefined ? `The credential ${credential}` : `The account ${account} of ${credential}`;
  const command = account === undefined ? `credential enable ${credential}` : `account enable ${credential} ${account}`;
  return new VaultError('conflict', `${what} is disabled, so no token is obtained or given.`, {
    class: 'needs_operator',
    action: `An operator must enable it again: tokenwell ${command}`,
  });
}

/** A 400 that names every field at fault. */
export function invalid(errors: FieldError[]): VaultError {
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new VaultError('invalid_request', first ? `${first.detail}${more}` : 'The request is not valid.', { errors });
}

interface NotConnected {
  message: string;
  action: string;
  who?: Who;
  link?: string;
  provider?: ProviderAnswer;
}

/** Why there is nothing to draw of an account that nobody has signed in for. */
export function neverConnected(of: Named): NotConnected {
  return {
    message: 'Nobody has signed in for this account yet.',
    action: `The owner of the mailbox must sign in and consent once: make a connect link and send it. ${linkCommand(of)}`,
  };
}

/** An account by its place. */
interface Named {
  credential: string;
  account: string;
}

/** The command that makes a link for the owner of an account, in a sentence of ASCII that is safe to copy. */
export function linkCommand({ credential, account }: Named): string {
  const typed = /^[\w.@+-]+$/.test(account) ? account : '<account>';
  return `In Tokenwell: \`tokenwell account link ${credential} ${typed}\`.`;
}

/** 409: a person must sign in, for the first time or again, before there is anything to draw. */
export function notConnected(why: NotConnected): VaultError {
  const { message, action } = why;
  return new VaultError('not_connected', message, { class: 'needs_user', action, ...aboutOf(why) });
}

/** What may stand beside the sentences of a finding, without what is left out. */
export function aboutOf({
  who,
  link,
  provider,
}: {
  who?: Who | undefined;
  link?: string | undefined;
  provider?: ProviderAnswer | undefined;
}): Pick<ProblemDetails, 'who' | 'link' | 'provider'> {
  return { ...(who ? { who } : {}), ...(link ? { link } : {}), ...(provider ? { provider } : {}) };
}
