import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { startRunning } from '../http/running.js';
import { Api } from '../support/api.js';
import { freePort } from '../support/postgres.js';
import { temporaryFolder } from '../support/vault.js';
import { ROOT, until } from './running.js';

/** What docker-compose.yml starts of the demo, as processes on loopback, and what the guide tells the reader to try. */
export async function composeDemo(t: Test): Promise<void> {
  const [port, providerPort] = [await freePort(), await freePort()];
  const publicUrl = `http://127.0.0.1:${port}`;
  const issuer = `http://127.0.0.1:${providerPort}`;
  const env = { TOKENWELL_PORT: String(port), TOKENWELL_PUBLIC_URL: publicUrl };
  const { url, keys } = await startRunning(t, { env });
  const adminKey = join(temporaryFolder(t), 'admin.key');
  writeFileSync(adminKey, `${keys.admin}\n`);

  const provider = run(t, 'provider', `--issuer=${issuer}`, `--redirect-uri=${publicUrl}/OAuth2Callback`);
  await until(() => provider.output().includes(issuer));
  const guide = () => run(t, 'guide', `--vault=${url}`, `--issuer=${issuer}`, `--admin-key=${adminKey}`);
  const links: string[] = [];
  for (const time of ['first', 'second']) {
    const { ended, output } = guide();
    t.equal(await ended, 0, `the ${time} time: ${output()}`);
    links.push(/^ {2}(http\S+\/connect\/\S+)$/m.exec(output())?.[1] ?? '');
  }
  const { key } = (await new Api(url, keys.admin).must('POST', '/api/v1/consumers/helpdesk/keys', {})).json;
  const helpdesk = new Api(url, key);
  t.match(await helpdesk.draw('demo-mail'), { status: 200, json: { access_token: /./ } });
  t.match(await helpdesk.draw('demo-mailbox'), { status: 409, json: { code: 'not_connected' } });
  for (const link of links) {
    const page = await fetch(link);
    t.equal(page.status, 200, 'the link of each time is good');
    const headers = { origin: publicUrl, 'sec-fetch-site': 'same-origin' };
    const begun = await fetch(link, { method: 'POST', headers, redirect: 'manual' });
    const asks = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    t.match(asks.headers.get('location'), /^\/interaction\//, 'the provider takes the request and asks who it is');
  }
  provider.stop();
  t.equal(await provider.ended, 0);
}

function run(t: Test, name: string, ...options: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', `demo/compose/${name}.ts`, ...options], { cwd: ROOT });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk));
  const ended = once(child, 'close').then(([code]) => code);
  t.teardown(() => void child.kill('SIGKILL'));
  return { ended, output: () => printed, stop: () => void child.kill('SIGTERM') };
}
