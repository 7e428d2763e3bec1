// The one place that puts values into commands. A value may come from anybody: from a credential, or from a query.
// PowerShell: about_Quoting_Rules, about_Special_Characters; shell: POSIX.1-2024, Shell Command Language §2.2.2.

/** What a command is for. */
export type Shell = 'powershell' | 'bash';

/** What no name, address or id holds, and what nobody sees in a command: controls, format characters, half characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const ASCII = /^[\x20-\x7E]+$/;

/** Made by the tags of this file alone, so that whatever is put into it was quoted. */
class Written {
  readonly shell: Shell;
  readonly #text: string;

  constructor(shell: Shell, text: string) {
    this.shell = shell;
    this.#text = text;
  }

  /** As it is typed or run. */
  get text(): string {
    return this.#text;
  }
}

/** A command, or several lines of them, ready to be run. */
export type Command = Written;

/** What may stand in a command: a value, a list of values, a command made before. */
export type Filling = string | readonly string[] | Command;

/**
 * A command of PowerShell out of our own words; every value in it becomes one argument, a list becomes an array. Throws
 * `TypeError` for a value that no command can hold.
 */
export function powershell(words: TemplateStringsArray, ...values: readonly Filling[]): Command {
  return new Written('powershell', written(words, values, 'powershell'));
}

/** The same for a POSIX shell; a list becomes several arguments. Throws `TypeError`. */
export function bash(words: TemplateStringsArray, ...values: readonly Filling[]): Command {
  return new Written('bash', written(words, values, 'bash'));
}

/** Several commands of one shell, each on a line of its own. */
export function joined(first: Command, ...others: readonly Command[]): Command {
  return new Written(first.shell, [first, ...others].map(one => textFor(one, first.shell)).join('\n'));
}

/** A filter of OData out of our own words, to be given to a command as a value: in it a quote is doubled. */
export function odata(words: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: words }, ...values.map(value => `'${value.replaceAll("'", "''")}'`));
}

/** Why a value cannot stand in a command, to follow its name in a sentence; undefined where it can. */
export function flawOf(value: string): string | undefined {
  if (value === '') return 'is empty.';
  if (UNSEEN.test(value)) return 'holds a character that cannot be seen, such as a line break.';
  // The Azure CLI reads a file for an argument with @, and every program takes one with - for an option.
  return /^[-@]/.test(value) ? `begins with ${value[0]}.` : undefined;
}

const QUOTED: Readonly<Record<Shell, { one: (value: string) => string; list: (values: string[]) => string }>> = {
  powershell: { one: forPowerShell, list: values => `@(${values.join(', ')})` },
  bash: { one: forBash, list: values => values.join(' ') },
};

function written(words: TemplateStringsArray, values: readonly Filling[], shell: Shell): string {
  return String.raw({ raw: words }, ...values.map(value => filled(value, shell)));
}

function filled(value: Filling, shell: Shell): string {
  if (value instanceof Written) return textFor(value, shell);
  const { one, list } = QUOTED[shell];
  return typeof value === 'string' ? one(checked(value)) : list(value.map(each => one(checked(each))));
}

function textFor({ shell, text }: Command, wanted: Shell): string {
  if (shell !== wanted) throw new TypeError(`This is a command of ${shell}.`);
  return text;
}

function checked(value: string): string {
  if (value === '' || UNSEEN.test(value)) throw new TypeError('A value cannot stand in a command.');
  return value;
}

/**
 * PowerShell ends a string at every quotation mark that Unicode knows, and Windows PowerShell reads a script without a
 * byte order mark in the code page of the machine, where the bytes of other letters become such marks. So only ASCII is
 * written, and every other character by its number.
 */
function forPowerShell(value: string): string {
  const parts = value.match(/[\x20-\x7E]+|[^\x20-\x7E]/g) ?? [];
  const terms = parts.map(part => (ASCII.test(part) ? `'${part.replaceAll("'", "''")}'` : numbered(part)));
  // What is added to a string becomes a string.
  if (!terms[0]?.startsWith("'")) terms.unshift("''");
  return terms.length === 1 ? terms.join('') : `(${terms.join(' + ')})`;
}

function numbered(unit: string): string {
  return `[char]0x${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function forBash(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
