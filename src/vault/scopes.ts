import { PRESETS } from './presets/catalog.js';

/** The tokens of a scope string (RFC 6749 §3.3): a set, in which order carries no meaning. */
export function scopeTokens(scope: string): string[] {
  return scope.split(' ').filter(token => token !== '');
}

/** One spelling for equal sets: sorted, without repetition. Used as the key of a stored token. */
export function normalizeScope(scope: string): string {
  return [...new Set(scopeTokens(scope))].sort().join(' ');
}

/** Scopes of the consent itself: who signs in, and that the grant lasts (OpenID Connect Core §5.4, §11). */
const OF_THE_CONSENT: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]);

/** What of a scope is for mail or whatever else a token is drawn for, normalised. */
export function resourceScope(scope: string): string {
  return normalizeScope(
    scopeTokens(scope)
      .filter(token => !OF_THE_CONSENT.has(token))
      .join(' '),
  );
}

/** What of a scope belongs to the consent, in order. */
export function consentOnly(scope: string): string[] {
  return scopeTokens(scope).filter(token => OF_THE_CONSENT.has(token));
}

/** What a scope's host stands for at providers where one resource has several; Microsoft means Graph where none is named. */
const RESOURCES: ReadonlyMap<string, string> = new Map(
  PRESETS.flatMap(({ scopes }) => Object.entries(scopes?.resources ?? {})).flatMap(([resource, hosts]) =>
    hosts.map(host => [host, resource === '' ? '' : `${resource}/`] as const),
  ),
);

/**
 * The resource scopes as a set that can be compared: what was asked and what a provider says it granted differ in
 * order, in letter case, in the host of a resource, and in whether it is named at all.
 */
function comparableScopes(scope: string): Set<string> {
  return new Set(scopeTokens(resourceScope(scope)).map(comparable));
}

function comparable(token: string): string {
  const spelled = token.toLowerCase();
  const [whole, host = ''] = /^https:\/\/([^/]+)\/+/.exec(spelled) ?? [];
  const resource = RESOURCES.get(host);
  return whole === undefined || resource === undefined ? spelled : resource + spelled.slice(whole.length);
}

/** The tokens of `asked` that `granted` does not hold, as they were asked. */
export function missingScopes(asked: string, granted: string): string[] {
  const held = comparableScopes(granted);
  return scopeTokens(resourceScope(asked)).filter(token => !held.has(comparable(token)));
}

/**
 * What of `held` was asked, spelled as it is held, normalised: what a caller writes is never sent to a provider.
 * Undefined when nothing was asked, or something that is not held.
 */
export function spelledAs(asked: string, held: string): string | undefined {
  const spellings = new Map(scopeTokens(held).map(token => [comparable(token), token]));
  const exact = new Set(scopeTokens(held));
  const spelled = scopeTokens(asked).map(token => (exact.has(token) ? token : spellings.get(comparable(token))));
  if (spelled.length === 0 || spelled.includes(undefined)) return undefined;
  return normalizeScope(spelled.join(' '));
}
