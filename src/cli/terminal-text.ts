/** Text as a terminal may show it: what could steer the terminal (C0, C1, line breaks, bidirectional marks) becomes `�`. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/** Several lines of such text. Their breaks stay, so values must have been made visible before. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** JSON in which everything that could steer a terminal, or that nobody can see, is escaped. It reads back the same. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/[\x7F-\x9F\p{Cf}\p{Zl}\p{Zp}]/gu, found =>
    found.split('').map(escaped).join(''),
  );
}

/**
 * What stands alone on standard output, for another program: a token (RFC 6749 §A.12), a key, an address. Throws
 * `TypeError` for anything but printable ASCII.
 */
export function bare(value: string): string {
  if (/^[\x20-\x7E]+$/.test(value)) return value;
  throw new TypeError('This is not one line of printable ASCII.');
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Lines for another program, such as a script. Throws `TypeError` for anything but printable ASCII. */
export function bareLines(text: string): string {
  return text
    .split('\n')
    .map(line => (line === '' ? line : bare(line)))
    .join('\n');
}
