import type { Test } from 'tap';
import { classifyAnswer } from '../../src/oauth/classify.js';
import { createScrub } from '../../src/oauth/scrubber.js';
import { meaningOf } from '../../src/vault/callback.js';
import type { ClientAuthMethod } from '../../src/vault/ports.js';
import { consentWorld } from '../consent/world.js';
import { json } from '../support/scripted-provider.js';
import { problem, world } from '../vault/world.js';
import { AADSTS, ERRORS } from './codes.js';
import { NUMBERED } from './row-cases.js';

const HOUR = 3_600_000;
const STATUSES = [400, 401, 403, 429, 500];
const METHODS: readonly ClientAuthMethod[] = ['client_secret_post', 'private_key_jwt', 'none'];

function answerOf(status: number, body: Record<string, unknown>) {
  return { status, json: body, body: 'json' as const, refreshToken: undefined, retryAfter: null, date: null };
}

/** The state of `mail/default`, and what was decided of a draw, without its words. */
async function decided({ vault, draw }: Awaited<ReturnType<typeof world>>) {
  const { code, details } = await problem(draw());
  const account = await vault.store.reads.accounts.find('mail', 'default');
  const { state, finding, nextTryAt } = account ?? {};
  return {
    code,
    class: details.class,
    retryAfter: details.retryAfter,
    state,
    reason: finding?.reason,
    waits: nextTryAt !== undefined,
  };
}

/** One code of each row of the catalogue: within a row all are alike. */
function oneOfEach(): string[] {
  return AADSTS.filter((_, at) => at % 4 === 0).map(code => `AADSTS${code}`);
}

/** Numbers choose words. Whoever decides by them breaks when a provider changes them. */
export function decisionCases(t: Test): void {
  t.test('any code beside the same error and status gives the same class, reason and pause', async t => {
    const at = { scrub: createScrub('client', []), now: 0, known: { host: 'idp.example' }, attended: true };
    for (const method of METHODS) {
      for (const status of STATUSES) {
        for (const error of [...ERRORS, 'never_heard_of']) {
          const plain = classifyAnswer(answerOf(status, { error }), { ...at, method });
          const other = NUMBERED.filter(code => {
            const body = { error, error_description: `${code}: x`, error_codes: [Number(code.slice(6))] };
            const told = classifyAnswer(answerOf(status, body), { ...at, method });
            const same = told?.class === plain?.class && told?.reason === plain?.reason && told?.sent === plain?.sent;
            return !same || told?.retryAfterMs !== plain?.retryAfterMs;
          });
          t.strictSame(other, [], `${method} ${status} ${error}`);
        }
      }
    }
  });

  t.test('a clock that was measured says more than the code, and another code more than the clock', async t => {
    const at = { scrub: createScrub('client', []), now: 600_000, known: { host: 'idp.example' }, attended: true };
    const judge = (code: string) => {
      const body = { error: 'invalid_client', error_description: `${code}: x` };
      const answer = { ...answerOf(401, body), date: 'Thu, 01 Jan 1970 00:00:00 GMT' };
      return classifyAnswer(answer, { ...at, method: 'private_key_jwt' });
    };
    t.match(judge('AADSTS700024'), { reason: 'clock_skew', message: /the clock here is 10 min ahead of its own/ });
    t.match(judge('AADSTS700027'), { reason: 'clock_skew', message: /does not know the certificate/ });
  });

  t.test('an application’s account and the answer to its draw are the same with any code', async t => {
    const made = await world(t);
    for (const [status, error] of [
      [401, 'invalid_client'],
      [400, 'invalid_grant'],
      [400, 'invalid_scope'],
      [503, 'server_error'],
    ] as const) {
      const ends = new Set<string>();
      for (const code of ['', ...oneOfEach()]) {
        made.clock.advance(HOUR);
        await made.vault.store.transaction(tx => tx.accounts.retry('mail'));
        made.provider.next(json(status, { error, error_description: `${code}: x` }));
        ends.add(JSON.stringify({ ...(await decided(made)), retryAfter: undefined }));
      }
      t.equal(ends.size, 1, `${error}: ${[...ends].join(' ')}`);
    }
  });

  t.test('a person’s account and the answer to its draw are the same with any code', async t => {
    const made = await consentWorld(t);
    for (const error of ['invalid_grant', 'consent_required']) {
      const ends = new Set<string>();
      for (const code of ['', ...oneOfEach()]) {
        await made.connect();
        made.clock.advance(2 * HOUR);
        made.provider.next(json(400, { error, error_description: `${code}: x` }));
        ends.add(JSON.stringify(await decided(made)));
      }
      t.equal(ends.size, 1, `${error}: ${[...ends].join(' ')}`);
    }
  });

  t.test('how a consent ends is the same with any code', async t => {
    for (const error of ['access_denied', 'consent_required', 'invalid_request', 'server_error', 'never_heard_of']) {
      const plain = meaningOf(error);
      for (const code of NUMBERED) {
        const told = meaningOf(error, { error, codes: [code] });
        t.match(told, { code: plain.code, class: plain.class }, `${error} ${code}`);
        t.not(told.message, plain.message, `${error} ${code}: its words are told`);
      }
    }
  });
}
