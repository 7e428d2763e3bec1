const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const IN_JSON: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const ESCAPES =
  /(?<percent>(?:%[\da-f]{2})+)|&(?:(?<named>amp|lt|gt|quot|apos)|#(?<decimal>\d{1,7})|#x(?<hex>[\da-f]{1,6}));?|\\(?:u(?<unit>[\da-f]{4})|(?<json>["\\/bfnrt]))/gi;

/**
 * The text with one layer of escapes taken off: percent signs (RFC 3986 §2.1, read as UTF-8), HTML's character
 * references for markup and by number, JSON's backslashes (RFC 8259 §7). What is none of them stays.
 */
export function unescapedOnce(text: string): string {
  return text.replace(ESCAPES, (found: string, ...rest: unknown[]) => {
    const groups = rest.at(-1);
    return isGroups(groups) ? (characterOf(groups) ?? found) : found;
  });
}

function characterOf({ percent, named, decimal, hex, unit, json }: Groups): string | undefined {
  if (percent !== undefined) return Buffer.from(percent.replaceAll('%', ''), 'hex').toString();
  if (named !== undefined) return NAMED[named.toLowerCase()];
  if (json !== undefined) return IN_JSON[json] ?? json;
  const code = decimal === undefined ? Number.parseInt(hex ?? unit ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

type Groups = Partial<Record<'percent' | 'named' | 'decimal' | 'hex' | 'unit' | 'json', string>>;

function isGroups(value: unknown): value is Groups {
  return typeof value === 'object' && value !== null;
}
