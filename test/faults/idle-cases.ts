import type { Test } from 'tap';
import { begin, comeBack } from '../http/consenting.js';
import { type Fleet, MAIL } from './fleet.js';

/** What one instance learns of a consent that the other one saw, at once. */
export function idleCases(t: Test, fleet: Fleet): void {
  const { instances, admins, draw, connect, rotating } = fleet;
  for (const [here, there] of [
    [0, 1],
    [1, 0],
  ] as const) {
    t.test(`a consent finished on instance ${here} is drawn on instance ${there}, which refused before`, async t => {
      rotating.lifetime = 3_600;
      const account = `idle${here}`;
      await admins[here]?.must('POST', `${MAIL}/connect-links`, { account });
      for (let again = 0; again < 2; again++) t.equal(await draw(there, account), 'not_connected', 'nothing yet');
      await connect(account, here);
      t.equal(await draw(there, account), 'ok', 'first on the idle one');
      t.equal(await draw(here, account), 'ok');
      await admins[here]?.must('DELETE', `${MAIL}/accounts/${account}`);
      t.equal(await draw(there, account), 'not_found', 'the account has gone, for the idle one too');
    });

    t.test(
      `the account default, disconnected on instance ${here}, has to consent anew on instance ${there}`,
      async t => {
        await connect('default', here);
        t.equal(await draw(there, 'default'), 'ok');
        t.equal(await draw(there, 'default'), 'ok', 'from memory');
        await admins[here]?.must('DELETE', `${MAIL}/accounts/default`);
        t.equal(await draw(there, 'default'), 'not_connected');
        await connect('default', here);
        t.equal(await draw(there, 'default'), 'ok', 'and works again at once');
      },
    );
  }

  t.test('a consent begun on one instance comes back to the other', async t => {
    const { json } = (await admins[0]?.must('POST', `${MAIL}/connect-links`, { account: 'wanders' })) ?? {};
    const begun = await begin(instances[0]?.url ?? '', json.url);
    t.equal(await comeBack(instances[1]?.url ?? '', begun, 'code=wanders'), 303);
    t.equal(await draw(0, 'wanders'), 'ok');
    t.equal(await comeBack(instances[0]?.url ?? '', begun, 'code=wanders'), 303, 'once more changes nothing');
    t.equal(await draw(1, 'wanders'), 'ok');
  });
}
