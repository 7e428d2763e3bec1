import { scopeFor, sharedStep } from './closing-steps.js';
import { GOOGLE_ADMIN, GOOGLE_CONSOLE } from './google-pages.js';
import type { Asked, Case, Step } from './guide.js';
import { say } from './prose.js';
import { bash } from './quoting.js';

// Google: "Using OAuth 2.0 for Web Server Applications".

/** The consent screen, which says who may approve. */
export function consentScreenStep(one: Asked): Step {
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
    link: `${GOOGLE_CONSOLE}/auth/audience`,
  };
}

/** The OAuth client. */
export function clientStep({ credential: { id, clientId } }: Case): Step {
  return {
    id: 'register-application',
    title: say`Make the OAuth client`,
    who: 'project_owner',
    why: say`The client is what Google knows this credential by.`,
    text: say`Where the client has another id, give it to the credential: ${`tokenwell credential replace ${id} --client-id …`}`,
    instructions: [
      say`Google Auth Platform, Clients: open the client ${clientId}, or Create client of the type Web application.`,
    ],
    link: `${GOOGLE_CONSOLE}/auth/clients`,
  };
}

/** The redirect URI, to which a browser comes back. */
export function redirectStep({ redirectUri }: Case): Step {
  return {
    id: 'redirect-uri',
    title: say`Register the redirect URI`,
    who: 'project_owner',
    why: say`Google sends a browser back only to an address that it knows, letter by letter.`,
    instructions: [say`In the client: Authorized redirect URIs, Add URI: ${redirectUri}`],
  };
}

/** The client secret; undefined where there is none. */
export function secretStep(one: Case): Step | undefined {
  const { id, clientAuth } = one.credential;
  if (clientAuth.method === 'none') return undefined;
  if (clientAuth.sameAs !== undefined) return sharedStep(one, clientAuth.sameAs);
  return {
    id: 'new-secret',
    title: say`Store the client secret`,
    who: 'project_owner',
    why: say`The application proves itself with it.`,
    ...(clientAuth.hasSecret ? { optional: true } : {}),
    text: clientAuth.hasSecret ? say`One is stored already.` : say`None is stored yet.`,
    instructions: [
      say`In the client: Client secrets, Add secret, and copy it at once: it is shown this once.`,
      say`An operator stores it, typed unseen, tests it with ${`tokenwell credential auth-test ${id}`} and activates it.`,
    ],
    commands: [bash`tokenwell credential auth-create ${id} --secret-file -`],
  };
}

/** Approval for an organisation that lets only known applications have its mail. */
export function approvalStep({ credential: { clientId } }: Case): Step {
  return {
    id: 'admin-consent',
    title: say`Allow the application, where people may not`,
    who: 'tenant_admin',
    optional: true,
    why: say`An organisation may keep applications out that its administrators have not allowed.`,
    text: say`It is needed where Google refuses the sign-in by a policy of the administrator.`,
    instructions: [
      say`Google Admin console: Security, Access and data control, API controls, Manage app access, Configure new app: ${clientId}, Trusted.`,
    ],
    link: `${GOOGLE_ADMIN}/ac/owl/list?tab=configuredApps`,
  };
}
