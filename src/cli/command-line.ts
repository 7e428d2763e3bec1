import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAccountCommands } from './account.js';
import { addApplyCommand } from './apply.js';
import { addCalendarCommands } from './calendar.js';
import { addConsumerCommands } from './consumer.js';
import { addCredentialCommands } from './credential.js';
import { addDoctorCommand } from './doctor.js';
import { EXIT, exitHelp } from './exit-codes.js';
import { failureOf } from './failure-text.js';
import { addImportCommands } from './import.js';
import { addLedgerCommands } from './ledger.js';
import { addMeCommand } from './me.js';
import { addMigrateCommand } from './migrate.js';
import { addServeCommand } from './serve.js';
import { remark, type Session, type Surroundings } from './session.js';
import { addTokenCommand } from './token.js';

const INTRODUCTION = `Tokenwell stores OAuth 2.0 credentials and hands out access tokens.
serve, migrate, ledger verify and consumer key --offline open the database themselves; everything else asks a running vault.`;

const SECRET_FLAG = /unknown option '--(?:client-)?secret'/;
const SECRET_HINT =
  'A client secret stands in no command line: give the file that holds it with --secret-file, or - for standard input.\n';

const ENVIRONMENT = `
Environment:
  TOKENWELL_URL       where the vault runs (http://127.0.0.1:8080 unless set)
  TOKENWELL_KEY_FILE  a file with the API key to call it with; or TOKENWELL_KEY, the key itself
  The first start writes the first key to the file admin.key of the data folder.
  What serve reads is described in docs/operating.md.

The examples below each command work against the demo (npm run demo); those of serve start a vault of their own. First,
in each shell, also when the demo was started anew (it drops a TOKENWELL_KEY that is set):
  $ . demo/session.sh
  $ tokenwell credential list
  $ TOKENWELL_KEY=$HELPDESK_KEY tokenwell token demo-mail`;

/** Runs one command line and answers the exit code. Nothing is thrown: what goes wrong is said on `err`. */
export async function commandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const session: Session = { ...surroundings, exitCode: EXIT.ok };
  try {
    const program = programOf(session);
    await program.parseAsync(helpLast(program, args), { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse;
    const { text, exitCode } = failureOf(error, session);
    remark(session, text);
    return exitCode;
  }
}

/**
 * `help ledger verify` as `ledger verify --help`: commander's own help command knows the first level alone. A command
 * that there is not stays without --help, so that it is refused; commander would explain the one above it instead.
 */
function helpLast(program: Command, args: readonly string[]): string[] {
  const asked = args[0] === 'help' && args[1] !== undefined && !args[1].startsWith('-');
  const path = asked ? args.slice(1) : args;
  let command: Command = program;
  for (const [depth, name] of path.entries()) {
    if (command.commands.length === 0) return asked ? [...path.slice(0, depth), '--help'] : [...args];
    if (name.startsWith('-') || name === 'help') break;
    const next = command.commands.find(one => one.name() === name);
    if (!next) return path.slice(0, depth + 1);
    command = next;
  }
  return asked ? [...path, '--help'] : [...args];
}

/** All commands, before any is run. */
export function programOf(session: Session): Command {
  const program = new Command('tokenwell')
    .description(INTRODUCTION)
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand('help [command...]', 'explain a command')
    .exitOverride()
    .configureOutput({
      writeOut: text => session.out.write(text),
      writeErr: text => session.err.write(text),
      outputError: (text, write) => write(mistake(text)),
    })
    .showHelpAfterError('Add --help to see how it is used.')
    .hook('preAction', (_program, command) => {
      session.command = command;
    })
    .addHelpText('after', ENVIRONMENT)
    .addHelpText('afterAll', ({ command }) => exitHelp(command.name()));
  addServeCommand(program, session);
  addMigrateCommand(program, session);
  addTokenCommand(program, session);
  addCredentialCommands(program, session);
  addApplyCommand(program, session);
  addImportCommands(program, session);
  addAccountCommands(program, session);
  addConsumerCommands(program, session);
  addMeCommand(program, session);
  addLedgerCommands(program, session);
  addDoctorCommand(program, session);
  addCalendarCommands(program, session);
  return program;
}

/** What commander says of a mistake; a value that may be a secret is not repeated. */
function mistake(text: string): string {
  const said = text.replace(/^error: /, 'tokenwell: ').replace(/(unknown option '--[^'=\s]+)=[\s\S]*(?=')/, '$1');
  return SECRET_FLAG.test(said) ? `${said}${SECRET_HINT}` : said;
}

function version(): string {
  const about: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return about.version;
}
