import { UsageError } from './failure-text.js';

/** A section of an INI file: its options by lower-case name. */
export interface Section {
  name: string;
  line: number;
  options: Map<string, string>;
}

/**
 * Reads an INI file as Python's configparser does: `name = value` or `name: value`, whole-line comments (# and ;), values
 * that go on in lines indented deeper, defaults for all sections in [DEFAULT]. Section names are taken as they stand, dots
 * and all. Throws `UsageError` for a section or option that stands there twice, and for options before any section.
 */
export function readIni(text: string, file: string): Section[] {
  const sections: Section[] = [];
  const names = new Set<string>();
  let open: { name: string; indent: number } | undefined;
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
      section?.options.set(open.name, `${section.options.get(open.name)}\n${line}`.trim());
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
    section.options.set(option, value);
    open = { name: option, indent };
  }
  return withDefaults(sections);
}

function withDefaults(sections: Section[]): Section[] {
  const defaults = sections.find(({ name }) => name === 'DEFAULT')?.options ?? new Map<string, string>();
  const own = sections.filter(({ name }) => name !== 'DEFAULT');
  return own.map(section => ({ ...section, options: new Map([...defaults, ...section.options]) }));
}
