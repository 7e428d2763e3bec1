import { GUID } from '../placeholders.js';
import type { Preset, Servers } from './preset.js';

// Microsoft Entra ID and Exchange Online. Endpoints and hosts: Microsoft, "National clouds" and "Microsoft 365 URLs and
// IP address ranges"; scopes: "Authenticate an IMAP, POP or SMTP connection using OAuth".

/** Roles of Exchange's own, which reach only the mailboxes of a group. */
const RBAC = 'Exchange RBAC for Applications';
const IDENTITY = 'openid profile offline_access';

/** Reading is by TLS from the first byte, sending by STARTTLS on 587 alone. */
function serversAt(host: string, smtp: string): Servers {
  return {
    imap: { host, port: 993, tls: 'implicit' },
    pop: { host, port: 995, tls: 'implicit' },
    smtp: { host: smtp, port: 587, tls: 'starttls' },
  };
}

export const microsoft: Preset = {
  id: 'microsoft',
  name: 'Microsoft 365',
  tenant: {
    any: ['common', 'organizations', 'consumers'],
    hint: 'the Directory (tenant) ID on the overview page of the app registration, or a domain of the organisation',
  },
  clouds: {
    public: {
      name: 'worldwide, GCC included',
      hosts: {
        login: 'login.microsoftonline.com',
        graph: 'graph.microsoft.com',
        outlook: 'outlook.office365.com',
        outlook_delegated: 'outlook.office.com',
      },
      servers: serversAt('outlook.office365.com', 'smtp.office365.com'),
    },
    'gcc-high': {
      name: 'US Government GCC High (L4)',
      hosts: {
        login: 'login.microsoftonline.us',
        graph: 'graph.microsoft.us',
        outlook: 'outlook.office365.us',
        outlook_delegated: 'outlook.office365.us',
      },
      servers: serversAt('outlook.office365.us', 'smtp.office365.us'),
      unsure: ['smtp'],
    },
    dod: {
      name: 'US Government DoD (L5)',
      hosts: {
        login: 'login.microsoftonline.us',
        graph: 'dod-graph.microsoft.us',
        outlook: 'outlook-dod.office365.us',
        outlook_delegated: 'outlook-dod.office365.us',
      },
      // Some software asks for tokens of the GCC High host here too.
      alsoAt: ['outlook.office365.us'],
      servers: serversAt('outlook-dod.office365.us', 'outlook-dod.office365.us'),
    },
    china: {
      name: 'China, operated by 21Vianet',
      hosts: {
        login: 'login.partner.microsoftonline.cn',
        graph: 'microsoftgraph.chinacloudapi.cn',
        outlook: 'partner.outlook.cn',
        outlook_delegated: 'partner.outlook.cn',
      },
      alsoAt: ['login.chinacloudapi.cn'],
      servers: serversAt('partner.outlook.cn', 'smtp.partner.outlook.cn'),
      unsure: ['smtp'],
    },
  },
  endpoints: {
    authorizationUrl: 'https://{login}/{tenant}/oauth2/v2.0/authorize',
    tokenUrl: 'https://{login}/{tenant}/oauth2/v2.0/token',
    // ID tokens name the tenant by its id, however the addresses name it.
    issuer: 'https://{login}/{tenantid}/v2.0',
    adminConsent: 'https://{login}/{tenant}/v2.0/adminconsent',
  },
  grants: {
    client_credentials: {
      claim: 'roles',
      purposes: {
        imap: { scope: 'https://{outlook}/.default', needs: ['IMAP.AccessAsApp'] },
        pop: { scope: 'https://{outlook}/.default', needs: ['POP.AccessAsApp'] },
        smtp: { scope: 'https://{outlook}/.default', needs: ['SMTP.SendAsApp'], orElsewhere: RBAC },
        'graph-read': { scope: 'https://{graph}/.default', needs: ['Mail.Read'], orElsewhere: RBAC, everywhere: true },
        'graph-readwrite': {
          scope: 'https://{graph}/.default',
          needs: ['Mail.ReadWrite'],
          orElsewhere: RBAC,
          everywhere: true,
        },
        'graph-send': { scope: 'https://{graph}/.default', needs: ['Mail.Send'], orElsewhere: RBAC, everywhere: true },
      },
    },
    authorization_code: {
      claim: 'scp',
      purposes: {
        imap: {
          scope: `${IDENTITY} https://{outlook_delegated}/IMAP.AccessAsUser.All`,
          needs: ['IMAP.AccessAsUser.All'],
        },
        pop: {
          scope: `${IDENTITY} https://{outlook_delegated}/POP.AccessAsUser.All`,
          needs: ['POP.AccessAsUser.All'],
        },
        smtp: { scope: `${IDENTITY} https://{outlook_delegated}/SMTP.Send`, needs: ['SMTP.Send'] },
        'graph-read': { scope: `${IDENTITY} https://{graph}/Mail.Read`, needs: ['Mail.Read'] },
        'graph-readwrite': { scope: `${IDENTITY} https://{graph}/Mail.ReadWrite`, needs: ['Mail.ReadWrite'] },
        'graph-send': { scope: `${IDENTITY} https://{graph}/Mail.Send`, needs: ['Mail.Send'] },
      },
    },
  },
  refreshPolicy: 'none',
  idleDays: 90,
  notASecret: {
    form: GUID,
    detail: 'This is a Secret ID. Give the Value of the secret, which the portal shows only when it was just made.',
  },
  clientId: {
    form: GUID,
    detail:
      'This is no client id of Microsoft. Give the Application (client) ID on the Overview page of the app registration.',
  },
  outdated: {
    form: /^\/[^/]+\/oauth2\/(?:token|authorize)\/?$/i,
    detail: 'This is an address of v1, which asks by resource and knows no scope. Give that of v2.0',
  },
  harmless: ['User.Read'],
  secretMonths: 24,
  scopes: {
    resources: {
      '': ['graph.microsoft.com', 'graph.microsoft.us', 'dod-graph.microsoft.us', 'microsoftgraph.chinacloudapi.cn'],
      outlook: [
        'outlook.office365.com',
        'outlook.office.com',
        'outlook.office365.us',
        'outlook-dod.office365.us',
        'partner.outlook.cn',
      ],
    },
    whole: '.default',
    notBare: {
      'imap.accessasuser.all': 'https://{outlook_delegated}/IMAP.AccessAsUser.All',
      'pop.accessasuser.all': 'https://{outlook_delegated}/POP.AccessAsUser.All',
      'smtp.send': 'https://{outlook_delegated}/SMTP.Send',
    },
  },
  notes: [
    'Each national cloud needs an app registration of its own; tokens and secrets do not cross.',
    'Port 465 is not supported for sending; use 587 with STARTTLS.',
  ],
};
