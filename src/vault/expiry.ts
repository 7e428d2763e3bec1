import { invalid } from './errors.js';
import { actionOf } from './expiry-words.js';
import { providerOf, type Whereabouts } from './presets/catalog.js';

/** What ends by itself and takes draws, or a way to them, down with it. In the order in which equal dates are listed. */
export const EXPIRY_KINDS = ['certificate', 'client_secret', 'connect_link', 'consumer_key', 'refresh_token'] as const;
export type ExpiryKind = (typeof EXPIRY_KINDS)[number];

/** Days before an end at which it is said, each once. */
export const THRESHOLDS = [1, 7, 14, 30, 60] as const;
export type Threshold = (typeof THRESHOLDS)[number];

/** How much it presses: `none` where nobody must act. */
export const SEVERITIES = ['none', 'notice', 'warning', 'critical', 'expired'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const DAY_MS = 86_400_000;
/** Days within which somebody should act. */
export const WARNING_DAYS = 30;
const CRITICAL_DAYS = 7;
/** What has ended is listed for so long where nothing says that it is still in use. */
export const KEPT_DAYS = 30;
const REMINDER_DAYS = 365;

/** Something with an end, as the store finds it. Times in epoch milliseconds; never a secret. */
export interface Expiring {
  kind: ExpiryKind;
  /** Of the client auth, grant, key or link. */
  id: string;
  credential: string | undefined;
  account: string | undefined;
  consumer: string | undefined;
  endsAt: number;
  /** Since when it lives. */
  beganAt: number;
  /** The date is not given by anybody: it is our guess. */
  estimated: boolean;
  /** A person has disabled what it belongs to. */
  disabled: boolean;
  /** Nothing depends on it: a client auth that is not the active one, a key beside one that lives longer. */
  spare: boolean;
  /** Tokenwell itself sees to it that it does not end. */
  renewed: boolean;
  /** Of its credential; undefined for a key. */
  whereabouts: Whereabouts | undefined;
}

/** The same, judged at a moment. */
export interface Expiry extends Expiring {
  /** Whole days; below zero once it has ended. */
  daysLeft: number;
  severity: Severity;
  /** Who must act; undefined for nobody. */
  class: 'needs_user' | 'needs_operator' | undefined;
  /** What to do, in a sentence with the command. */
  action: string;
}

/** What a client proves itself with, as far as its end depends on it. */
interface Proof {
  method: string;
  secretExpiresAt: number | undefined;
  certificate: { notAfter: number } | undefined;
}

/**
 * When a proof ends that was stored at `since`: by its certificate or its operator's word, else a reminder a year later
 * where its provider ends secrets, or is not known. Undefined where it does not end.
 */
export function endOfProof(
  proof: Proof,
  tokenUrl: string,
  since: number,
): { at: number; estimated: boolean } | undefined {
  const { method, secretExpiresAt, certificate } = proof;
  if (method === 'none') return undefined;
  if (method === 'private_key_jwt') return certificate && { at: certificate.notAfter, estimated: false };
  if (secretExpiresAt !== undefined) return { at: secretExpiresAt, estimated: false };
  const ends = secretMonths(placeAt(tokenUrl)) !== 0;
  return ends ? { at: since + REMINDER_DAYS * DAY_MS, estimated: true } : undefined;
}

function placeAt(tokenUrl: string): Whereabouts {
  return { preset: undefined, tenant: undefined, cloud: undefined, authorizationUrl: undefined, tokenUrl };
}

/** Months for which a secret lasts at most at its provider: 0 for no end, undefined where it is not known. */
export function secretMonths(whereabouts: Whereabouts | undefined): number | undefined {
  return whereabouts && providerOf(whereabouts)?.preset.secretMonths;
}

/** Whether somebody must act before it ends. */
export function matters({ kind, disabled, spare, renewed }: Expiring): boolean {
  return kind !== 'connect_link' && !disabled && !spare && !renewed;
}

/** What it means now: how much it presses, who must act and what to do. */
export function judged(expiring: Expiring, now: number): Expiry {
  const pressing = matters(expiring);
  const daysLeft = Math.floor((expiring.endsAt - now) / DAY_MS);
  const severity = pressing ? severityOf(expiring, now) : 'none';
  const actor = expiring.kind === 'refresh_token' ? 'needs_user' : 'needs_operator';
  return { ...expiring, daysLeft, severity, class: pressing ? actor : undefined, action: actionOf(expiring, now) };
}

/** A date that nobody gave is a reminder to give one, however long ago it was. */
function severityOf({ endsAt, estimated }: Expiring, now: number): Severity {
  const left = endsAt - now;
  if (left > WARNING_DAYS * DAY_MS) return 'notice';
  if (estimated || left > CRITICAL_DAYS * DAY_MS) return 'warning';
  return left > 0 ? 'critical' : 'expired';
}

/** The narrowest threshold that an end has crossed; undefined before the first. */
export function thresholdOf(endsAt: number, now: number): Threshold | undefined {
  return THRESHOLDS.find(days => endsAt - now <= days * DAY_MS);
}

/** Where a page of the list goes on: after this one. */
export interface ExpiryPlace {
  endsAt: number;
  kind: ExpiryKind;
  id: string;
}

const PLACE = /^(\d{1,15})\.([a-z_]+)\.([\w-]{1,64})$/;

/** What a cursor holds. */
export function placeText({ endsAt, kind, id }: ExpiryPlace): string {
  return `${endsAt}.${kind}.${id}`;
}

/** The place that such a text names. Throws `invalid_request` for any other. */
export function placeIn(text: string): ExpiryPlace {
  const [, endsAt, name, id] = PLACE.exec(text) ?? [];
  const kind = EXPIRY_KINDS.find(one => one === name);
  if (kind !== undefined && id !== undefined) return { endsAt: Number(endsAt), kind, id };
  const detail = 'cursor is the next_cursor of the page before, as it was given.';
  throw invalid([{ field: 'cursor', rule: 'cursor', detail }]);
}
