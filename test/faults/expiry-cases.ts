import type { Test } from 'tap';
import { type Fleet, MAIL } from './fleet.js';

/** Seconds. Long enough for everybody's draw in one round, on a busy machine too. */
const LIFETIME = 6;
/** One after the other, so that a round need not wait for the end of the token that the last one brought. */
const ACCOUNTS = 40;

export interface Crowd {
  callers: number;
  rounds: number;
}

interface Seen {
  calls: number;
  most: number;
  refused: number;
  others: number;
  tokens: number;
}

/** Draws at once from every instance when the account's token has ended. */
async function round({ fleet, name, ends }: Expiring, which: number, callers: number): Promise<Omit<Seen, 'most'>> {
  const { rotating, provider, admins } = fleet;
  const account = `${name}${which % ends.length}`;
  await new Promise(resolve => setTimeout(resolve, (ends[which % ends.length] ?? 0) - Date.now()));
  const before = { calls: provider.requests.length, refused: rotating.refusals };
  const query = `?account=${account}&min_ttl=0`;
  const draws = admins.flatMap(admin => Array.from({ length: callers }, () => admin.draw('mail', query)));
  const answers = await Promise.all(draws);
  ends[which % ends.length] = Date.now() + LIFETIME * 1_000;
  return {
    calls: provider.requests.length - before.calls,
    refused: rotating.refusals - before.refused,
    others: answers.filter(({ status }) => status !== 200).length,
    tokens: new Set(answers.flatMap(({ status, json }) => (status === 200 ? [json.access_token] : []))).size,
  };
}

async function rounds(expiring: Expiring, { rounds, callers }: Crowd): Promise<Seen> {
  const sum: Seen = { calls: 0, most: 0, refused: 0, others: 0, tokens: 0 };
  for (let which = 0; which < rounds; which++) {
    const one = await round(expiring, which, callers);
    sum.calls += one.calls;
    sum.most = Math.max(sum.most, one.calls);
    sum.refused += one.refused;
    sum.others += one.others;
    sum.tokens += one.tokens;
  }
  return sum;
}

/** How many of the accounts need their owner. */
async function lost({ fleet, name }: Expiring): Promise<number> {
  const { json } = (await fleet.admins[0]?.must('GET', `${MAIL}/accounts?limit=100`)) ?? { json: { items: [] } };
  const mine = json.items.filter(({ account }: { account: string }) => account.startsWith(name));
  return mine.filter(({ state }: { state: string }) => state === 'needs_user').length;
}

/** Accounts of a fleet whose names begin so, and when the token of each has ended (epoch milliseconds). */
interface Expiring {
  fleet: Fleet;
  name: string;
  ends: number[];
}

async function expiring(fleet: Fleet, name: string, { rounds }: Crowd): Promise<Expiring> {
  const ends: number[] = [];
  fleet.rotating.lifetime = 1;
  while (ends.length < Math.min(ACCOUNTS, rounds)) {
    await fleet.connect(`${name}${ends.length}`, ends.length % fleet.instances.length);
    ends.push(Date.now() + 1_000);
  }
  fleet.rotating.lifetime = LIFETIME;
  return { fleet, name, ends };
}

/** F9 with processes: N instances × M callers at the end of a token (strict rotation). */
export function expiryCases(t: Test, fleet: Fleet, crowd: Crowd): void {
  t.test('F9: whoever draws on whichever instance when a token ends, the provider is called once', async t => {
    const world = await expiring(fleet, 'many', crowd);
    const seen = { ...(await rounds(world, crowd)), lost: await lost(world) };
    t.comment(JSON.stringify({ instances: fleet.instances.length, ...crowd, ...seen }));
    t.strictSame(
      seen,
      { calls: crowd.rounds, most: 1, refused: 0, others: 0, tokens: crowd.rounds, lost: 0 },
      'one call and one token in each round, nobody refused, no grant lost',
    );
  });
}

const MOST_TIMES = 20;

/** What the same rounds see without leases. The fleet is good for nothing afterwards. */
export function leaselessCases(t: Test, fleet: Fleet, crowd: Crowd): void {
  t.test('without leases the same rounds see several calls, and a strict provider ends grants', async t => {
    const world = await expiring(fleet, 'bare', crowd);
    for (const instance of fleet.instances) instance.without('leases');
    const seen = { times: 0, calls: 0, most: 0, refused: 0, lost: 0 };
    // Two calls in one round are a race, which a busy machine may lose several times over.
    while (seen.lost === 0 && seen.times < MOST_TIMES) {
      const { calls, most, refused } = await rounds(world, crowd);
      seen.times += 1;
      seen.calls += calls;
      seen.most = Math.max(seen.most, most);
      seen.refused += refused;
      seen.lost = await lost(world);
    }
    t.comment(`without leases: ${JSON.stringify({ instances: fleet.instances.length, ...crowd, ...seen })}`);
    t.ok(seen.most > 1, 'several calls in one round');
    t.ok(seen.refused > 0, 'the provider saw a used refresh token');
    t.ok(seen.lost > 0, 'and accounts need their owner');
  });
}
