import type { Protocol } from '../presets/preset.js';
import type { Step } from './guide.js';
import { byClientId, displayName, type MicrosoftCase } from './microsoft-case.js';
import { roleCommands } from './microsoft-rbac.js';
import { say, words } from './prose.js';
import { type Command, joined, powershell } from './quoting.js';

// The steps in Exchange Online: the application as Exchange knows it, its access to mailboxes, their protocols.

/** Everything to be done in Exchange, in order. */
export function exchangeSteps(one: MicrosoftCase): Step[] {
  const { own } = one;
  const principal = own.onMailbox !== undefined || own.role !== undefined;
  const steps = [
    principal ? principalStep(one) : undefined,
    own.onMailbox?.includes('FullAccess') ? fullAccessStep(one) : undefined,
    own.onMailbox?.includes('SendAs') ? sendAsStep(one) : undefined,
    own.role === undefined ? undefined : roleStep(one, own.role),
    own.protocol === undefined ? undefined : protocolStep(one, own.protocol),
  ].filter(step => step !== undefined);
  return steps.length > 0 ? [connectStep(one), ...steps] : [];
}

function connectStep({ cloud, signedIn }: MicrosoftCase): Step {
  const modules = [...(signedIn ? [] : ['Microsoft.Graph.Applications']), 'ExchangeOnlineManagement'];
  // First: without its module even the question whether somebody is signed in is an unknown command.
  const install = powershell`foreach ($module in ${modules}) {
  if (-not (Get-Module -ListAvailable -Name $module)) { Install-Module -Name $module -Scope CurrentUser -Force }
}`;
  const connect = powershell`$signIn = @{ ShowBanner = $false }
if ((Get-Command Connect-ExchangeOnline).Parameters.ContainsKey('DisableWAM')) { $signIn.DisableWAM = $true }
Connect-ExchangeOnline -ExchangeEnvironmentName ${cloud.exchangeEnvironment} @signIn`;
  // Entra is asked for the application; what is done for people alone needs Exchange alone.
  const atEntra = powershell`if (-not (Get-MgContext)) { Connect-MgGraph -Environment ${cloud.mgEnvironment} -Scopes 'Application.Read.All' -NoWelcome }`;
  const sameTenant = powershell`if ((Get-MgContext) -and (Get-ConnectionInformation | Select-Object -Last 1).TenantID -ne (Get-MgContext).TenantId) { throw 'Exchange and Entra are signed in to different tenants. Sign in again.' }`;
  const where = say`In PowerShell 7 on your own machine, with the role Exchange Administrator; in Windows PowerShell first ${'Set-ExecutionPolicy -Scope CurrentUser RemoteSigned'}, without which it loads no module. Do all steps in Exchange in one window, for each goes by what the one before found, and wait until a module is installed before you paste on.`;
  const session = say` They look the application up in Entra, so the window is signed in there too. Who may not sign in to Microsoft Graph leaves out the lines about it and types the Object ID in the next step. Where the two modules do not get on with each other, update both.`;
  return {
    id: 'connect-exchange',
    title: say`Sign in to Exchange Online PowerShell`,
    who: 'exchange_admin',
    why: say`What may be done with a mailbox is decided in Exchange, and the portal of Entra has no page for it.`,
    text: signedIn ? where : say`${where}${session}`,
    commands: [signedIn ? joined(install, connect) : joined(install, atEntra, connect, sameTenant)],
  };
}

function principalStep(one: MicrosoftCase): Step {
  const { id, clientId } = one.credential;
  return {
    id: 'new-service-principal',
    title: say`Make the application known to Exchange`,
    who: 'exchange_admin',
    why: say`Exchange gives access only to applications that were registered with it, by the Object ID of the enterprise application.`,
    text: say`The App registrations page shows another Object ID, with which nothing works and no error says so; so the commands look the right one up, and put a wrong one right. In the portal it stands under Enterprise applications, on the Overview page of this application; to type it, put ${"$enterprise = @{ Id = '…' }"} in place of the line that looks it up.`,
    commands: [
      powershell`$enterprise = Get-MgServicePrincipal -Filter ${byClientId(one)}
if (-not $enterprise) { throw 'This tenant has no enterprise application with this client id. Do the steps in Entra first.' }
$principal = Get-ServicePrincipal | Where-Object { $_.AppId -eq ${clientId} }
if ($principal -and $principal.ObjectId -ne $enterprise.Id) {
  Remove-ServicePrincipal -Identity $principal.ObjectId -Confirm:$false
  $principal = $null
}
if (-not $principal) { New-ServicePrincipal -AppId ${clientId} -ObjectId $enterprise.Id -DisplayName ${displayName(id)} | Out-Null }`,
    ],
  };
}

