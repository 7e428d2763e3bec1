import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { Test } from 'tap';
import { openTab, PHONE, widthOf } from '../support/browser.js';
import { compiled } from '../support/compiled.js';
import { freePort } from '../support/postgres.js';
import { type Teardown, temporaryFolder } from '../support/vault.js';
import { paste, ROOT, until } from './running.js';

/** What a process that was started has printed so far. Ended, with all that it started, at the end of the test. */
function started(t: Teardown, command: string, args: string[]): { output: () => string; end: () => Promise<number> } {
  const { PATH, HOME } = process.env;
  const child = spawn(command, args, { cwd: ROOT, env: { PATH, HOME }, detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk));
  const ended = once(child, 'close').then(([code]) => Number(code));
  const signal = (name: NodeJS.Signals) => child.exitCode === null && process.kill(-(child.pid ?? 0), name);
  const end = async () => {
    signal('SIGINT');
    const late = setTimeout(() => signal('SIGKILL'), 15_000);
    return await ended.finally(() => clearTimeout(late));
  };
  t.teardown(async () => void (await end()));
  return { output: () => printed, end };
}

/** `npm run provider` as a reader follows it: a Tokenwell of his own, every printed line, a consent, a refresh. */
export async function providerCase(t: Test, browser: Browser | string): Promise<void> {
  const vault = `http://127.0.0.1:${await freePort()}`;
  const data = join(temporaryFolder(t), "the reader's data");
  const options = ['--port', '0', '--vault', vault, '--data', data];
  const provider = started(t, 'npm', ['run', '-s', 'provider', '--', ...options]);
  await until(() => provider.output().includes('Ctrl-C'), 30_000);
  const [, serve = '', shell = '', commands = ''] =
    /second terminal\n\n {2}([^\n]*)\n.*\n\n {2}(tokenwell\(\)[^\n]*)\n(.*)\nChange how/s.exec(provider.output()) ?? [];
  const running = started(t, 'sh', ['-c', serve]);
  await until(() => running.output().includes(vault), 60_000);
  const [store = '', permit = '', link = '', draw = '', refresh = '', ...more] = commands
    .split(/\n\n/)
    .map(part => part.replace(/^ *#.*\n/m, '').trim())
    .filter(line => line !== '');
  t.strictSame(more, [], 'every printed line is looked at here');
  t.match(await paste(`${shell}\n${store}\n${permit}`, ROOT), /scripted-mail/);
  const command = process.env.TEST_LONG ? shell : await withoutCompiler(t, shell);
  const pasted = (line: string) => paste(`${command}\n${line}`, ROOT);
  const first = /^http\S+/m.exec(await pasted(link))?.[0] ?? '';
  t.equal(await consent(first, vault), 303);
  t.match(await pasted(draw), /^access-\S+$/m, 'a token of the provider');
  t.match(await pasted(refresh), /connected/);
  t.match(provider.output(), /POST \/token {2}refresh {2}200 grant 1, refresh token 2/, 'the refresh was shown');
  const [faulty = '', list = ''] = [...provider.output().matchAll(/^ {2}(curl .*)$/gm)].map(([, line]) => line);
  t.match(await paste(faulty, ROOT), /"fault": "hang"/);
  t.match(JSON.parse((await paste(list, ROOT)).replace(/^[^{]*|[^}]*$/g, '')), {
    faults: [{ fault: 'hang', times: 1 }],
  });
  await paste(faulty.replace('fault=hang', 'fault=none'), ROOT);
  const skip = typeof browser === 'string' ? browser : false;
  await t.test('its page in Chromium', { skip }, async t =>
    page(t, browser, () => pasted(`${link} --account other`).then(text => /^http\S+/m.exec(text)?.[0] ?? '')),
  );
  t.equal(await provider.end(), 0);
  t.match(provider.output(), 'The provider has ended.');
}

/** The printed shell function, which has been run as it is, with the same command compiled: it starts in a third of the time. */
async function withoutCompiler(t: Test, shell: string): Promise<string> {
  const command = shell.replace('--import tsx src/cli/tokenwell.ts', fileURLToPath(await compiled('cli/tokenwell.js')));
  t.not(command, shell, 'the printed function runs the command by tsx');
  t.comment('the lines after the first are pasted with a compiled command; TEST_LONG=1 pastes each as it is printed');
  return command;
}

/** Allows, without a browser; answers the status of the callback. */
async function consent(link: string, vault: string): Promise<number> {
  const begun = await fetch(link, { method: 'POST', redirect: 'manual', headers: { origin: vault } });
  const body = new URLSearchParams({ person: 'anna@acme.example', decision: 'allow' });
  const answered = await fetch(begun.headers.get('location') ?? '', { method: 'POST', body, redirect: 'manual' });
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const callback = await fetch(answered.headers.get('location') ?? '', { redirect: 'manual', headers: { cookie } });
  return callback.status;
}

async function page(t: Test, browser: Browser | string, link: () => Promise<string>): Promise<void> {
  if (typeof browser === 'string') return;
  const { page, complaints } = await openTab(t, browser, PHONE);
  const heading = page.locator('h1');
  const address = await link();
  for (const [button, end] of [
    ['Decline', 'Nothing was connected'],
    ['Only an administrator may allow it', /administrator/],
    ['Allow', 'Connected as info@acme.example'],
  ] as const) {
    await page.goto(address);
    await page.click('button[type=submit]');
    t.equal(await heading.innerText(), 'Who signs in?');
    t.equal(await widthOf(page), PHONE.viewport.width, 'nothing sticks out');
    await page.click('text=info@acme.example');
    await page.click(`button:has-text("${button}")`);
    await page.waitForURL('**/connect/results/**');
    t.match(await heading.innerText(), end);
  }
  t.strictSame(complaints, []);
}
