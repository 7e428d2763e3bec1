import type { Protocol } from '../presets/preset.js';
import { scopeTokens } from '../scopes.js';
import { connectStep, mailboxStep, scopeFor, scopeStep, testStep } from './closing-steps.js';
import type { Case, Excess, Step } from './guide.js';
import { listed, say, words } from './prose.js';
import { bash } from './quoting.js';

// Google: "Using OAuth 2.0 for Web Server Applications" and "… for Server to Server Applications"; for administrators:
// "Control API access with domain-wide delegation" and "Turn POP and IMAP on and off for users".

const CONSOLE = 'https://console.cloud.google.com';
const ADMIN = 'https://admin.google.com';

/** The steps at Google, and what to take away; undefined for what Google does not serve. */
export function googleGuide(one: Case): { steps: Step[]; remove: Excess[] } | undefined {
  const { grantType } = one.credential;
  if (!one.at.preset.grants[grantType]?.purposes[one.purpose]) return undefined;
  const delegated = grantType === 'jwt_bearer';
  const own = delegated
    ? [mailboxStep(one), serviceAccountStep(one), delegationStep(one)]
    : [consentScreenStep(one), clientStep(one), secretStep(one)];
  const access = accessStep(one);
  const closing = [scopeStep(one), delegated ? undefined : connectStep(one), testStep(one)];
  return { steps: [...own, access, ...closing].filter(step => step !== undefined), remove: [] };
}

function consentScreenStep(one: Case): Step {
  return {
    id: 'consent-screen',
    title: say`Set up the consent screen, and publish it`,
    who: 'project_owner',
    why: say`It says who may approve this application; while it is in testing, Google ends every grant after seven days.`,
    text: say`An internal application is for the people of one Google Workspace organisation and needs no verification. An external one that asks for all of the mail, as IMAP, POP and SMTP must, needs Google's verification and a yearly security assessment.`,
    instructions: [
      say`Google Auth Platform (before: APIs and services, OAuth consent screen), Branding: name and contact.`,
      say`Audience: Internal. Only where mailboxes are outside of your organisation: External, then Publish app, so that the status is In production. Never leave it at Testing.`,
      say`Data access, Add or remove scopes: ${scopeFor(one)}. Where the one for mail is not listed, enable the Gmail API first.`,
    ],
    link: `${CONSOLE}/auth/audience`,
  };
}

function clientStep({ credential: { id, clientId }, redirectUri }: Case): Step {
  return {
    id: 'oauth-client',
    title: say`Make the OAuth client, with the redirect URI`,
    who: 'project_owner',
    why: say`Google sends a browser back only to an address that it knows, letter by letter.`,
    text: say`Where the client has another id, give it to the credential: ${`tokenwell credential replace ${id} --client-id …`}`,
    instructions: [
      say`Google Auth Platform, Clients: open the client ${clientId}, or Create client of the type Web application.`,
      say`Authorized redirect URIs, Add URI: ${redirectUri}`,
    ],
    link: `${CONSOLE}/auth/clients`,
  };
}

function secretStep({ credential: { id, clientAuth } }: Case): Step {
  const store = bash`tokenwell credential auth-create ${id} --secret-file -`;
  return {
    id: 'new-secret',
    title: say`Store the client secret`,
    who: 'project_owner',
    why: say`The application proves itself with it.`,
    text: clientAuth.hasSecret ? say`One is stored already.` : say`None is stored yet.`,
    instructions: [
      say`In the client: Client secrets, Add secret, and copy it at once: it is shown this once.`,
      say`An operator stores it, typed unseen, tests it with ${`tokenwell credential auth-test ${id}`} and activates it.`,
    ],
    commands: [store],
  };
}

function serviceAccountStep({ credential: { id, clientId, clientAuth } }: Case): Step {
  return {
    id: 'service-account',
    title: say`Have the service account and its key`,
    who: 'project_owner',
    why: say`It is who acts for the mailboxes; its key signs what Tokenwell asks Google with.`,
    text: clientAuth.hasSecret
      ? say`A key is stored already${clientAuth.keyId === undefined ? say`` : say` (key id ${clientAuth.keyId})`}; compare it with those of the service account, and delete the others there.`
      : say`No key is stored yet.`,
    instructions: [
      say`IAM and admin, Service accounts: open ${clientId}, or make one; it needs no role in the project.`,
      say`Keys, Add key, JSON. An operator stores the file: ${`tokenwell credential replace ${id} --service-account-file …`} and deletes it.`,
      say`APIs and services: enable the Gmail API in its project.`,
    ],
    link: `${CONSOLE}/iam-admin/serviceaccounts`,
  };
}

function delegationStep(one: Case): Step {
  const { clientId } = one.credential;
  const scopes = scopeTokens(scopeFor(one));
  const numeric = /^\d+$/.test(clientId);
  return {
    id: 'domain-wide-delegation',
    title: say`Allow it for the whole domain, with these scopes alone`,
    who: 'tenant_administrator',
    why: say`Without it Google gives the service account no token for any mailbox; with it, for every mailbox of the domain, so give it no other scope.`,
    text: say`It cannot be narrowed to mailboxes at Google: those of this credential are the limit here. A super administrator does it, and it may take a day to be felt.`,
    instructions: [
      say`Google Admin console: Security, Access and data control, API controls, Manage domain wide delegation, Add new.`,
      numeric
        ? say`Client ID: ${clientId}`
        : say`Client ID: the number of the service account ${clientId}, its Unique ID (OAuth 2 Client ID), not its address. The command prints it.`,
      say`OAuth scopes, exactly: ${scopes.join(',')}`,
      say`Authorize.`,
    ],
    ...(numeric
      ? {}
      : { commands: [bash`gcloud iam service-accounts describe ${clientId} --format=${'value(oauth2ClientId)'}`] }),
    link: `${ADMIN}/ac/owl/domainwidedelegation`,
  };
}

const SWITCHED: Readonly<Record<Protocol, string>> = { imap: 'IMAP', pop: 'POP', smtp: 'SMTP' };

function accessStep({ purpose, mailboxes }: Case): Step | undefined {
  if (purpose !== 'imap' && purpose !== 'pop') return undefined;
  const whose = mailboxes.length > 0 ? say`of ${listed(mailboxes)}` : say`of the mailboxes`;
  return {
    id: 'mail-access',
    title: say`Let mail programs use ${words(SWITCHED[purpose])}`,
    who: 'tenant_administrator',
    why: say`Where it is off for an organisational unit, sign-in fails however right the token is.`,
    instructions: [
      say`Google Admin console: Apps, Google Workspace, Gmail, End user access, POP and IMAP access.`,
      say`For the unit ${whose}: ${words(SWITCHED[purpose])} access on, for any mail client or for this client id.`,
    ],
    link: `${ADMIN}/ac/apps/gmail/enduseraccess`,
  };
}
