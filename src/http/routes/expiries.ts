import { CalendarLink, CalendarLinkCreate, Expiry, ExpiryQuery, NewCalendarLink } from '../../api/expiries.js';
import { PageQuery, pageOf } from '../../api/fields.js';
import { type Expiry as Expiring, placeIn, placeText } from '../../vault/expiry.js';
import { actorOf, callerOf } from '../auth.js';
import { calendarLinkAnswer, expiryAnswer, newCalendarLinkAnswer } from '../expiry-wire.js';
import { cursorOf, keyOf, pageAfter } from '../paging.js';
import { CALENDAR_LINK_ID_PATTERN, CalendarLinkParams, Nothing } from '../route-schemas.js';
import type { Routes } from '../scope.js';

const ID = new RegExp(CALENDAR_LINK_ID_PATTERN);
const tags = ['Expiries'];

const list = {
  operationId: 'listExpiries',
  summary: 'List everything that ends',
  description:
    'Client secrets, certificates, refresh tokens that lie idle, API keys and open connect links, the soonest first: names and dates, never a secret.',
  tags,
  querystring: ExpiryQuery,
  response: { 200: pageOf(Expiry) },
  'x-required-role': 'auditor',
} as const;

const create = {
  operationId: 'createCalendarLink',
  summary: 'Make a link for a calendar',
  description:
    'An address (`/calendar/….ics`) at which a calendar reads, without a key, what somebody must act upon: names of credentials and consumers, and dates; no account. The address is in this answer and nowhere else.',
  tags,
  body: CalendarLinkCreate,
  response: { 201: NewCalendarLink },
  'x-required-role': 'operator',
  'x-optional-body': true,
} as const;

const listLinks = {
  operationId: 'listCalendarLinks',
  summary: 'List the links of calendars',
  description: 'In order of id; never their addresses.',
  tags,
  querystring: PageQuery,
  response: { 200: pageOf(CalendarLink) },
  'x-required-role': 'auditor',
} as const;

const remove = {
  operationId: 'deleteCalendarLink',
  summary: 'Delete a link of a calendar',
  description: 'From now on there is nothing at its address.',
  tags,
  params: CalendarLinkParams,
  response: { 204: Nothing },
  'x-required-role': 'operator',
} as const;

/** `/expiries`: what ends, and the links by which calendars read it. */
export const expiryRoutes: Routes = (app, { vault, publicUrl }, done) => {
  const { expiries, calendarLinks } = vault;
  const links = '/expiries/calendar-links';

  app.get('/expiries', { schema: list }, async request => {
    const { cursor, limit, within, kind, pressing = false } = request.query;
    const after = cursor === undefined ? undefined : placeIn(keyOf(cursor, /^/) ?? '');
    const found = await expiries.list(callerOf(request), { within, kind, pressing, after, limit: limit + 1 });
    const items = found.slice(0, limit);
    return { items: items.map(expiryAnswer), next_cursor: found.length > limit ? nextAfter(items) : null };
  });

  app.post(links, { schema: create }, async (request, reply) => {
    const made = await calendarLinks.create(actorOf(request), request.body.expires_in);
    reply.code(201).header('location', `/api/v1${links}/${made.link.id}`);
    return newCalendarLinkAnswer(made, publicUrl);
  });

  app.get(links, { schema: listLinks }, async request => {
    const { cursor, limit } = request.query;
    const answers = (await calendarLinks.list(callerOf(request))).map(calendarLinkAnswer);
    return pageAfter(answers, keyOf(cursor, ID), limit, ({ id }) => id);
  });

  app.delete(`${links}/:id`, { schema: remove }, async (request, reply) => {
    await calendarLinks.remove(actorOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  done();
};

function nextAfter(items: readonly Expiring[]): string | null {
  const last = items.at(-1);
  return last === undefined ? null : cursorOf(placeText(last));
}
