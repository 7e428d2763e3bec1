import type { Preset } from './preset.js';

// Yahoo: "OAuth 2.0 authorization code flow". Yahoo gives the mail scopes to applications that it has approved.

const MAIL = { scope: 'openid mail-w', needs: ['mail-w'] };

export const yahoo: Preset = {
  id: 'yahoo',
  name: 'Yahoo Mail',
  clouds: {
    public: {
      name: 'worldwide',
      hosts: {},
      servers: {
        imap: { host: 'imap.mail.yahoo.com', port: 993, tls: 'implicit' },
        pop: { host: 'pop.mail.yahoo.com', port: 995, tls: 'implicit' },
        smtp: { host: 'smtp.mail.yahoo.com', port: 465, tls: 'implicit' },
      },
    },
  },
  endpoints: {
    authorizationUrl: 'https://api.login.yahoo.com/oauth2/request_auth',
    tokenUrl: 'https://api.login.yahoo.com/oauth2/get_token',
    revocationUrl: 'https://api.login.yahoo.com/oauth2/revoke',
    issuer: 'https://api.login.yahoo.com',
  },
  grants: { authorization_code: { purposes: { imap: MAIL, pop: MAIL, smtp: MAIL } } },
  refreshPolicy: 'none',
  notes: ['Yahoo gives the mail scopes only to applications that it has approved.'],
};
