import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { TokenwellClient } from '../../src/client/client.js';
import { TestClock } from '../support/clock.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';
import { fill, startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

const SUBJECT = 'system:serviceaccount:mail:fetcher';

/** A vault with the credential `mail`, an issuer, and the consumer `robot`, which trusts it and may draw. */
async function world(t: Test) {
  const vault = await startRunningVault(t);
  await fill(vault);
  const issuer = await WorkloadIssuer.start(t, new TestClock(Date.now()));
  const flags = ['--trust-issuer', issuer.url, '--trust-audience', 'tokenwell', '--trust-subject', SUBJECT];
  await vault.must(['consumer', 'create', 'robot', ...flags]);
  await vault.must(words('consumer permit robot mail'));
  const file = join(vault.folder, 'token');
  const variables = { TOKENWELL_URL: vault.url, TOKENWELL_KEY_FILE: file };
  return { vault, issuer, flags, file, variables };
}

/** Consumers that are workloads, from the command line and the client. */
export function workloadCases(t: Test): void {
  t.test('a workload draws with the file that its platform gives it, as Kubernetes exchanges it', async t => {
    const { vault, issuer, file, variables } = await world(t);
    // A projected volume: the file is a link through a folder that is exchanged.
    const versions = ['one', 'two'].map(name => join(vault.folder, name));
    for (const path of versions) writeFileSync(path, `${await issuer.token({ claims: { jti: path } })}\n`);
    symlinkSync(versions[0] ?? '', file);
    t.match(await run(words('token mail'), variables), { code: 0, out: 'token-1\n', err: '' });
    t.match(await run(words('me'), variables), { code: 0, out: new RegExp(`robot[\\s\\S]*subject +${SUBJECT}`) });
    const client = new TokenwellClient({ url: vault.url, keyFile: file });
    t.match(await client.token('mail'), { access_token: 'token-1' });
    writeFileSync(versions[0] ?? '', await issuer.token({ claims: { aud: 'other' } }));
    await t.rejects(client.token('mail'), { code: 'unauthenticated', detail: /\(aud\) other/ }, 'it is read again');
    symlinkSync(versions[1] ?? '', `${file}.new`);
    renameSync(`${file}.new`, file);
    t.match(await client.token('mail'), { access_token: 'token-1' });
  });

  t.test('a key file that gives no key is told before anybody is asked, and never shown', async t => {
    const { vault, file } = await world(t);
    const client = new TokenwellClient({ url: vault.url, keyFile: file });
    await t.rejects(client.me(), { name: 'TokenwellError', code: 'key_unreadable', status: 0, detail: /ENOENT/ });
    for (const text of ['', 'two words', 'two\nlines\n']) {
      writeFileSync(file, text);
      await t.rejects(client.me(), { code: 'key_unreadable', message: /^(?!.*(?:words|lines))/ });
    }
    for (const options of [{}, { key: 'twk_x', keyFile: file }]) {
      t.throws(() => new TokenwellClient({ url: vault.url, ...options }), { name: 'TypeError' });
    }
  });

  t.test('a refused token says which check failed, who must act and where it came from', async t => {
    const { issuer, file, variables } = await world(t);
    writeFileSync(file, await issuer.token({ claims: { sub: 'system:serviceaccount:mail:other' } }));
    const { code, err } = await run(words('token mail'), variables);
    t.equal(code, 1);
    t.match(err, /\(sub\) system:serviceaccount:mail:other/);
    t.match(err, /tokenwell consumer show[\s\S]*TOKENWELL_KEY_FILE/);
  });

  t.test('an issuer that does not answer is no wrong token: try again later', async t => {
    const { issuer, file, variables } = await world(t);
    writeFileSync(file, await issuer.token());
    await issuer.server.close();
    const down = await run(words('token mail'), variables);
    t.match(down, { code: 3, err: /The keys of the issuer of this token cannot be had/ });
    t.match(down.err, /Who must act: [\s\S]*What to do: Try again/);
  });

  t.test('trust is shown, changed in part and ended; a slip is named by its flag', async t => {
    const { vault, issuer, flags } = await world(t);
    t.match(await vault.must(words('consumer show robot')), new RegExp(`trusts issuer +${issuer.url}`));
    await vault.must(words('consumer replace robot --description robots'));
    await vault.must(words('consumer disable robot'));
    await vault.must(words('consumer enable robot'));
    await vault.must(words('consumer replace robot --trust-audience stage'));
    const shown = async () => JSON.parse(await vault.must(words('consumer show robot --json')));
    t.strictSame((await shown()).trust, { issuer: issuer.url, audience: 'stage', subject: SUBJECT });
    const slip = await run(words('consumer replace robot --trust-subject *'), vault.variables);
    t.match(slip, { code: 1, err: /trust\.subject \(--trust-subject\): .*\[begins_fixed\]/ });
    const twin = await run(['consumer', 'create', 'twin', ...flags, '--trust-audience', 'stage'], vault.variables);
    t.match(twin, { code: 1, err: /consumer robot/ });
    for (const args of [
      ['consumer', 'create', 'half', '--trust-subject', SUBJECT],
      words('consumer replace robot --no-trust --trust-audience x'),
      words('consumer replace robot'),
    ]) {
      t.equal((await run(args, vault.variables)).code, 2, args.join(' '));
    }
    await vault.must(words('consumer replace robot --no-trust'));
    t.notOk('trust' in (await shown()));
  });
}
