import { readFile } from 'node:fs/promises';

const LARGEST = 256 * 1024;

/** SVG is text, after white space, an XML declaration or comments. */
const SVG = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/;

/** How each kind of picture begins. */
const KINDS: readonly (readonly [mediaType: string, begins: (head: string) => boolean])[] = [
  ['image/png', head => head.startsWith('\x89PNG\r\n\x1a\n')],
  ['image/jpeg', head => head.startsWith('\xff\xd8\xff')],
  ['image/gif', head => head.startsWith('GIF87a') || head.startsWith('GIF89a')],
  ['image/webp', head => head.startsWith('RIFF') && head.startsWith('WEBP', 8)],
  ['image/svg+xml', head => SVG.test(head.replace(/^\u00ef\u00bb\u00bf/, ''))],
];

/** The picture in a file as a data URL, so that pages load nothing. Throws in plain words for what is no such picture. */
export async function readLogo(path: string): Promise<string> {
  const bytes = await readFile(path);
  const named = `TOKENWELL_BRAND_LOGO_FILE names ${path}, which`;
  if (bytes.length > LARGEST) throw new Error(`${named} has ${bytes.length} bytes; at most ${LARGEST} are shown.`);
  const head = bytes.subarray(0, 4_096).toString('latin1');
  const [mediaType] = KINDS.find(([, begins]) => begins(head)) ?? [];
  if (mediaType === undefined) throw new Error(`${named} is no picture in PNG, JPEG, GIF, WebP or SVG.`);
  return `data:${mediaType};base64,${bytes.toString('base64')}`;
}
