import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Api } from './support/api.js';
import { type Instance, startInstance } from './support/instance.js';
import { ScriptedProvider, token } from './support/scripted-provider.js';
import { startVault, temporaryFolder } from './support/vault.js';
import { databases } from './vault/databases.js';

const KILLS = process.env.TEST_LONG ? 100 : 3;
const HANDS = 8;

/** Draws until the instance is gone; notes the request id of every token that arrived whole. */
async function drawUntilGone(instance: Instance, key: string, received: Set<string>): Promise<void> {
  const api = new Api(instance.url, key);
  for (;;) {
    try {
      const answer = await api.draw('mail');
      if (answer.status === 200) received.add(answer.requestId);
    } catch {
      return;
    }
  }
}

/** A vault in `folder` whose tokens live 61 s: with the default min_ttl of 60 s each second brings a refresh. */
async function prepare(t: Test, env: Record<string, string>): Promise<{ key: string }> {
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  provider.always((socket, request) => token(`token-${provider.requests.length}`, { expires_in: 61 })(socket, request));
  const instance = await startInstance(t, env);
  const admin = new Api(instance.url, readFileSync(join(env.TOKENWELL_DATA_DIR ?? '', 'admin.key'), 'utf8').trim());
  await admin.createCredential('mail', provider.url());
  const key = await admin.createConsumer('svc', [{ credential: 'mail' }]);
  await instance.end();
  return { key };
}

for (const database of await databases(t)) {
  t.test(`kill -9 under load on ${database.name}`, { skip: database.skip, timeout: 1_800_000 }, async t => {
    const folder = temporaryFolder(t);
    const env = {
      ...(await database.env()),
      TOKENWELL_DATA_DIR: folder,
      TOKENWELL_ALLOW_UNSAFE_DATABASE: '1',
      TOKENWELL_LOG_LEVEL: 'error',
    };
    const { key } = await prepare(t, env);
    const received = new Set<string>();
    for (let kill = 1; kill <= KILLS; kill++) {
      const instance = await startInstance(t, env);
      const enough = received.size + 10 + Math.floor(Math.random() * 90);
      const hands = Array.from({ length: HANDS }, () => drawUntilGone(instance, key, received));
      while (received.size < enough) await new Promise(resolve => setTimeout(resolve, 5));
      await instance.end('SIGKILL');
      await Promise.all(hands);
    }
    const vault = await startVault(t, { dataDir: folder, env });
    const recorded = new Set((await vault.entries()).map(entry => entry.request_id));
    const missing = [...received].filter(id => !recorded.has(id));
    const { flaw, pages, entries } = await vault.vault.verify();
    t.comment(`${database.name}: ${KILLS} kills, ${received.size} tokens received, ${missing.length} entries missing`);
    t.comment(`${pages} pages with ${entries} entries verify`);
    t.ok(received.size >= KILLS * 10, 'tokens were received between the kills');
    t.equal(missing.length, 0, 'every token received has its entry');
    t.equal(flaw, undefined, 'the chain verifies');
  });
}
