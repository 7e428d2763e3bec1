import { LINKS } from './links.js';
import type { TextRow } from './words.js';

/** What Microsoft Graph says by the `code` or text of its errors. The first row that is in an answer counts. */
export const GRAPH_REPLIES: readonly TextRow[] = [
  {
    texts: ['insufficient_claims'],
    class: 'needs_user',
    who: 'mailbox_owner',
    happened: 'The token was called back at once, because something about the account or a policy changed.',
    todo: 'Sign in again if the next token is refused, too: the claims that were asked for go with it.',
    unattended: {
      who: 'tenant_admin',
      todo: 'If the next token is refused, too, look the application {client_id} up under Entra admin center > Sign-in logs > Service principal sign-ins, and see which policy keeps it out.',
      link: LINKS.entraClaims,
    },
    link: LINKS.entraClaims,
    script: 'connect-link',
  },
  {
    texts: ['access to odata is disabled'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'An application access policy keeps this application out of the mailbox.',
    todo: 'Run `Test-ApplicationAccessPolicy -Identity {mailbox} -AppId {client_id}`, and add the mailbox to the group of the policy.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.graphAccess,
    script: 'mailbox-scope',
  },
  {
    texts: ['nopermissionsinaccesstoken'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'The token holds no permission at all: nobody has consented to one.',
    todo: 'Grant admin consent under Entra admin center > App registrations > the application {client_id} > API permissions; after that a new token is needed.',
    command: 'credential admin-consent-link {credential}',
    script: 'admin-consent',
  },
  {
    texts: ['erroraccessdenied', 'access is denied. check credentials and try again'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened:
      'Graph does not let the token into this mailbox: the permission is missing or of the wrong kind, consent is missing, or the mailbox is outside of the scope that was set.',
    todo: 'Check API permissions of the application {client_id} (application or delegated, as it signs in) and the consent; with RBAC for Applications, run `Test-ServicePrincipalAuthorization -Identity {service_principal} -Resource {mailbox}`.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeRbac,
    script: 'mailbox-scope',
  },
  {
    texts: ['invalidauthenticationtoken', 'invalid audience'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The token is not one for Graph: it has expired, is damaged, or is for Outlook or another cloud.',
    todo: 'Let the scope begin with the address of Graph in this cloud, such as https://graph.microsoft.com/.default, and call the host of the same cloud.',
    command: 'credential replace {credential} --scope <scope>',
    script: 'scope',
  },
  {
    texts: ['mailboxnotenabledforrestapi', 'errormailboxnotenabledforrestapi'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened:
      'This mailbox cannot be reached by Graph: it has no licence, is not in the cloud, is a guest, or was deleted.',
    todo: 'Give the user a licence for Exchange Online or move the mailbox there, and check that the address is the right one.',
  },
  {
    texts: ['errorinvaliduser'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'There is no such user in the tenant; the address may be an alias or misspelt.',
    todo: 'Name the user by the user principal name or the object id.',
  },
  {
    texts: ['erroritemnotfound', 'errorfoldernotfound'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The message or folder is not there any more, belongs to another mailbox, or may not be seen.',
    todo: 'Look it up anew, ask for immutable ids, and check the rights on a shared mailbox.',
  },
  {
    texts: ['applicationthrottled', 'mailboxconcurrency'],
    class: 'throttled',
    who: 'provider',
    happened: 'Graph takes no more requests for this mailbox at present.',
    todo: 'Wait as long as Retry-After says, and ask over at most four connections at once.',
    link: LINKS.graphThrottling,
  },
];
