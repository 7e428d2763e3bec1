/** The tokens of a scope string (RFC 6749 §3.3): a set, in which order carries no meaning. */
export function scopeTokens(scope: string): string[] {
  return scope.split(' ').filter(token => token !== '');
}

/** One spelling for equal sets: sorted, without repetition. Used as the key of a stored token. */
export function normalizeScope(scope: string): string {
  return [...new Set(scopeTokens(scope))].sort().join(' ');
}

/** Whether every token of `asked` is in `allowed`. */
export function within(asked: string, allowed: readonly string[]): boolean {
  return scopeTokens(asked).every(token => allowed.includes(token));
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

/** Names under which Microsoft answers for one resource, and the one that is compared. Graph is meant where none is named. */
const RESOURCES: readonly (readonly [RegExp, string])[] = [
  [/^https:\/\/graph\.microsoft\.com\/+/, ''],
  [/^https:\/\/outlook\.office(?:365)?\.com\/+/, 'outlook/'],
];

/**
 * The resource scopes as a set that can be compared: what was asked and what a provider says it granted differ in
 * order, in letter case, in the host of a resource, and in whether it is named at all.
 */
export function comparableScopes(scope: string): Set<string> {
  const tokens = scopeTokens(resourceScope(scope)).map(token => {
    const spelled = token.toLowerCase();
    const [prefix, name] = RESOURCES.find(([pattern]) => pattern.test(spelled)) ?? [/^/, ''];
    return spelled.replace(prefix, name);
  });
  return new Set(tokens);
}

/** The tokens of `asked` that `granted` does not hold, as they were asked. */
export function missingScopes(asked: string, granted: string): string[] {
  const held = comparableScopes(granted);
  return scopeTokens(resourceScope(asked)).filter(token => {
    const [comparable = ''] = comparableScopes(token);
    return !held.has(comparable);
  });
}
