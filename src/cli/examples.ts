import type { Command } from 'commander';

/** Ends the help of a command with lines that can be typed as they stand. */
export function examples(command: Command, ...lines: string[]): Command {
  const shown = lines.map(line => `  $ ${line}`);
  return command.addHelpText('after', `\nExample${lines.length > 1 ? 's' : ''}:\n${shown.join('\n')}`);
}
