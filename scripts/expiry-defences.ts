import type { Defence } from './defences.js';

const EXPIRIES = 'test/expiries.test.ts';

/** What ends: said once, and told to nobody whom it does not concern. */
export const EXPIRY_DEFENCES: readonly Defence[] = [
  {
    name: 'expiries: of two instances one says a threshold',
    file: 'src/vault/notices.ts',
    defence: 'if (!(await tx.expiries.noteSaid(notice, now))) throw new SaidBefore();',
    without: 'await tx.expiries.noteSaid(notice, now);',
    test: EXPIRIES,
    only: 'two instances that look',
  },
  {
    name: 'expiries: what is stored with little left is said at once',
    file: 'src/store/expiry-rows.ts',
    defence: 'return sql`1 = 1`;',
    without: 'return sql`e.ends_at - e.began_at > 5184000000`;',
    test: EXPIRIES,
    only: 'what is stored with less than a threshold',
  },
  {
    name: 'expiries: what is still there is not forgotten, so not said again',
    file: 'src/store/expiry-rows.ts',
    defence: 'await over.where(gone).execute();',
    without: 'await over.execute();',
    test: EXPIRIES,
    only: 'what ended long before',
  },
  {
    name: 'expiries: a calendar link is stored as its hash',
    file: 'src/vault/calendar-links.ts',
    defence: 'insertLink(link, hashOf(token.reveal()))',
    without: 'insertLink(link, token.reveal())',
    test: EXPIRIES,
    only: 'the address is unguessable',
  },
  {
    name: 'expiries: a calendar link ends with what its maker may do',
    file: 'src/vault/calendar-links.ts',
    defence: 'if (!link || !(await this.#mayMake(link.madeBy))) return undefined;',
    without: 'if (!link) return undefined;',
    test: EXPIRIES,
    only: 'a link ends with what its maker may do',
  },
  {
    name: 'expiries: a calendar link is not inherited by a consumer of the same name',
    file: 'src/store/consumer-rows.ts',
    defence: "await db.deleteFrom('calendar_links').where('made_by', '=', id).execute();",
    without: '',
    test: EXPIRIES,
    only: 'a link ends with what its maker may do',
  },
  {
    name: 'expiries: what a calendar tells to do names no account',
    file: 'src/vault/expiry-words.ts',
    defence: "actionOf({ ...expiring, account: '<account>' }, now)",
    without: 'actionOf(expiring, now)',
    test: EXPIRIES,
    only: 'a calendar shows names',
  },
  {
    name: 'expiries: a calendar names no account',
    file: 'src/http/routes/calendar.ts',
    defence: "titleOf(expiry, 'no accounts')",
    without: "titleOf(expiry, 'accounts')",
    test: EXPIRIES,
    only: 'a calendar shows names',
  },
  {
    name: 'expiries: no mail leaves without TLS',
    file: 'src/mail/mailer.ts',
    defence: 'requireTLS: !secure && !plain',
    without: 'requireTLS: false',
    test: EXPIRIES,
    only: 'without TLS',
  },
];
