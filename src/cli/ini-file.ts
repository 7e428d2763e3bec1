import { UsageError } from './failure-text.js';

/** A section of an INI file: its options by lower-case name. */
export interface Section {
  name: string;
  line: number;
  options: Map<string, string>;
}

/** One that is being read: the lines of each option. */
type Reading = Omit<Section, 'options'> & { options: Map<string, string[]> };

/**
 * Reads an INI file as Python's configparser does: `name = value` or `name: value`, whole-line comments (# and ;), values
 * that go on in lines indented deeper, defaults for all sections in [DEFAULT]. Section names are taken as they stand, dots
 * and all. Throws `UsageError` for a section or option that stands there twice, and for options before any section.
 */
export function readIni(text: string, file: string): Section[] {
  const sections: Reading[] = [];
  const names = new Set<string>();
  let open: { lines: string[]; indent: number } | undefined;
  const refuse = (at: number, what: string) => new UsageError(`${file}, line ${at + 1}: ${what} Mend it there.`);
  for (const [at, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim();
    const indent = raw.length - raw.trimStart().length;
    const section = sections.at(-1);
    if (line === '' || /^[#;]/.test(line)) continue;
    if (open && indent > open.indent) {
      open.lines.push(line);
      continue;
    }
    const [, header] = /^\[(.+)\]$/.exec(line) ?? [];
    open = undefined;
    if (header !== undefined) {
      if (names.has(header)) throw refuse(at, `The section [${header}] stands there twice.`);
      names.add(header);
      sections.push({ name: header, line: at + 1, options: new Map() });
      continue;
    }
    if (!section) throw refuse(at, 'Something stands before the first [section].');
    const split = line.search(/[=:]|$/);
    const [option, value] = [line.slice(0, split).trim().toLowerCase(), line.slice(split + 1).trim()];
    if (section.options.has(option)) throw refuse(at, `${option} stands twice in [${section.name}].`);
    open = { lines: [value], indent };
    section.options.set(option, open.lines);
  }
  return withDefaults(sections.map(joined));
}

function joined(section: Reading): Section {
  const options = [...section.options].map(([option, lines]) => [option, lines.join('\n').trim()] as const);
  return { ...section, options: new Map(options) };
}

function withDefaults(sections: Section[]): Section[] {
  const defaults = sections.find(({ name }) => name === 'DEFAULT')?.options ?? new Map<string, string>();
  const own = sections.filter(({ name }) => name !== 'DEFAULT');
  return own.map(section => ({ ...section, options: new Map([...defaults, ...section.options]) }));
}
