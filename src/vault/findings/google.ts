import { LINKS } from './links.js';
import type { CodeRow, TextRow } from './words.js';

/** What Google says by `error_subtype`, or by an `error` that only it has. */
export const GOOGLE_CODES: readonly CodeRow[] = [
  {
    codes: ['invalid_rapt'],
    class: 'needs_user',
    who: 'mailbox_owner',
    happened: 'The organisation lets Google sessions end after a set time, and that time is over.',
    todo: 'Sign in at Google again. So that it lasts, an administrator marks the application as trusted, which frees it of the session length (Google Admin console > Security > Google Cloud session control).',
    link: LINKS.google,
    script: 'connect-link',
  },
  {
    codes: ['admin_policy_enforced'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'The administrators of this Google Workspace do not allow the application, or one of its scopes.',
    todo: 'Allow the client id {client_id} under Google Admin console > Security > Access and data control > API controls > App access control.',
    link: LINKS.google,
    script: 'admin-consent',
  },
  {
    codes: ['deleted_client'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The OAuth client was deleted at Google, which also removes clients that nobody used for six months.',
    todo: 'Restore the client or create a new one (Google Cloud console > APIs & Services > Credentials), and put its client id and secret into the credential.',
    script: 'register-application',
  },
  {
    codes: ['disabled_client'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The OAuth client is disabled at Google.',
    todo: 'See under Google Cloud console > APIs & Services why it is disabled, and enable it or ask Google to.',
    script: 'register-application',
  },
  {
    codes: ['redirect_uri_mismatch'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The redirect URI of this vault is not among those of the client.',
    todo: 'Add {redirect_uri} in exactly this spelling to the redirect URIs of the client {client_id} at the provider (Google: Google Cloud console > APIs & Services > Credentials).',
    script: 'redirect-uri',
  },
  {
    codes: ['org_internal'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The application is for people of its own Google Workspace alone, and somebody else signed in.',
    todo: 'Sign in with an account of that organisation, or set the user type to External (Google Cloud console > OAuth consent screen).',
    script: 'register-application',
  },
];

/** What Google says by known texts alone. */
export const GOOGLE_TEXTS: readonly TextRow[] = [
  {
    texts: ['token has been expired or revoked'],
    class: 'needs_user',
    who: 'mailbox_owner',
    happened:
      'Google ended the connection: access was removed, the password was changed, it lay idle for six months, or newer connections of the same account pushed it out.',
    todo: 'Sign in at Google anew. If it ends after seven days each time, an operator sets the publishing status of the application from Testing to In production (Google Cloud console > OAuth consent screen).',
    link: LINKS.google,
    script: 'connect-link',
  },
  {
    texts: ['bad request'],
    class: 'needs_user',
    who: 'mailbox_owner',
    happened:
      'The provider gives no reason why it ended the connection; with Google the account was most often closed to the application, or the code was used before.',
    todo: 'Sign in at the provider anew.',
    link: LINKS.google,
    script: 'connect-link',
  },
  {
    texts: ['invalid jwt signature'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The key of the service account was deleted at the provider, or another private key signed.',
    todo: 'Create a new key (Google: Google Cloud console > IAM & Admin > Service Accounts > Keys) and put it into the credential.',
    link: LINKS.googleServiceAccount,
    script: 'certificate',
  },
  {
    texts: ['token must be a short-lived token'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The time in the assertion is wrong: the clock of this machine differs from that of Google.',
    todo: 'Have the clock of this machine kept by NTP, and let assertions hold for an hour at most.',
    link: LINKS.googleServiceAccount,
    script: 'clock',
  },
  {
    texts: ['failed audience check'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The assertion was made out to another address than the token endpoint of Google.',
    todo: 'Set the token URL of the credential to https://oauth2.googleapis.com/token.',
    link: LINKS.googleServiceAccount,
  },
  {
    texts: ['account not found', 'invalid email or user id'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The service account or the mailbox that it acts for does not exist at the provider, or is suspended.',
    todo: 'Check the address of the service account and that of the mailbox, each letter by letter.',
    link: LINKS.googleServiceAccount,
  },
  {
    texts: ['client is unauthorized to retrieve access tokens using this method'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened:
      'The service account may not act for this mailbox: domain-wide delegation is missing, lists other scopes, or is of another domain.',
    todo: 'Add the client id {client_id} with exactly the scopes {scope} under Google Admin console > Security > Access and data control > API controls > Domain-wide delegation.',
    link: LINKS.googleServiceAccount,
    script: 'domain-wide-delegation',
  },
  {
    texts: ['the oauth client was not found'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The provider knows no client with this client id.',
    todo: 'Compare the client id {client_id} with the one that the provider shows (Google: Google Cloud console > APIs & Services > Credentials).',
    script: 'register-application',
  },
  {
    texts: ['has not been used in project'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The Gmail API is not enabled in the Google project of this application.',
    todo: 'Enable it: Google Cloud console > APIs & Services > Library > Gmail API > Enable, and wait some minutes.',
  },
  {
    texts: ['insufficient authentication scopes'],
    class: 'needs_user',
    who: 'mailbox_owner',
    happened:
      'The owner of the mailbox did not allow everything that was asked: on the page of Google a box was left empty.',
    todo: 'Sign in at Google again and tick every box.',
    script: 'connect-link',
  },
];
