import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { temporaryFolder } from '../support/vault.js';
import { fill, startRunningVault } from './running-vault.js';
import { type Child, start, type Variables } from './terminal.js';

/** Waits until the process has said this on standard error. Rejects when it ends before. */
async function saying({ child, said, ended }: Child, words: RegExp): Promise<string> {
  const over = ended.then(({ err }) => Promise.reject(new Error(`it ended: ${err}`)));
  over.catch(() => undefined);
  for (;;) {
    const found = words.exec(said.err);
    if (found) return found[1] ?? found[0];
    await Promise.race([once(child.stderr ?? child, 'data'), over]);
  }
}

function serving(t: Test, variables: Variables): Child {
  const server = start(['serve'], { TOKENWELL_LOG_LEVEL: 'silent', ...variables }, temporaryFolder(t));
  t.teardown(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  });
  return server;
}

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise(resolve => taken.close(resolve));
  return port;
}

export function processCases(t: Test): void {
  t.test('the command works from any folder, by itself and as part of a pipe', async t => {
    const vault = await startRunningVault(t);
    const variables = { ...vault.variables, TOKENWELL_KEY: await fill(vault) };
    const folder = temporaryFolder(t);
    t.strictSame(await start(['token', 'mail'], variables, folder).ended, { code: 0, out: 'token-1\n', err: '' });
    t.match(await start(['credential', 'show', 'mail'], variables, folder).ended, { code: 1, out: '', err: /auditor/ });
    t.match(await start(['token'], variables, folder).ended, { code: 2 });
    const reader = start(['--help'], variables, folder);
    reader.child.stdout?.destroy();
    t.strictSame(await reader.ended, { code: 0, out: '', err: '' }, 'whoever reads may stop early');
  });

  t.test('F36: serve runs until SIGTERM and ends with 0', async t => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const server = serving(t, { TOKENWELL_DATA_DIR: folder, TOKENWELL_PORT: String(port) });
    await saying(server, /the admin key is in (\S+)\./);
    const silent = connect(port, '127.0.0.1');
    await once(silent, 'connect');
    const started = performance.now();
    server.child.kill('SIGTERM');
    t.match(await server.ended, { code: 0 });
    t.ok(performance.now() - started < 10_000, 'a connection that says nothing does not hold it');
    silent.destroy();
  });

  t.test('a port that is taken ends the start with 1 and one sentence', async t => {
    const vault = await startRunningVault(t);
    const port = new URL(vault.url).port;
    const { code, err } = await serving(t, {
      TOKENWELL_DATA_DIR: join(temporaryFolder(t), 'data'),
      TOKENWELL_PORT: port,
    }).ended;
    t.equal(code, 1);
    t.equal(
      err,
      `tokenwell: Port ${port} is taken by another program. Stop that one, or choose another port with TOKENWELL_PORT.\n`,
    );
  });

  t.test(
    'metrics have an address of their own where one is named; one that is taken ends the start with 1',
    async t => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const at = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
      const variables = () => ({
        ...{ TOKENWELL_DATA_DIR: join(temporaryFolder(t), 'data'), TOKENWELL_PORT: '0' },
        TOKENWELL_METRICS_LISTEN: at,
      });
      const { code, err } = await serving(t, variables()).ended;
      t.match(
        { code, err },
        { code: 1, err: /^tokenwell: TOKENWELL_METRICS_LISTEN: .* cannot be opened \(EADDRINUSE\)\. / },
      );
      taken.close();
      const server = serving(t, variables());
      await saying(server, /the admin key is in (\S+)\./);
      const answer = await fetch(`http://${at}/metrics`);
      t.match(await answer.text(), /^tokenwell_accounts\{state="connected"\} 0$/m);
      server.child.kill('SIGTERM');
      t.match(await server.ended, { code: 0 }, 'a connection that is kept does not hold it');
    },
  );

  t.test('F14: a second process on the same folder is refused, the first goes on', async t => {
    const vault = await startRunningVault(t);
    const { code, err } = await serving(t, { TOKENWELL_DATA_DIR: vault.folder, TOKENWELL_PORT: '0' }).ended;
    t.match({ code, err }, { code: 1, err: /^tokenwell: Another Tokenwell process already serves .*\n$/ });
    t.match(await vault.must(['me']), /admin/);
  });
}
