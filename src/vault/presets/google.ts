import type { Preset } from './preset.js';

// Google: "Using OAuth 2.0 for Web Server Applications", "… for Server to Server Applications", and "IMAP, POP, and SMTP"
// of Gmail. One scope opens all three protocols.

const MAIL = 'https://mail.google.com/';
const CONSENT = { scope: `openid email ${MAIL}`, needs: [MAIL] };
const DELEGATED = { scope: MAIL, needs: [MAIL] };

export const google: Preset = {
  id: 'google',
  name: 'Google Workspace and Gmail',
  clouds: {
    public: {
      name: 'worldwide',
      hosts: {},
      servers: {
        imap: { host: 'imap.gmail.com', port: 993, tls: 'implicit' },
        pop: { host: 'pop.gmail.com', port: 995, tls: 'implicit' },
        smtp: { host: 'smtp.gmail.com', port: 465, tls: 'implicit' },
      },
    },
  },
  endpoints: {
    authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    revocationUrl: 'https://oauth2.googleapis.com/revoke',
    issuer: 'https://accounts.google.com',
  },
  grants: {
    authorization_code: {
      purposes: { imap: CONSENT, pop: CONSENT, smtp: CONSENT },
      // A repeated approval brings a refresh token only after the question was asked again.
      authorizationParams: { access_type: 'offline', prompt: 'consent' },
    },
    jwt_bearer: {
      purposes: { imap: DELEGATED, pop: DELEGATED, smtp: DELEGATED },
      signingAlg: 'RS256',
    },
  },
  refreshPolicy: 'none',
  idleDays: 180,
  harmless: ['https://www.googleapis.com/auth/userinfo.email', 'https://www.googleapis.com/auth/userinfo.profile'],
  secretMonths: 0,
  notes: [
    'A consent screen that is external and in testing ends every grant after 7 days: publish it, or make it internal.',
    'People may untick scopes at the consent; what was not given is shown on the account.',
  ],
};
