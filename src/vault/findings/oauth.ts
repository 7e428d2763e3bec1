import type { Row } from './words.js';

/** What a token endpoint's answer means by its status, its `error` (RFC 6749 §5.2 and others) or its form alone. */
export const OAUTH = {
  throttled: {
    class: 'throttled',
    who: 'provider',
    happened: '{host} asks for fewer requests.',
    todo: 'Nothing to do now: the next draw tries again. If it stays, ask the provider for a higher limit.',
  },
  provider_error: {
    class: 'unavailable',
    who: 'provider',
    happened: '{host} has a fault of its own.',
    todo: "If it worked before, nobody has to act: the next draw tries again. If the credential is new, an operator checks its token URL. If that is right and it stays, look at the provider's status page.",
  },
  unexpected_answer: {
    class: 'unavailable',
    who: 'provider',
    happened: '{host} answered with {what}, which Tokenwell does not know.',
    todo: 'If it worked before, nobody has to act: the next draw tries again. If the credential is new, an operator checks its token URL. If that is right and it stays, look up what the provider says about this answer.',
  },
  wrong_client_secret: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not accept the client secret: it is wrong or has expired, or the client id is wrong.',
    todo: 'Paste a new client secret into the credential and check its client id.',
    command: 'credential replace {credential} --secret-file -',
    script: 'new-secret',
  },
  client_refused: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not accept this client without a secret: it has one there, or the client id is wrong.',
    todo: 'Check the client id, or choose client_secret_post and paste the client secret into the credential.',
    command: 'credential replace {credential} --auth-method client_secret_post --secret-file -',
    script: 'new-secret',
  },
  certificate_refused: {
    class: 'needs_operator',
    who: 'operator',
    happened:
      '{host} does not accept the certificate: it is not uploaded to this application there, it has expired, or the client id is wrong.',
    todo: 'Upload the certificate (.cer) to the application at the provider, and check the client id of the credential.',
    command: 'credential certificate {credential}',
    script: 'certificate',
  },
  application_refused: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} refuses the request as it does for people who must sign in again, and here nobody signs in.',
    todo: 'Check the client id, the tenant in the token URL and the token parameters of the credential.',
  },
  assertion_refused: {
    class: 'needs_operator',
    who: 'operator',
    happened:
      '{host} does not accept the assertion: its key is not one of the service account there, or there is no such mailbox.',
    todo: 'Check the key and the client id of the credential, that the mailbox exists, and that the service account may act for it.',
    script: 'domain-wide-delegation',
  },
  clock_skew: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not accept the assertion, and the clock here is {minutes} min {direction} its own.',
    todo: 'Set the clock of this machine by NTP, then test again.',
    script: 'clock',
  },
  unauthorized_client: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not know this client there, or does not let it ask for tokens in this way.',
    todo: 'Check the client id, the tenant in the token URL, and that the registration may use this grant type.',
    command: 'credential replace {credential} --client-id <client id>',
    script: 'tenant',
  },
  invalid_scope: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not know the scope, or does not give it to this client.',
    todo: 'Correct the scope of the credential, and check what the registration was allowed.',
    command: 'credential replace {credential} --scope <scope>',
    script: 'scope',
  },
  invalid_target: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not know the resource that the token is for, or does not give it to this client.',
    todo: 'Correct the scope of the credential, or `resource` and `audience` in its token parameters.',
    command: 'credential replace {credential} --scope <scope>',
    script: 'scope',
  },
  unsupported_grant_type: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not offer this grant type at this address.',
    todo: 'Check the token URL and the grant type of the credential.',
    command: 'credential replace {credential} --token-url <token url>',
  },
  invalid_request: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} finds something missing or wrong in the request.',
    todo: 'Check the token URL, the client authentication and the token parameters of the credential.',
  },
  access_denied: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} denies this client access.',
    todo: 'Ask an administrator at the provider to allow what the credential asks for.',
  },
  invalid_grant: {
    class: 'needs_user',
    who: 'mailbox_owner',
    happened: '{host} refuses the grant: it was revoked, has expired or was never valid.',
    todo: 'Connect the account again.',
    script: 'connect-link',
  },
  interaction_required: {
    class: 'needs_user',
    who: 'mailbox_owner',
    happened: '{host} wants the user to sign in again.',
    todo: 'Sign in again at the provider, and do what it asks there.',
    script: 'connect-link',
  },
  consent_required: {
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: '{host} wants consent first, from the user or from an administrator of the organisation.',
    todo: "An administrator of the mailbox owner's organisation must approve this application.",
    unattended: {
      who: 'tenant_admin',
      happened: '{host} wants the consent of an administrator of the organisation first.',
      todo: 'An administrator of the organisation must approve this application.',
      script: 'admin-consent',
    },
    script: 'admin-consent',
  },
  empty_answer: {
    class: 'unavailable',
    who: 'operator',
    happened: '{host} answered with nothing instead of a token.',
    todo: 'Check the token URL: what answers with nothing is hardly a token endpoint.',
    command: 'credential replace {credential} --token-url <token url>',
  },
  web_page: {
    class: 'unavailable',
    who: 'operator',
    happened: '{host} answered with a web page instead of a token.',
    todo: 'Check the token URL: it must be the address of the token endpoint, not of a page.',
    command: 'credential replace {credential} --token-url <token url>',
  },
  not_json: {
    class: 'unavailable',
    who: 'operator',
    happened: '{host} answered with something that is not JSON.',
    todo: 'Check the token URL, and whether a proxy in between answers in the place of the provider.',
    command: 'credential replace {credential} --token-url <token url>',
  },
  no_token_endpoint: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} has no token endpoint at this address.',
    todo: 'Correct the token URL: copy it from what the provider says of its token endpoint.',
    command: 'credential replace {credential} --token-url <token url>',
  },
  no_access_token: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} answered without an access token.',
    todo: 'Check the token URL, and that the registration is one that is given access tokens.',
  },
  unsupported_token_type: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} gives tokens of a type that is not Bearer, the only one that Tokenwell can hand out.',
    todo: 'Have the registration at the provider changed so that it gives Bearer tokens.',
  },
  unusable_access_token: {
    class: 'needs_operator',
    who: 'operator',
    happened:
      '{host} gave an access token with a space, a line break or another character that no HTTP header can carry.',
    todo: 'Check the token URL, and report it to the provider.',
  },
  endless_access_token: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} gave an access token of more than 32 KiB, which hardly a server takes in a header.',
    todo: 'Check the token URL, and ask the provider to put less into its tokens, such as fewer groups.',
  },
} as const satisfies Record<string, Row>;

/** The same for a revocation endpoint (RFC 7009 §2.2.1). Nobody tries again by itself there. */
export const REVOCATION = {
  no_revocation_endpoint: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} has no revocation endpoint at this address.',
    todo: 'Correct the revocation URL of the credential; until then, end the access at the provider by hand.',
  },
  not_revocable: {
    class: 'needs_operator',
    who: 'operator',
    happened: '{host} does not let clients end tokens of this kind.',
    todo: 'Take the revocation URL out of the credential, and end the access at the provider by hand.',
  },
  invalid_token: {
    class: 'needs_user',
    who: 'operator',
    happened: '{host} does not know the token: it was revoked, has expired or was never valid.',
    todo: 'Nothing to do: the token can no longer be used.',
  },
} as const satisfies Record<string, Row>;
