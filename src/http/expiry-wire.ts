import type * as api from '../api/expiries.js';
import type { NewCalendarLink } from '../vault/calendar-links.js';
import type { Expiry } from '../vault/expiry.js';
import type { CalendarLink } from '../vault/expiry-store.js';
import { textOf, timeOf } from './wire.js';

/** Something that ends, as GET answers it. */
export function expiryAnswer(expiry: Expiry): api.Expiry {
  const { kind, id, credential, account, consumer, severity, action } = expiry;
  return {
    ...{ kind, id, credential, account, consumer },
    expires_at: textOf(expiry.endsAt),
    days_left: expiry.daysLeft,
    estimated: expiry.estimated || undefined,
    disabled: expiry.disabled || undefined,
    spare: expiry.spare || undefined,
    ...{ severity, class: expiry.class, action },
  };
}

/** A calendar link in the one answer that holds its address. */
export function newCalendarLinkAnswer({ link, token }: NewCalendarLink, publicUrl: string): api.NewCalendarLink {
  const url = `${publicUrl}/calendar/${token.reveal()}.ics`;
  return { id: link.id, url, expires_at: timeOf(link.expiresAt) };
}

/** A calendar link as it is listed. */
export function calendarLinkAnswer({ id, madeBy, createdAt, expiresAt }: CalendarLink): api.CalendarLink {
  return { id, made_by: madeBy, created_at: textOf(createdAt), expires_at: timeOf(expiresAt) };
}
