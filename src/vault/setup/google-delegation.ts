import { scopeTokens } from '../scopes.js';
import { scopeFor, sharedStep } from './closing-steps.js';
import { GOOGLE_ADMIN, GOOGLE_CONSOLE } from './google-pages.js';
import type { Case, Step } from './guide.js';
import { say } from './prose.js';
import { bash } from './quoting.js';

// Google: "Using OAuth 2.0 for Server to Server Applications", "Control API access with domain-wide delegation".

/** The service account that acts for mailboxes. */
export function serviceAccountStep({ credential: { clientId } }: Case): Step {
  return {
    id: 'register-application',
    title: say`Have the service account`,
    who: 'project_owner',
    why: say`It is who acts for the mailboxes.`,
    instructions: [
      say`IAM & Admin, Service accounts: open ${clientId}, or make one; it needs no role in the project.`,
      say`APIs & Services: enable the Gmail API in its project.`,
    ],
    link: `${GOOGLE_CONSOLE}/iam-admin/serviceaccounts`,
  };
}

/** Many organisations have it so, some without knowing. */
export const KEYS_FORBIDDEN = say`Where Google refuses to make one, the policy ${'iam.disableServiceAccountKeyCreation'} forbids it: an Organization Policy Administrator lifts it for this project.`;

/** Its key. */
export function keyStep(one: Case): Step {
  const { id, clientAuth } = one.credential;
  if (clientAuth.sameAs !== undefined) return sharedStep(one, clientAuth.sameAs);
  const known = clientAuth.keyId === undefined ? say`` : say` (key id ${clientAuth.keyId})`;
  return {
    id: 'certificate',
    title: say`Store its key`,
    who: 'project_owner',
    why: say`The key signs what Tokenwell asks Google with.`,
    text: clientAuth.hasSecret
      ? say`One is stored already${known}; compare it with those of the service account, and delete the others there.`
      : say`None is stored yet.`,
    instructions: [
      say`In the service account: Keys, Add key, JSON. ${KEYS_FORBIDDEN}`,
      say`An operator stores the file and deletes it: ${`tokenwell credential replace ${id} --service-account-file …`}`,
    ],
  };
}

/** That it may act for the mailboxes of the domain. */
export function delegationStep(one: Case): Step {
  const { clientId } = one.credential;
  const scopes = scopeTokens(scopeFor(one));
  const numeric = /^\d+$/.test(clientId);
  return {
    id: 'domain-wide-delegation',
    title: say`Allow it for the whole domain, with these scopes alone`,
    who: 'tenant_admin',
    why: say`Without it Google gives the service account no token for any mailbox; with it, for every mailbox of the domain, so give it no other scope.`,
    text: say`It cannot be narrowed to mailboxes at Google: those of this credential are the limit here. A super administrator does it, and it may take a day to be felt.`,
    instructions: [
      say`Google Admin console: Security, Access and data control, API controls, Manage domain wide delegation, Add new.`,
      numeric
        ? say`Client ID: ${clientId}`
        : say`Client ID: the number of the service account ${clientId}, its Unique ID (OAuth 2 Client ID), not its address; it stands as client_id in its key file, too.`,
      say`OAuth scopes, exactly: ${scopes.join(',')}`,
      say`Authorize.`,
    ],
    ...(numeric
      ? {}
      : { commands: [bash`gcloud iam service-accounts describe ${clientId} --format=${'value(oauth2ClientId)'}`] }),
    link: `${GOOGLE_ADMIN}/ac/owl/domainwidedelegation`,
  };
}
