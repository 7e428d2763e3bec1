import { OFTEN_TOO_MUCH, type Permission, RESOURCES } from '../presets/microsoft-setup.js';
import { connectStep, mailboxStep, scopeStep, testStep } from './closing-steps.js';
import type { Case, Excess, Step } from './guide.js';
import { alsoNeeded, atMicrosoft, type MicrosoftCase } from './microsoft-case.js';
import { consentStep } from './microsoft-consent.js';
import { cloudStep, permissionStep, redirectStep, registerStep } from './microsoft-entra.js';
import { exchangeSteps } from './microsoft-exchange.js';
import { proofStep } from './microsoft-proof.js';
import { say } from './prose.js';
import { powershell } from './quoting.js';
import { reachStep } from './reach.js';

/** The steps at Microsoft, and what to take away; undefined for what Microsoft does not serve. */
export function microsoftGuide(of: Case): { steps: Step[]; remove: Excess[] } | undefined {
  const known = atMicrosoft(of);
  if (!known) return undefined;
  const one = { ...of, ...known };
  const steps = [
    // Where people sign in to Graph, nothing is done mailbox by mailbox.
    one.signedIn && one.own.protocol === undefined ? undefined : mailboxStep(one),
    one.signedIn ? reachStep(one) : undefined,
    cloudStep(one),
    registerStep(one),
    // Where nobody signs in, it is for the approval by a link alone.
    one.signedIn || one.own.permissions.length > 0 ? redirectStep(one) : undefined,
    permissionStep(one),
    consentStep(one),
    proofStep(one),
    ...exchangeSteps(one),
    removeStep(one),
    scopeStep(one),
    one.signedIn ? connectStep(one, SHARED) : undefined,
    testStep(one),
  ];
  return { steps: steps.filter(step => step !== undefined), remove: tooMuch(one) };
}

const SHARED = say` For a shared mailbox leave ${'--login-hint'} out: somebody signs in who has Full Access to it, and to send as it also Send As.`;

/** What instructions often ask for and nothing of what this credential is there for needs. */
function tooMuch(one: MicrosoftCase): Excess[] {
  const setups = [one.own, ...alsoNeeded(one)];
  const needed = setups.flatMap(({ permissions }) => permissions);
  const roles = setups.flatMap(({ role }) => role ?? []);
  const kinds = one.signedIn ? ['Application', 'Delegated'] : ['Application'];
  const excesses = new Map<string, Excess>();
  for (const permission of OFTEN_TOO_MUCH) {
    const { kind, name } = permission;
    if (!kinds.includes(kind) || needed.some(one => isSame(one, permission))) continue;
    const about = {
      resource: RESOURCES[permission.resource].name,
      kind,
      why: reasonAgainst(permission, roles, one.signedIn),
    };
    const same = Object.values(about).join();
    excesses.set(same, { ...about, permissions: [...(excesses.get(same)?.permissions ?? []), name] });
  }
  return [...excesses.values()];
}

function isSame(one: Permission, other: Permission): boolean {
  return one.name === other.name && one.resource === other.resource && one.kind === other.kind;
}

function reasonAgainst({ name, resource, kind }: Permission, roles: readonly string[], signedIn: boolean): string {
  if (roles.includes(`Application ${name}`) && (resource === 'graph' || name === 'SMTP.SendAsApp')) {
    return name === 'SMTP.SendAsApp'
      ? 'With it Exchange asks for permissions on each mailbox, and the role for chosen mailboxes no longer counts.'
      : 'Granted in Entra it reaches every mailbox, and the role for chosen mailboxes adds to it instead of narrowing it.';
  }
  if (name === 'full_access_as_app')
    return 'It opens every mailbox by EWS, which is being retired, and does not open IMAP, POP or SMTP.';
  if (resource === 'exchange' && name.startsWith('Mail.'))
    return 'It belongs to the Outlook REST API, which is retired.';
  if (kind === 'Application' && signedIn) return 'With it the application acts without the person who signs in.';
  return resource === 'graph' && kind === 'Application'
    ? 'It reaches every mailbox of the organisation, and nothing here needs it.'
    : 'Nothing here needs it.';
}

function removeStep(one: MicrosoftCase): Step {
  const kept = [one.own, ...alsoNeeded(one)]
    .flatMap(({ permissions }) => permissions)
    .filter(({ kind }) => kind === 'Application')
    .map(({ resource, name }) => `${RESOURCES[resource].appId}/${name}`);
  return {
    id: 'remove',
    title: say`Take away what is too much`,
    who: 'tenant_admin',
    why: say`Whoever gets hold of the application can do all that it was ever given.`,
    text: say`Something else may use the same registration, so the script removes nothing: it names what the application holds beyond this, with the command that takes it away.`,
    instructions: [
      say`In the registration: API permissions, remove what is not needed for this and for nothing else; then also in the enterprise application, Permissions.`,
    ],
    commands: [
      powershell`$keep = ${kept}
foreach ($grant in @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $enterprise.Id -All)) {
  $from = Get-MgServicePrincipal -ServicePrincipalId $grant.ResourceId
  $role = $from.AppRoles | Where-Object { $_.Id -eq $grant.AppRoleId }
  if ($keep -notcontains ($from.AppId + '/' + $role.Value)) {
    Write-Warning ('For the whole organisation the application also holds ' + $role.Value + ' of ' + $from.DisplayName + '. If nothing else needs it: Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId ' + $enterprise.Id + ' -AppRoleAssignmentId ' + $grant.Id)
  }
}`,
    ],
  };
}
