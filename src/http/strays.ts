import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers a person, in place of a problem of this status: nothing is there, or what is there failed. */
export type AnswerStray = (request: FastifyRequest, reply: FastifyReply, status: number) => void;

/** What programs call; whoever looks there in a browser looks for their answer. */
const OF_PROGRAMS = /^\/(?:api|oauth2|\.well-known|docs|openapi\.json|healthz|readyz|metrics)(?:[/?]|$)/;

/** Whether a browser was led here for a person to read: it asks for a page before anything else (RFC 9110 §12.5.1). */
export function isStray(request: Asked): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && isPerson(request);
}

type Asked = Pick<FastifyRequest, 'method' | 'url' | 'headers'>;

/** Whether a person will read the answer, also that to a form of ours. */
export function isPerson({ url, headers }: Asked): boolean {
  if (OF_PROGRAMS.test(url)) return false;
  const asked = wishes(headers.accept ?? '');
  const weight = (type: string) => asked.get(type) ?? 0;
  return weight('text/html') > Math.max(weight('application/json'), weight('application/problem+json'));
}

/** The media types that an Accept header names itself, with their weights. */
function wishes(accept: string): Map<string, number> {
  const named = accept.toLowerCase().split(',', 50);
  return new Map(
    named.map(one => {
      const [type = '', ...parameters] = one.split(';').map(part => part.trim());
      const weight = parameters.find(part => part.startsWith('q='))?.slice(2);
      return [type, weight === undefined ? 1 : Number(weight) || 0];
    }),
  );
}