function fullAccessStep(one: MicrosoftCase): Step {
  return {
    id: 'add-mailbox-permission',
    title: say`Give the application access to its mailboxes`,
    who: 'exchange_admin',
    why: say`This is what keeps it out of all other mailboxes: its permission in Entra opens none.`,
    ...onMailboxes(
      one,
      powershell`foreach ($mailbox in ${one.mailboxes}) {
  if (-not (Get-MailboxPermission -Identity $mailbox -User $enterprise.Id -ErrorAction SilentlyContinue | Where-Object { $_.AccessRights -contains 'FullAccess' })) {
    Add-MailboxPermission -Identity $mailbox -User $enterprise.Id -AccessRights FullAccess -AutoMapping $false -Confirm:$false | Out-Null
  }
}`,
    ),
  };
}

function sendAsStep(one: MicrosoftCase): Step {
  return {
    id: 'add-send-as',
    title: say`Let the application send as its mailboxes`,
    who: 'exchange_admin',
    why: say`Mail is taken only from whom the sender has allowed to send in their name.`,
    ...onMailboxes(
      one,
      powershell`foreach ($mailbox in ${one.mailboxes}) {
  if (-not (Get-RecipientPermission -Identity $mailbox -Trustee $enterprise.Id -ErrorAction SilentlyContinue | Where-Object { $_.AccessRights -contains 'SendAs' })) {
    Add-RecipientPermission -Identity $mailbox -Trustee $enterprise.Id -AccessRights SendAs -Confirm:$false | Out-Null
  }
}`,
    ),
  };
}

function roleStep(one: MicrosoftCase, role: string): Step {
  const sending = role === 'Application SMTP.SendAsApp';
  const without = sending
    ? say`If Exchange does not know this role yet, give the permission ${'SMTP.SendAsApp'} of Office 365 Exchange Online (application) and ${'Add-MailboxPermission'} in its place.`
    : say`If Exchange does not know this role, ask Microsoft when it comes to this cloud, rather than give the permission for every mailbox.`;
  return {
    id: 'mailbox-scope',
    title: say`Give the application its role, for its mailboxes alone`,
    who: 'exchange_admin',
    why: say`The same permission granted in Entra would reach every mailbox of the organisation.`,
    text: say`This is RBAC for Applications and needs the role group Organization Management. The mailboxes are the direct members of a group; whoever is taken out of it is out of reach. It may take two hours to be felt, except by the last command: InScope must be True. ${without}`,
    ...onMailboxes(one, roleCommands(one, role)),
  };
}

const SWITCHES: Readonly<Record<Protocol, { name: string; on: Command }>> = {
  imap: { name: 'IMAP', on: powershell`-ImapEnabled $true` },
  pop: { name: 'POP', on: powershell`-PopEnabled $true` },
  smtp: { name: 'Authenticated SMTP', on: powershell`-SmtpClientAuthenticationDisabled $false` },
};

function protocolStep(one: MicrosoftCase, protocol: Protocol): Step {
  const { name, on } = SWITCHES[protocol];
  const sending =
    protocol === 'smtp'
      ? SECURITY_DEFAULTS
      : say`A mailbox keeps this setting; Exchange takes up to an hour to follow it.`;
  return {
    id: protocol === 'smtp' ? 'enable-smtp-auth' : 'enable-protocol',
    title: say`Switch ${words(name)} on for the mailboxes`,
    who: 'exchange_admin',
    why: say`Where it is off, sign-in fails however right the token is.`,
    text: sending,
    instructions: [
      say`In the Exchange admin center: Mailboxes, the mailbox, Manage email apps settings: ${words(name)} on.`,
    ],
    ...onMailboxes(one, powershell`foreach ($mailbox in ${one.mailboxes}) { Set-CASMailbox -Identity $mailbox ${on} }`),
  };
}

const SECURITY_DEFAULTS = say`The setting of a mailbox goes before that of the organisation, which is off in newer tenants and may stay off. Security defaults and authentication policies can refuse it all the same.`;

/** No command without a mailbox: an empty name might be taken for every one. */
function onMailboxes({ mailboxes }: MicrosoftCase, script: Command): Pick<Step, 'commands'> {
  return mailboxes.length > 0 ? { commands: [script] } : {};
}
