import type { Test } from 'tap';
import { openOffline } from '../../src/app.js';
import type { ConsumerInput } from '../../src/vault/consumers.js';
import { TestClock } from '../support/clock.js';
import { Failpoint } from '../support/failpoints.js';
import { token as gives, hold, ScriptedProvider } from '../support/scripted-provider.js';
import { credentialInput, outcome, startVault, whole } from '../support/vault.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';
import type { DatabaseUnderTest } from '../vault/databases.js';

/** What ends the right of a workload's token on any instance. */
export function revocationCases(t: Test, database: DatabaseUnderTest): void {
  const world = async (t: Test, failpoints?: Failpoint) => {
    const clock = new TestClock();
    const issuer = await WorkloadIssuer.start(t, clock);
    const provider = await ScriptedProvider.start();
    t.teardown(() => provider.close());
    const env = await database.env();
    const overrides = { clock, ...(failpoints ? { failpoints: failpoints.reach } : {}) };
    const one = await startVault(t, { env, overrides });
    const admin = await one.admin();
    await one.vault.credentials.create(admin, 'mail', credentialInput(provider.url()));
    const trust = { issuer: issuer.url, audience: 'tokenwell', subject: 'system:serviceaccount:mail:*' };
    const robot: ConsumerInput = { description: undefined, role: 'service', disabled: false, trust };
    await one.vault.consumers.create(admin, 'robot', robot);
    await one.vault.consumers.replacePermissions(admin, 'robot', [whole('mail')]);
    const change = (more: Partial<ConsumerInput>) => one.vault.consumers.replace(admin, 'robot', { ...robot, ...more });
    const draw = async (token: string, at = one) => await outcome(at.draw(token, 'mail'));
    return { clock, issuer, provider, env, one, admin, trust, robot, change, draw };
  };

  /** Each ends it, and what gives it back. */
  const ENDS: readonly [what: string, end: Partial<ConsumerInput>][] = [
    ['trust that is taken away', { trust: undefined }],
    ['another subject', { trust: { issuer: '', audience: 'tokenwell', subject: 'system:serviceaccount:other:*' } }],
    ['another audience', { trust: { issuer: '', audience: 'elsewhere', subject: 'system:serviceaccount:mail:*' } }],
    ['a consumer that is disabled', { disabled: true }],
  ];

  t.test('trust that is taken away or changed ends with the answer, although memory knows the token', async t => {
    const { issuer, change, draw, trust } = await world(t);
    const token = await issuer.token();
    for (const [what, end] of ENDS) {
      t.equal(await draw(token), 'ok');
      t.equal(await draw(token), 'ok', 'from memory');
      await change({ ...end, ...(end.trust ? { trust: { ...end.trust, issuer: trust.issuer } } : {}) });
      t.equal(await draw(token), 'unauthenticated', what);
      t.equal(await draw(token), 'unauthenticated', `${what}: and the next one`);
      await change({});
    }
    t.equal(await draw(token), 'ok', 'given back');
  });

  t.test('a consumer that is deleted, and a permission that is withdrawn', async t => {
    const { issuer, one, admin, draw } = await world(t);
    const token = await issuer.token();
    t.equal(await draw(token), 'ok');
    await one.vault.consumers.replacePermissions(admin, 'robot', []);
    t.equal(await draw(token), 'not_found');
    await one.vault.consumers.replacePermissions(admin, 'robot', [whole('mail')]);
    t.equal(await draw(token), 'ok');
    await one.vault.consumers.remove(admin, 'robot');
    t.equal(await draw(token), 'unauthenticated');
  });

  t.test('D13: trust that is taken away while the draw waits for the provider gives no token', async t => {
    const { issuer, provider, change, draw } = await world(t);
    const held = hold(gives('late'));
    provider.next(held.answer);
    const waiting = draw(await issuer.token());
    await provider.received(1);
    await change({ trust: undefined });
    held.release();
    t.equal(await waiting, 'unauthenticated');
  });

  t.test('a trust that moves to another consumer meanwhile does not make the draw that one’s', async t => {
    const { issuer, provider, one, admin, robot, change, draw } = await world(t);
    const held = hold(gives('late'));
    provider.next(held.answer);
    const waiting = draw(await issuer.token());
    await provider.received(1);
    await change({ trust: undefined });
    await one.vault.consumers.create(admin, 'heir', robot);
    await one.vault.consumers.replacePermissions(admin, 'heir', [whole('mail')]);
    held.release();
    t.equal(await waiting, 'unauthenticated');
    t.equal(await draw(await issuer.token()), 'ok', 'the next one is the heir’s');
  });

  t.test('what was read before a change is not kept after it', async t => {
    const point = new Failpoint('caller.read');
    const { issuer, one, change, draw } = await world(t, point);
    const other = await one.consumer('other', [whole('mail')]);
    t.equal(await draw(other.key), 'ok', 'memory knows another consumer');
    const token = await issuer.token();
    const arrived = point.arm();
    const first = outcome(one.draw(token, 'nothing'));
    await arrived;
    await change({ trust: undefined });
    t.equal(await draw(other.key), 'ok', 'memory has moved past the change');
    point.release();
    t.not(await first, 'ok');
    t.equal(await draw(token), 'unauthenticated');
  });

  t.test('a caller whose trust ended while the body was on its way changes nothing', async t => {
    const { issuer, one, change } = await world(t);
    await change({ role: 'admin' });
    const caller = await one.vault.callers.identify(await issuer.token());
    await change({ role: 'admin', trust: undefined });
    const late = one.vault.consumers.remove({ caller, requestId: 'late' }, 'admin');
    t.equal(await outcome(late), 'conflict');
  });

  t.test('two administrators at once cannot make two consumers trust one token', async t => {
    const { one, admin, robot, trust } = await world(t);
    const subject = 'system:serviceaccount:race:x';
    for (let round = 0; round < 10; round++) {
      const made = await Promise.all(
        ['a', 'b', 'c', 'd'].map(name =>
          outcome(
            one.vault.consumers.create(admin, `${name}${round}`, {
              ...robot,
              trust: { ...trust, subject: `${subject}${round}` },
            }),
          ),
        ),
      );
      t.strictSame(made.sort(), ['conflict', 'conflict', 'conflict', 'ok'], `round ${round}`);
    }
  });

  t.test('an admin key that is replaced offline ends a workload that stood for admin', async t => {
    const { issuer, one, admin, robot, change, draw } = await world(t);
    await change({ trust: undefined });
    const asAdmin = { ...robot, role: 'admin' as const };
    await one.vault.consumers.replace(admin, 'admin', asAdmin);
    const token = await issuer.token();
    t.equal(await outcome(one.vault.callers.identify(token)), 'ok');
    const offline = await openOffline(one.config);
    await offline.vault.recoverAdmin();
    await offline.close();
    t.equal(await draw(token), 'unauthenticated');
  });

  if (database.name === 'postgres') secondInstance(t, world);
}

function secondInstance(t: Test, world: (t: Test) => Promise<Parts>): void {
  t.test('trust that is taken away at one instance ends at an idle other one', async t => {
    const { clock, issuer, one, env, change, draw } = await world(t);
    const two = await startVault(t, { dataDir: one.config.dataDir, env, overrides: { clock } });
    const token = await issuer.token();
    for (const at of [one, two, two]) t.equal(await draw(token, at), 'ok');
    await change({ trust: undefined });
    t.equal(await draw(token, two), 'unauthenticated');
    await change({});
    t.equal(await draw(token, two), 'ok', 'and is there again when it is given back');
    await change({ disabled: true });
    t.equal(await draw(token, two), 'unauthenticated');
  });
}

interface Parts {
  clock: TestClock;
  issuer: WorkloadIssuer;
  one: Awaited<ReturnType<typeof startVault>>;
  env: Record<string, string>;
  change(more: Partial<ConsumerInput>): Promise<unknown>;
  draw(token: string, at?: Parts['one']): Promise<string>;
}
