import { LINKS } from './links.js';
import type { CodeRow } from './words.js';

/** What an administrator of the tenant decides: consent, assignment, Conditional Access, borders between tenants. */
export const MICROSOFT_POLICY: readonly CodeRow[] = [
  {
    codes: ['65001'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'Nobody has consented yet to what this application asks for.',
    todo: 'Approve it for the organisation: Entra admin center > Enterprise applications > the application {client_id} > Permissions > Grant admin consent. Where people may consent for themselves, the owner of the mailbox accepts while signing in.',
    link: LINKS.entraAdminConsent,
    script: 'admin-consent',
  },
  {
    codes: ['90094'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'What the application asks for needs the consent of an administrator.',
    todo: 'Open the admin consent link, or Entra admin center > Enterprise applications > the application {client_id} > Permissions, and grant admin consent for the organisation.',
    link: LINKS.entraAdminConsent,
    script: 'admin-consent',
  },
  {
    codes: ['90095'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'A request for approval is needed: the organisation lets an administrator decide about new applications.',
    todo: 'Decide about the request: Entra admin center > Enterprise applications > Admin consent requests > the application {client_id}.',
    link: LINKS.entraAdminConsent,
    script: 'admin-consent',
  },
  {
    codes: ['90093'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'The person who signed in may not give the consent that was asked.',
    todo: 'Sign in as a Cloud Application Administrator or higher and grant the consent for the organisation.',
    link: LINKS.entraAdminConsent,
    script: 'admin-consent',
  },
  {
    codes: ['50105'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'Only people who are assigned to this application may use it, and this account is not.',
    todo: 'Assign the user under Entra admin center > Enterprise applications > the application {client_id} > Users and groups, or set Properties > Assignment required to No.',
    script: 'assign-users',
  },
  {
    codes: ['53003'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'A Conditional Access policy of the organisation blocks this sign-in.',
    todo: 'Find it by its correlation id under Entra admin center > Sign-in logs > Conditional Access, and exclude this account or application from the policy, or meet what it demands.',
  },
  {
    codes: ['53000', '53001', '53002'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'The organisation lets people in only from devices or applications that it manages.',
    todo: 'Have the owner of the mailbox sign in from a managed device, or exclude the account or the application from the policy that the sign-in log names.',
  },
  {
    codes: ['53004', '53011', '50097', '50131', '50158'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened:
      'The sign-in needs a proof that was not there, such as a known device, or the account is taken to be at risk.',
    todo: 'Look the sign-in up by its correlation id (Entra admin center > Sign-in logs), dismiss the risk or complete the registration of the device or of multifactor authentication.',
  },
  {
    codes: ['530032', '530035'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'A security policy of the organisation, such as security defaults, forbids this sign-in.',
    todo: 'See in the sign-in log which policy it was; in the place of security defaults, a Conditional Access policy can make an exception.',
  },
  {
    codes: ['50002', '500021', '500022', '500212', '500213'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'The organisation does not let its people into this tenant, or the tenant does not let them in.',
    todo: 'Allow this tenant and this application in the tenant restrictions or the cross-tenant access settings (Entra admin center > External Identities).',
  },
  {
    codes: ['135011'],
    class: 'needs_admin',
    who: 'tenant_admin',
    happened: 'The device that was used is disabled in the directory.',
    todo: 'Enable the device under Entra admin center > Devices, or have the owner of the mailbox use another one.',
  },
];
