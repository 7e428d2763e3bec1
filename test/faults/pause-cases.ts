import type { Test } from 'tap';
import { type Answer, hold } from '../support/scripted-provider.js';
import type { DatabaseUnderTest } from '../vault/databases.js';
import { type Fleet, MAIL, until } from './fleet.js';

/** Seconds for which the instance that holds the lease stands still. */
export interface Pauses {
  seconds: number[];
  /** Beyond the lease of 15 seconds; in a short run its end is written into the row instead of waited for. */
  waitForLease: boolean;
}

const pause = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1_000));

/** Has instance 0 refresh the account and stops it while the provider's answer, already rotated, waits in its socket. */
async function stopWithAnswer({ admins, instances, rotating, provider }: Fleet, account: string) {
  let release = () => {};
  rotating.spoil((good: Answer) => {
    const held = hold(good);
    release = held.release;
    return held.answer;
  });
  const calls = provider.requests.length;
  const cut = admins[0]?.call('POST', `${MAIL}/accounts/${account}/refresh`);
  await provider.received(calls + 1);
  instances[0]?.signal('SIGSTOP');
  release();
  await pause(0.05);
  return { goOn: () => instances[0]?.signal('SIGCONT'), ended: cut };
}

/** F7, F8: the instance that asks is stopped and goes on later (strict rotation, two processes). */
export function pauseCases(t: Test, fleet: Fleet, database: DatabaseUnderTest, pauses: Pauses): void {
  const { rotating, admins, draw, connect } = fleet;
  const endLease = (account: string) =>
    database.server?.query(fleet.databaseUrl, 'update accounts set lease_until = 1 where account = $1', [account]);
  const account = async (name: string) => (await admins[1]?.must('GET', `${MAIL}/accounts/${name}`))?.json;

  t.test('F7: stopped for less than the lease, it takes the answer that waited for it', async t => {
    rotating.lifetime = 3_600;
    const before = rotating.refusals;
    for (const [which, seconds] of pauses.seconds.filter(s => s < 14).entries()) {
      const name = `short${which}`;
      await connect(name);
      const stopped = await stopWithAnswer(fleet, name);
      t.equal(await draw(1, name), 'ok', 'the token that is left serves meanwhile');
      await pause(seconds);
      stopped.goOn();
      t.equal((await stopped.ended)?.status, 200, `${seconds} s`);
      t.equal((await admins[1]?.call('POST', `${MAIL}/accounts/${name}/refresh`))?.status, 200);
    }
    t.equal(rotating.refusals, before, 'no used refresh token was sent');
  });

  t.test(
    'F7, F8: stopped beyond its lease, another takes over; the late answer is used and nothing is lost',
    async t => {
      rotating.lifetime = 3_600;
      const before = rotating.refusals;
      for (const [which, seconds] of pauses.seconds.filter(s => s >= 14).entries()) {
        const name = `long${which}`;
        await connect(name);
        const stopped = await stopWithAnswer(fleet, name);
        if (pauses.waitForLease) await pause(seconds);
        else await endLease(name);
        const over = await admins[1]?.call('POST', `${MAIL}/accounts/${name}/refresh`);
        t.match(
          over?.json,
          { code: 'provider_unavailable', class: 'in_doubt' },
          'the other one does not send it again',
        );
        t.equal(await draw(1, name), 'ok', 'and the token that is left serves');
        stopped.goOn();
        t.equal((await stopped.ended)?.json.code, 'conflict', 'whoever asked is told to ask again');
        t.equal(
          (await admins[1]?.call('POST', `${MAIL}/accounts/${name}/refresh`))?.status,
          200,
          'on the other one too',
        );
        t.match(await account(name), { state: 'connected', finding: null });
      }
      t.equal(rotating.refusals, before, 'no used refresh token was sent');
    },
  );

  t.test('F7: stopped when no token is left, the other one asks; what that ends is named', async t => {
    rotating.lifetime = 1;
    await connect('ended');
    const stopped = await stopWithAnswer(fleet, 'ended');
    await pause(1);
    if (pauses.waitForLease) await pause(16);
    else await endLease('ended');
    await until('the draw on the other instance ends', async () => (await draw(1, 'ended')) === 'not_connected');
    t.match(await account('ended'), { state: 'needs_user', finding: { reason: 'rotation_lost' } });
    stopped.goOn();
    await stopped.ended;
    rotating.lifetime = 3_600;
    t.not(await draw(0, 'ended'), 'ok', 'the provider has ended it');
    await connect('ended');
    await admins[0]?.must('POST', `${MAIL}/accounts/ended/candidate/accept`);
    t.equal(await draw(0, 'ended'), 'ok', 'a new consent is the way back');
  });
}
