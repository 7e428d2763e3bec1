import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';

/** All addresses of a name. Rejects when there is none, with the resolver's `code` (`ENOTFOUND`, `EAI_AGAIN` …). */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/**
 * The system's own resolution (hosts file, search domains, name servers), bounded: one question per name at a time
 * and at most `limit` names at once. getaddrinfo cannot be cancelled and runs on the four threads that files and
 * compression use too, so a dead name server must not be able to take them all.
 */
export function createResolve(resolve: Resolve = systemLookup, limit = 3): Resolve {
  const questions = new Map<string, Promise<LookupAddress[]>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function ask(host: string): Promise<LookupAddress[]> {
    if (running >= limit) await new Promise<void>(go => waiting.push(go));
    else running += 1;
    try {
      return await resolve(host);
    } finally {
      questions.delete(host);
      const next = waiting.shift();
      // The place passes to the next one directly, so that nobody slips in between.
      if (next) next();
      else running -= 1;
    }
  }

  return host => {
    const asked = questions.get(host);
    if (asked) return asked;
    const question = ask(host);
    questions.set(host, question);
    return question;
  };
}

function systemLookup(host: string): Promise<LookupAddress[]> {
  return lookup(host, { all: true, verbatim: true });
}
