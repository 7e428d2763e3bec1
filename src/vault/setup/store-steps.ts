import type { Plan, Step } from './guide.js';
import { say } from './prose.js';
import { bash, type Command } from './quoting.js';

// The steps that keep what a provider gave to a new client, and lead on.

/** The command asks for what no plan knows; `file` is a flag for a file that answers all of it. */
export function storeStep(plan: Plan, file?: Command): Step {
  const command = bash`tokenwell credential create ${plan.id} ${knownFlags(plan)}`;
  const asks = plan.credential.method.startsWith('client_secret')
    ? say`The command asks for the client id and, unseen, for the client secret. Add ${'--secret-expires-at'} with the day on which the secret ends, and the vault reminds you in time.`
    : say`The command asks for the client id. No secret is typed anywhere.`;
  return {
    id: 'store-credential',
    title: say`Store the credential`,
    who: 'operator',
    why: say`From here on the vault knows the application.`,
    text: file ? say`The file holds a private key: delete it once it is stored.` : asks,
    commands: [file ? bash`${command} ${file}` : command],
  };
}

/** The rest of the guide, which needs what the provider gave. */
export function goOnStep({ id }: Plan): Step {
  return {
    id: 'go-on',
    title: say`Go on with the guide for the stored credential`,
    who: 'operator',
    why: say`What follows, such as permissions and access to mailboxes, holds the ids that are known only now.`,
    commands: [bash`tokenwell credential setup ${id}`],
  };
}

/** Every flag of `credential create` that a plan knows. */
function knownFlags({ credential, purpose, mailboxes }: Plan): Command {
  const { preset, tenant, cloud, grantType, method } = credential;
  const flags = [
    preset === undefined ? undefined : bash`--preset=${preset}`,
    tenant === undefined ? undefined : bash`--tenant=${tenant}`,
    cloud === undefined || cloud === 'public' ? undefined : bash`--cloud=${cloud}`,
    grantType === 'client_credentials' ? undefined : bash`--grant-type=${grantType}`,
    method === 'client_secret_post' || grantType === 'jwt_bearer' ? undefined : bash`--auth-method=${method}`,
    ...mailboxes.map(address => bash`--mailbox=${address}`),
  ].filter(flag => flag !== undefined);
  return flags.reduce((all, flag) => bash`${all} ${flag}`, bash`--purpose=${purpose}`);
}
