import type { Command } from 'commander';
import type { Permission, PermissionInput } from '../client/client.js';
import { scopesArgument } from './arguments.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { readJson } from './input.js';
import { added, isSame, type Permitted, removed } from './permission-list.js';
import { connect, type PrintFlags, print, remark, type Session } from './session.js';
import { table } from './table.js';
import { visible } from './terminal-text.js';
import { permissionInWords } from './words.js';

interface PermitFlags extends PrintFlags {
  account?: string;
  scope?: string[];
  remove?: true;
  replaceFile?: string;
}

/** `consumer permit`: what a consumer may draw. */
export function addPermitCommand(group: Command, session: Session): void {
  const permit = group
    .command('permit')
    .summary('permit a consumer a credential, or take that away')
    .description(
      'Adds a permission: the consumer may draw tokens of the credential, of any account and for any scope unless said. ' +
        '--remove takes it away again, --replace-file puts a list in the place of all. Prints what is permitted then.',
    )
    .argument('<consumer>', 'id of the consumer')
    .argument('[credential]', 'id of the credential, or "*" for any; not with --replace-file')
    .option('--account <account>', 'this account alone')
    .option('--scope <scopes>', 'these scopes alone, a space between two', scopesArgument)
    .option('--remove', 'take the permission away; with --scope only these scopes of it')
    .option(
      '--replace-file <path>',
      'JSON list [{credential, account?, scopes?}] of all permissions (- for standard input)',
    )
    .option('--json', 'print all permissions as JSON')
    .action((consumer: string, credential: string | undefined, flags: PermitFlags) =>
      change(session, { consumer, credential }, flags),
    );
  examples(
    permit,
    'tokenwell consumer permit helpdesk payroll-mail --scope mail.read',
    'tokenwell consumer permit helpdesk payroll-mail --remove',
  );
}

/** Permissions, one a line. */
export function permissionTable(permissions: readonly Permission[]): string {
  if (permissions.length === 0) return 'It may draw no token.';
  const rows = permissions.map(permission => {
    const { account, scopes } = permissionInWords(permission);
    return [permission.credential === '*' ? 'any credential' : permission.credential, account, scopes];
  });
  return table(['may draw', 'account', 'scopes'], rows);
}

type Target = { consumer: string; credential: string | undefined };

async function change(session: Session, { consumer, credential }: Target, flags: PermitFlags): Promise<void> {
  const { account = '*', scope: scopes, remove, replaceFile } = flags;
  const alone = credential === undefined && flags.account === undefined && !scopes && !remove;
  if (replaceFile === undefined ? credential === undefined : !alone) {
    throw new UsageError('Give either one credential with its flags, or --replace-file and nothing else.');
  }
  const { permissions } = connect(session);
  const list = replaceFile === undefined ? await permissions.get(consumer) : await readList(session, replaceFile);
  const wanted: Permitted = { credential: credential ?? '', account, scopes };
  const next = credential === undefined ? list : (remove ? removed : added)(list, wanted);
  const same = replaceFile === undefined && JSON.stringify(next) === JSON.stringify(list);
  print(session, flags, same ? list.map(inFull) : await permissions.replace(consumer, next), permissionTable);
  const wide = next.some(one => isSame(one, wanted) && one.scopes === undefined);
  if (same) remark(session, unchanged(consumer, wanted, wide));
}

/** Why nothing was changed. A permission only grows by permitting more, so who meant to narrow it is told how. */
function unchanged(consumer: string, { credential, account, scopes }: Permitted, wide: boolean): string {
  const place = `${credential}${account === '*' ? '' : ` --account ${account}`}`;
  const already = wide ? 'every scope is permitted already' : `${scopes?.join(' ')} is permitted already`;
  const said = `Nothing was changed: ${already}.`;
  if (!wide || !scopes) return visible(said);
  const command = `tokenwell consumer permit ${consumer} ${place}`;
  return visible(
    `${said} To narrow it, first take it away: ${command} --remove; then permit ${scopes.join(' ')} alone.`,
  );
}

function inFull({ account = '*', ...rest }: PermissionInput): Permission {
  return { ...rest, account };
}

async function readList(session: Session, path: string): Promise<PermissionInput[]> {
  const value = await readJson(session, path);
  if (Array.isArray(value)) return value;
  throw new UsageError('The JSON of permissions is a list, as `tokenwell consumer permit --json` prints it.');
}
