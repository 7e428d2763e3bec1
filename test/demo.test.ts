import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { composeDemo } from './demo/compose-case.js';
import { consentCase } from './demo/consent-case.js';
import { deadLinks, settingsOutOfStep, unknownTests } from './demo/documents.js';
import { helpCase } from './demo/help-case.js';
import { providerCase } from './demo/provider-case.js';
import { paste, ROOT, type RunningDemo, startDemo, until } from './demo/running.js';
import { startBrowser } from './support/browser.js';

type Answer = Record<string, unknown>;

/** The JSON objects among the printed lines. */
function answersIn(text: string): Answer[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line));
}

/** Runs every curl line that the demo printed, each as it was pasted; answers what each answered. */
async function pasteAll({ output, folder }: RunningDemo): Promise<Answer[][]> {
  const lines = output().match(/^ *curl .*$/gm) ?? [];
  const answers: Answer[][] = [];
  for (const line of lines) answers.push(answersIn(await paste(line, folder)));
  return answers;
}

function gone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}

async function printedLines(t: Test, demo: RunningDemo): Promise<void> {
  const [[drawn] = [], [again] = [], [said] = [], [granted] = [], [refused] = [], ledger = [], [owners] = [], ...more] =
    await pasteAll(demo);
  t.equal(more.length, 0, 'every printed command is looked at here');
  t.match(drawn, { access_token: /./, credential: 'demo-mail', expires_in: Number });
  t.equal(again?.token_id, drawn?.token_id, 'the second draw gives the same token');
  t.equal(demo.output().match(/token request/g)?.length, 1, 'the authorization server was asked once');
  t.match(said, { active: true, client_id: 'mail-app' }, 'the authorization server knows the token');
  t.match(granted, { access_token: drawn?.access_token, token_type: 'Bearer' });
  t.match(refused, { status: 404, code: 'not_found' });
  t.ok(
    ledger.some(entry => entry.action === 'token.issue' && entry.token_id === drawn?.token_id),
    'the ledger says who received it',
  );
  t.match(owners, { status: 409, code: 'not_connected', connect_url: /^http/ }, 'nobody has signed in');
}

async function readme(t: Test, demo: RunningDemo): Promise<void> {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/<!-- demo -->\n```sh\n(.*?)```/gs)].map(([, block]) => block);
  t.equal(blocks.length, 6, 'the blocks of the session');
  const printed = await paste(blocks.join('\n'), demo.folder);
  const [drawn, again, stored, tested, consumer, crm, granted, ledger, ...more] = answersIn(printed);
  t.equal(more.length, 0, 'every answer is looked at here');
  t.match(drawn, { access_token: /./, credential: 'demo-mail' });
  t.equal(again?.token_id, drawn?.token_id);
  t.match(stored, { id: 'crm-mail', client_auth: { has_secret: true }, accounts: { pending: 1 } });
  t.match(tested, { ok: true });
  t.match(consumer, { id: 'crm', role: 'service' });
  t.match(printed, '[{"credential":"crm-mail","account":"*"}]', 'the permission is stored');
  t.match(crm, { access_token: /./, credential: 'crm-mail' });
  t.match(granted, { access_token: crm?.access_token });
  t.match(ledger, { items: [{ action: 'token.issue' }, { action: 'token.issue', consumer: 'crm' }] });
  t.match(printed, /The ledger is whole/);
}

const browser = await startBrowser();
const skip = typeof browser === 'string' ? browser : false;
if (typeof browser !== 'string') t.teardown(() => browser.close());

t.test('every command that the demo and the README tell the reader to try works as it is pasted', async t => {
  const demo = await startDemo(t);
  t.notMatch(demo.output(), '\x1b', 'no colours where nobody asked for them');
  await t.test('the demo prints', t => printedLines(t, demo));
  await t.test('the README holds', t => readme(t, demo));
  await t.test('its link connects a mailbox in Chromium', { skip }, t => consentCase(t, browser, demo));
  process.kill(demo.pid, 'SIGINT');
  t.equal(await demo.ended, 0);
  t.ok(gone(demo.pid), 'the demo has ended');
  t.ok(gone(demo.vaultPid), 'the vault has ended');
  t.notOk(existsSync(demo.dataFolder), 'the data folder is removed');
  t.notOk(existsSync(join(demo.folder, 'demo/session.sh')), 'the session file is removed');
});

t.test('when the vault dies the demo says so, removes its files and fails', async t => {
  const demo = await startDemo(t, { before: 'VAULT=elsewhere' });
  t.match(demo.output(), /session +\S.*demo\/session\.sh was of another demo and is of this one now/);
  t.ok(existsSync(demo.dataFolder));
  process.kill(demo.vaultPid, 'SIGKILL');
  t.equal(await demo.ended, 1);
  t.match(demo.output(), 'The vault ended by itself (SIGKILL).');
  t.notOk(existsSync(demo.dataFolder));
});

t.test('a demo that is killed leaves no vault behind', async t => {
  const demo = await startDemo(t);
  t.notMatch(demo.output(), 'another demo');
  const ownKeyFile = 'export TOKENWELL_KEY_FILE=/nowhere; . demo/session.sh; tokenwell me';
  t.match(await paste(ownKeyFile, demo.folder), /consumer +admin/, "the reader's own key file is left out");
  await t.test('every example below every command works against the demo as it is pasted', t => helpCase(t, demo));
  process.kill(demo.pid, 'SIGKILL');
  await demo.ended;
  t.teardown(() => gone(demo.vaultPid) || process.kill(demo.vaultPid, 'SIGKILL'));
  await until(() => gone(demo.vaultPid), 10_000);
  t.ok(gone(demo.vaultPid));
});

t.test('npm run provider: every printed line works, a consent and a refresh', async t => providerCase(t, browser));

t.test('what the documents name exists', async t => {
  t.same(deadLinks(), [], 'files that are linked');
  t.same(unknownTests(), [], 'tests of docs/security.md');
  t.same(settingsOutOfStep(), [], 'settings of docs/operating.md');
});

t.test('what docker-compose.yml starts to try it with works, also a second time', composeDemo);
