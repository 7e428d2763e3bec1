/**
 * The head of a length-prefixed list: how many parts, then the UTF-8 length of each, all as 32-bit big-endian numbers.
 * Followed by the parts themselves it is unambiguous: no two lists give the same bytes.
 */
export function frameHead(parts: readonly string[]): Buffer {
  const head = Buffer.allocUnsafe(4 + 4 * parts.length);
  head.writeUInt32BE(parts.length, 0);
  for (const [index, part] of parts.entries()) head.writeUInt32BE(Buffer.byteLength(part), 4 + 4 * index);
  return head;
}

/** A length-prefixed list as bytes: its head, then its parts in UTF-8. */
export function frame(parts: readonly string[]): Buffer {
  return Buffer.concat([frameHead(parts), ...parts.map(part => Buffer.from(part))]);
}
