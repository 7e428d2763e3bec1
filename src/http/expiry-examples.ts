import type { CalendarLink, Expiry, NewCalendarLink } from '../api/expiries.js';

// What the API document shows of everything that ends. Nothing here is a real secret.

const expiry: Expiry = {
  kind: 'client_secret',
  id: 'auth_8FJ2kQ0mS7q1xv3b5n9dLw',
  credential: 'acme-mail',
  expires_at: '2028-01-31T00:00:00.000Z',
  days_left: 23,
  severity: 'warning',
  class: 'needs_operator',
  action:
    'An operator makes a new secret at the provider and stores it: tokenwell credential replace acme-mail --secret-file <file> --secret-expires-at <date>',
};

const key: Expiry = {
  kind: 'consumer_key',
  id: 'k3v9c2mw8xqa',
  consumer: 'helpdesk',
  expires_at: '2028-03-01T00:00:00.000Z',
  days_left: 53,
  spare: true,
  severity: 'none',
  action:
    'The consumer has a key that lives longer, so nobody must act once that is in use. Then: tokenwell consumer key-delete helpdesk k3v9c2mw8xqa',
};

const link: CalendarLink = {
  id: 'cal_Zq3Xn8kP0sV5tR2yL7wMdg',
  made_by: 'ops',
  created_at: '2028-01-08T09:00:00.000Z',
  expires_at: '2029-01-07T09:00:00.000Z',
};

const newLink: NewCalendarLink = {
  id: link.id,
  url: 'http://127.0.0.1:8080/calendar/tQ8m2ZrV6yK1pXw4sL9dNf0bHc7gJ3uEaRi5oTqWvYk.ics',
  expires_at: '2029-01-07T09:00:00.000Z',
};

const metrics = `# HELP tokenwell_expiry_seconds Seconds until the soonest end that somebody must act upon.
# TYPE tokenwell_expiry_seconds gauge
tokenwell_expiry_seconds{kind="client_secret",credential="acme-mail",consumer="",estimated="false"} 2012345
`;

export const EXPIRY_PARAMETERS: Record<string, unknown> = { 'deleteCalendarLink id': link.id };

export const EXPIRY_REQUESTS: Record<string, unknown> = { createCalendarLink: { expires_in: 31_536_000 } };

export const EXPIRY_ANSWERS: Record<string, unknown> = {
  listExpiries: { items: [expiry, key], next_cursor: null },
  createCalendarLink: newLink,
  listCalendarLinks: { items: [link], next_cursor: null },
  'readMetrics text/plain': metrics,
};
