/** Ways to spoil an envelope. None of what they give may open. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const FOREIGN = ['=', '+', '/', ' ', '\n', '\0', '.', 'ä', '🔑'];

/** Each bit of the bytes turned over, one at a time. */
export function* flippedBits(sealed: string): Iterable<string> {
  const bytes = Buffer.from(sealed, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield copy.toString('base64url');
  }
}

/** Each character of the text replaced by every other of the alphabet and by some outside of it. */
export function* respelled(sealed: string): Iterable<string> {
  for (let index = 0; index < sealed.length; index += 1) {
    for (const letter of [...ALPHABET, ...FOREIGN]) {
      if (letter !== sealed[index]) yield sealed.slice(0, index) + letter + sealed.slice(index + 1);
    }
  }
}

/** The text and the bytes cut at every length, from either end. */
export function* truncated(sealed: string): Iterable<string> {
  const bytes = Buffer.from(sealed, 'base64url');
  for (let length = 0; length < sealed.length; length += 1) {
    yield sealed.slice(0, length);
    yield sealed.slice(sealed.length - length);
  }
  for (let length = 0; length < bytes.length; length += 1) {
    yield bytes.subarray(0, length).toString('base64url');
    yield bytes.subarray(bytes.length - length).toString('base64url');
  }
}

/** The text with something before, within or behind it. */
export function* lengthened(sealed: string): Iterable<string> {
  for (const extra of [...FOREIGN, 'A', '==', '\r\n', sealed]) {
    yield extra + sealed;
    yield sealed + extra;
    yield sealed.slice(0, 20) + extra + sealed.slice(20);
  }
}

/** One byte of the bytes set to each of its 255 other values. */
export function* otherBytes(sealed: string, index: number): Iterable<string> {
  const bytes = Buffer.from(sealed, 'base64url');
  for (let value = 0; value < 256; value += 1) {
    if (value === bytes[index]) continue;
    const copy = Buffer.from(bytes);
    copy[index] = value;
    yield copy.toString('base64url');
  }
}
