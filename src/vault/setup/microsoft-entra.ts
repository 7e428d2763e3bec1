import { RESOURCES } from '../presets/microsoft-setup.js';
import type { Step } from './guide.js';
import { type AtMicrosoft, byClientId, type MicrosoftCase, namesOf } from './microsoft-case.js';
import { say, words } from './prose.js';
import { bash, type Command, joined, powershell } from './quoting.js';

// The steps in Microsoft Entra ID that come before consent: the tools, the registration, its permissions.

/** Signing in with the tools, at the cloud in question. */
export function cloudStep(one: AtMicrosoft): Step {
  const { cloud, tenant, at } = one;
  const modules = [
    'Microsoft.Graph.Authentication',
    'Microsoft.Graph.Applications',
    'Microsoft.Graph.Identity.SignIns',
  ];
  const where = powershell`Connect-MgGraph -Environment ${cloud.mgEnvironment} -Scopes ${graphScopes(one)} -NoWelcome`;
  return {
    id: 'cloud',
    title: say`Sign in at the right cloud`,
    who: 'tenant_admin',
    why: say`Each cloud has its own portal, its own directory and its own tools, and what is set up in one is unknown in the others.`,
    text: say`This credential is at ${words(`${at.preset.name}, ${at.cloud.name}`)}. Use the portal, the Azure CLI or PowerShell for the steps in Entra; one of the three is enough. The role Cloud Application Administrator will do, also for the permissions of IMAP, POP and SMTP; application permissions of Microsoft Graph are granted by a Privileged Role Administrator.`,
    instructions: [
      say`Open ${cloud.portal.url} (${words(cloud.portal.name)}) and sign in to the tenant of the mailboxes.`,
    ],
    commands: [
      joined(
        powershell`foreach ($module in ${modules}) {
  if (-not (Get-Module -ListAvailable -Name $module)) { Install-Module -Name $module -Scope CurrentUser }
}`,
        tenant === undefined ? where : powershell`${where} -TenantId ${tenant}`,
      ),
      joined(
        bash`az cloud set --name=${cloud.azCloud}`,
        tenant === undefined
          ? bash`az login --allow-no-subscriptions`
          : bash`az login --allow-no-subscriptions --tenant=${tenant}`,
      ),
    ],
    link: cloud.portal.url,
  };
}

function graphScopes({ signedIn, own }: AtMicrosoft): string[] {
  if (signedIn) return ['Application.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All'];
  return ['Application.ReadWrite.All', ...(own.permissions.length > 0 ? ['AppRoleAssignment.ReadWrite.All'] : [])];
}

/** The app registration and its enterprise application. */
export function registerStep(one: MicrosoftCase): Step {
  const { id, clientId } = one.credential;
  return {
    id: 'register-application',
    title: say`Find the registered application`,
    who: 'tenant_admin',
    why: say`The registration is what the provider knows this credential by.`,
    text: say`The enterprise application of the same name is the registration as one tenant knows it; a registration of another tenant has only that here. Where there is neither, the client id is another one: ${`tokenwell credential replace ${id} --client-id …`} puts it right, with ${'--secret-file -'} where a secret is stored.`,
    instructions: [
      say`In the menu on the left: Entra ID (Microsoft Entra ID, in some portals Identity, Applications), then App registrations, then All applications: open the one whose Application (client) ID is ${clientId}.`,
    ],
    commands: [
      powershell`$app = Get-MgApplication -Filter ${byClientId(one)}
$enterprise = Get-MgServicePrincipal -Filter ${byClientId(one)}
if (-not $app) { Write-Warning ('No app registration of this tenant has the client id ' + ${clientId} + '. Only its enterprise application is set up here.') }
if (-not $enterprise) { $enterprise = New-MgServicePrincipal -AppId ${clientId} }`,
      bash`az ad app show --id=${clientId} --query=displayName --output=tsv
az ad sp show --id=${clientId} --query=id --output=tsv || az ad sp create --id=${clientId}`,
    ],
  };
}

