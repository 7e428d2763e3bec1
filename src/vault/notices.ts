import { DAY_MS, type Expiring, type Expiry, judged } from './expiry.js';
import { digestOf } from './expiry-digest.js';
import type { Notice } from './expiry-store.js';
import { titleOf } from './expiry-words.js';
import type { Ledger } from './ledger.js';
import type { Logger } from './logger.js';
import { type Clock, type Mailer, MailInDoubt } from './ports.js';
import type { Store } from './store.js';

const LEASE = 'upkeep expiries';
/** Held until it is over and not given back: so often is looked, by whichever instance. */
const LEASE_MS = 10 * 60_000;
const AT_ONCE = 200;
const MAIL_EVERY_MS = DAY_MS;
/** Mails go out at about the same time of day, not ten minutes later each day. */
const MAIL_SLACK_MS = 15 * 60_000;
/** A server that takes a mail and says so too late would be sent it every ten minutes. */
const SHORTEST_DOUBT_MS = 20 * 60_000;
const LONGEST_DOUBT_MS = 4 * 3_600_000;
const KEPT_MS = 60 * DAY_MS;

/** Says once, on whatever instance, that an end has come nearer than a threshold: in the ledger, in the log, by mail. */
export class Notices {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #mailer: Mailer | undefined;
  /** Until when (monotonic milliseconds) nothing is mailed after one in doubt, and for how long that was. */
  #doubt = { until: 0, pauseMs: 0 };

  constructor(deps: { store: Store; ledger: Ledger; clock: Clock; log: Logger; mailer?: Mailer | undefined }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#mailer = deps.mailer;
  }

  /** One round, unless an instance had one a short while ago. */
  async round(): Promise<void> {
    if (!(await this.#store.due.takeNamed(LEASE, this.#ledger.writer, LEASE_MS))) return;
    await this.say();
    await this.mail();
    await this.#store.expiries.forget(this.#clock.now() - KEPT_MS);
  }

  /** Says what was not said yet. Any number of instances may do so at the same time. */
  async say(): Promise<void> {
    for (const notice of await this.#store.expiries.unsaid(this.#clock.now(), AT_ONCE)) await this.#sayOne(notice);
  }

  /**
   * Mails what was said since the last mail and still stands, at most once a day. A mail that fails is tried again in
   * the next round, one that may have been taken after a pause that grows; nobody waits for it.
   */
  async mail(): Promise<void> {
    if (!this.#mailer) return;
    const now = this.#clock.now();
    if (this.#clock.monotonic() < this.#doubt.until) return;
    const last = await this.#store.expiries.lastMailAt();
    // A last mail that lies in the future was sent before the clock was put back.
    if (last !== undefined && last <= now && now - last < MAIL_EVERY_MS - MAIL_SLACK_MS) return;
    const waiting = await this.#store.expiries.unmailed(now, AT_ONCE);
    if (waiting.length === 0) return;
    try {
      const mail = digestOf(
        waiting.map(one => judged(one, now)),
        last,
      );
      const refused = await this.#mailer.send(mail);
      if (refused.length > 0) this.#log.warn({ refused }, 'the mail server refused the mail for some of its addresses');
    } catch (error) {
      const pauseMs = error instanceof MailInDoubt ? this.#pause() : 0;
      const next = pauseMs === 0 ? 'the next round tries again' : `tried again in ${pauseMs / 60_000} minutes`;
      this.#log.warn({ err: error }, `the mail about what ends could not be sent; ${next}`);
      return;
    }
    this.#doubt = { until: 0, pauseMs: 0 };
    await this.#store.expiries.noteMailed(waiting, now);
  }

  #pause(): number {
    const pauseMs = Math.min(Math.max(2 * this.#doubt.pauseMs, SHORTEST_DOUBT_MS), LONGEST_DOUBT_MS);
    this.#doubt = { until: this.#clock.monotonic() + pauseMs, pauseMs };
    return pauseMs;
  }

  async #sayOne(notice: Notice): Promise<void> {
    const { expiring, threshold } = notice;
    const now = this.#clock.now();
    const { kind, id, credential, account, consumer, endsAt } = expiring;
    const about = {
      ...(credential === undefined ? {} : { credential }),
      ...(account === undefined ? {} : { account }),
    };
    const entry = {
      ...{ action: 'expiry.notice', ...about, subject: consumer ?? id },
      ...{ code: `${kind}_within_${threshold}_days`, expires_at: endsAt },
    };
    try {
      await this.#ledger.write({}, async tx => {
        if (!(await tx.expiries.noteSaid(notice, now))) throw new SaidBefore();
        return { result: undefined, touched: [], entry };
      });
    } catch (error) {
      if (error instanceof SaidBefore) return;
      throw error;
    }
    this.#tell(judged(expiring, now), threshold);
  }

  /** In the log an account has no name: it may be a mailbox address. */
  #tell(expiry: Expiry, threshold: number): void {
    const { kind, id, credential, consumer, endsAt, daysLeft, estimated } = expiry;
    const about = { kind, id, credential, consumer, expires_at: dayOf(expiry), days_left: daysLeft, threshold };
    const text = `${titleOf(expiry, 'no accounts')} ${endsAt > this.#clock.now() ? 'ends' : 'ended'} on ${dayOf(expiry)}`;
    this.#log.warn({ ...about, ...(estimated ? { estimated } : {}) }, text);
  }
}

/** Another instance was quicker; nothing is written. */
class SaidBefore extends Error {}

function dayOf({ endsAt }: Expiring): string {
  return new Date(endsAt).toISOString().slice(0, 10);
}
