import type { Test } from 'tap';
import { Failpoint } from '../support/failpoints.js';
import { hold, ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, outcome, startVault, type TestVault, whole } from '../support/vault.js';
import type { DatabaseUnderTest } from './databases.js';

/** A vault with credential `mail` and a consumer `svc` that may draw it. */
export async function vaultWithService(
  t: Test,
  env: Record<string, string>,
  options: Parameters<typeof startVault>[1] = {},
) {
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const vault = await startVault(t, { ...options, env });
  await vault.vault.credentials.create(await vault.admin(), 'mail', credentialInput(provider.url()));
  const { key } = await vault.consumer('svc', [whole('mail')]);
  return { vault, provider, key };
}

/** No page of a revision at which the permission was withdrawn may hold a draw of the consumer. */
export async function drawsUnderWithdrawnPermission(vault: TestVault, consumer: string): Promise<number> {
  const entries = await vault.entries();
  const changes = entries
    .filter(entry => entry.action === 'permission.put' && entry.subject === consumer)
    .sort((a, b) => a.revision - b.revision);
  const withdrawn = (revision: number) => {
    const last = changes.filter(change => change.revision <= revision);
    return last.length % 2 === 0; // the first one grants, the second withdraws, and so on
  };
  const draws = entries.filter(entry => entry.action === 'token.issue' && entry.consumer === consumer);
  return draws.filter(draw => withdrawn(draw.revision)).length;
}

const KINDS: Record<string, 'refused' | 'overtakenThrice'> = {
  not_found: 'refused',
  rate_limited: 'refused',
  ledger_unavailable: 'overtakenThrice',
};

/** Draws without a pause from several hands while the permission comes and goes; counts what happened. */
export async function race(options: {
  draw: (hand: number) => Promise<string>;
  setPermitted: (permitted: boolean) => Promise<void>;
  rounds: number;
  hands: number;
}) {
  const seen = { drawn: 0, refused: 0, overtakenThrice: 0, other: 0, drawnAfterWithdrawal: 0 };
  let withdrawnSince: number | undefined;
  let clock = 0;
  let going = true;
  const hand = async (which: number) => {
    while (going) {
      const began = ++clock;
      const result = await options.draw(which);
      if (result === 'ok') {
        seen.drawn += 1;
        if (withdrawnSince !== undefined && began > withdrawnSince) seen.drawnAfterWithdrawal += 1;
      } else {
        // Many refusals within a second are answered as rate_limited.
        seen[KINDS[result] ?? 'other'] += 1;
        await new Promise(resolve => setTimeout(resolve, 1));
      }
    }
  };
  const hands = Array.from({ length: options.hands }, (_, which) => hand(which));
  for (let round = 0; round < options.rounds; round++) {
    const enough = seen.drawn + 10 + (round % 40);
    while (seen.drawn < enough) await new Promise(resolve => setTimeout(resolve, 2));
    await options.setPermitted(false);
    withdrawnSince = ++clock;
    await new Promise(resolve => setTimeout(resolve, 2));
    withdrawnSince = undefined;
    await options.setPermitted(true);
  }
  going = false;
  await Promise.all(hands);
  return seen;
}

/** Cases that hold on both databases with one instance. */
export function oneInstanceCases(t: Test, database: DatabaseUnderTest, rounds: number): void {
  t.test('draws raced against withdrawals: none is answered after the withdrawal, none is in a later page', async t => {
    const { vault, key } = await vaultWithService(t, await database.env(), { overrides: {} });
    const admin = await vault.admin();
    const seen = await race({
      draw: () => outcome(vault.draw(key, 'mail')),
      setPermitted: async permitted => {
        await vault.vault.consumers.replacePermissions(admin, 'svc', permitted ? [whole('mail')] : []);
      },
      rounds,
      hands: 16,
    });
    t.comment(JSON.stringify({ database: database.name, rounds, ...seen }));
    t.ok(seen.drawn > rounds, 'tokens were drawn between the withdrawals');
    t.equal(seen.other, 0);
    t.equal(seen.drawnAfterWithdrawal, 0);
    t.equal(await drawsUnderWithdrawnPermission(vault, 'svc'), 0);
  });

  t.test('a withdrawal during the first load is not overwritten by what was read before it', async t => {
    const point = new Failpoint('caller.read');
    const { vault, key } = await vaultWithService(t, await database.env(), { overrides: { failpoints: point.reach } });
    const other = await vault.consumer('other', [whole('mail')]);
    t.equal(await outcome(vault.draw(other.key, 'mail')), 'ok', 'memory knows another consumer');
    const arrived = point.arm();
    // A draw that is refused for a reason of its own: nothing makes it read its caller a second time.
    const first = outcome(vault.draw(key, 'nothing'));
    await arrived;
    await vault.vault.consumers.replacePermissions(await vault.admin(), 'svc', []);
    t.equal(await outcome(vault.draw(other.key, 'mail')), 'ok', 'memory has moved past the withdrawal');
    point.release();
    t.equal(await first, 'not_found');
    t.equal(await outcome(vault.draw(key, 'mail')), 'not_found');
  });

  t.test('a credential disabled during the first load stays disabled for memory', async t => {
    const point = new Failpoint('draw.read');
    const { vault, provider, key } = await vaultWithService(t, await database.env(), {
      overrides: { failpoints: point.reach },
    });
    await vault.vault.credentials.create(await vault.admin(), 'other', credentialInput(provider.url()));
    const other = await vault.consumer('other', [whole('other')]);
    t.equal(await outcome(vault.draw(other.key, 'other')), 'ok', 'memory knows another credential');
    const arrived = point.arm();
    const first = outcome(vault.draw(key, 'mail'));
    await arrived;
    await vault.vault.credentials.setDisabled(await vault.admin(), 'mail', true);
    t.equal(await outcome(vault.draw(other.key, 'other')), 'ok', 'memory has moved past the change');
    point.release();
    t.equal(await first, 'conflict');
    t.equal(await outcome(vault.draw(key, 'mail')), 'conflict');
  });

  t.test('D13: a consumer deleted while its token request waits for the provider gets no token', async t => {
    const { vault, provider, key } = await vaultWithService(t, await database.env());
    const held = hold(token('late'));
    provider.next(held.answer);
    const draw = outcome(vault.draw(key, 'mail'));
    await provider.received(1);
    await vault.vault.consumers.remove(await vault.admin(), 'svc');
    held.release();
    t.equal(await draw, 'unauthenticated');
  });
}

