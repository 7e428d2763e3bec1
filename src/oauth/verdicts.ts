import type { FailureClass } from '../vault/ports.js';

/** What a failure means: `says` continues a sentence that begins with the provider's host. */
export interface Verdict {
  class: FailureClass;
  reason: string;
  says: string;
  action: string;
}

const LATER = 'Nothing to do now: the next draw tries again.';
export const CHECK_URL = 'Check the token URL: it must be the address of the token endpoint, not of a page.';

export const THROTTLED: Verdict = {
  class: 'unavailable',
  reason: 'throttled',
  says: 'asks for fewer requests',
  action: `${LATER} If it stays, ask the provider for a higher limit.`,
};

export const PROVIDER_ERROR: Verdict = {
  class: 'unavailable',
  reason: 'provider_error',
  says: 'has a fault of its own',
  action: passing('it worked before', 'its token URL', "look at the provider's status page"),
};

export const WRONG_CLIENT_SECRET: Verdict = {
  class: 'misconfigured',
  reason: 'wrong_client_secret',
  says: 'does not accept the client secret: it is wrong or has expired, or the client id is wrong',
  action: 'Paste a new client secret into the credential and check its client id.',
};

export const EMPTY: Verdict = {
  class: 'unavailable',
  reason: 'empty_answer',
  says: 'answered with nothing instead of a token',
  action: CHECK_URL,
};

export const WEB_PAGE: Verdict = {
  class: 'unavailable',
  reason: 'not_json',
  says: 'answered with a web page instead of a token',
  action: CHECK_URL,
};

export const NOT_JSON: Verdict = {
  class: 'unavailable',
  reason: 'not_json',
  says: 'answered with something that is not JSON',
  action: CHECK_URL,
};

export const NOTHING_THERE: Verdict = {
  class: 'misconfigured',
  reason: 'no_token_endpoint',
  says: 'has no token endpoint at this address',
  action: CHECK_URL,
};

export const NO_ACCESS_TOKEN: Verdict = {
  class: 'misconfigured',
  reason: 'no_access_token',
  says: 'answered without an access token',
  action: CHECK_URL,
};

export const UNSUPPORTED_TOKEN_TYPE: Verdict = {
  class: 'misconfigured',
  reason: 'unsupported_token_type',
  says: 'gives tokens of a type that is not Bearer, the only one that Tokenwell can hand out',
  action: 'Have the registration at the provider changed so that it gives Bearer tokens.',
};

export const UNUSABLE_ACCESS_TOKEN: Verdict = {
  class: 'misconfigured',
  reason: 'unusable_access_token',
  says: 'gave an access token with a space, a line break or another character that no HTTP header can carry',
  action: 'Check the token URL, and report it to the provider.',
};

export const ENDLESS_ACCESS_TOKEN: Verdict = {
  class: 'misconfigured',
  reason: 'unusable_access_token',
  says: 'gave an access token of more than 32 KiB, which hardly a server takes in a header',
  action: 'Check the token URL, and ask the provider to put less into its tokens, such as fewer groups.',
};

export function unexpectedAnswer(what: string): Verdict {
  return {
    class: 'unavailable',
    reason: 'unexpected_answer',
    says: `answered with ${what}, which Tokenwell does not know`,
    action: passing('it worked before', 'its token URL', 'look up what the provider says about this answer'),
  };
}

/** The `error` codes of RFC 6749 §5.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6 and what providers use like them. */
const BY_ERROR: ReadonlyMap<string, Verdict> = new Map([
  ['invalid_client', WRONG_CLIENT_SECRET],
  [
    'unauthorized_client',
    {
      class: 'misconfigured',
      reason: 'unauthorized_client',
      says: 'does not know this client there, or does not let it ask for tokens in this way',
      action: 'Check the client id, the tenant in the token URL, and that the registration may use this grant type.',
    },
  ],
  [
    'invalid_scope',
    {
      class: 'misconfigured',
      reason: 'invalid_scope',
      says: 'does not know the scope, or does not give it to this client',
      action: 'Correct the scope of the credential, and check what the registration was allowed.',
    },
  ],
  ['invalid_target', unknownTarget()],
  ['invalid_resource', unknownTarget()],
  [
    'unsupported_grant_type',
    {
      class: 'misconfigured',
      reason: 'unsupported_grant_type',
      says: 'does not offer this grant type at this address',
      action: 'Check the token URL and the grant type of the credential.',
    },
  ],
  [
    'invalid_request',
    {
      class: 'misconfigured',
      reason: 'invalid_request',
      says: 'finds something missing or wrong in the request',
      action: 'Check the token URL, the client authentication and the token parameters of the credential.',
    },
  ],
  [
    'access_denied',
    {
      class: 'misconfigured',
      reason: 'access_denied',
      says: 'denies this client access',
      action: 'Ask an administrator at the provider to allow what the credential asks for.',
    },
  ],
  ['invalid_grant', rejected('invalid_grant', 'refuses the grant: it was revoked, has expired or was never valid')],
  ['interaction_required', rejected('interaction_required', 'wants the user to sign in again')],
  ['login_required', rejected('login_required', 'wants the user to sign in again')],
  [
    'consent_required',
    rejected('consent_required', 'wants consent first, from the user or from an administrator of the organisation'),
  ],
  [
    'admin_policy_enforced',
    rejected('consent_required', 'leaves it to an administrator of the organisation to allow this application'),
  ],
  ['slow_down', THROTTLED],
  ['temporarily_unavailable', PROVIDER_ERROR],
  ['server_error', PROVIDER_ERROR],
]);

/** Not found, method not allowed, gone (RFC 9110 §15.5): this is no such endpoint, and waiting does not make it one. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 405, 410]);

/** Whether a status says that nothing is at this address. */
export function isNotThere(status: number): boolean {
  return NOT_THERE.has(status);
}

/** What a status and a known `error` mean at any endpoint; undefined where they say nothing bad, or nothing known. */
export function byStatusAndError(status: number, error: string | undefined): Verdict | undefined {
  if (status === 429) return THROTTLED;
  if (status >= 500) return PROVIDER_ERROR;
  const known = BY_ERROR.get(error ?? '');
  return known ?? (status === 401 ? WRONG_CLIENT_SECRET : undefined);
}

/** A passing fault of a provider that was there before looks like a slip in the address of one that never was. */
export function passing(before: string, what: string, otherwise: string): string {
  return (
    `If ${before}, nobody has to act: the next draw tries again. ` +
    `If the credential is new, an operator checks ${what}. If that is right and it stays, ${otherwise}.`
  );
}

function unknownTarget(): Verdict {
  return {
    class: 'misconfigured',
    reason: 'invalid_target',
    says: 'does not know the resource that the token is for, or does not give it to this client',
    action: 'Correct the scope of the credential, or `resource` and `audience` in its token parameters.',
  };
}

function rejected(reason: string, says: string): Verdict {
  return { class: 'rejected', reason, says, action: 'Connect the account again.' };
}
