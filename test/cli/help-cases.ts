import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Test } from 'tap';
import { programOf } from '../../src/cli/command-line.js';
import { run } from './terminal.js';

/** Every command that does something, with its words. */
function leaves(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  const below = command.commands.flatMap(child => leaves(child, [...path, child.name()]));
  return command.commands.length > 0 ? below : [{ path, command }];
}

function all(): { path: string[]; command: Command }[] {
  const nowhere = process.stderr;
  return leaves(programOf({ input: process.stdin, out: nowhere, err: nowhere, exitCode: 0 }));
}

async function helpOf(path: readonly string[]): Promise<string> {
  return (await run([...path, '--help'])).out;
}

/** The actions that stand in the source as text. */
function writtenActions(): string[] {
  const folder = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    /^(?:vault|http)\/.*\.ts$/.test(name),
  );
  const action = /'((?:token|credential|account|consent|consumer|key|expiry|permission|vault)\.[a-z-]+)'/g;
  const namesIn = (file: string) => {
    return [...readFileSync(join(folder, file), 'utf8').matchAll(action)].map(([, name = '']) => name);
  };
  // Places at which a test may cut the process off are named alike.
  const steps = namesIn('vault/steps.ts');
  return [...new Set(files.flatMap(namesIn).filter(name => !steps.includes(name)))].sort();
}

export function helpCases(t: Test): void {
  t.test('every command explains itself: what it does, each argument and flag, an example, the exit codes', async t => {
    t.equal(all().length, 55, 'commands');
    for (const { path, command } of all()) {
      const name = path.join(' ');
      const help = await helpOf(path);
      t.ok(command.summary() && command.description(), `${name}: summary and description`);
      t.match(
        help,
        new RegExp(`Examples?:\n( {2}\\$ .*tokenwell ${name}.*\n)+\nExit codes:\n {2}0 {2}(?:done|ended after)`),
        name,
      );
      t.equal(/the vault or the provider said no/.test(help), name !== 'serve', `${name}: the exit codes are its own`);
      for (const { flags, description } of command.options) t.ok(description, `${name} ${flags}`);
      for (const argument of command.registeredArguments) t.ok(argument.description, `${name} ${argument.name()}`);
    }
    for (const path of [
      [],
      ['help'],
      ['credential'],
      ['import'],
      ['account'],
      ['consumer'],
      ['ledger'],
      ['calendar'],
    ]) {
      t.match(await helpOf(path), /\$ .*tokenwell [\s\S]*Exit codes:/, path.join(' '));
    }
    for (const path of [['ledger', 'verify'], ['consumer', 'key'], ['ledger']]) {
      t.equal((await run(['help', ...path])).out, await helpOf(path), `help ${path.join(' ')}`);
    }
    for (const line of ['help foo', 'help ledger foo', 'help ledger foo verify', 'foo --help', 'ledger foo -h']) {
      const refused = await run(line.split(' '));
      t.match(refused, { code: 2, out: '', err: /^tokenwell: unknown command 'foo'/ }, line);
    }
    t.equal((await run(['help', 'token', 'mail'])).out, await helpOf(['token']));
    t.match(await run(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/ });
  });

  t.test('finding 9: no flag takes a secret', async t => {
    const flags = all().flatMap(({ command }) => command.options.map(({ long }) => long ?? ''));
    t.strictSame([...new Set(flags.filter(flag => /secret|password|key|pfx/.test(flag)))].sort(), [
      '--key-id',
      '--key-password-file',
      '--pfx-file',
      '--private-key-file',
      '--rotate-secrets',
      '--secret-expires-at',
      '--secret-file',
    ]);
  });

  t.test('the help of the ledger names every action that the source writes, and when refusals stand there', async t => {
    const help = (await helpOf(['ledger', 'list'])).replaceAll(/\s+/g, ' ');
    const listed = /--action takes one of: ([a-z., -]+)\. /.exec(help)?.[1]?.split(', ') ?? [];
    t.strictSame(listed.sort(), writtenActions());
    for (const path of [['ledger'], ['ledger', 'list']]) {
      t.match((await helpOf(path)).replaceAll(/\s+/g, ' '), /Equal refusals are summed .* up to a minute later/);
    }
  });
}
