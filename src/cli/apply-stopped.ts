import { TokenwellError } from '../client/client.js';
import type { Difference } from './apply-difference.js';
import { type Progress, type Step, stepsOf } from './applying.js';
import { visible } from './terminal-text.js';

/** How far an item came that was not done to its end. */
export interface HalfWay {
  done: Step[];
  not_done: Step[];
  /** No answer came that says whether it was done. */
  unknown: Step[];
}

/** What was done of an item when this went wrong. */
export function halfWay(difference: Difference, { done, asked }: Progress, error: unknown): HalfWay {
  const unknown = asked !== undefined && isUnanswered(error) ? [asked] : [];
  const not_done = stepsOf(difference).filter(step => !done.includes(step) && !unknown.includes(step));
  return { done, not_done, unknown };
}

/**
 * A refusal says that nothing was written; silence, a proxy's page or a fault say nothing, as of a vault whose database
 * did not say whether it wrote.
 */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof TokenwellError)) return true;
  return error.status === 0 || error.status >= 500 || error.code === 'unexpected_answer';
}

/** What was done, what was not, and what to do, in a few sentences. */
export function stoppedText(
  difference: Difference,
  came: HalfWay,
  others: { before: readonly string[]; after: readonly string[] },
): string {
  const list = (ids: readonly string[]) => ids.join(', ') || 'nothing';
  const parts = [
    `tokenwell: Stopped at ${difference.declared.id}${cameWords(difference, came)}.`,
    `Done before: ${list(others.before)}.`,
    `Not reached: ${list(others.after)}.`,
    'Run apply again when the reason below is mended: it does the rest, and what is done is then unchanged.',
  ];
  return visible(parts.join(' '));
}

function cameWords({ action }: Difference, { done, not_done, unknown }: HalfWay): string {
  if (done.length + unknown.length === 0) return ', which is as it was';
  const itself = action === 'create' ? 'created' : 'changed';
  const words = (step: Step, not: string) =>
    step === 'permissions' ? `its permissions were ${not}set` : `it was ${not}${itself}`;
  const sentences = [
    ...done.map(step => words(step, '')),
    ...not_done.map(step => words(step, 'not ')),
    ...unknown.map(step => `whether ${words(step, '')} is not known, for no answer came that says so`),
  ];
  return `: ${sentences.join('; ')}`;
}
