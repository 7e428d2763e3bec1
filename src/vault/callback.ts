import type { ErrorClass } from './errors.js';

/** Why a callback is answered with a page and nothing else happens. */
export type CallbackRefusal =
  | 'malformed'
  | 'unknown'
  | 'other_browser'
  | 'expired'
  | 'link_over'
  | 'used'
  | 'issuer'
  | 'too_many';

/** What the provider sent back through the browser (RFC 6749 §4.1.2, RFC 9207 §2), each parameter at most once. */
export interface Callback {
  /** The id of the consent, which begins the state. */
  consent: string;
  state: string;
  code: string | undefined;
  error: string | undefined;
  errorDescription: string | undefined;
  iss: string | undefined;
  /** The organisation; set where an administrator approved, for only `admin_consent=True` says so (Microsoft). */
  adminTenant: string | undefined;
}

const STATE = /^(con_[A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;
const LONGEST = 8_192;
/** Answers of flows that we never ask for: somebody is trying to be helpful, or worse (C10). */
const UNASKED = ['response', 'id_token', 'access_token', 'token_type'];

/** Reads a callback; undefined for one that no provider sends to us: a name twice, no state of ours, nothing in it. */
export function readCallback(query: URLSearchParams): Callback | undefined {
  const names = [...query.keys()];
  if (new Set(names).size !== names.length || UNASKED.some(name => query.has(name))) return undefined;
  if ([...query.values()].some(value => value.length > LONGEST)) return undefined;
  const state = query.get('state') ?? '';
  const consent = STATE.exec(state)?.[1];
  const callback = {
    state,
    code: query.get('code') || undefined,
    error: query.get('error') || undefined,
    errorDescription: query.get('error_description') ?? undefined,
    iss: query.get('iss') ?? undefined,
    adminTenant: /^true$/i.test(query.get('admin_consent') ?? '') ? (query.get('tenant') ?? '') : undefined,
  };
  const says = callback.code ?? callback.error ?? callback.adminTenant;
  return consent !== undefined && says !== undefined ? { consent, ...callback } : undefined;
}

/** Whether this can be the answer to an administrator's consent: approved, or an error. A code is neither. */
export function tellsOfApproval({ error, adminTenant }: Callback): boolean {
  return error !== undefined || adminTenant !== undefined;
}

interface Meaning {
  code: 'declined' | 'needs_admin' | 'failed';
  class: ErrorClass;
  message: string;
  action: string;
}

const AGAIN = 'Open the link again and sign in once more.';
const CODES_TO_SENDER = 'If this page comes back, give the codes below to whoever sent you the link.';

/** After an error that signing in again may cure, or may not: the provider's rules are known to an administrator. */
export const AGAIN_OR_ADMIN = `${AGAIN} If this page comes back, give the codes below to your administrator.`;
/** After a fault that may pass. */
export const AFTER_A_WAIT = `Wait a few minutes, then open the link again and sign in once more. ${CODES_TO_SENDER}`;
/** Also for whoever looks at the account, so nothing of it is about a page. */
export const ASK_ADMIN =
  'An administrator of the owner’s organisation allows the application, with what the provider said. ' +
  'Then the owner opens the link again.';

/** What an error of the authorization endpoint means (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, providers). */
export function meaningOf(error: string): Meaning {
  const known = MEANINGS.get(error);
  if (known) return known;
  const message = 'The provider ended the sign-in with an error that Tokenwell does not know.';
  const action =
    'Look up the error in what the provider says about its sign-in. If it passes, the link can be used again.';
  return { code: 'failed', class: 'needs_operator', message, action };
}

const NEEDS_ADMIN: Meaning = {
  code: 'needs_admin',
  class: 'needs_admin',
  message: 'Your organisation lets only an administrator approve this.',
  action: ASK_ADMIN,
};
const SIGN_IN_AGAIN: Meaning = {
  code: 'failed',
  class: 'needs_user',
  message: 'The provider wants you to sign in, or to answer a question, first.',
  action: AGAIN_OR_ADMIN,
};
const LATER: Meaning = {
  code: 'failed',
  class: 'unavailable',
  message: 'The provider cannot do this at the moment.',
  action: AFTER_A_WAIT,
};
const WRONG_SET_UP: Meaning = {
  code: 'failed',
  class: 'needs_operator',
  message: 'The provider does not accept how this application is set up.',
  action: 'Compare the credential’s client id, scope and redirect URI with what the provider knows.',
};
const DECLINED: Meaning = {
  code: 'declined',
  class: 'needs_user',
  message: 'You, or your organisation, said no. Nothing was connected.',
  action: 'If that was a mistake, open the link again and accept.',
};

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['access_denied', DECLINED],
  ['consent_required', NEEDS_ADMIN],
  ['admin_policy_enforced', NEEDS_ADMIN],
  ['permission_denied', NEEDS_ADMIN],
  ['login_required', SIGN_IN_AGAIN],
  ['interaction_required', SIGN_IN_AGAIN],
  ['account_selection_required', SIGN_IN_AGAIN],
  ['server_error', LATER],
  ['temporarily_unavailable', LATER],
  ['invalid_request', WRONG_SET_UP],
  ['unauthorized_client', WRONG_SET_UP],
  ['unsupported_response_type', WRONG_SET_UP],
  ['invalid_scope', WRONG_SET_UP],
  ['invalid_resource', WRONG_SET_UP],
  ['redirect_uri_mismatch', WRONG_SET_UP],
]);
