import type { Command } from 'commander';
import { wholeArgument } from './arguments.js';
import { examples } from './examples.js';
import { connect, type PrintFlags, print, remark, type Session } from './session.js';
import { bare, visible } from './terminal-text.js';

interface TokenFlags extends PrintFlags {
  account?: string;
  minTtl?: number;
  scope?: string;
}

/** `token`: draws an access token. */
export function addTokenCommand(program: Command, session: Session): void {
  const token = program
    .command('token')
    .summary('draw an access token')
    .description(
      'Prints the bare access token and a line break, so that it can stand in PassCmd or passwordeval. ' +
        'Warnings go to standard error.',
    )
    .argument('<credential>', 'id of the credential')
    .option('--account <account>', 'account of the credential ("default" unless given)')
    .option('--min-ttl <seconds>', 'seconds that the token must still live (60 unless given)', wholeArgument)
    .option('--scope <scopes>', "scopes with a space between two (the credential's own unless given)")
    .option('--json', 'print the whole answer as JSON')
    .action((credential: string, flags: TokenFlags) => draw(session, credential, flags));
  examples(
    token,
    'TOKENWELL_KEY=$HELPDESK_KEY tokenwell token demo-mail',
    'TOKENWELL_KEY=$HELPDESK_KEY tokenwell token demo-mail --min-ttl 300 --json',
  );
}

async function draw(session: Session, credential: string, flags: TokenFlags): Promise<void> {
  const answer = await connect(session).token(credential, flags);
  const access_token = bare(answer.access_token);
  const { warning } = answer;
  if (warning) remark(session, `tokenwell: warning: ${visible(`${warning.detail} [${warning.code}]`)}`);
  print(session, flags, answer, () => access_token);
}
