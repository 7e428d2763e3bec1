import type { Command } from 'commander';
import type { Test } from 'tap';
import { programOf } from '../../src/cli/command-line.js';
import { run } from '../cli/terminal.js';
import { signInByName } from '../support/sign-in-by-name.js';
import { paste, type RunningDemo } from './running.js';

/** These come last, the offline one at the very end, because others need what they take away. */
const TAKES_AWAY = [/disconnect|unlink/, /delete/, /--offline/];

/** Every command, the program itself and the groups too, with its words. */
function commands(command: Command, path: string[] = []): string[][] {
  return [path, ...command.commands.flatMap(child => commands(child, [...path, child.name()]))];
}

/** The lines below all commands, each once. */
async function examplesOf(): Promise<string[]> {
  const nowhere = process.stderr;
  const lines = new Set<string>();
  for (const path of commands(programOf({ input: process.stdin, out: nowhere, err: nowhere, exitCode: 0 }))) {
    const { out } = await run([...path, '--help']);
    for (const [, line = ''] of out.matchAll(/^ {2}\$ (.*)$/gm)) lines.add(line);
  }
  const lateness = (line: string) => TAKES_AWAY.findLastIndex(pattern => pattern.test(line));
  return [...lines].sort((one, other) => lateness(one) - lateness(other));
}

/** As the help says it: two people, each by a link. */
async function twoSignIns({ folder }: RunningDemo): Promise<void> {
  for (const name of ['anna@acme.example', 'ben@acme.example']) {
    const printed = await paste('. demo/session.sh; tokenwell account link info-mail', folder);
    await signInByName(/^http\S+$/m.exec(printed)?.[0] ?? 'no link was printed', name);
  }
}

/** Every example of every help, each pasted into a shell of its own in which the session was read. */
export async function helpCase(t: Test, demo: RunningDemo): Promise<void> {
  const examples = await examplesOf();
  const serving = examples.filter(line => / serve\b/.test(line));
  t.equal(serving.length, 2);
  for (const line of serving) t.match(line, /# (?:not beside the demo|where \. demo\/session\.sh was not typed)/);
  const own = examples.filter(line => line.endsWith('# with files of your own'));
  t.equal(own.length, 6);
  const runnable = examples.filter(line => ![...serving, ...own].includes(line));
  const pasted = process.env.TEST_LONG
    ? runnable
    : runnable.filter(line => /tokenwell (?:account (?:accept|show)|me|token)\b/.test(line));
  t.comment(`${pasted.length} of ${runnable.length} examples are pasted`);
  for (const line of pasted) {
    if (line.includes('# after two people have signed in')) await twoSignIns(demo);
    // What an earlier demo left in the shell must not count.
    const shell = `export TOKENWELL_KEY=twk_of-another-demo; . demo/session.sh; ${line}`;
    await t.resolves(paste(shell, demo.folder), line);
  }
  t.ok(examples.length > 50, `${examples.length} examples`);
}
