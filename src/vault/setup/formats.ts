import type { Doer, Guide, Step } from './guide.js';
import { codeBlock, codeSpan, escaped } from './prose.js';

const WHO: Readonly<Record<Doer, string>> = {
  tenant_admin: 'an administrator of the organisation',
  exchange_admin: 'an administrator of the mailboxes (Exchange)',
  project_owner: 'the owner of the Google Cloud project',
  operator: 'an operator of this vault',
  mailbox_owner: 'the owner of the mailbox',
};

const SHELLS = { powershell: 'With PowerShell:', bash: 'In a shell:' };

/** A guide as Markdown (CommonMark), to be sent to whoever does it. */
export function markdownOf(guide: Guide): string {
  const { credential, purpose, provider, mailboxes, steps, remove } = guide;
  const forWhom = mailboxes.length > 0 ? [`For ${mailboxes.map(codeSpan).join(', ')}.`, ''] : [];
  const excess = remove.map(
    ({ permissions, resource, kind, why }) =>
      `- ${permissions.map(codeSpan).join(', ')} (${escaped(`${resource}, ${kind}`)}): ${escaped(why)}`,
  );
  return [
    `# Set up ${codeSpan(credential)} for ${codeSpan(purpose)}: ${escaped(provider)}`,
    '',
    ...forWhom,
    ...steps.flatMap((step, at) => markdownStep(step, at + 1)),
    ...(excess.length > 0 ? ['## What must not be granted', '', ...excess, ''] : []),
  ].join('\n');
}

function markdownStep({ title, who, why, optional, text, instructions = [], commands = [], link }: Step, at: number) {
  const paragraphs = [
    `## ${at}. ${title.markdown}${optional ? ' (where needed)' : ''}`,
    `By ${WHO[who]}. ${why.markdown}`,
    ...(text ? [text.markdown] : []),
    ...(instructions.length > 0 ? [instructions.map((one, at) => `${at + 1}. ${one.markdown}`).join('\n')] : []),
    ...(link === undefined ? [] : [`<${link}>`]),
    ...commands.flatMap(({ shell, text }) => [SHELLS[shell], codeBlock(shell, text)]),
  ];
  return paragraphs.flatMap(paragraph => [paragraph, '']);
}

const WIDTH = 110;

/** A guide as one script for PowerShell; what is done elsewhere stands in it as comments. Pure ASCII, for every code page. */
export function scriptOf(guide: Guide): string {
  const { credential, purpose, provider, mailboxes, steps, remove } = guide;
  return [
    ...comment(
      `Set-up of ${credential} for ${purpose} at ${provider}, written by Tokenwell. Read it before you run it.`,
    ),
    ...comment('It may be run again: what is there already stays. What is done elsewhere stands in comments.'),
    ...comment('Where scripts may not be run: powershell -ExecutionPolicy Bypass -File, with its name; or paste it.'),
    ...(mailboxes.length > 0 ? comment(`Mailboxes: ${mailboxes.join(', ')}`) : []),
    '',
    "$ErrorActionPreference = 'Stop'",
    '',
    ...steps.flatMap((step, at) => scriptStep(step, at + 1)),
    ...(remove.length > 0 ? comment('What must not be granted:') : []),
    ...remove.flatMap(({ permissions, resource, kind, why }) =>
      comment(`${permissions.join(', ')} (${resource}, ${kind}): ${why}`),
    ),
    '',
  ].join('\n');
}

function scriptStep({ title, who, why, optional, text, instructions = [], commands = [], link }: Step, at: number) {
  const own = commands.filter(({ shell }) => shell === 'powershell').flatMap(({ text }) => text.split('\n'));
  const elsewhere = commands.filter(({ shell }) => shell !== 'powershell').flatMap(({ text }) => text.split('\n'));
  const runs = own.length > 0 && !optional;
  const byHand = runs ? [] : [...instructions.map(({ plain }) => `- ${plain}`), ...(link === undefined ? [] : [link])];
  return [
    ...comment(`${at}. ${title.plain}${optional ? ' (where needed)' : ''}: ${WHO[who]}.`),
    ...comment(why.plain),
    ...(text ? comment(text.plain) : []),
    ...byHand.flatMap(comment),
    ...(runs ? [] : elsewhere.map(line => `# $ ${ascii(line)}`)),
    ...(optional && own.length > 0
      ? [...comment('To do it here, take the # away:'), ...own.map(line => `# ${line}`)]
      : []),
    ...(runs ? own : []),
    '',
  ];
}

/** Lines of a comment, none of which can end it. */
function comment(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of ascii(text).split(' ')) {
    if (line.length + 1 + word.length > WIDTH && line !== '#') {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function ascii(text: string): string {
  return text.replaceAll('…', '...').replace(/[^\x20-\x7E]/gu, '?');
}
