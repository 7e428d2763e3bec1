import type { FastifyRequest } from 'fastify';

/**
 * Whether a page of ours sent this form (W1): by what the browser says of where the request comes from, and by its
 * Origin where it says nothing. A request without either is not from a page.
 */
export function sameOrigin({ headers }: FastifyRequest, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === new URL(publicUrl).origin;
}