/** The redirect URI, to which a browser comes back. */
export function redirectStep(one: MicrosoftCase): Step {
  const { redirectUri, signedIn } = one;
  const needed = signedIn
    ? say`It is compared letter by letter, so copy it.`
    : say`Nobody signs in here: it is needed only where somebody is to grant admin consent by a link.`;
  return {
    id: 'redirect-uri',
    title: say`Register the redirect URI`,
    who: 'tenant_admin',
    why: say`The provider sends a browser back only to an address that it knows.`,
    ...(signedIn ? {} : { optional: true }),
    text: say`${needed} The Azure CLI can only replace the whole list, so it is not used here.`,
    instructions: [
      say`In the registration: Authentication, Add a platform, Web. Not Single-page application, not Mobile.`,
      say`Redirect URI: ${redirectUri}`,
    ],
    commands: [
      powershell`if ($app -and $app.Web.RedirectUris -cnotcontains ${redirectUri}) {
  Update-MgApplication -ApplicationId $app.Id -Web @{ RedirectUris = @($app.Web.RedirectUris | Where-Object { $_ }) + ${redirectUri} }
}`,
    ],
  };
}

/** Which permissions the registration asks for. */
export function permissionStep(one: MicrosoftCase): Step | undefined {
  const { own, credential, signedIn } = one;
  const [first] = own.permissions;
  if (!first) return undefined;
  const resource = RESOURCES[first.resource];
  const tab = words(first.resource === 'graph' ? resource.name : `APIs my organization uses, ${resource.name}`);
  const adding = own.permissions.map(({ name, id }) => {
    const kind = signedIn ? 'Scope' : 'Role';
    const add = bash`az ad app permission add --id=${credential.clientId} --api=${resource.appId}`;
    return id === undefined
      ? bash`${add} --api-permissions="$(az ad sp show --id=${resource.appId} --query=${`appRoles[?value=='${name}'].id`} --output=tsv)=Role"`
      : bash`${add} --api-permissions=${`${id}=${kind}`}`;
  });
  const [add, ...more] = adding;
  return {
    id: 'permissions',
    title: say`Ask for the permissions that are needed, and no others`,
    who: 'tenant_admin',
    why: signedIn
      ? say`With delegated permissions the application does what the person who signs in may do, and no more.`
      : say`With an application permission it acts without anybody signing in.`,
    text: say`The application needs nothing else for this purpose.`,
    instructions: [
      say`In the registration: API permissions, Add a permission, ${tab}, ${words(first.kind)} permissions.`,
      ...own.permissions.map(({ name, id }) =>
        id === undefined ? say`Check ${name}.` : say`Check ${name} (id ${id}).`,
      ),
      say`Add permissions.`,
    ],
    commands: [declared(one, resource.appId), ...(add ? [joined(add, ...more)] : [])],
  };
}

/** What the registration asks for is a list that is written as a whole, so what is there is written again. */
function declared({ own, signedIn }: MicrosoftCase, resource: string): Command {
  const known = signedIn ? powershell`$resource.Oauth2PermissionScopes` : powershell`$resource.AppRoles`;
  const kind = signedIn ? 'Scope' : 'Role';
  return powershell`$resource = Get-MgServicePrincipal -Filter ${`appId eq '${resource}'`}
$names = ${namesOf(own.permissions)}
$wanted = @(${known} | Where-Object { $names -contains $_.Value })
if ($wanted.Count -ne $names.Count) { throw ('This tenant does not know all of these permissions: ' + ($names -join ', ')) }
if ($app) {
  $access = @($app.RequiredResourceAccess | Where-Object { $_ } | ForEach-Object {
    @{ ResourceAppId = $_.ResourceAppId; ResourceAccess = @($_.ResourceAccess | ForEach-Object { @{ Id = $_.Id; Type = $_.Type } }) }
  })
  $asked = $access | Where-Object { $_.ResourceAppId -eq ${resource} }
  if (-not $asked) {
    $asked = @{ ResourceAppId = ${resource}; ResourceAccess = @() }
    $access += $asked
  }
  foreach ($one in $wanted) {
    if (@($asked.ResourceAccess | ForEach-Object { $_.Id }) -notcontains $one.Id) { $asked.ResourceAccess += @{ Id = $one.Id; Type = ${kind} } }
  }
  Update-MgApplication -ApplicationId $app.Id -RequiredResourceAccess $access
}`;
}
