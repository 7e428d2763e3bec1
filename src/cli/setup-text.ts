import type { SetupGuide } from '../client/client.js';
import { visible } from './terminal-text.js';
import { doerInWords } from './words.js';

type Step = SetupGuide['steps'][number];

const MORE =
  'Where a step can be done by hand, its commands are left out: --commands prints them too, --format powershell makes one script of all.';

/** A guide to be read at a terminal. Commands stand where nothing else will do, or everywhere with `all`. */
export function setupText(
  { credential, purpose, provider, mailboxes, steps, remove }: SetupGuide,
  all: boolean,
): string {
  const excess = remove.map(({ permissions, resource, kind, why }) =>
    visible(`  - ${permissions.join(', ')} (${resource}, ${kind}): ${why}`),
  );
  const lean = steps.map(withoutSpare);
  const shown = all ? steps : lean.filter(step => step.id !== SESSION || lean.some(isTypedThere));
  const spare = shown.length < steps.length || shown.some((step, at) => step !== steps[at]);
  return [
    visible(`Set-up of ${credential} for ${purpose} at ${provider}`),
    ...(mailboxes.length > 0 ? [visible(`Mailboxes: ${mailboxes.join(', ')}`)] : []),
    ...shown.flatMap((step, at) => ['', ...stepText(step, at + 1)]),
    ...(excess.length > 0 ? ['', 'What must not be granted:', ...excess] : []),
    ...(spare ? ['', MORE] : []),
  ].join('\n');
}

/** The step that opens a window for those after it. */
const SESSION = 'connect-exchange';

function isTypedThere({ id, commands = [] }: Step): boolean {
  return id !== SESSION && commands.some(({ shell }) => shell === 'powershell');
}

/** Without commands for what can be done by hand as well; what is done in Tokenwell has no other way. */
function withoutSpare(step: Step): Step {
  const { instructions = [], commands = [] } = step;
  if (instructions.length === 0) return step;
  const own = commands.filter(({ text }) => text.startsWith('tokenwell '));
  return own.length === commands.length ? step : { ...step, commands: own };
}

function stepText({ title, who, why, optional, text, instructions = [], commands = [], link }: Step, at: number) {
  const lines = [
    `   ${why}`,
    ...(text === undefined ? [] : [`   ${text}`]),
    ...instructions.map(one => `   - ${one}`),
    ...(link === undefined ? [] : [`   ${link}`]),
  ];
  return [
    visible(`${at}. ${title}${optional ? ' (where needed)' : ''}: ${doerInWords(who)}`),
    ...lines.map(visible),
    ...commands.flatMap(({ shell, text }) => [
      shell === 'powershell' ? '   With PowerShell:' : '   In a shell:',
      ...text.split('\n').map(line => `     ${visible(line)}`),
    ]),
  ];
}
