import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

type Decode = (body: NonSharedBuffer, options: { maxOutputLength: number }) => Promise<NonSharedBuffer>;

const inflateZlib: Decode = promisify(inflate);
const inflateBare: Decode = promisify(inflateRaw);

const DECODERS = new Map<string, Decode>([
  ['identity', async body => body],
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['br', promisify(brotliDecompress)],
  // RFC 9110 §8.4.1.2: "deflate" means zlib, but some servers send the bare stream.
  ['deflate', (body, options) => (isZlib(body) ? inflateZlib : inflateBare)(body, options)],
]);

/**
 * Undoes a Content-Encoding (RFC 9110 §8.4), at most two layers, never giving more than `maxBytes` (no decompression
 * bomb). Rejects with `code` `ERR_BUFFER_TOO_LARGE` for more, and with another error for what cannot be decoded.
 */
export async function decodeBody(body: NonSharedBuffer, encoding: string, maxBytes: number): Promise<NonSharedBuffer> {
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map(layer => layer.trim())
    .filter(layer => layer !== '');
  if (layers.length > 2) throw new Error('too many layers of compression');
  if (body.length === 0) return body;
  let decoded = body;
  for (const layer of layers.reverse()) {
    const decode = DECODERS.get(layer);
    if (!decode) throw new Error('an unknown compression');
    decoded = await decode(decoded, { maxOutputLength: maxBytes });
  }
  return decoded;
}

/** RFC 1950 §2.2: method 8 and a check number in the first two bytes. */
function isZlib(body: Buffer): boolean {
  return body.length > 2 && body.readUInt8(0) % 16 === 8 && body.readUInt16BE(0) % 31 === 0;
}
