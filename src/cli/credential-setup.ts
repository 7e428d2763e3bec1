import { type Command, Option } from 'commander';
import type { SetupWish } from '../client/client.js';
import { addMethodFlag } from './client-auth-flags.js';
import { examples } from './examples.js';
import { addPlaceFlags } from './preset-flags.js';
import { connect, print, type Session } from './session.js';
import { setupText } from './setup-text.js';
import { bareLines, visibleLines } from './terminal-text.js';

interface SetupFlags extends Pick<SetupWish, 'purpose' | 'mailbox' | 'preset' | 'tenant' | 'cloud'> {
  grantType?: SetupWish['grant_type'];
  authMethod?: SetupWish['method'];
  commands?: true;
  format: 'text' | 'markdown' | 'powershell' | 'json';
}

const PURPOSES = ['imap', 'pop', 'smtp', 'graph-read', 'graph-readwrite', 'graph-send'];

/** `credential setup`: the guide for administrators of the provider. */
export function addSetupCommand(group: Command, session: Session): void {
  const setup = group
    .command('setup')
    .summary('say what to set up at the provider')
    .description(
      'Says step by step what administrators set up at the provider for a credential, with its own values: by hand, or ' +
        'by commands to paste. It asks for what the purpose needs and says what to take away. Nothing is called and ' +
        'nothing changes. Begin with it: before there is a credential, say with --preset, --tenant and --purpose what it ' +
        'will be. Microsoft and Google have a guide.',
    )
    .argument('<credential>', 'id of the credential, stored or to be stored')
    .addOption(new Option('--purpose <purpose>', 'what the tokens are for (its own unless given)').choices(PURPOSES))
    .option('--mailbox <address>', 'one mailbox, in place of those that the credential names');
  addMethodFlag(addPlaceFlags(setup, 'for a credential that is not stored yet: microsoft or google'))
    .option('--commands', 'print commands beside what can be done by hand')
    .addOption(
      new Option('--format <format>', 'text to read, markdown to send on, powershell as one script, or json')
        .choices(['text', 'markdown', 'powershell', 'json'])
        .default('text'),
    )
    .action((id: string, flags: SetupFlags) => tell(session, id, flags));
  examples(
    setup,
    'tokenwell credential setup acme-mail --preset microsoft --tenant acme.example --purpose imap --mailbox info@acme.example',
    'printf %s $CLIENT_SECRET | tokenwell credential create office-mail --preset microsoft --tenant acme.example --purpose imap --client-id 6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10 --secret-file - && tokenwell credential setup office-mail',
    'tokenwell credential setup office-mail --mailbox info@acme.example --format powershell > setup.ps1',
  );
}

async function tell(session: Session, id: string, flags: SetupFlags): Promise<void> {
  const { format, commands = false, grantType, authMethod, ...said } = flags;
  const wish = { ...said, grant_type: grantType, method: authMethod };
  const { credentials } = connect(session);
  if (format === 'markdown') {
    session.out.write(visibleLines(await credentials.setupText(id, 'text/markdown', wish)));
  } else if (format === 'powershell') {
    session.out.write(bareLines(await credentials.setupText(id, 'text/x-powershell', wish)));
  } else {
    const json = format === 'json' ? { json: true as const } : {};
    print(session, json, await credentials.setup(id, wish), guide => setupText(guide, commands));
  }
}
