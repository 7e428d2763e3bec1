import { consentScreenStep } from './google-client.js';
import { KEYS_FORBIDDEN } from './google-delegation.js';
import { GOOGLE_CONSOLE } from './google-pages.js';
import type { Plan, Step } from './guide.js';
import { say } from './prose.js';
import { bash } from './quoting.js';
import { reachStep } from './reach.js';
import { goOnStep, storeStep } from './store-steps.js';

/** What to do at Google before there is a client; undefined for what Google does not serve. */
export function googleBeginning(plan: Plan): Step[] | undefined {
  const { at, credential, purpose } = plan;
  if (!at.preset.grants[credential.grantType]?.purposes[purpose]) return undefined;
  const own =
    credential.grantType === 'jwt_bearer'
      ? [serviceAccountStep(plan), storeStep(plan, bash`--service-account-file=key.json`)]
      : [reachStep(plan), consentScreenStep(plan), clientStep(plan), storeStep(plan)];
  return [...own, goOnStep(plan)].filter(step => step !== undefined);
}

function serviceAccountStep({ id }: Plan): Step {
  return {
    id: 'register-application',
    title: say`Make a service account and its key`,
    who: 'project_owner',
    why: say`It is who acts for the mailboxes; its key is how it proves that.`,
    instructions: [
      say`Choose a project at the top of the page, or New project.`,
      say`APIs & Services, Library: Gmail API, Enable.`,
      say`IAM & Admin, Service accounts, Create service account. Name: ${`tokenwell-${id}`}. It needs no role in the project.`,
      say`In the service account: Keys, Add key, Create new key, JSON. The file that is saved is the key: hand it to the operator of the vault as key.json. ${KEYS_FORBIDDEN}`,
    ],
    link: `${GOOGLE_CONSOLE}/iam-admin/serviceaccounts`,
  };
}

function clientStep({ id, redirectUri }: Plan): Step {
  return {
    id: 'register-application',
    title: say`Make the OAuth client`,
    who: 'project_owner',
    why: say`Google gives tokens only to clients that it knows.`,
    instructions: [
      say`Google Auth Platform, Clients, Create client. Application type: Web application. Name: ${`Tokenwell ${id}`}.`,
      say`Authorized redirect URIs, Add URI: ${redirectUri}. It is compared letter by letter, so copy it.`,
      say`Create. Copy the client id and the client secret at once: the secret is shown this once.`,
    ],
    link: `${GOOGLE_CONSOLE}/auth/clients`,
  };
}
