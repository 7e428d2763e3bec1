import type { FastifyReply } from 'fastify';

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/**
 * A page; `leadsTo` is where its form is answered to. Browsers hold every redirect that follows to the policy too, and a
 * provider may send people on to the sign-in of their own organisation, so beside its origin any https is let through.
 */
export function sendPage(reply: FastifyReply, html: string, leadsTo?: string): FastifyReply {
  const form = `form-action 'self'${leadsTo === undefined ? '' : ` ${new URL(leadsTo).origin} https:`}`;
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', [...POLICY, form].join('; '))
    .send(html);
}
