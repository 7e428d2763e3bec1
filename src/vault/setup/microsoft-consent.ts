import { adminConsentUrl } from '../presets/admin-consent.js';
import { RESOURCES } from '../presets/microsoft-setup.js';
import { resourceScope } from '../scopes.js';
import { scopeFor } from './closing-steps.js';
import type { Step } from './guide.js';
import { type MicrosoftCase, namesOf } from './microsoft-case.js';
import { say, words } from './prose.js';
import { bash, type Command, powershell } from './quoting.js';

/** Approval by an administrator for the whole organisation; undefined where the application has no permission in Entra. */
export function consentStep(one: MicrosoftCase): Step | undefined {
  const { credential, own, signedIn, cloud } = one;
  const [first] = own.permissions;
  if (!first) return undefined;
  const url = consentUrl(one);
  const link = bash`tokenwell credential admin-consent-link ${credential.id}`;
  const early = say`Right after the registration was made this may fail for a minute.`;
  return {
    id: 'admin-consent',
    title: signedIn ? say`Approve the application, where people may not` : say`Grant admin consent`,
    who: 'tenant_admin',
    why: signedIn
      ? say`Many organisations let only an administrator approve applications that read mail.`
      : say`An application permission counts only once an administrator has granted it.`,
    ...(signedIn ? { optional: true } : {}),
    text: signedIn
      ? say`Leave it out where the people who sign in may approve for themselves; then it stays with those who did. ${early}`
      : early,
    instructions: [
      say`${words(cloud.portal.name)}: in the registration, API permissions, Grant admin consent for the organisation.`,
      ...own.permissions.slice(0, 1).map(({ name }) => say`The Status of ${name} then says Granted.`),
      say`Or, once the redirect URI is registered, send a link to whoever may approve: ${link.text} makes one that shows what came of it. The address below does the same without that.`,
    ],
    commands: [
      signedIn ? delegatedGrant(one, first.resource) : roleAssignments(),
      bash`az ad app permission admin-consent --id=${credential.clientId}`,
      link,
    ],
    ...(url === undefined ? {} : { link: url }),
  };
}

function consentUrl(one: MicrosoftCase): string | undefined {
  const { credential, redirectUri } = one;
  const page = adminConsentUrl(credential, resourceScope(scopeFor(one)));
  if (page === undefined) return undefined;
  const url = new URL(page);
  url.searchParams.set('client_id', credential.clientId);
  url.searchParams.set('redirect_uri', redirectUri);
  return url.href;
}

function roleAssignments(): Command {
  return powershell`foreach ($one in $wanted) {
  $granted = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $enterprise.Id -All | Where-Object { $_.AppRoleId -eq $one.Id -and $_.ResourceId -eq $resource.Id }
  if (-not $granted) { New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $enterprise.Id -PrincipalId $enterprise.Id -ResourceId $resource.Id -AppRoleId $one.Id | Out-Null }
}`;
}

function delegatedGrant({ own }: MicrosoftCase, of: keyof typeof RESOURCES): Command {
  return powershell`$names = ${namesOf(own.permissions)}
$resource = Get-MgServicePrincipal -Filter ${`appId eq '${RESOURCES[of].appId}'`}
$grant = Get-MgOauth2PermissionGrant -All | Where-Object { $_.ClientId -eq $enterprise.Id -and $_.ConsentType -eq 'AllPrincipals' -and $_.ResourceId -eq $resource.Id }
if ($grant) {
  $all = @($grant.Scope -split ' ') + $names | Where-Object { $_ } | Select-Object -Unique
  Update-MgOauth2PermissionGrant -OAuth2PermissionGrantId $grant.Id -Scope ($all -join ' ')
} else {
  New-MgOauth2PermissionGrant -BodyParameter @{ clientId = $enterprise.Id; consentType = 'AllPrincipals'; resourceId = $resource.Id; scope = ($names -join ' ') } | Out-Null
}`;
}