/** Cases of two instances over one PostgreSQL. */
export function twoInstanceCases(t: Test, database: DatabaseUnderTest): void {
  const pair = async (t: Test, failpoints?: Failpoint) => {
    const env = await database.env();
    const overrides = failpoints ? { failpoints: failpoints.reach } : {};
    const { vault: one, provider, key } = await vaultWithService(t, env, { overrides });
    const two = await startVault(t, { dataDir: one.config.dataDir, env });
    return { one, two, provider, key };
  };

  t.test('an idle instance serves a new permission and a new key at once', async t => {
    const { one, two, key } = await pair(t);
    await one.vault.consumers.create(await one.admin(), 'late', {
      description: undefined,
      role: 'service',
      disabled: false,
    });
    const late = await one.vault.consumers.createKey(await one.admin(), 'late', undefined);
    t.equal(await outcome(two.draw(key, 'mail')), 'ok');
    t.equal(await outcome(two.draw(late.secret.reveal(), 'mail')), 'not_found');
    await one.vault.consumers.replacePermissions(await one.admin(), 'late', [whole('mail')]);
    t.equal(await outcome(two.draw(late.secret.reveal(), 'mail')), 'ok', 'the new permission');
    const next = await one.vault.consumers.createKey(await one.admin(), 'late', undefined);
    t.equal(await outcome(two.draw(next.secret.reveal(), 'mail')), 'ok', 'the new key');
  });

  t.test('what an idle instance remembers does not outlive a withdrawal on the other', async t => {
    const { one, two, key } = await pair(t);
    t.equal(await outcome(two.draw(key, 'mail')), 'ok');
    t.equal(await outcome(two.draw(key, 'mail')), 'ok', 'from memory');
    await one.vault.consumers.replacePermissions(await one.admin(), 'svc', []);
    t.equal(await outcome(two.draw(key, 'mail')), 'not_found');
  });

  t.test('a page waits for a management write that is held uncommitted, and then sees it', async t => {
    const point = new Failpoint('write.locked');
    const { one, two, key } = await pair(t, point);
    t.equal(await outcome(two.draw(key, 'mail')), 'ok');
    const arrived = point.arm();
    const withdrawal = one.vault.consumers.replacePermissions(await one.admin(), 'svc', []);
    await arrived;
    let answered = false;
    const draw = outcome(two.draw(key, 'mail')).finally(() => {
      answered = true;
    });
    await new Promise(resolve => setTimeout(resolve, 300));
    t.notOk(answered, 'the draw waits');
    point.release();
    await withdrawal;
    t.equal(await draw, 'not_found');
  });

  t.test('memory that is older than the purged feed forgets everything', async t => {
    const { one, two, key } = await pair(t);
    const second = await one.consumer('second', [whole('mail')]);
    for (const known of [key, second.key]) t.equal(await outcome(two.draw(known, 'mail')), 'ok');
    for (const id of ['svc', 'second']) await one.vault.consumers.replacePermissions(await one.admin(), id, []);
    await one.store.purgeChanges(0, Date.now() + 1_000);
    t.ok((await one.store.standing()).floor > 0, 'the feed was purged');
    t.equal(await outcome(two.draw(key, 'mail')), 'not_found', 'whose draw met the purged feed');
    t.equal(await outcome(two.draw(second.key, 'mail')), 'not_found', 'whoever else was remembered');
  });

  t.test('a restored database (another epoch) makes memory forget everything', async t => {
    const { one, two, key } = await pair(t);
    t.equal(await outcome(two.draw(key, 'mail')), 'ok');
    const url = one.config.databaseUrl?.reveal() ?? '';
    await database.server?.query(url, "update meta set epoch = 'restored'");
    await database.server?.query(url, "delete from permissions where consumer = 'svc'");
    t.equal(await outcome(two.draw(key, 'mail')), 'not_found');
  });

  t.test('F9: two instances at expiry make one call to the provider', async t => {
    const { one, two, provider, key } = await pair(t);
    const draws = Array.from({ length: 100 }, (_, which) => outcome((which % 2 ? one : two).draw(key, 'mail')));
    t.same([...new Set(await Promise.all(draws))], ['ok']);
    t.equal(provider.requests.length, 1);
  });
}
