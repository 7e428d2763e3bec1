import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startAuthorizationServer } from '../test/support/authorization-server.js';
import { type Client, fillVault } from './contents.js';
import { ensureBuilt } from './dist.js';
import { tell } from './guide.js';
import { choosePort } from './port.js';
import { writeSession } from './session.js';
import { stopAsked } from './stop.js';
import { done, say, title } from './terminal.js';
import { startVault, type VaultProcess } from './vault-process.js';

/**
 * `npm run demo`: a real authorization server and a vault on loopback, with something in it to try, until Ctrl-C.
 * `--port` and `--provider-port` name other ports (0: any free one), `--session` another file for the shell variables.
 */
const USAGE =
  'npm run demo -- [--port <port>] [--provider-port <port>] [--session <file>]\n' +
  'Ports are 8080 and 9400 unless they are taken (0: any free one); the session file is demo/session.sh.';
const options = readOptions();

/** How long after the vault's end a Ctrl-C that reached it first may take to arrive here. */
const SAME_SIGNAL_MS = 500;

const stop = stopAsked();
const folder = mkdtempSync(join(tmpdir(), 'tokenwell-demo-'));
process.once('exit', removeFiles);
let vault: VaultProcess | undefined;
let removeSession = () => {};
process.exit(await main());

function readOptions() {
  const port = { type: 'string', default: '8080' } as const;
  const session = { type: 'string', default: fileURLToPath(new URL('session.sh', import.meta.url)) } as const;
  try {
    const help = { type: 'boolean', short: 'h' } as const;
    const { values } = parseArgs({ options: { help, port, 'provider-port': { ...port, default: '9400' }, session } });
    if (!values.help) return values;
    say(USAGE);
    process.exit(0);
  } catch (error) {
    say(`${sentenceOf(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function main(): Promise<number> {
  const failure = await Promise.race([run().catch(sentenceOf), stop]);
  const asked = await Promise.race([stop.then(() => true), sleep(failure ? SAME_SIGNAL_MS : 0, false)]);
  if (failure && !asked) say(`\n${failure}`);
  say('\nStopping …');
  await vault?.stop();
  removeFiles();
  say('Everything the demo started has ended, and its data folder is removed.');
  return failure && !asked ? 1 : 0;
}

/** Starts everything and says what there is to try. Resolves to what went wrong, if anything ever does. */
async function run(): Promise<string> {
  title('Tokenwell demo');
  await ensureBuilt();
  const client: Client = { id: 'mail-app', secret: randomBytes(24).toString('base64url') };
  const port = await choosePort('vault', Number(options.port));
  const provider = await startAuthorizationServer({
    clients: [{ ...client, redirectUri: `http://127.0.0.1:${port}/OAuth2Callback` }],
    port: await choosePort('authorization server', Number(options['provider-port'])),
    asked: count => say(`${new Date().toTimeString().slice(0, 8)}  authorization server: token request ${count}`),
  });
  done('authorization server', provider.issuer);
  vault = startVault({ folder, port, allowed: new URL(provider.issuer).host });
  await vault.ready();
  done('vault', vault.url);
  const contents = await fillVault({ url: vault.url, folder, provider, client });
  const demo = { vault: vault.url, provider, folder, client, ...contents };
  const session = writeSession(options.session, demo);
  removeSession = session.remove;
  if (session.replaced) done('session', `${options.session} was of another demo and is of this one now`);
  done('contents', 'credentials demo-mail, payroll-mail and info-mail, consumer helpdesk');
  tell(demo, vault.pid);
  return await vault.ended;
}

function removeFiles(): void {
  rmSync(folder, { recursive: true, force: true });
  removeSession();
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
