import { accountPage } from '../../src/console/account-page.js';
import { type ConnectView, connectPage } from '../../src/console/connect-page.js';
import { type NoticeCode, type NoticeView, noticePage } from '../../src/console/notice-page.js';
import { type ResultView, resultPage } from '../../src/console/result-page.js';
import { homePage, strayPage } from '../../src/console/stray-page.js';
import { inWords } from '../../src/vault/callback.js';
import type { ConsentOutcome } from '../../src/vault/consent.js';
import { MICROSOFT_POLICY } from '../../src/vault/findings/microsoft-policy.js';
import { SIGN_IN } from '../../src/vault/findings/sign-in.js';
import { filledWords } from '../../src/vault/findings/words.js';

export const brand = { name: 'Acme IT' };

const LOGO = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2b59c3"/><path d="M8 23 16 8l8 15z" fill="#fff"/></svg>',
)}`;

const TRACE = '0ac63be0-5c3c-4e5a-9d5e-0f1a2b3c4d00';
const UNTIL = Date.UTC(2027, 0, 14, 16, 30);
const LINK = '/connect/Zm9vYmFyLWJhei1xdXV4';

/** A connect page of a mailbox at Microsoft, changed as the test wants it. */
export function connect(change: Partial<ConnectView> = {}): string {
  return connectPage({
    brand: { ...brand, logo: LOGO },
    kind: 'connect',
    asker: 'Acme Helpdesk',
    scopes: [
      'https://outlook.office.com/IMAP.AccessAsUser.All',
      'https://outlook.office.com/SMTP.Send',
      'openid',
      'profile',
      'offline_access',
    ],
    needs: [],
    goesTo: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize?prompt=select_account',
    loginHint: 'helpdesk@acme.com',
    madeBy: 'helpdesk-portal',
    expiresAt: UNTIL,
    ...change,
  });
}

/** A result page of a consent that went well, changed as the test wants it. */
export function result(change: Partial<ResultView> = {}): string {
  return resultPage({ brand, asker: 'Acme Helpdesk', outcome: connected, ...change });
}

const connected = {
  code: 'connected',
  name: 'helpdesk@acme.com',
  missing: [],
  lasting: true,
  expiresAt: undefined,
} as const satisfies Partial<ConsentOutcome>;

const failed: ConsentOutcome = {
  code: 'failed',
  class: 'needs_operator',
  message: 'The client secret of the credential is not right.',
  action: 'Create a new secret in Entra and store it with the credential.',
  provider: {
    error: 'invalid_client',
    error_description: 'AADSTS7000215: Invalid client secret provided.',
    codes: ['AADSTS7000215'],
    trace_id: TRACE,
    correlation_id: '7b1c2d3e-1111-2222-3333-444455556666',
    timestamp: '2026-11-20 22:47:55Z',
  },
};

function notice(code: NoticeCode, more: Partial<NoticeView> = {}): string {
  return noticePage({ brand, code, link: LINK, ...more });
}

const notices: Readonly<Record<NoticeCode, string>> = {
  gone: notice('gone'),
  expired: notice('expired'),
  used: notice('used'),
  other_browser: notice('other_browser'),
  malformed: notice('malformed'),
  interrupted: notice('interrupted'),
  bad_request: notice('bad_request'),
  busy: notice('busy'),
  internal: notice('internal', { requestId: 'req-4f1d' }),
};

const onwards = 'https://portal.acme.com/mailboxes?done=1';

/** Every page in every state that looks different, by name. */
export const pages: Readonly<Record<string, string>> = {
  connect: connect(),
  'connect-google': connect({
    brand,
    scopes: ['https://mail.google.com/', 'email'],
    goesTo: 'https://accounts.google.com/o/oauth2/v2/auth',
    loginHint: undefined,
  }),
  'connect-unknown': connect({
    brand,
    asker: 'scanner-7',
    scopes: ['https://mail.example.net/scopes/mailbox.full.access.for.automated.processing', 'calendar:write'],
    goesTo: 'https://identity.mail.example.net:8443/authorize',
  }),
  'admin-consent': connect({
    kind: 'admin_consent',
    scopes: ['https://outlook.office365.com/.default', 'IMAP.AccessAsApp'],
    loginHint: undefined,
  }),
  connected: result(),
  'connected-onwards': result({ returnTo: onwards }),
  'connected-less': result({
    outcome: {
      ...connected,
      name: undefined,
      missing: ['SMTP.Send', 'Calendars.Read'],
      lasting: false,
      expiresAt: UNTIL,
    },
  }),
  'connected-again': result({ repeated: true, outcome: { ...connected, lasting: false } }),
  waiting: result({ outcome: { code: 'waiting', name: 'info@acme.com', doubt: 'other_identity' }, returnTo: onwards }),
  declined: result({
    link: LINK,
    outcome: {
      code: 'declined',
      class: 'needs_user',
      message: 'You did not give access, or closed the sign-in.',
      action: 'If that was not meant, try again. Otherwise close this page.',
      provider: { error: 'access_denied' },
    },
  }),
  'needs-admin': result({
    link: LINK,
    adminLink: 'https://vault.acme.com/connect/q0T1b2xvbmctbGluay10by1zZW5kLW9uLXRvLWFuLWFkbWlu',
    outcome: {
      code: 'needs_admin',
      class: 'needs_admin',
      message: 'Your organisation lets only an administrator allow this.',
      action: 'Send the link below to your administrator. When it is done, try again.',
      provider: { error: 'access_denied', codes: ['AADSTS90094'], trace_id: TRACE },
    },
  }),
  'blocked-by-policy': result({
    link: LINK,
    outcome: {
      code: 'failed',
      class: 'needs_user',
      ...inWords(filledWords(MICROSOFT_POLICY.find(({ codes }) => codes.includes('53003')) ?? SIGN_IN.unknown, {})),
      provider: { error: 'invalid_grant', codes: ['AADSTS53003'], trace_id: TRACE },
    },
  }),
  failed: result({ link: LINK, requestId: 'req-4f1d', outcome: failed }),
  'admin-consented': result({
    outcome: { code: 'admin_consented', tenant: '4f3c2b1a-0000-4444-8888-1234567890ab' },
  }),
  'admin-consented-test': result({
    outcome: { code: 'admin_consented', tenant: '4f3c2b1a-0000-4444-8888-1234567890ab' },
    tests: 'acme-mail',
  }),
  account: accountPage({ brand, credential: 'support-mail', account: 'helpdesk@acme.com' }),
  home: homePage(brand),
  astray: strayPage(brand),
  ...notices,
};
