import type { ProviderAnswer } from '../vault/errors.js';
import type { Scrub } from './scrubber.js';

const LONGEST_CODE = 100;
const LONGEST_DESCRIPTION = 300;
const MOST_CODES = 5;
/** Far more than is shown, so that no secret is cut in two where it would be seen; looking has its price. */
const LOOKED_AT = 16_384;

/**
 * What a provider said about its refusal, as far as it may be shown: `error` and `error_description` (RFC 6749 §5.2),
 * Microsoft's AADSTS numbers and trace ids, Google's `error_subtype`. Undefined when it said nothing.
 */
export function providerWords(json: Record<string, unknown> | undefined, scrub: Scrub): ProviderAnswer | undefined {
  if (!json) return undefined;
  const words: ProviderAnswer = {};
  if (isText(json.error)) words.error = scrub(json.error.slice(0, LOOKED_AT), LONGEST_CODE);
  if (isText(json.error_description)) {
    words.error_description = scrub(json.error_description.slice(0, LOOKED_AT), LONGEST_DESCRIPTION);
  }
  const codes = codesOf(json, scrub);
  if (codes.length > 0) words.codes = codes;
  for (const name of ['trace_id', 'correlation_id', 'timestamp'] as const) {
    const value = json[name];
    // Scrubbing would leave brackets behind, so a trace id that holds a secret is dropped.
    if (isText(value) && /^[\w .:+-]{1,64}$/.test(scrub(value, LONGEST_CODE))) words[name] = value;
  }
  return Object.keys(words).length > 0 ? words : undefined;
}

function codesOf({ error_description, error_codes, error_subtype }: Record<string, unknown>, scrub: Scrub): string[] {
  const written = isText(error_description) ? (error_description.match(/AADSTS\d{3,9}\b/g) ?? []) : [];
  const listed = Array.isArray(error_codes) ? error_codes.filter(isCode).map(code => `AADSTS${code}`) : [];
  const isSubtype = isText(error_subtype) && /^[a-z_]{1,40}$/.test(error_subtype);
  const subtype = isSubtype && scrub(error_subtype, LONGEST_CODE) === error_subtype ? [error_subtype] : [];
  return [...new Set([...subtype, ...written, ...listed])].slice(0, MOST_CODES);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
