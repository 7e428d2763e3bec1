import type { Test } from 'tap';
import { consentWorld } from '../consent/world.js';
import { type Rotation, rotate } from '../support/rotation.js';
import { type Answer, half, json, reset, respond } from '../support/scripted-provider.js';
import { outcome } from '../support/vault.js';

const HOUR = 3_600_000;

/** What can happen to one refresh, how often, and whether the provider has rotated although nobody sees the answer. */
const FAULTS: Record<string, { share: number; lost?: true; answer?: Answer; spoil?: (good: Answer) => Answer }> = {
  'a connection that breaks after the rotation': { share: 2, lost: true, spoil: after(reset()) },
  'half an answer': { share: 2, lost: true, spoil: after(half({ access_token: 'a', refresh_token: 'b'.repeat(50) })) },
  'a proxy’s 502 in the place of the answer': { share: 1, lost: true, spoil: after(respond(502, '<html>bad gateway')) },
  '429 with Retry-After': { share: 2, answer: json(429, { error: 'slow_down' }, { 'retry-after': '30' }) },
  'a 503 before anything was done': { share: 2, answer: json(503, { error: 'temporarily_unavailable' }) },
  'an answer as it should be': { share: 9 },
};

/** The provider does what it does, and this is seen of it. */
function after(seen: Answer): (good: Answer) => Answer {
  return () => seen;
}

/** A small generator with a seed, so that a failing run can be repeated (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick(random: number): [string, (typeof FAULTS)[string]] {
  const all = Object.entries(FAULTS);
  let left = random * all.reduce((sum, [, { share }]) => sum + share, 0);
  for (const one of all) {
    left -= one[1].share;
    if (left < 0) return one;
  }
  throw new Error('the dice fell beside the table');
}

/** F6, F25, F26: answers that are lost, cut or refused on their way, one after the other by a seeded dice. */
export function lostAnswerCases(t: Test, kind: Rotation, count: number, seed: number): void {
  t.test(`F6: ${count} refreshes with lost answers, ${kind} rotation, seed ${seed}`, async t => {
    const random = dice(seed);
    const input = { refreshPolicy: kind, ...(kind === 'grace' ? { graceSeconds: 600 } : {}), scope: 'mail.read' };
    const { provider, clock, draw, vault, link, begin, back } = await consentWorld(t, { input });
    const rotating = rotate(provider, kind, 3_600);
    const sums = { refreshes: 0, 'answers lost': 0, 'grants lost': 0, consents: 0 };
    const state = () => vault.store.reads.accounts.find('mail', 'default');
    const connect = async () => {
      sums.consents += 1;
      await back(await begin(await link()), { code: `grant${sums.consents}` });
      const { grant } = { grant: await vault.store.reads.grants.find('mail', 'default', 'candidate') };
      if (grant) await vault.vault.accounts.accept(await vault.admin(), 'mail', 'default');
    };
    await connect();
    for (let which = 0; which < count; which++) {
      clock.advance(HOUR);
      const [name, { lost, answer, spoil }] = pick(random());
      if (answer) provider.next(answer);
      if (spoil) rotating.spoil(spoil);
      if (lost) sums['answers lost'] += 1;
      const first = await outcome(draw());
      for (let again = 0; again < 20 && (await outcome(draw())) === 'provider_unavailable'; again++)
        clock.advance(61_000);
      const account = await state();
      const mayBeLost = lost === true && kind === 'strict';
      const end = account?.state === 'connected' ? 'ok' : account?.finding?.reason;
      sums.refreshes += 1;
      if (end !== (mayBeLost ? 'rotation_lost' : 'ok')) t.fail(`refresh ${which}, ${name}: ${first}, then ${end}`);
      if (end === 'ok') continue;
      sums['grants lost'] += 1;
      await connect();
    }
    t.comment(JSON.stringify({ kind, seed, ...sums }));
    t.equal(
      sums['grants lost'],
      kind === 'strict' ? sums['answers lost'] : 0,
      'lost where no retry is allowed, each named',
    );
    t.equal(rotating.refusals, sums['grants lost'], 'nothing else sent a used refresh token');
    t.ok(sums['answers lost'] > 0);
  });
}
