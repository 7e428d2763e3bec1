import { type Answer, half, hang, json, reset, respond } from '../scripted-provider.js';
import { VENDOR_ERRORS } from './vendor-errors.js';

/** What is asked at the token endpoint, and the revocation endpoint. */
export const OCCASIONS = ['code', 'refresh', 'client_credentials', 'revocation'] as const;
export type Occasion = (typeof OCCASIONS)[number];

/** What an endpoint would answer. */
export interface Outcome {
  status: number;
  body: Record<string, unknown>;
  /** For the log. */
  said: string;
}

export interface Fault {
  /** What is seen, for people. */
  says: string;
  /** The request is carried out, so that a refresh token is used up; what is wrong is the answer alone. */
  carriedOut: boolean;
  /** Where it happens when nothing is said; every answer of the token endpoint otherwise. */
  only?: Occasion;
  /** `retryAfter` in seconds. */
  answer: (outcome: Outcome, circumstances: { retryAfter: number; now: Date }) => Answer;
}

const PAGE = '<!doctype html><title>Sign in</title><p>Sign in to the network to go on.';
const HTML = { 'content-type': 'text/html; charset=utf-8' };
const BUSY = { error: 'temporarily_unavailable', error_description: 'Too many requests.' };

/** An answer as it is. */
export function plain({ status, body }: Outcome): Answer {
  return json(status, body, { 'cache-control': 'no-store' });
}

const lost = (says: string, answer: Fault['answer']): Fault => ({ says, carriedOut: true, answer });
const refused = (says: string, answer: Fault['answer']): Fault => ({ says, carriedOut: false, answer });

/** Everything that can go wrong here, by name. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ['hang', lost('carried out, and no answer ever', () => hang())],
  ['reset', lost('carried out, and the connection is broken (RST)', () => reset())],
  ['half', lost('carried out, and half of the answer', ({ body }) => half(body))],
  ['502', lost('carried out, and 502 of a proxy', () => respond(502, '<h1>Bad Gateway</h1>', HTML))],
  ['504', lost('carried out, and 504 of a proxy', () => respond(504, '<h1>Gateway Timeout</h1>', HTML))],
  ['other-account', { ...lost('the tokens of another account', plain), only: 'refresh' }],
  ['429', refused('429, Retry-After in seconds', (_, { retryAfter }) => throttled(String(retryAfter)))],
  [
    '429-date',
    refused('429, Retry-After as a date', (_, { retryAfter, now }) =>
      throttled(new Date(now.getTime() + retryAfter * 1_000).toUTCString()),
    ),
  ],
  ['500', refused('500, server_error', () => json(500, { error: 'server_error' }))],
  ['503', refused('503, temporarily_unavailable', () => json(503, { error: 'temporarily_unavailable' }))],
  ['html', refused('200 with a web page', () => respond(200, PAGE, HTML))],
  ...[...VENDOR_ERRORS].map(([name, { status, says, body }]): [string, Fault] => [
    name,
    refused(`${status}, ${says}`, (_, { now }) => json(status, body(now), { 'cache-control': 'no-store' })),
  ]),
]);

function throttled(retryAfter: string): Answer {
  return json(429, BUSY, { 'retry-after': retryAfter });
}
