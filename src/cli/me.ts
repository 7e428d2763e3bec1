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
    .description(
      'Says which consumer the key or workload token belongs to, its role, when it expires and what may be drawn.',
    )
    .option('--json', 'print the answer as JSON')
    .action(async (flags: PrintFlags) => print(session, flags, await connect(session).me(), inWords));
  examples(me, 'tokenwell me', 'TOKENWELL_KEY=$HELPDESK_KEY tokenwell me');
}

function inWords({ consumer, role, key, workload, permissions }: Me): string {
  const expires = (key ?? workload)?.expires_at ?? 'never';
  const who = facts({ consumer, role, key: key?.id, issuer: workload?.issuer, subject: workload?.subject, expires });
  return `${who}\n\n${permissionTable(permissions)}`;
}
