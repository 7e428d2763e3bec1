import type { CloudId, Protocol, Purpose } from './preset.js';

// What an administrator of Microsoft 365 sets up: permissions by name and id, roles, and what each cloud calls itself.
// Ids: Microsoft, "Microsoft Graph permissions reference"; those of Exchange Online as its service principal lists them.

/** One national cloud, as the tools of its administrators name it. */
export interface CloudSetup {
  portal: { name: string; url: string };
  /** `az cloud set --name`. */
  azCloud: string;
  /** `Connect-MgGraph -Environment`. */
  mgEnvironment: string;
  /** `Connect-ExchangeOnline -ExchangeEnvironmentName`. */
  exchangeEnvironment: string;
  /** Whether Exchange has a role for sending by SMTP there; where this is not known, the permission is the way. */
  smtpRole: boolean;
}

const AZURE_US = { name: 'Azure portal', url: 'https://portal.azure.us' };

export const CLOUD_SETUP: Readonly<Record<CloudId, CloudSetup>> = {
  public: {
    portal: { name: 'Microsoft Entra admin center', url: 'https://entra.microsoft.com' },
    azCloud: 'AzureCloud',
    mgEnvironment: 'Global',
    exchangeEnvironment: 'O365Default',
    smtpRole: true,
  },
  'gcc-high': {
    portal: AZURE_US,
    azCloud: 'AzureUSGovernment',
    mgEnvironment: 'USGov',
    exchangeEnvironment: 'O365USGovGCCHigh',
    smtpRole: false,
  },
  dod: {
    portal: AZURE_US,
    azCloud: 'AzureUSGovernment',
    mgEnvironment: 'USGovDoD',
    exchangeEnvironment: 'O365USGovDoD',
    smtpRole: false,
  },
  china: {
    portal: { name: 'Azure portal', url: 'https://portal.azure.cn' },
    azCloud: 'AzureChinaCloud',
    mgEnvironment: 'China',
    exchangeEnvironment: 'O365China',
    smtpRole: false,
  },
};

/** What permissions are of, the same in every cloud. */
export const RESOURCES = {
  graph: { appId: '00000003-0000-0000-c000-000000000000', name: 'Microsoft Graph' },
  exchange: { appId: '00000002-0000-0ff1-ce00-000000000000', name: 'Office 365 Exchange Online' },
} as const;

/** A permission that an application may be given. */
export interface Permission {
  name: string;
  resource: keyof typeof RESOURCES;
  kind: 'Application' | 'Delegated';
  /** Left out where sources differ: then it is looked up by its name. */
  id?: string;
}

/** What the application needs for one purpose. */
export interface PurposeSetup {
  permissions: readonly Permission[];
  /** A role of Exchange for some mailboxes alone (RBAC for Applications), in the place of a permission for all. */
  role?: string;
  /** What the application must be given on each mailbox. */
  onMailbox?: readonly ('FullAccess' | 'SendAs')[];
  /** What must be switched on for each mailbox. */
  protocol?: Protocol;
}

const graphRole = (name: string, id: string): Permission => ({ name, resource: 'graph', kind: 'Application', id });
const graphScope = (name: string, id: string): Permission => ({ name, resource: 'graph', kind: 'Delegated', id });
const exchangeRole = (name: string, id?: string): Permission => ({
  name,
  resource: 'exchange',
  kind: 'Application',
  ...(id === undefined ? {} : { id }),
});

const IMAP_APP = exchangeRole('IMAP.AccessAsApp', '5e5addcd-3e8d-4e90-baf5-964efab2b20a');
const POP_APP = exchangeRole('POP.AccessAsApp', 'cb842b43-da6e-4506-86fe-bb12199c656d');
const SMTP_APP = exchangeRole('SMTP.SendAsApp');

const SMTP_BY_PERMISSION: PurposeSetup = {
  permissions: [SMTP_APP],
  onMailbox: ['FullAccess', 'SendAs'],
  protocol: 'smtp',
};

