/**
 * R10: id, secret, and the text that the Basic header must hold in base64, written out by hand (RFC 6749 §2.3.1 and
 * Appendix B).
 */
export const VECTORS: readonly [clientId: string, secret: string, encoded: string][] = [
  ['s6BhdRkqt3', 'gX1fBat3bV', 's6BhdRkqt3:gX1fBat3bV'],
  ['abc', ' %&+\u00a3\u20ac', 'abc:+%25%26%2B%C2%A3%E2%82%AC'], // the example of Appendix B
  ['id:with:colons', 'se:cret', 'id%3Awith%3Acolons:se%3Acret'],
  ['a+b', 'c+d e', 'a%2Bb:c%2Bd+e'],
  ['100%', '%41', '100%25:%2541'],
  ['a/b?c=d', '"<>\\^`{|}', 'a%2Fb%3Fc%3Dd:%22%3C%3E%5C%5E%60%7B%7C%7D'],
  // Left alone on purpose: an id like this one reaches providers that forget to decode.
  ['3f2c8b1e-9d4a-4c6e_b.a*', '~Ab8Q.-_*', '3f2c8b1e-9d4a-4c6e_b.a*:%7EAb8Q.-_*'],
  ["!'()", 'x', '%21%27%28%29:x'],
  ['\u{1f511}', '\u5bc6\u7801', '%F0%9F%94%91:%E5%AF%86%E7%A0%81'],
];
