const LARGEST = 256 * 1024;

/** What is shown. */
export const PICTURES = 'a picture in PNG, JPEG, GIF, WebP or SVG of at most 262144 bytes';

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

/** What keeps a file from being shown as a picture, continuing "names …,"; undefined where nothing does. */
export function pictureFlaw(bytes: Buffer): string | undefined {
  if (bytes.length > LARGEST) return `which has ${bytes.length} bytes`;
  return mediaTypeOf(bytes) === undefined ? 'which is no such picture' : undefined;
}

/** A picture without a flaw as a data URL, so that pages load nothing. */
export function pictureUrl(bytes: Buffer): string {
  return `data:${mediaTypeOf(bytes)};base64,${bytes.toString('base64')}`;
}

function mediaTypeOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 4_096).toString('latin1');
  return KINDS.find(([, begins]) => begins(head))?.[0];
}
