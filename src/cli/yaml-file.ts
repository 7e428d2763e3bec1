import { LineCounter, parseDocument } from 'yaml';
import { UsageError } from './failure-text.js';

/** A YAML file that was read, with the places of its values. */
export interface YamlFile {
  value: unknown;
  /** Where a value stands, as `credentials.yaml, line 3, column 5`; of what is not there, where it would belong. */
  at(path: readonly (string | number)[]): string;
}

const MOST_BYTES = 1_048_576;
/** How often anchors may be repeated: a few of them, each repeating others, would fill the memory. */
const MOST_ALIASES = 50;

/**
 * Reads YAML 1.2 (and so JSON) with its core types alone: no tags of its own, no key twice, one document. Throws
 * `UsageError` with line and column; the text itself is not repeated, for it may hold a secret.
 */
export function readYaml(text: string, name: string): YamlFile {
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new UsageError(`${name} is larger than 1 MiB. Give several files, each with its own -f. ${UNCHANGED}`);
  }
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}, line ${line}, column ${col}`;
  };
  const flawed = (offset: number, what: string) => new UsageError(`${place(offset)}: ${what} ${UNCHANGED}`);
  const document = parsed(text, name, lines);
  const [flaw] = [...document.errors, ...document.warnings];
  if (flaw) throw flawed(flaw.pos[0], FLAWS[flaw.code] ?? OTHER_FLAW);
  if (document.directives?.yaml.explicit) throw flawed(0, 'A %YAML line is not taken here. Take it out.');
  const at: YamlFile['at'] = path => {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range = rangeOf(node);
      if (range !== undefined) return place(range);
    }
    return name;
  };
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), at };
  } catch {
    throw new UsageError(
      `${name} repeats anchors (&, *) more than ${MOST_ALIASES} times, or one that is not there. Write it out. ${UNCHANGED}`,
    );
  }
}

const UNCHANGED = 'Nothing was changed.';
const OTHER_FLAW =
  'This is not YAML from here on. Look at the indentation, at quotes and brackets, and for a missing colon.';

/** What the parser finds, in our words: its own may repeat what stands there. */
const FLAWS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'A tab stands where YAML takes spaces alone. Indent with spaces.',
  DUPLICATE_KEY: 'This key stands here twice. Keep one of them.',
  MULTIPLE_DOCS: 'A second document begins here. Give it as a file of its own, with another -f.',
  TAG_RESOLVE_FAILED: 'Tags (!…) are not taken here. Write the plain value.',
  BAD_DIRECTIVE: 'Directives (%…) are not taken here. Take the line out.',
  BAD_ALIAS: 'This alias (*) has no anchor (&) before it. Write the value out.',
  BAD_INDENT: 'The indentation does not fit what stands above. Items that belong together begin in the same column.',
  BAD_DQ_ESCAPE: 'A backslash in double quotes begins something that YAML does not know. Use single quotes.',
  MISSING_CHAR: 'A quote, bracket, comma or colon is missing before this place.',
  NON_STRING_KEY: 'A key must be plain text. Where this is a placeholder in braces, put your own value in its place.',
  BLOCK_AS_IMPLICIT_KEY: 'Two colons stand in one line. Put the value in quotes, or its parts on lines of their own.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line. Most likely a colon is missing.',
  BAD_SCALAR_START: 'A value does not begin like this. Put it in quotes.',
  RESOURCE_EXHAUSTION: 'This is nested too deep.',
};

function parsed(text: string, name: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, {
      lineCounter,
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      stringKeys: true,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch {
    throw new UsageError(`${name} is nested too deep to be read. ${UNCHANGED}`);
  }
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  return typeof node.range[0] === 'number' ? node.range[0] : undefined;
}
