import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { type App, build } from '../../src/app.js';
import { adminKeyFile } from '../../src/first-start.js';
import { compiled, KEY_PAIR_PROCESS } from '../support/compiled.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { temporaryFolder, testConfig } from '../support/vault.js';
import { run, type Variables } from './terminal.js';

/** A vault that serves on loopback, a token endpoint, and the environment of an administrator's shell. */
export interface RunningVault {
  app: App;
  url: string;
  folder: string;
  adminKey: string;
  provider: ScriptedProvider;
  variables: Variables;
  /** Runs a command line that must end with 0 and answers what it printed. */
  must(args: readonly string[], options?: { input?: string; key?: string }): Promise<string>;
}

/** Starts a vault and a token endpoint; both end with the test. */
export async function startRunningVault(t: Test): Promise<RunningVault> {
  const folder = temporaryFolder(t);
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const keyPairProcess = await compiled(KEY_PAIR_PROCESS);
  const app = await build(testConfig(folder), { logTo: { write: () => undefined }, keyPairProcess });
  t.teardown(() => app.close());
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const adminKey = readFileSync(adminKeyFile({ dataDir: folder }), 'utf8').trim();
  const variables = { TOKENWELL_URL: url, TOKENWELL_KEY: adminKey, TOKENWELL_DATA_DIR: folder };
  const must: RunningVault['must'] = async (args, { input = '', key = adminKey } = {}) => {
    const { code, out, err } = await run(args, { ...variables, TOKENWELL_KEY: key }, { input });
    if (code !== 0) throw new Error(`tokenwell ${args.join(' ')} ended with ${code}: ${err}`);
    return out;
  };
  return { app, url, folder, adminKey, provider, variables, must };
}

/** The credential `mail` and the consumer `helpdesk`, which may draw it; answers the consumer's key. */
export async function fill({ must, provider }: RunningVault): Promise<string> {
  const flags = ['--token-url', provider.url(), '--client-id', 'client', '--scope', 'mail.read'];
  await must(['credential', 'create', 'mail', ...flags, '--secret-file', '-'], { input: 'client-secret\n' });
  await must(['consumer', 'create', 'helpdesk']);
  await must(['consumer', 'permit', 'helpdesk', 'mail']);
  return (await must(['consumer', 'key', 'helpdesk'])).trim();
}
