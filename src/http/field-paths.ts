/** Words, or something too short to be a secret. */
const NAME = /^(?:[A-Za-z_.-]{1,40}|\w{1,10})$/;

/**
 * The dotted path of a field, as errors tell it; `body` for the whole. A name that came in is repeated only where it
 * looks like one: somebody may have pasted a secret where a name belongs, and errors are kept where secrets are not.
 */
export function fieldPath(names: readonly (string | number)[]): string {
  return names.map(name => (NAME.test(String(name)) ? name : '?')).join('.') || 'body';
}
