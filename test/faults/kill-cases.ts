import type { Test } from 'tap';
import type { Step } from '../../src/vault/steps.js';
import { begin, comeBack, consent } from '../http/consenting.js';
import type { Rotation } from '../support/rotation.js';
import type { DatabaseUnderTest } from '../vault/databases.js';
import { MAIL } from './fleet.js';
import { Mortal } from './mortal.js';

const REFRESH = ['refresh.leased', 'refresh.intended', 'refresh.answered', 'refresh.stored'] as const satisfies Step[];
const CONSENT = ['consent.claimed', 'consent.answered', 'consent.stored'] as const satisfies Step[];
/** Seconds; a strict provider is asked again when the access token that is left has ended. */
const LIFETIME = 1;
const ACCOUNT = `${MAIL}/accounts/default`;

let consents = 0;

/** A grant of its own at the provider for each consent, as every provider gives one. */
function newCode(): string {
  consents += 1;
  return `code=grant${consents}`;
}

async function newLink({ admin }: Mortal): Promise<string> {
  return (await admin.must('POST', `${MAIL}/connect-links`, {})).json.url;
}

/** A person's consent; where it waits beside an earlier grant, an operator accepts it. */
async function connect(mortal: Mortal): Promise<void> {
  await consent(mortal.url, await newLink(mortal), newCode());
  await accept(mortal);
}

async function accept({ admin }: Mortal): Promise<void> {
  const { candidate } = (await admin.must('GET', ACCOUNT)).json;
  if (candidate) await admin.must('POST', `${ACCOUNT}/candidate/accept`);
}

/**
 * Asks the provider until it gives a token or refuses for good. One that is in doubt rests until the token that is left
 * has ended; asking by hand is limited, so there is a pause between two times. Answers `ok` or the reason.
 */
async function settled({ admin }: Mortal): Promise<string> {
  for (;;) {
    const { status, json } = await admin.call('POST', `${ACCOUNT}/refresh`);
    if (status === 200) return (await admin.draw('mail')).status === 200 ? 'ok' : 'no token';
    if (json.code !== 'provider_unavailable' && json.code !== 'rate_limited') {
      return (await admin.must('GET', ACCOUNT)).json.finding?.reason ?? json.code;
    }
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}

/** kill -9 at every step of a refresh, against a provider of each kind (F1–F5). */
export function refreshKillCases(t: Test, database: DatabaseUnderTest, kind: Rotation, rounds: number): void {
  t.test(`F1-F5: killed at each step of a refresh, ${kind} rotation, ${database.name}`, async t => {
    const mortal = await Mortal.start(t, database, kind, LIFETIME);
    await connect(mortal);
    const lost: string[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const step of REFRESH) {
        await mortal.killAt(step, () => mortal.admin.call('POST', `${ACCOUNT}/refresh`));
        const end = await settled(mortal);
        const mayBeLost = kind === 'strict' && step === 'refresh.answered';
        t.equal(end, mayBeLost ? 'rotation_lost' : 'ok', step);
        if (end === 'ok') continue;
        lost.push(`${step}: ${end}`);
        await connect(mortal);
      }
    }
    await mortal.instance?.end();
    const { refreshes } = mortal.rotating;
    const kills = rounds * REFRESH.length;
    t.comment(JSON.stringify({ database: database.name, kind, rotations: refreshes, kills, lost: summed(lost) }));
  });
}

function summed(all: string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of all) sums[one] = (sums[one] ?? 0) + 1;
  return sums;
}

/**
 * kill -9 at every step of a consent: of a first one, and of one that would replace a working grant (again). Cut off
 * before it was stored, it has changed nothing, and its link begins another one.
 */
export function consentKillCases(t: Test, database: DatabaseUnderTest, kind: Rotation, rounds: number): void {
  t.test(`killed at each step of a consent, ${kind} rotation, ${database.name}`, async t => {
    const mortal = await Mortal.start(t, database, kind, 3_600);
    let kills = 0;
    for (let round = 0; round < rounds; round++) {
      for (const again of round % 2 === 0 && rounds > 1 ? [false, true] : [false]) {
        for (const step of CONSENT) {
          if (again) await connect(mortal);
          await killConsent(t, mortal, step, again);
          kills += 1;
          await mortal.admin.must('DELETE', ACCOUNT);
        }
      }
    }
    await mortal.instance?.end();
    t.comment(JSON.stringify({ database: database.name, kind, 'kills within a consent': kills, lost: 0 }));
  });
}

async function killConsent(t: Test, mortal: Mortal, step: Step, again: boolean): Promise<void> {
  const name = `${step}${again ? ' beside a working grant' : ''}`;
  const link = await newLink(mortal);
  const begun = await begin(mortal.url, link);
  const says = newCode();
  await mortal.killAt(step, () => comeBack(mortal.url, begun, says));
  const stored = step === 'consent.stored';
  const { json } = await mortal.admin.must('GET', ACCOUNT);
  t.equal(json.state, again || stored ? 'connected' : 'pending', `${name}: the account is what it was, or connected`);
  t.equal(Boolean(json.grant), again || stored, `${name}: there is a whole grant, or none`);
  t.equal(Boolean(json.candidate), again && stored, `${name}: what must wait waits`);
  const { status } = await mortal.admin.draw('mail', '?min_ttl=0');
  t.equal(status, again || stored ? 200 : 409, `${name}: draws`);
  const calls = mortal.provider.requests.length;
  await comeBack(mortal.url, begun, says);
  t.equal(mortal.provider.requests.length, calls, `${name}: the same callback exchanges nothing again`);
  t.equal((await begin(mortal.url, link)).status === 303, !stored, `${name}: the link begins another one, or is spent`);
  if (!stored) await consent(mortal.url, link, newCode());
  await accept(mortal);
  t.equal((await mortal.admin.draw('mail', '?min_ttl=0')).status, 200, `${name}: by the same link it ends well`);
  t.equal((await mortal.admin.call('POST', `${ACCOUNT}/refresh`)).status, 200, `${name}: and is refreshed`);
}
