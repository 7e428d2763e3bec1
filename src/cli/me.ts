import type { Command } from 'commander';
import type { Me } from '../client/client.js';
import { examples } from './examples.js';
import { permissionTable } from './permissions.js';
import { connect, type PrintFlags, print, type Session } from './session.js';
import { facts } from './table.js';

/** `me`: what a key stands for. */
export function addMeCommand(program: Command, session: Session): void {
  const me = program
    .command('me')
    .summary('say whose key this is and what it may draw')
    .description('Says which consumer the key belongs to, its role, when the key expires and what it may draw.')
    .option('--json', 'print the answer as JSON')
    .action(async (flags: PrintFlags) => print(session, flags, await connect(session).me(), inWords));
  examples(me, 'tokenwell me', 'TOKENWELL_KEY=$HELPDESK_KEY tokenwell me');
}

function inWords({ consumer, role, key, permissions }: Me): string {
  const who = facts({ consumer, role, key: key.id, expires: key.expires_at ?? 'never' });
  return `${who}\n\n${permissionTable(permissions)}`;
}
