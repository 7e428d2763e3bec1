import type { Row } from './words.js';

/** What an `error` of the authorization endpoint means by itself (RFC 6749 §4.1.2.1), said to whoever signed in. */
export const SIGN_IN = {
  needs_admin: {
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'Your organisation lets only an administrator approve this.',
    todo: "An administrator of the owner's organisation allows the application, with what the provider said. Then the owner opens the link again.",
    script: 'admin-consent',
  },
  sign_in_again: {
    class: 'needs_user',
    who: 'mailbox_owner',
    happened: 'The provider wants you to sign in, or to answer a question, first.',
    todo: 'Open the link again and sign in once more. If this page comes back, give the codes below to your administrator.',
    script: 'connect-link',
  },
  later: {
    class: 'unavailable',
    who: 'provider',
    happened: 'The provider cannot do this at the moment.',
    todo: 'Wait a few minutes, then open the link again and sign in once more. If this page comes back, give the codes below to whoever sent you the link.',
  },
  wrong_set_up: {
    class: 'needs_operator',
    who: 'operator',
    happened: 'The provider does not accept how this application is set up.',
    todo: "Compare the credential's client id, scope and redirect URI with what the provider knows.",
    script: 'redirect-uri',
  },
  declined: {
    class: 'needs_user',
    who: 'mailbox_owner',
    happened: 'You, or your organisation, said no. Nothing was connected.',
    todo: 'If that was a mistake, open the link again and accept.',
  },
  unknown: {
    class: 'needs_operator',
    who: 'operator',
    happened: 'The provider ended the sign-in with an error that Tokenwell does not know.',
    todo: 'Look up the error in what the provider says about its sign-in. If it passes, the link can be used again.',
  },
  /** A code was never revoked and has hardly expired, but rules of the organisation are told by the same error. */
  refused_code: {
    class: 'needs_user',
    who: 'mailbox_owner',
    happened:
      'You signed in, and then the provider refused the sign-in: it took too long, was used before, or a rule of your organisation is against it.',
    todo: 'Open the link from your message and sign in once more. If this page comes back, give the codes below to your administrator.',
  },
} as const satisfies Record<string, Row>;
