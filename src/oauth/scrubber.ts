import { formEncode } from './form-encoding.js';

/** Makes what a provider wrote fit to be shown: no secret, no control characters, at most `longest` characters. */
export type Scrub = (text: string, longest: number) => string;

/** The beginning of a secret counts as an echo from this length on; shorter secrets are matched whole. */
const BEGINNING = 12;

/**
 * Providers echo requests in their error texts. The answer replaces every form in which our secret may come back (as
 * it is, form-, URL- or JSON-encoded, in base64, in hex, inside a Basic header, its beginning alone) by `[secret]`.
 */
export function createScrub(clientId: string, secret: string): Scrub {
  // The text is made visible first, so the secret must be looked for in that shape too.
  const forms = [secret, visible(secret)].flatMap(value => formsOf(clientId, value)).filter(form => form !== '');
  const patterns = [...new Set(forms)].sort((a, b) => b.length - a.length).map(escaped);
  if (secret.length > BEGINNING) patterns.push(`${escaped(secret.slice(0, BEGINNING))}\\S*`);
  const echo = patterns.length > 0 ? new RegExp(patterns.join('|'), 'gi') : undefined;
  return (text, longest) => {
    const clean = visible(text);
    return cut(echo ? clean.replace(echo, '[secret]') : clean, longest);
  };
}

function formsOf(clientId: string, secret: string): string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  return [
    secret,
    formEncode(secret),
    formEncode(secret).replaceAll('+', '%20'),
    encodeURIComponent(bytes.toString()),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...base64(bytes),
    ...base64(Buffer.from(`${clientId}:${secret}`)),
    ...base64(Buffer.from(`${formEncode(clientId)}:${formEncode(secret)}`)),
  ];
}

function base64(bytes: Buffer): string[] {
  const padded = bytes.toString('base64');
  return [padded, padded.replace(/=+$/, ''), bytes.toString('base64url')];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Line breaks and control characters become a space; invisible ones (bidi controls, zero width) disappear. */
function visible(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim();
}

function cut(text: string, longest: number): string {
  const characters = [...text];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : text;
}
