/**
 * What every answer of the API carries (RFC 6797, CSP 3, RFC 9111): nothing of it may be stored, framed, run or sniffed.
 * One object for all requests: setting headers one by one from a library costs more than the whole route of a token.
 */
export function apiHeaders(publicUrl: string): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}
