// Sentences that hold values of others: the values are told from our own words in every format.

/** Made by the tag below alone. */
class Sentence {
  /** For a terminal, and for programs that show it in their own way. */
  readonly plain: string;
  /** Values are code there, and nothing in them is read as markup. */
  readonly markdown: string;

  constructor(plain: string, markdown: string) {
    this.plain = plain;
    this.markdown = markdown;
  }
}

/** What is said to people. */
export type Prose = Sentence;

/** Our own words with values in them; a value is shown as it is. */
export function say(words: TemplateStringsArray, ...values: readonly (string | Prose)[]): Prose {
  const own = words.map(escaped);
  return new Sentence(
    String.raw({ raw: words }, ...values.map(value => (typeof value === 'string' ? value : value.plain))),
    String.raw({ raw: own }, ...values.map(value => (typeof value === 'string' ? codeSpan(value) : value.markdown))),
  );
}

/** Words that stand elsewhere, as they are: no code, and no markup. */
export function words(text: string): Prose {
  return new Sentence(text, escaped(text));
}

/** Sentences one after the other. */
export function together(first: Prose, ...others: readonly Prose[]): Prose {
  return others.reduce((all, next) => say`${all} ${next}`, first);
}

/** Names with commas between them and "and" before the last. */
export function listed(names: readonly string[]): Prose {
  const [last = say``, ...before] = names.map(name => say`${name}`).reverse();
  const [first, ...others] = before.reverse();
  return first ? say`${others.reduce((all, next) => say`${all}, ${next}`, first)} and ${last}` : last;
}

/** Text as Markdown shows it, whatever it holds (CommonMark §2.4). */
export function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~$]|&(?=[#\w])/g, '\\$&');
}

/** Code in a line (CommonMark §6.1): its fence is longer than any run of backticks inside. */
export function codeSpan(code: string): string {
  const fence = '`'.repeat(longestRun(code) + 1);
  const room = /^`|`$/.test(code) || /^ .*[^ ].* $/.test(code) ? ' ' : '';
  return `${fence}${room}${code}${room}${fence}`;
}

/** Code on lines of its own (CommonMark §4.5). */
export function codeBlock(language: string, code: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(code) + 1));
  return `${fence}${language}\n${code}\n${fence}`;
}

function longestRun(code: string): number {
  return Math.max(0, ...(code.match(/`+/g) ?? []).map(run => run.length));
}
