import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/**
 * Whether the numbers of an RSA private key belong together (RFC 8017 §3.2) and what it signs is true. OpenSSL reads
 * keys without asking, and signs with a wrong one what no provider accepts.
 */
export function isSound(key: KeyObject): boolean {
  try {
    return belongTogether(key) && signsTruly(key);
  } catch {
    return false;
  }
}

function belongTogether(key: KeyObject): boolean {
  const jwk = key.export({ format: 'jwk' });
  const number = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi') =>
    BigInt(`0x${Buffer.from(jwk[name] ?? '', 'base64url').toString('hex')}`);
  const [n, e, d, p, q] = [number('n'), number('e'), number('d'), number('p'), number('q')];
  const exponents = [
    [number('dp'), p - 1n],
    [number('dq'), q - 1n],
  ] as const;
  if (n !== p * q || (number('qi') * q) % p !== 1n) return false;
  return exponents.every(([own, order]) => (e * d) % order === 1n && own === d % order);
}

/** What is true of the numbers is not all: p and q must be prime. */
function signsTruly(key: KeyObject): boolean {
  const text = Buffer.from('Tokenwell');
  return verify('sha256', text, createPublicKey(key), sign('sha256', text, key));
}
