import { styleText } from 'node:util';

/** Prints a line, or several. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a title. Styles are left out by Node itself where there is no terminal, and with NO_COLOR. */
export function title(text: string): void {
  say(`\n${styleText('bold', text)}\n`);
}

/** Prints what was done, or what there is: a name and its value in two columns. */
export function done(name: string, value: string): void {
  say(`  ${styleText('dim', name.padEnd(22))}${value}`);
}

/** Prints a command to paste, below a sentence that says what it shows. */
export function command(sentence: string, line: string): void {
  say(`  ${styleText('dim', `# ${sentence}`)}\n  ${line}\n`);
}
