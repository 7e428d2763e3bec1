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
