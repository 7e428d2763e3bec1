import { UsageError } from './failure-text.js';

/** One property and the line that it begins on. */
export interface Property {
  key: string;
  value: string;
  line: number;
}

/**
 * Reads a Java .properties file as java.util.Properties does: comments (# and !), `=`, `:` or white space after the key,
 * lines that go on after a backslash, escapes. UTF-8, or ISO-8859-1 where the bytes are no UTF-8. Of a key that stands
 * there twice the last counts. Throws `UsageError` for a `\u` without four hexadecimal digits.
 */
export function readProperties(bytes: Uint8Array, name: string): Property[] {
  const found = new Map<string, Property>();
  for (const { text, line } of logicalLines(textOf(bytes))) {
    const [, key = '', value = ''] = /^((?:\\.|[^\\=:\s])*)(?:[ \t\f]*[=:]|[ \t\f])?[ \t\f]*(.*)$/s.exec(text) ?? [];
    const plain = (part: string) => unescaped(part, `${name}, line ${line}`);
    found.set(plain(key), { key: plain(key), value: plain(value), line });
  }
  return [...found.values()];
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** Natural lines joined where one ends with an odd number of backslashes; without blank lines and comments. */
function logicalLines(text: string): { text: string; line: number }[] {
  const lines: { text: string; line: number }[] = [];
  let open = false;
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const natural = raw.replace(/^[ \t\f]+/, '');
    if (!open && /^(?:$|[#!])/.test(natural)) continue;
    const goesOn = (/\\*$/.exec(natural)?.[0].length ?? 0) % 2 === 1;
    const part = goesOn ? natural.slice(0, -1) : natural;
    const last = lines.at(-1);
    if (open && last) last.text += part;
    else lines.push({ text: part, line: at + 1 });
    open = goesOn;
  }
  return lines;
}

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string, place: string): string {
  return text.replace(/\\(u[\da-fA-F]{4}|.)/gs, (_, sequence: string) => {
    if (sequence === 'u') throw new UsageError(`${place}: after \\u come four hexadecimal digits. Mend it there.`);
    return sequence.length === 5
      ? String.fromCharCode(Number.parseInt(sequence.slice(1), 16))
      : (CONTROLS[sequence] ?? sequence);
  });
}
