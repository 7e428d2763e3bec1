import type { ErrorClass, ProviderAnswer, Who } from './errors.js';
import { wordsFor } from './findings/look-up.js';
import { SIGN_IN } from './findings/sign-in.js';
import { filledWords, type Known, type Row, type Script, type Words } from './findings/words.js';

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

/** What an error of the authorization endpoint means; its class is that of the error, its words may come from codes. */
export interface Meaning {
  code: 'declined' | 'needs_admin' | 'failed';
  class: ErrorClass;
  message: string;
  action: string;
  /** Who must act, where the provider's codes say more than the class. */
  who?: Who;
  link?: string;
  script?: Script;
}

const FOR_THIS = 'For this, open the link again.';
const THEN = 'Then the owner of the mailbox opens the link again.';

/** What an error of the authorization endpoint means (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, providers). */
export function meaningOf(error: string, provider?: ProviderAnswer, known: Known = {}): Meaning {
  const { code, words } = MEANINGS.get(error) ?? UNKNOWN;
  const row = wordsFor(provider);
  if (row) return { code, class: words.class, ...inWords(filledWords(row, known)) };
  return { code, class: words.class, message: words.happened, action: words.todo };
}

/** The words of a row as the page on which a consent ends shows them: its owner comes back by the link. */
export function inWords({ happened: message, todo, who, link, script }: Words): Omit<Meaning, 'code' | 'class'> {
  const actions: Readonly<Record<Who, string>> = {
    mailbox_owner: `${todo} ${FOR_THIS}`,
    tenant_admin: `${todo} ${THEN}`,
    exchange_admin: `${todo} ${THEN}`,
    operator: todo,
    provider: SIGN_IN.later.todo,
  };
  return { message, action: actions[who], who, ...(link ? { link } : {}), ...(script ? { script } : {}) };
}

interface Judged {
  code: Meaning['code'];
  words: Row;
}

const NEEDS_ADMIN: Judged = { code: 'needs_admin', words: SIGN_IN.needs_admin };
const SIGN_IN_AGAIN: Judged = { code: 'failed', words: SIGN_IN.sign_in_again };
const LATER: Judged = { code: 'failed', words: SIGN_IN.later };
const WRONG_SET_UP: Judged = { code: 'failed', words: SIGN_IN.wrong_set_up };
const DECLINED: Judged = { code: 'declined', words: SIGN_IN.declined };
const UNKNOWN: Judged = { code: 'failed', words: SIGN_IN.unknown };

const MEANINGS: ReadonlyMap<string, Judged> = new Map([
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
