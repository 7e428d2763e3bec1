import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Api } from '../support/api.js';
import { type Instance, startInstance } from '../support/instance.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { startVault, temporaryFolder } from '../support/vault.js';
import type { DatabaseUnderTest } from './databases.js';
import { drawsUnderWithdrawnPermission, race } from './revocation-cases.js';

const PERMISSION = [{ credential: 'mail' }];

/** Two whole instances, each a process, over one PostgreSQL. */
async function twoProcesses(t: Test, database: DatabaseUnderTest) {
  const env = {
    ...(await database.env()),
    TOKENWELL_DATA_DIR: temporaryFolder(t),
    TOKENWELL_ALLOW_UNSAFE_DATABASE: '1',
  };
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const one = await startInstance(t, { ...env, TOKENWELL_LOG_LEVEL: 'error' });
  const two = await startInstance(t, { ...env, TOKENWELL_LOG_LEVEL: 'error' });
  const adminKey = readFileSync(join(env.TOKENWELL_DATA_DIR, 'admin.key'), 'utf8').trim();
  const admin = new Api(one.url, adminKey);
  await admin.createCredential('mail', provider.url());
  const key = await admin.createConsumer('svc', PERMISSION);
  return { env, one, two, admin, adminKey, key, provider };
}

async function codeOfDraw(instance: Instance, key: string): Promise<string> {
  const answer = await new Api(instance.url, key).draw('mail');
  return answer.status === 200 ? 'ok' : answer.json.code;
}

/** What only shows with real processes. The cases share them; each leaves them as it found them. */
export function processCases(t: Test, database: DatabaseUnderTest, rounds: number): void {
  let started: ReturnType<typeof twoProcesses> | undefined;
  const shared = () => {
    started ??= twoProcesses(t, database);
    return started;
  };
  t.test('two processes: draws on both raced against withdrawals on one', async t => {
    const { env, one, two, admin, key } = await shared();
    const seen = await race({
      draw: hand => codeOfDraw(hand % 2 ? one : two, key),
      setPermitted: async permitted => {
        await admin.must('PUT', '/api/v1/consumers/svc/permissions', permitted ? PERMISSION : []);
      },
      rounds,
      hands: 12,
    });
    t.comment(JSON.stringify({ processes: 2, rounds, ...seen }));
    t.ok(seen.drawn > rounds, 'tokens were drawn between the withdrawals');
    t.equal(seen.other, 0);
    t.equal(seen.drawnAfterWithdrawal, 0);
    const reader = await startVault(t, { dataDir: env.TOKENWELL_DATA_DIR, env });
    t.equal(await drawsUnderWithdrawnPermission(reader, 'svc'), 0);
  });

  t.test(
    'two processes, one idle: a new permission and a new key work at once, a deleted admin key fails at once',
    async t => {
      const { two, admin, adminKey, key } = await shared();
      t.equal(await codeOfDraw(two, key), 'ok');
      await admin.must('POST', '/api/v1/consumers', { id: 'late', role: 'service' });
      const late = (await admin.must('POST', '/api/v1/consumers/late/keys', {})).json.key;
      t.equal(await codeOfDraw(two, late), 'not_found', 'the new key is known');
      await admin.must('PUT', '/api/v1/consumers/late/permissions', PERMISSION);
      t.equal(await codeOfDraw(two, late), 'ok', 'the new permission');
      const second = (await admin.must('POST', '/api/v1/consumers/admin/keys', {})).json.key;
      t.equal((await new Api(two.url, second).call('GET', '/api/v1/credentials')).status, 200);
      const id = second.split('_')[1];
      await new Api(admin === undefined ? '' : two.url, adminKey).must('DELETE', `/api/v1/consumers/admin/keys/${id}`);
      t.equal((await new Api(two.url, second).call('GET', '/api/v1/credentials')).status, 401);
    },
  );

  t.test(
    'SIGSTOP inside a management write: others wait, answer 503, and recover; the stopped write is not done',
    async t => {
      const { one, two, admin, key } = await shared();
      t.equal(await codeOfDraw(two, key), 'ok');
      const { reached } = await one.arm('write.locked');
      const withdrawal = admin.call('PUT', '/api/v1/consumers/svc/permissions', []);
      await reached;
      one.signal('SIGSTOP');
      const stoppedAt = Date.now();
      t.equal(await codeOfDraw(two, key), 'ledger_unavailable', 'the lock is held by a process that does nothing');
      t.ok(Date.now() - stoppedAt < 4_000, 'and nobody waits for it for long');
      while ((await codeOfDraw(two, key)) !== 'ok' && Date.now() - stoppedAt < 20_000);
      t.ok(Date.now() - stoppedAt < 12_000, `draws went on after ${Date.now() - stoppedAt} ms`);
      one.signal('SIGCONT');
      one.release();
      t.equal((await withdrawal).status, 503, 'who asked for the write hears that it was not done');
      t.equal(await codeOfDraw(two, key), 'ok');
      t.equal(await codeOfDraw(one, key), 'ok', 'the instance that was stopped works on');
    },
  );
}
