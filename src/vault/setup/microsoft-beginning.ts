import type { Plan, Step } from './guide.js';
import { type AtMicrosoft, atMicrosoft, displayName } from './microsoft-case.js';
import { cloudStep } from './microsoft-entra.js';
import { say, words } from './prose.js';
import { bash, odata, powershell } from './quoting.js';
import { reachStep } from './reach.js';
import { goOnStep, storeStep } from './store-steps.js';

/** Whose accounts a registration is for, as the tools call it and as the portal does. */
interface Audience {
  id: string;
  label: string;
}

const OWN: Audience = { id: 'AzureADMyOrg', label: 'Accounts in this organizational directory only' };
const AUDIENCES: Readonly<Record<string, Audience>> = {
  common: {
    id: 'AzureADandPersonalMicrosoftAccount',
    label: 'Accounts in any organizational directory and personal Microsoft accounts',
  },
  organizations: { id: 'AzureADMultipleOrgs', label: 'Accounts in any organizational directory' },
  consumers: { id: 'PersonalMicrosoftAccount', label: 'Personal Microsoft accounts only' },
};

/** Whose accounts a registration is for; `tenant` as the addresses name it. */
function audienceOf(tenant = ''): Audience {
  return (Object.hasOwn(AUDIENCES, tenant) ? AUDIENCES[tenant] : undefined) ?? OWN;
}

/** What to do at Microsoft before there is a client id; undefined for what Microsoft does not serve. */
export function microsoftBeginning(plan: Plan): Step[] | undefined {
  const one = atMicrosoft(plan);
  if (!one) return undefined;
  const secret = plan.credential.method.startsWith('client_secret');
  const steps = [
    one.signedIn ? reachStep(plan) : undefined,
    cloudStep(one),
    registerStep(plan, one),
    secret ? secretStep() : undefined,
    storeStep(plan),
    goOnStep(plan),
  ];
  return steps.filter(step => step !== undefined);
}

/** Names are no proof: whoever registered one of the same name owns it, and could use all that it is given. */
const NOT_ADOPTED =
  'There is an application of this name already. If you made it, go on with its client id; if not, nothing must be granted to it, so choose another id for the credential. Its client id:';

/** A registration of one's own: whoever follows this has none yet. */
function registerStep({ id, redirectUri }: Plan, { at, signedIn }: AtMicrosoft): Step {
  const name = displayName(id);
  const audience = audienceOf(at.tenant);
  const sameName = odata`displayName eq ${name}`;
  const [web, uris] = signedIn
    ? [powershell` -Web @{ RedirectUris = @(${redirectUri}) }`, bash` --web-redirect-uris=${redirectUri}`]
    : [powershell``, bash``];
  return {
    id: 'register-application',
    title: say`Register the application`,
    who: 'tenant_admin',
    why: say`Microsoft gives tokens only to applications that it knows, by the ids that it gives them here.`,
    instructions: [
      say`In the menu on the left: Entra ID (Microsoft Entra ID, in some portals Identity, Applications), App registrations, New registration.`,
      say`Name: ${name}. Supported account types: ${words(audience.label)}.`,
      signedIn
        ? say`Redirect URI: choose Web, and give ${redirectUri}. It is compared letter by letter, so copy it.`
        : say`Redirect URI: leave it empty, for nobody signs in.`,
      say`Register. The Overview page shows the Application (client) ID: copy it, it is asked for below. The Object ID there is needed nowhere.`,
    ],
    commands: [
      powershell`$others = @(Get-MgApplication -Filter ${sameName})
if ($others) { throw (${NOT_ADOPTED} + ' ' + (($others | ForEach-Object { $_.AppId }) -join ', ')) }
$app = New-MgApplication -DisplayName ${name} -SignInAudience ${audience.id}${web}
New-MgServicePrincipal -AppId $app.AppId | Out-Null
'Application (client) ID: ' + $app.AppId`,
      bash`others="$(az ad app list --filter=${sameName} --query='[].appId' --output=tsv)"
if [ -n "$others" ]; then
  echo ${NOT_ADOPTED} $others
else
  client_id="$(az ad app create --display-name=${name} --sign-in-audience=${audience.id}${uris} --query=appId --output=tsv)"
  az ad sp create --id="$client_id" --query=appId --output=tsv
fi`,
    ],
  };
}

/** Made in the portal alone, where it is shown once to one person, and asked for unseen by the next step. */
function secretStep(): Step {
  return {
    id: 'new-secret',
    title: say`Make a client secret`,
    who: 'tenant_admin',
    why: say`The application proves itself with it.`,
    text: say`With a certificate, made in the vault, nothing secret is ever copied: ask for this guide with ${'--auth-method private_key_jwt'} in place of a secret.`,
    instructions: [
      say`In the registration: Certificates & secrets, Client secrets, New client secret. Choose when it ends, and write that day down.`,
      say`Copy the column Value at once: it is shown this once. The Secret ID beside it is not the secret.`,
    ],
  };
}
