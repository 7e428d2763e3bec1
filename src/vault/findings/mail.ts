import { LINKS } from './links.js';
import type { Row, TextRow } from './words.js';

/** What mail servers reply by IMAP, POP and SMTP. The first row that is in a reply counts, so the more special come first. */
export const MAIL_REPLIES: readonly TextRow[] = [
  {
    texts: ['user is authenticated but not connected'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened:
      'Exchange Online took the token but does not open this mailbox: the application has no right to it, the user name is not its address, IMAP is off for it, or it has no licence.',
    todo: 'Run `Add-MailboxPermission -Identity {mailbox} -User {service_principal} -AccessRights FullAccess` and `Set-CASMailbox {mailbox} -ImapEnabled $true` in Exchange Online PowerShell, and check that the user name is the address of this mailbox.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeOAuth,
    script: 'add-mailbox-permission',
  },
  {
    texts: ['mapiexceptionlogonfailed'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'Exchange Online could not open the mailbox to send: the application has no full access to it.',
    todo: 'Run `Add-MailboxPermission -Identity {mailbox} -User {service_principal} -AccessRights FullAccess` in Exchange Online PowerShell and wait up to an hour.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeOAuth,
    script: 'add-mailbox-permission',
  },
  {
    texts: ['smtpclientauthentication is disabled for the mailbox'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'Sending by SMTP with a sign-in (SMTP AUTH) is switched off for this mailbox.',
    todo: 'Allow SMTP AUTH for it: run `Set-CASMailbox {mailbox} -SmtpClientAuthenticationDisabled $false` in Exchange Online PowerShell, or switch on Authenticated SMTP under Microsoft 365 admin center > Active users > the user > Mail > Manage email apps.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    script: 'enable-smtp-auth',
  },
  {
    texts: ['smtpclientauthentication is disabled for the tenant'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'Sending by SMTP with a sign-in (SMTP AUTH) is switched off for the whole organisation.',
    todo: 'Allow it for this mailbox alone with `Set-CASMailbox {mailbox} -SmtpClientAuthenticationDisabled $false`, which counts more than the setting of the organisation.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    script: 'enable-smtp-auth',
  },
  {
    texts: ['security defaults policy', 'did not meet the criteria', '5.7.139'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened:
      'A policy of the organisation (security defaults, Conditional Access or an authentication policy) does not let this sign-in to SMTP pass.',
    todo: 'Look the sign-in up under Entra admin center > Sign-in logs, and in Exchange Online PowerShell with `Get-AuthenticationPolicy`, and make an exception for this mailbox.',
    script: 'enable-smtp-auth',
  },
  {
    texts: [
      'sendasdenied',
      'sendasdeniedexception',
      'mapiexceptionsendasdenied',
      'errorsendasdenied',
      '5.7.60',
      '5.2.252',
    ],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'The sender address is not that of the mailbox which signed in, and it may not send as that sender.',
    todo: 'Send from the address that signed in, or run `Add-RecipientPermission {mailbox} -Trustee {service_principal} -AccessRights SendAs` for the sender in Exchange Online PowerShell.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    script: 'add-send-as',
  },
  {
    texts: ['5.7.57'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The mail was handed over before anybody had signed in to the server.',
    todo: 'Have the sending program use port 587 with STARTTLS and sign in (AUTH XOAUTH2) before it sends.',
  },
  {
    texts: ['5.7.30', 'basic authentication is not supported', 'basic authentication is disabled'],
    class: 'needs_operator',
    who: 'operator',
    happened: 'The program signed in with a password, which Exchange Online does not take any more.',
    todo: 'Set the program to OAuth 2.0 (XOAUTH2) and give it the token in the place of the password.',
    link: LINKS.exchangeBasic,
  },
  {
    texts: ['sender thread limit exceeded', '4.3.2'],
    class: 'throttled',
    who: 'provider',
    happened: 'More than three connections send from this mailbox at the same time.',
    todo: 'Send over fewer connections and try again later: the mail is not lost.',
  },
  {
    texts: ['bad outbound sender', '5.1.8'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'Microsoft blocks this sender because it sent what looks like spam.',
    todo: 'Find out why, change the password if it was stolen, and unblock it under Microsoft Defender > Email & collaboration > Review > Restricted entities.',
  },
  {
    texts: ['protocol is disabled', 'not enabled for this mailbox', 'not enabled for this user'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'The way in that the program used, such as IMAP or POP, is switched off for this mailbox.',
    todo: 'Run `Set-CASMailbox {mailbox} -ImapEnabled $true -PopEnabled $true` in Exchange Online PowerShell, or switch it on in the settings of the mailbox.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    script: 'enable-protocol',
  },
  {
    texts: ['unknown user name or bad password'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened:
      'The POP server refused the token: POP is off for the mailbox, the application is not registered in Exchange, or the token was sent on the same line as AUTH XOAUTH2.',
    todo: 'Run `Set-CASMailbox {mailbox} -PopEnabled $true` and compare `Get-ServicePrincipal` with the object id of the Enterprise application; POP wants the token on a line of its own.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeOAuth,
    script: 'new-service-principal',
  },
  {
    texts: ['logondenied'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened: 'The token is good, but it gives no right to this mailbox.',
    todo: 'Register the application in Exchange and give it the mailbox: `New-ServicePrincipal -AppId {client_id} -ObjectId {service_principal}`, then `Add-MailboxPermission`.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeOAuth,
    script: 'new-service-principal',
  },
  {
    texts: ['authenticationfailed', 'https://mail.google.com/'],
    class: 'needs_operator',
    who: 'operator',
    happened:
      'The mail server refused the token: it has expired, lacks the scope for mail, belongs to another address than the user name, or IMAP is off.',
    todo: 'Check that the user name is the address of the account which signed in, and at Google that the scope is https://mail.google.com/ and that an administrator has IMAP switched on.',
    command: 'credential replace {credential} --scope <scope>',
    link: LINKS.gmail,
    script: 'scope',
  },
  {
    texts: ['authenticate failed'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened:
      'The IMAP server refused the token: it is for another resource such as Graph, the application is not registered in Exchange or with the wrong object id, or it lacks the permission.',
    todo: 'Compare `Get-ServicePrincipal | fl` with the object id of the Enterprise application (not of the App registration); if it differs, run `Remove-ServicePrincipal` and `New-ServicePrincipal -AppId {client_id} -ObjectId {service_principal}`.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeOAuth,
    script: 'new-service-principal',
  },
  {
    texts: ['5.7.3'],
    class: 'needs_admin',
    who: 'exchange_admin',
    happened:
      'The SMTP server refused the token: it is for another resource, lacks SMTP.Send or SMTP.SendAsApp, or the user name is a shared mailbox that cannot sign in.',
    todo: 'Check that the scope is one of outlook.office365.com, that the application is registered with `New-ServicePrincipal`, and that the user name is the address of the person or mailbox with a licence.',
    command: 'credential setup {credential} --mailbox {mailbox}',
    link: LINKS.exchangeOAuth,
    script: 'new-service-principal',
  },
];

/** What a token that was refused means where the server says nothing that is known. */
export const REFUSED_TOKEN: Readonly<Record<'invalid_token' | 'insufficient_scope' | 'setting', Row>> = {
  invalid_token: {
    class: 'needs_operator',
    who: 'operator',
    happened: 'The server refused a token that is less than a minute old, so a newer one would be refused too.',
    todo: 'Check that the user name is the address of this mailbox, that it may be opened by this application or person, and that IMAP, POP or SMTP is enabled for it.',
  },
  insufficient_scope: {
    class: 'needs_operator',
    who: 'operator',
    happened: 'The server says that the token lacks a permission, and it is less than a minute old.',
    todo: 'Give the application or the person the permission that is missing, or add the scope to the credential and have its owner consent again.',
    unattended: {
      who: 'operator',
      todo: 'Have an administrator give the application the permission that is missing; after that a new token is needed.',
    },
  },
  setting: {
    class: 'needs_operator',
    who: 'exchange_admin',
    happened: 'The server says that the way in is switched off for this mailbox or organisation; no token helps.',
    todo: 'An administrator of the mailbox must enable it, such as SMTP AUTH, IMAP or POP.',
    command: 'credential setup {credential} --mailbox {mailbox}',
  },
};