const APPLICATION: Partial<Record<Purpose, PurposeSetup>> = {
  imap: { permissions: [IMAP_APP], onMailbox: ['FullAccess'], protocol: 'imap' },
  pop: { permissions: [POP_APP], onMailbox: ['FullAccess'], protocol: 'pop' },
  smtp: { permissions: [], role: 'Application SMTP.SendAsApp', protocol: 'smtp' },
  'graph-read': { permissions: [], role: 'Application Mail.Read' },
  'graph-readwrite': { permissions: [], role: 'Application Mail.ReadWrite' },
  'graph-send': { permissions: [], role: 'Application Mail.Send' },
};

const SIGN_IN = [
  graphScope('offline_access', '7427e0e9-2fba-42fe-b0c0-848c9e6a8182'),
  graphScope('openid', '37f7f235-527c-4136-accd-4a02d197296e'),
  graphScope('profile', '14dad69e-099b-42c9-810b-d002981feec1'),
];
const READ = graphScope('Mail.Read', '570282fd-fa5c-430d-a7fd-fc8dc98a9dca');
const READ_WRITE = graphScope('Mail.ReadWrite', '024d486e-b451-40bb-833d-3e66d98c5c73');
const SEND = graphScope('Mail.Send', 'e383f46e-2787-4529-855e-0e479a3ffac0');
const IMAP = graphScope('IMAP.AccessAsUser.All', '652390e4-393a-48de-9484-05f9b1212954');
const POP = graphScope('POP.AccessAsUser.All', 'd7b7f2d9-0f45-4ea1-9d42-e50810c06991');
const SMTP = graphScope('SMTP.Send', '258f6531-6087-4cc4-bb90-092c5fb3ed3f');

const DELEGATED: Partial<Record<Purpose, PurposeSetup>> = {
  imap: { permissions: [IMAP, ...SIGN_IN], protocol: 'imap' },
  pop: { permissions: [POP, ...SIGN_IN], protocol: 'pop' },
  smtp: { permissions: [SMTP, ...SIGN_IN], protocol: 'smtp' },
  'graph-read': { permissions: [READ, ...SIGN_IN] },
  'graph-readwrite': { permissions: [READ_WRITE, ...SIGN_IN] },
  'graph-send': { permissions: [SEND, ...SIGN_IN] },
};

/** What a purpose needs there, by whether somebody signs in; undefined for a purpose that Microsoft does not serve. */
export function purposeSetup(purpose: Purpose, signedIn: boolean, { smtpRole }: CloudSetup): PurposeSetup | undefined {
  if (signedIn) return DELEGATED[purpose];
  return purpose === 'smtp' && !smtpRole ? SMTP_BY_PERMISSION : APPLICATION[purpose];
}

/** What instructions often ask for beyond what is needed. */
export const OFTEN_TOO_MUCH: readonly Permission[] = [
  exchangeRole('full_access_as_app', 'dc890d15-9560-4a4c-9b7f-a736ec74ec40'),
  exchangeRole('Mail.Read'),
  exchangeRole('Mail.ReadWrite'),
  exchangeRole('Mail.Send'),
  IMAP_APP,
  POP_APP,
  SMTP_APP,
  graphRole('Mail.ReadBasic', '6be147d2-ea4f-4b5a-a3fa-3eab6f3c140a'),
  graphRole('Mail.ReadBasic.All', '693c5e45-0940-467d-9b8a-1022fb9d42ef'),
  graphRole('Mail.Read', '810c84a8-4a9e-49e6-bf7d-12d183f40d01'),
  graphRole('Mail.ReadWrite', 'e2a3a72e-5f79-4c64-b1b1-878b674786c9'),
  graphRole('Mail.Send', 'b633e1c5-b582-4048-a93e-9f11b44c7e96'),
  READ,
  READ_WRITE,
  SEND,
  IMAP,
  POP,
  SMTP,
];
