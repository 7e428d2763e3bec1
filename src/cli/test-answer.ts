import type { TestAnswer } from '../client/client.js';
import { EXIT, isTransient } from './exit-codes.js';
import { providerText } from './failure-text.js';
import { type PrintFlags, print, type Session } from './session.js';
import { table } from './table.js';
import { visible } from './terminal-text.js';
import { actorInWords } from './words.js';

/** Prints how a test of `what` went; the exit code says whether it went well, and if not, whether waiting may help. */
export function printTest(session: Session, flags: PrintFlags, answer: TestAnswer, what: string): void {
  print(session, flags, answer, answer => testText(answer, what));
  if (!answer.ok) session.exitCode = isTransient(answer.finding?.class) ? EXIT.unavailable : EXIT.refused;
}

/** How a test of `what` went, step by step, and what to do where it failed. */
function testText({ ok, steps, finding }: TestAnswer, what: string): string {
  const rows = steps.map(({ step, ok, ms, detail }) => [step, ok ? 'ok' : 'failed', `${ms} ms`, detail]);
  const lines = [table(['step', 'result', 'time', 'detail'], rows), ''];
  if (ok) return [...lines, `${what} works.`].join('\n');
  lines.push(`${what} does not work now.`);
  if (finding) {
    lines.push(`Who must act: ${actorInWords(finding, finding.reason)}.`, `What to do: ${visible(finding.action)}`);
    if (finding.link !== undefined) lines.push(`Read more: ${visible(finding.link)}`);
    const provider = providerText(finding.provider);
    if (provider !== undefined) lines.push(`The provider said: ${provider}`);
  }
  return lines.join('\n');
}
