import { type GuardedFetch, OutboundError, type OutboundReason } from '../vault/ports.js';
import type { IssuerFault } from '../vault/workload-refusals.js';

const ACCEPT = 'application/json, application/jwk-set+json, */*;q=0.1';

/** What an issuer publishes cannot be had. `message` is fit to be shown. */
export class IssuerFaulty extends Error {
  readonly fault: IssuerFault;

  constructor(fault: IssuerFault, options?: ErrorOptions) {
    super(fault.message, options);
    this.name = 'IssuerFaulty';
    this.fault = fault;
  }
}

/**
 * What an issuer says of itself (OpenID Connect Discovery §4, else RFC 8414 §3), which must name it as it was named.
 * Throws `IssuerFaulty`.
 */
export async function issuerMetadata(fetch: GuardedFetch, issuer: string): Promise<Record<string, unknown>> {
  const [address, another] = metadataAddresses(issuer);
  const metadata = (await readJson(fetch, address, 404)) ?? (await readJson(fetch, another));
  if (metadata?.issuer === issuer) return metadata;
  throw unusable('its metadata names another issuer. The issuer must be given exactly as its metadata has it.');
}

/** OpenID Connect Discovery §4 puts the well-known part behind the path of the issuer, RFC 8414 §3.1 before it. */
function metadataAddresses(issuer: string): [string, string] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** The JSON object at an address; undefined where the answer has the status that may be. */
export async function readJson(
  fetch: GuardedFetch,
  address: string,
  mayBe?: number,
): Promise<Record<string, unknown> | undefined> {
  const answer = await get(fetch, address);
  if (answer.status === mayBe) return undefined;
  if (answer.status !== 200) throw refused(new URL(address).host, answer.status);
  try {
    const value: unknown = await answer.json();
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw unusable('it answers with something else than JSON.');
}

async function get(fetch: GuardedFetch, address: string): Promise<Response> {
  try {
    return await fetch(address, { method: 'GET', headers: { accept: ACCEPT } });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw unreachable(error);
  }
}

/** What passes by itself; everything else wants an operator. */
const PASSING: ReadonlySet<OutboundReason> = new Set(['deadline', 'dns', 'connection']);
const WAIT = 'Try again. If it lasts, an operator must look whether this vault reaches the issuer.';
const MEND = 'An operator must put right what is said here, at the issuer or in the settings of this vault.';

function unreachable(error: OutboundError): IssuerFaulty {
  const { message, reason } = error;
  const passing = PASSING.has(reason);
  const fault = { class: passing ? 'unavailable' : 'needs_operator', message, action: passing ? WAIT : MEND } as const;
  return new IssuerFaulty(fault, { cause: error });
}

function refused(host: string, status: number): IssuerFaulty {
  const passing = status >= 500 || status === 429;
  const message = `${host} answered with ${status}.`;
  return new IssuerFaulty({
    class: passing ? 'unavailable' : 'needs_operator',
    message,
    action: passing ? WAIT : MEND,
  });
}

/** What came cannot be used. */
export function unusable(what: string): IssuerFaulty {
  return new IssuerFaulty({ class: 'needs_operator', message: what, action: MEND });
}
