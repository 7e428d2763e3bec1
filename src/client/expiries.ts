import type { CalendarLink, CalendarLinkCreate, Expiry, ExpiryQuery, NewCalendarLink } from '../api/expiries.js';
import { type Page, type PageRequest, pathOf, type Transport } from './transport.js';

/** What ends: names and dates. Needs the role auditor. Throws `TokenwellError`. */
export class ExpiryCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** One page, the soonest first. */
  async list(query: Partial<ExpiryQuery> = {}): Promise<Page<Expiry>> {
    return this.#transport.call('GET', '/expiries', { query });
  }

  /** All of them, the soonest first. */
  each(query: Omit<Partial<ExpiryQuery>, 'cursor' | 'limit'> = {}): AsyncGenerator<Expiry> {
    return this.#transport.each('/expiries', query);
  }
}

/** Addresses at which calendars read what ends: reading needs the role auditor, changing the role operator. Throws `TokenwellError`. */
export class CalendarLinkCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Its `url` is in this answer and nowhere else. */
  async create(link: CalendarLinkCreate = {}): Promise<NewCalendarLink> {
    return this.#transport.call('POST', '/expiries/calendar-links', { body: link });
  }

  /** One page, in order of id: never the addresses. */
  async list(page: PageRequest = {}): Promise<Page<CalendarLink>> {
    return this.#transport.call('GET', '/expiries/calendar-links', { query: { ...page } });
  }

  /** All of them, in order of id. */
  each(): AsyncGenerator<CalendarLink> {
    return this.#transport.each('/expiries/calendar-links');
  }

  /** From the answer on, there is nothing at its address. */
  async remove(id: string): Promise<void> {
    return this.#transport.perform('DELETE', pathOf`/expiries/calendar-links/${id}`);
  }
}
