// A reader of PowerShell, written from its rules (about_Parsing, about_Quoting_Rules, about_Special_Characters) and not
// from the code that writes it.

export interface Token {
  kind: 'word' | 'string' | 'sign' | 'end';
  /** What a string holds once it is read; what stands there of anything else. */
  text: string;
}

/** PowerShell takes all of these for the ASCII character. */
const SINGLE = "'\u2018\u2019\u201A\u201B";
const DOUBLE = '"\u201C\u201D\u201E';
const DASH = /[\u2013\u2014\u2015]/g;
const SPACE = /[ \t\u00A0\u0085\u2000-\u200A\u202F\u205F\u3000]/;
const SIGNS = '(){}[],=@+';
const ENDS = '\r\n;|&';

/** The tokens of a script. Comments are left out. Throws for a string without an end. */
export function tokensOf(script: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < script.length) {
    const [char = '', next = ''] = [script[at], script[at + 1]];
    if (SPACE.test(char)) at++;
    else if (char === '#') at = lineEnd(script, at);
    else if (char === '<' && next === '#') at = script.indexOf('#>', at) + 2;
    else if (ENDS.includes(char)) found.push({ kind: 'end', text: script[at++] ?? '' });
    else if (SINGLE.includes(char)) at = readSingle(script, at, found);
    else if (DOUBLE.includes(char)) at = readDouble(script, at, found);
    else if (SIGNS.includes(char)) found.push({ kind: 'sign', text: script[at++] ?? '' });
    else at = readWord(script, at, found);
  }
  return found;
}

/** The same with every sum of strings and characters, in brackets, as the one string that it comes to. */
export function foldedTokensOf(script: string): Token[] {
  const tokens = tokensOf(script);
  const folded: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const sum = sumAt(tokens, at);
    if (sum) folded.push({ kind: 'string', text: sum.text });
    else folded.push(tokens[at] ?? { kind: 'end', text: '' });
    at = sum?.last ?? at;
  }
  return folded;
}

function sumAt(tokens: readonly Token[], start: number): { text: string; last: number } | undefined {
  if (tokens[start]?.text !== '(' || tokens[start]?.kind !== 'sign') return undefined;
  let text = '';
  for (let at = start + 1; at < tokens.length; at++) {
    const token = tokens[at];
    const char = charAt(tokens, at);
    const inner = sumAt(tokens, at);
    if (token?.kind === 'string') text += token.text;
    else if (inner) [text, at] = [text + inner.text, inner.last];
    else if (char !== undefined && text === '' && tokens[start + 1]?.kind !== 'string') return undefined;
    else if (char !== undefined) [text, at] = [text + char, at + 3];
    else return undefined;
    const after = tokens[++at];
    if (after?.kind === 'sign' && after.text === ')') return { text, last: at };
    if (after?.text !== '+') return undefined;
  }
  return undefined;
}

/** `[char]0x2019`. */
function charAt(tokens: readonly Token[], at: number): string | undefined {
  const [open, name, close, number] = tokens.slice(at, at + 4).map(({ text }) => text);
  const hex = /^0x([\da-f]{4})$/.exec(number ?? '')?.[1];
  if (open !== '[' || name !== 'char' || close !== ']' || hex === undefined) return undefined;
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function lineEnd(script: string, at: number): number {
  const end = script.slice(at).search(/[\r\n]/);
  return end < 0 ? script.length : at + end;
}

function readSingle(script: string, start: number, found: Token[]): number {
  let text = '';
  for (let at = start + 1; at < script.length; at++) {
    const [char = '', next = ''] = [script[at], script[at + 1] ?? '\0'];
    if (!SINGLE.includes(char)) text += char;
    else if (SINGLE.includes(next)) [text, at] = [text + char, at + 1];
    else {
      found.push({ kind: 'string', text });
      return at + 1;
    }
  }
  throw new Error('a string has no end');
}

/** What is expanded in it is not looked into: nothing of a stranger's may stand there. */
function readDouble(script: string, start: number, found: Token[]): number {
  let text = '';
  for (let at = start + 1; at < script.length; at++) {
    const char = script[at] ?? '';
    if (char === '`') at++;
    else if (DOUBLE.includes(char)) {
      found.push({ kind: 'string', text: `"${text}"` });
      return at + 1;
    } else text += char;
  }
  throw new Error('a string has no end');
}

function readWord(script: string, start: number, found: Token[]): number {
  let at = start;
  const stops = (char: string) => SPACE.test(char) || `${SIGNS}${ENDS}${SINGLE}${DOUBLE}`.includes(char);
  while (at < script.length && (at === start || !stops(script[at] ?? ''))) at += script[at] === '`' ? 2 : 1;
  found.push({ kind: 'word', text: script.slice(start, at).replace(DASH, '-') });
  return at;
}
