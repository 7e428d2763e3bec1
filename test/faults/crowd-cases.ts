import type { Test } from 'tap';
import { type App, build } from '../../src/app.js';
import { Api } from '../support/api.js';
import { hold, ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, temporaryFolder, testConfig } from '../support/vault.js';
import { adminKeyIn } from './fleet.js';

interface Service {
  app: App;
  key: string;
  slow: ScriptedProvider;
  quick: ScriptedProvider;
  /** Creates client_credentials credentials at a provider. */
  create(ids: string[], provider: ScriptedProvider): Promise<void>;
  /** The status of a draw that comes through the server's front door without a socket. */
  draw(credential: string): Promise<number>;
}

/** A whole service in this process, with a slow provider and a quick one. */
async function serve(t: Test): Promise<Service> {
  const [slow, quick] = [await ScriptedProvider.start(), await ScriptedProvider.start()];
  const config = testConfig(temporaryFolder(t), { TOKENWELL_LOG_LEVEL: 'fatal' });
  const app = await build(config, { deadlineMs: 300_000 });
  t.teardown(async () => {
    await slow.close();
    await quick.close();
    await app.close();
  });
  const key = adminKeyIn(config.dataDir);
  const actor = { caller: await app.vault.callers.identify(key), requestId: 'test' };
  await app.vault.consumers.replacePermissions(actor, 'admin', [{ credential: '*', account: '*', scopes: undefined }]);
  const create: Service['create'] = async (ids, provider) => {
    // In one transaction: thousands of management writes would take longer than what is measured.
    await app.store.transaction(async tx => {
      for (const id of ids) {
        await tx.credentials.insert(id, credentialInput(provider.url()), Date.now());
        await tx.accounts.insert(id, 'default');
      }
    });
  };
  const headers = { authorization: `Bearer ${key}` };
  const draw: Service['draw'] = async credential =>
    (await app.server.inject({ url: `/api/v1/credentials/${credential}/token`, headers })).statusCode;
  return { app, key, slow, quick, create, draw };
}

/** Begins them a hundred at a time, as a network would bring them; answers when all have begun. */
async function begun<T>(count: number, work: (which: number) => Promise<T>): Promise<Promise<T>[]> {
  const all: Promise<T>[] = [];
  while (all.length < count) {
    const some = Math.min(100, count - all.length);
    all.push(...Array.from({ length: some }, (_, which) => work(all.length + which)));
    await new Promise(resolve => setImmediate(resolve));
  }
  return all;
}

/** Answers when no further request has come for a while. */
async function quiet(provider: ScriptedProvider): Promise<void> {
  for (let before = -1; before !== provider.requests.length; ) {
    before = provider.requests.length;
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}

/** How often each came. */
function tally(all: number[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of all) sums[one] = (sums[one] ?? 0) + 1;
  return sums;
}

const megabytes = () => Math.round(process.memoryUsage().rss / 1e6);

/** F28, F29: everybody waits for one slow provider. */
export function crowdCases(
  t: Test,
  { callers, sockets, credentials }: Record<'callers' | 'sockets' | 'credentials', number>,
) {
  t.test(`F28: ${callers} callers and ${sockets} sockets wait for one slow refresh`, async t => {
    const { app, key, slow, quick, create, draw } = await serve(t);
    await create(['mail'], slow);
    await create(['known', 'unknown'], quick);
    t.equal(await draw('known'), 200);
    const api = new Api(await app.server.listen({ host: '127.0.0.1', port: 0 }), key);
    const held = hold(token('at-last'));
    slow.next(held.answer);
    const before = megabytes();
    const inside = await begun(callers, () => draw('mail'));
    const outside = await begun(sockets, async () => (await api.draw('mail')).status);
    await slow.received(1);
    const since = Date.now();
    t.equal(await draw('known'), 200, 'a token that is stored is served meanwhile');
    t.equal(await draw('unknown'), 200, 'and one that has to be asked for elsewhere');
    const ms = Date.now() - since;
    const grown = megabytes() - before;
    held.release();
    t.strictSame(tally(await Promise.all(inside)), { 200: callers }, 'nobody is lost');
    t.strictSame(tally(await Promise.all(outside)), { 200: sockets });
    t.equal(slow.requests.length, 1, 'by one call');
    t.ok(grown < 100 + callers / 10, 'memory is bounded');
    t.comment(JSON.stringify({ callers, sockets, calls: 1, 'MB grown': grown, 'ms of two other draws': ms }));
  });

  t.test(`F29: ${credentials} credentials wait for one slow provider`, async t => {
    const { slow, quick, create, draw } = await serve(t);
    const ids = Array.from({ length: credentials }, (_, which) => `mail${which}`);
    await create(ids, slow);
    await create(['other'], quick);
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    slow.always((socket, request) => void held.then(() => token('slow')(socket, request)));
    const before = megabytes();
    const waiting = await begun(credentials, which => draw(`mail${which}`));
    await slow.received(32);
    await quiet(slow);
    const since = Date.now();
    t.equal(await draw('other'), 200, 'another provider is asked and answers meanwhile');
    const ms = Date.now() - since;
    const grown = megabytes() - before;
    release();
    const statuses = await Promise.all(waiting);
    const first = tally(statuses);
    const told = (first[200] ?? 0) + (first[503] ?? 0) + (first[429] ?? 0);
    t.equal(told, credentials, 'each has its token, or is told to come again');
    // Not more at a time than are served within the limit on refusals of one key.
    const left = ids.filter((_, which) => statuses[which] !== 200);
    while (left.length > 0) {
      const some = left.splice(0, 100);
      const again = await Promise.all(some.map(draw));
      left.push(...some.filter((_, which) => again[which] !== 200));
    }
    // One that is closing counts until it has gone.
    t.ok(slow.mostOpen <= 64, `${slow.mostOpen} connections at the same time`);
    t.equal(slow.requests.length, credentials, 'one call for each');
    const seen = { 'most connections': slow.mostOpen, 'MB grown': grown, 'ms of another draw': ms, first };
    t.comment(JSON.stringify({ credentials, ...seen }));
  });
}
