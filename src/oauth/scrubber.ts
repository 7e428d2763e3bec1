import { unescapedOnce } from './escapes.js';
import { formEncode } from './form-encoding.js';
import { cut, visible } from './shown-text.js';

/** Makes what a provider wrote fit to be shown: no secret, no control characters, at most `longest` characters. */
export type Scrub = (text: string, longest: number) => string;

/** So many characters of a secret in a row count as an echo; shorter secrets are matched whole. */
const PART = 12;

/** Of a longer form only this much is looked for, and what follows it goes too: a pattern must not grow with a token. */
const LONGEST_FORM = 512;

/** Parts are looked for in so much of a secret, counted from its beginning and from its end. */
const LONGEST_SECRET = 4096;

/** What was escaped is seldom escaped more often; each time costs another look at the whole text. */
const MOST_ESCAPES = 3;

const SHOWN = '[secret]';

/**
 * Providers echo requests in their error texts. The answer replaces every form in which one of our secrets may come
 * back (as it is, backwards, in base64, in hex, inside a Basic header, a part of it alone; each of them also escaped
 * for a form, a URL, JSON or HTML, up to three times) by `[secret]`. Escapes are shown as they came unless a secret
 * was in them. Takes time that grows with the text alone.
 */
export function createScrub(clientId: string, secrets: readonly string[]): Scrub {
  const given = secrets.filter(secret => secret !== '');
  if (given.length === 0) return (text, longest) => cut(visible(text), longest);
  let echoes: Echoes | undefined;
  return (text, longest) => {
    // Most answers are never shown, so nothing is prepared before one is.
    echoes ??= echoesOf(clientId, given);
    return cut(withoutEchoes(visible(text), echoes), longest);
  };
}

/** What is looked for: whole forms of secrets, and everything of the length `PART` that stands in one, folded. */
interface Echoes {
  wholes: RegExp;
  parts: ReadonlySet<string>;
}

function echoesOf(clientId: string, secrets: readonly string[]): Echoes {
  // What is looked at was made visible, and layers of escapes were taken off it; so a secret may have such a shape too.
  const shapes = [...new Set(secrets.flatMap(secret => [secret, ...layersOf(visible(secret))]))].filter(Boolean);
  const both = [...shapes, ...shapes.map(reversed)];
  const forms = [...new Set([...both, ...shapes.flatMap(shape => encodings(clientId, shape))])];
  const wholes = forms.sort((a, b) => b.length - a.length).map(patternOf);
  return { wholes: new RegExp(wholes.join('|'), 'gi'), parts: new Set(both.flatMap(partsOf)) };
}

function withoutEchoes(text: string, { wholes, parts }: Echoes): string {
  let shown = text;
  let layer = text;
  for (let times = 0; times <= MOST_ESCAPES; times++) {
    const clean = layer.replace(wholes, SHOWN);
    if (clean !== layer) shown = clean;
    layer = visible(unescapedOnce(clean));
  }
  // The innermost layer comes first: further out, what is escaped would tear a part into smaller ones.
  for (const layer of layersOf(shown).reverse()) {
    const clean = withoutParts(layer, parts);
    if (clean !== layer) return clean;
  }
  return shown;
}

/** The text, and what it is when its escapes are taken off once, twice and so on. */
function layersOf(text: string): string[] {
  const layers = [text];
  while (layers.length <= MOST_ESCAPES) layers.push(visible(unescapedOnce(layers.at(-1) ?? '')));
  return layers;
}

/** Replaces every stretch that is made of parts, with what hangs on to its end. */
function withoutParts(text: string, parts: ReadonlySet<string>): string {
  const folded = fold(text);
  let kept = '';
  let from = 0;
  for (let at = 0; at + PART <= folded.length; at++) {
    if (!parts.has(folded.slice(at, at + PART))) continue;
    let end = at + 1;
    while (parts.has(folded.slice(end, end + PART))) end++;
    end += PART - 1;
    const rest = text.slice(end).search(/\s|$/);
    kept += text.slice(from, at) + SHOWN;
    from = end + rest;
    at = from - 1;
  }
  return kept + text.slice(from);
}

function partsOf(secret: string): string[] {
  const long = secret.length > 2 * LONGEST_SECRET;
  const pieces = long ? [secret.slice(0, LONGEST_SECRET), secret.slice(-LONGEST_SECRET)] : [secret];
  return pieces.map(fold).flatMap(piece => {
    return Array.from({ length: Math.max(0, piece.length - PART + 1) }, (_, at) => piece.slice(at, at + PART));
  });
}

/** Upper and lower case are one, and so are a space and the plus that stands for it in a form; the length stays. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  return (lower.length === text.length ? lower : text).replaceAll('+', ' ');
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

function patternOf(form: string): string {
  return form.length > LONGEST_FORM ? `${escaped(form.slice(0, LONGEST_FORM))}[^]*` : escaped(form);
}

function encodings(clientId: string, secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    formEncode(secret),
    encodeURIComponent(bytes.toString()),
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
