import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { startRunningVault } from './running-vault.js';
import { run } from './terminal.js';

const PAGE = new URL('../../docs/migrating.md', import.meta.url);

/** The commands of the page's shell blocks, each as its words. */
function commands(): string[][] {
  const blocks = [...readFileSync(PAGE, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap(block => block.replaceAll('\\\n', ' ').split('\n'))
    .filter(line => line.startsWith('tokenwell '))
    .map(line => line.replace(/ >.*$/, '').split(/ +/).slice(1));
}

/** What docs/migrating.md tells to type, typed at a running vault. */
export function migratingCases(t: Test): void {
  t.test('every command of the page does what it says, for the five products', async t => {
    const { variables } = await startRunningVault(t);
    const all = commands();
    t.ok(all.length >= 15, `${all.length} commands`);
    for (const words of all) {
      const [group, verb] = words;
      // They need Microsoft, or a file of the reader's own.
      if (verb === 'test' || group === 'import') continue;
      const secret = verb === 'create' && group === 'credential' && !words.includes('private_key_jwt');
      const args = secret ? [...words, '--secret-file', '-'] : words;
      const { code, err } = await run(args, variables, { input: 'a-secret' });
      t.equal(code, 0, `${words.join(' ')} ${code === 0 ? '' : err}`);
    }
    const { out } = await run(['credential', 'show', 'acme-import', '--json'], variables);
    t.match(JSON.parse(out), { client_auth: { method: 'private_key_jwt', has_secret: true } }, 'its key is in use');
    const guide = await run(['credential', 'setup', 'docs-mail'], variables);
    t.match(guide.out, /IMAP\.AccessAsApp/);
    t.match(guide.out, /documents@acme\.example/);
    t.match(guide.out, /full_access_as_app/, 'what is to be taken away');
  });
}
