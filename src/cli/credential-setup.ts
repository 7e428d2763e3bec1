import { type Command, Option } from 'commander';
import type { SetupGuide, SetupWish } from '../client/client.js';
import { examples } from './examples.js';
import { connect, print, type Session } from './session.js';
import { bareLines, visible, visibleLines } from './terminal-text.js';
import { doerInWords } from './words.js';

interface SetupFlags extends SetupWish {
  format: 'text' | 'markdown' | 'powershell' | 'json';
}

type Step = SetupGuide['steps'][number];

const PURPOSES = ['imap', 'pop', 'smtp', 'graph-read', 'graph-readwrite', 'graph-send'];

/** `credential setup`: the guide for administrators of the provider. */
export function addSetupCommand(group: Command, session: Session): void {
  const setup = group
    .command('setup')
    .summary('say what to set up at the provider')
    .description(
      'Says step by step what administrators set up at the provider for a credential, with its own values: by hand, or ' +
        'by commands to paste. It asks for what the purpose needs and says what to take away. Nothing is called and ' +
        'nothing changes. Microsoft and Google have a guide.',
    )
    .argument('<credential>', 'id of the credential')
    .addOption(new Option('--purpose <purpose>', 'what the tokens are for (its own unless given)').choices(PURPOSES))
    .option('--mailbox <address>', 'one mailbox, in place of those that the credential names')
    .addOption(
      new Option('--format <format>', 'text to read, markdown to send on, powershell as one script, or json')
        .choices(['text', 'markdown', 'powershell', 'json'])
        .default('text'),
    )
    .action((id: string, flags: SetupFlags) => tell(session, id, flags));
  examples(
    setup,
    'printf %s $CLIENT_SECRET | tokenwell credential create office-mail --preset microsoft --tenant acme.example --purpose imap --client-id $CLIENT_ID --secret-file - && tokenwell credential setup office-mail',
    'tokenwell credential setup office-mail --mailbox info@acme.example --format powershell > setup.ps1',
  );
}

async function tell(session: Session, id: string, { format, ...wish }: SetupFlags): Promise<void> {
  const { credentials } = connect(session);
  if (format === 'markdown') {
    session.out.write(visibleLines(await credentials.setupText(id, 'text/markdown', wish)));
  } else if (format === 'powershell') {
    session.out.write(bareLines(await credentials.setupText(id, 'text/x-powershell', wish)));
  } else {
    const flags = format === 'json' ? { json: true as const } : {};
    print(session, flags, await credentials.setup(id, wish), setupText);
  }
}

/** A guide to be read at a terminal. */
function setupText({ credential, purpose, provider, mailboxes, steps, remove }: SetupGuide): string {
  const excess = remove.map(({ permission, resource, kind, why }) =>
    visible(`  - ${permission} (${resource}, ${kind}): ${why}`),
  );
  return [
    visible(`Set-up of ${credential} for ${purpose} at ${provider}`),
    ...(mailboxes.length > 0 ? [visible(`Mailboxes: ${mailboxes.join(', ')}`)] : []),
    ...steps.flatMap((step, at) => ['', ...stepText(step, at + 1)]),
    ...(excess.length > 0 ? ['', 'What must not be granted:', ...excess] : []),
  ].join('\n');
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
