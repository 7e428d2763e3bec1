import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { Places } from '../vault/places.js';

/** All addresses of a name. Rejects when there is none, with the resolver's `code` (`ENOTFOUND`, `EAI_AGAIN` …). */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** A name that took longer the last time waits apart from the others. */
const SLOW_MS = 1_000;
const MOST_SLOW_NAMES = 1_000;

/**
 * The system's own resolution (hosts file, search domains, name servers), bounded: one question per name at a time,
 * and at most `limit` names at once, one of them slow. getaddrinfo cannot be cancelled and runs on the four threads
 * that files and compression use too, so neither a dead name server nor whoever owns slow names may take them all.
 */
export function createResolve(resolve: Resolve = systemLookup, limit = 3): Resolve {
  const questions = new Map<string, Promise<LookupAddress[]>>();
  const slow = new Set<string>();
  const places = { quick: new Places(limit - 1), slow: new Places(1) };

  async function ask(host: string): Promise<LookupAddress[]> {
    const giveBack = await (slow.has(host) ? places.slow : places.quick).take('names');
    const timer = setTimeout(() => slow.size < MOST_SLOW_NAMES && slow.add(host), SLOW_MS);
    slow.delete(host);
    try {
      return await resolve(host);
    } finally {
      questions.delete(host);
      clearTimeout(timer);
      giveBack();
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
