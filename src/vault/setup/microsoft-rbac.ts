import { type MicrosoftCase, scopeName } from './microsoft-case.js';
import { type Command, powershell } from './quoting.js';

/**
 * A role for the members of a group alone (Microsoft, "Role Based Access Control for Applications in Exchange Online").
 * Everything that is there already stays; members that are not named are told of, not taken out.
 */
export function roleCommands(one: MicrosoftCase, role: string): Command {
  const { mailboxes } = one;
  const name = scopeName(one);
  return powershell`if ((Get-OrganizationConfig).IsDehydrated) { Enable-OrganizationCustomization }
if (-not (Get-ManagementRole -Identity ${role} -ErrorAction SilentlyContinue)) { throw ('Exchange does not know this role here: ' + ${role}) }
$group = Get-DistributionGroup -Identity ${name} -ErrorAction SilentlyContinue
if (-not $group) {
  $group = New-DistributionGroup -Name ${name} -Type Security -MemberDepartRestriction Closed -MemberJoinRestriction Closed
  Set-DistributionGroup -Identity ${name} -HiddenFromAddressListsEnabled $true
}
$members = @(Get-DistributionGroupMember -Identity ${name} -ResultSize Unlimited)
$meant = @(${mailboxes} | ForEach-Object { (Get-Mailbox -Identity $_).DistinguishedName })
foreach ($mailbox in $meant) {
  if (@($members | ForEach-Object { $_.DistinguishedName }) -notcontains $mailbox) { Add-DistributionGroupMember -Identity ${name} -Member $mailbox }
}
foreach ($member in $members) {
  if ($meant -notcontains $member.DistinguishedName) { Write-Warning ('The application also reaches ' + $member.PrimarySmtpAddress + ', which this guide was not asked for. To end it: Remove-DistributionGroupMember') }
}
$filter = "MemberOfGroup -eq '" + $group.DistinguishedName.Replace("'", "''") + "'"
if (Get-ManagementScope -Identity ${name} -ErrorAction SilentlyContinue) {
  Set-ManagementScope -Identity ${name} -RecipientRestrictionFilter $filter
} else {
  New-ManagementScope -Name ${name} -RecipientRestrictionFilter $filter | Out-Null
}
if (-not (Get-ManagementRoleAssignment -Identity ${name} -ErrorAction SilentlyContinue)) {
  New-ManagementRoleAssignment -Name ${name} -App $enterprise.Id -Role ${role} -CustomResourceScope ${name} | Out-Null
}
foreach ($mailbox in ${mailboxes}) {
  Test-ServicePrincipalAuthorization -Identity $enterprise.Id -Resource $mailbox | Format-Table RoleName, GrantedPermissions, AllowedResourceScope, InScope
}`;
}
