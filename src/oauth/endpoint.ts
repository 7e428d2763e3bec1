import { misconfigured } from './refusal.js';

/** What of an authorization server is called. */
export interface Endpoint {
  kind: 'token' | 'revocation';
  url: URL;
}

/** Reads an endpoint's address. Throws `ProviderFailure` (misconfigured, not sent) for what is not an http or https URL. */
export function readUrl(text: string, kind: Endpoint['kind'] | 'authorization'): URL {
  if (URL.canParse(text) && /^https?:/i.test(text.trim())) return new URL(text);
  throw misconfigured('scheme_refused', `The ${kind} URL is not an https URL.`, `Correct the ${kind} URL.`);
}
