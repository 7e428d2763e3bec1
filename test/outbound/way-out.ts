import type { LookupAddress } from 'node:dns';
import type { Test } from 'tap';
import { parseAllowedHost } from '../../src/outbound/allowed-hosts.js';
import { createOutbound, type Outbound, type OutboundOptions } from '../../src/outbound/outbound.js';
import { OutboundError } from '../../src/vault/ports.js';
import { ScriptedProvider } from '../support/scripted-provider.js';

/** A request with something in it that nobody else may see. */
export const POST = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'secret=s3' };

/** A way out that may reach loopback, or whatever else a test allows. */
export function wayOut(options: Partial<OutboundOptions> & { allow?: string[] } = {}): Outbound {
  const { allow = ['127.0.0.1'], ...rest } = options;
  return createOutbound({
    allowedHosts: allow.flatMap(entry => parseAllowedHost(entry) ?? []),
    deadlineMs: 5_000,
    ...rest,
  });
}

/** A name service that knows these names and counts the questions. */
export function names(known: Record<string, string[]>) {
  const questions: string[] = [];
  const resolve = async (host: string): Promise<LookupAddress[]> => {
    questions.push(host);
    const found = known[host];
    if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return found.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { questions, resolve };
}

/** The OutboundError of a call that must fail. */
export async function failure(call: Promise<Response>): Promise<OutboundError> {
  const error = await call.then(
    () => new Error('it answered'),
    (error: unknown) => error,
  );
  if (error instanceof OutboundError) return error;
  throw error;
}

/** A scripted provider that ends with the test. */
export async function provider(
  test: Test,
  tls?: Parameters<typeof ScriptedProvider.start>[0],
): Promise<ScriptedProvider> {
  const started = await ScriptedProvider.start(tls);
  test.teardown(() => started.close());
  return started;
}
