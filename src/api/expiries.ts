import { type Static, Type } from 'typebox';
import { Cursor, closed, Flag, Limit, open, Time, text, words } from './fields.js';

// The wire of everything that ends, and of the calendars that show it.

const Kind = words(['certificate', 'client_secret', 'connect_link', 'consumer_key', 'refresh_token'], 'What ends.');

/** Which ends are wanted. */
export const ExpiryQuery = closed({
  cursor: Type.Optional(Cursor),
  limit: Limit,
  within: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 36_500, description: 'Days: only what ends before, or has ended.' }),
  ),
  kind: Type.Optional(Kind),
  pressing: Type.Optional(Flag('Only that before whose end somebody must act: whose `severity` is not `none`.')),
});

/** Something that ends. */
export const Expiry = open({
  kind: Kind,
  id: Type.String({ description: 'Of the client authentication, grant, key or link.' }),
  credential: Type.Optional(Type.String()),
  account: Type.Optional(Type.String()),
  consumer: Type.Optional(Type.String({ description: 'Whose key it is.' })),
  expires_at: Time,
  days_left: Type.Integer({ description: 'Whole days; below zero once it has ended.' }),
  estimated: Type.Optional(
    Flag('True: nobody gave this date. A reminder for a secret, or an assumption about the provider.'),
  ),
  disabled: Type.Optional(Flag('True: what it belongs to is disabled.')),
  spare: Type.Optional(Flag('True: not the active client authentication, or a key beside one that lives longer.')),
  severity: words(
    ['none', 'notice', 'warning', 'critical', 'expired'],
    '`none`: nobody must act; `notice`: not within 30 days; `warning`: within 30; `critical`: within 7; `expired`.',
  ),
  class: Type.Optional(words(['needs_user', 'needs_operator'], 'Who must act. Left out: nobody.')),
  action: Type.String({ description: 'Who does what, with the command.' }),
});

/** A new calendar link. */
export const CalendarLinkCreate = closed({
  expires_in: Type.Optional(
    Type.Integer({
      minimum: 60,
      maximum: 157_680_000,
      description: 'Seconds that it lasts. Left out: until it is deleted.',
    }),
  ),
});

const linkFields = {
  id: Type.String({ description: 'Names the link; it opens nothing.' }),
  expires_at: Type.Optional(Time),
};

/** A calendar link in the one answer that holds its address. */
export const NewCalendarLink = open({
  ...linkFields,
  url: Type.String({
    format: 'uri',
    description: 'Subscribe to it in a calendar. Shown once; whoever has it reads the names and dates.',
  }),
});

/** A calendar link as it is listed. */
export const CalendarLink = open({
  ...linkFields,
  made_by: text(64, 'The consumer that made it.'),
  created_at: Time,
});

export type ExpiryQuery = Static<typeof ExpiryQuery>;
export type Expiry = Static<typeof Expiry>;
export type CalendarLinkCreate = Static<typeof CalendarLinkCreate>;
export type NewCalendarLink = Static<typeof NewCalendarLink>;
export type CalendarLink = Static<typeof CalendarLink>;
