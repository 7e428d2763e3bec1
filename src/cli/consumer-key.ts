import type { Command } from 'commander';
import type { Key } from '../client/client.js';
import { timeArgument } from './arguments.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { connect, type PrintFlags, print, printAll, remark, type Session, settings } from './session.js';
import { counted, table } from './table.js';
import { bare, visible } from './terminal-text.js';

interface KeyFlags extends PrintFlags {
  expires?: string;
  offline?: true;
}

const PUT_RIGHT = {
  unchanged: '',
  restored: ' The consumer admin was disabled or had a lower role; it is an enabled admin again.',
  recreated: ' The consumer admin had been deleted; it is there again, without permissions.',
} as const;

/** `consumer key`, `consumer keys`, `consumer key-delete`: API keys. */
export function addKeyCommands(group: Command, session: Session): void {
  const key = group
    .command('key')
    .summary('make an API key')
    .description(
      'Makes an API key and prints it, this once. A consumer may have several, so that they can be rotated one by one. ' +
        '`consumer key admin --offline` is for a lost admin key: it asks no vault but opens the database itself (TOKENWELL_DATA_DIR or ' +
        'TOKENWELL_DATABASE_URL, and the master key; also beside a running vault), ends all keys and the trust of the consumer admin, gives it the role admin and one new key.',
    )
    .argument('<consumer>', 'id of the consumer')
    .option('--expires <date>', 'when the key expires, such as 2027-01-31 (never unless given)', timeArgument)
    .option('--offline', 'open the database itself; for the consumer admin alone')
    .option('--json', 'print the answer as JSON')
    .action((consumer: string, flags: KeyFlags) => (flags.offline ? recover : make)(session, consumer, flags));
  examples(key, 'tokenwell consumer key helpdesk --expires 2027-12-31', 'tokenwell consumer key admin --offline');
  const keys = group
    .command('keys')
    .summary('list the keys of a consumer')
    .description('Lists the keys of a consumer by their ids: the part of a key between twk_ and the next underscore.')
    .argument('<consumer>', 'id of the consumer')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (consumer: string, flags: PrintFlags) => {
      await printAll(session, flags, connect(session).keys.each(consumer), items => keyTable(consumer, items));
    });
  examples(keys, 'tokenwell consumer keys helpdesk');
  addDelete(group, session);
}

function addDelete(group: Command, session: Session): void {
  const remove = group
    .command('key-delete')
    .summary('revoke a key')
    .description('Revokes one key: from the answer on, every request with it is refused, on every instance.')
    .argument('<consumer>', 'id of the consumer')
    .argument('<key-id>', 'id of the key, as `consumer keys` lists it')
    .option('--json', 'print { deleted } as JSON')
    .action(async (consumer: string, id: string, flags: PrintFlags) => {
      await connect(session).keys.remove(consumer, id);
      print(session, flags, { deleted: id }, () => `Revoked the key ${id} of ${consumer}.`);
    });
  examples(remove, 'tokenwell consumer key-delete helpdesk $(echo $HELPDESK_KEY | cut -d_ -f2)');
}

async function make(session: Session, consumer: string, { expires, ...flags }: KeyFlags): Promise<void> {
  const answer = await connect(session).keys.create(consumer, { expiresAt: expires });
  print(session, flags, answer, ({ key }) => bare(key));
  const until = answer.expires_at === undefined ? 'It does not expire' : `It expires ${answer.expires_at}`;
  remark(session, visible(`The new key ${answer.id} of ${consumer} is shown this once; keep it now. ${until}.`));
}

async function recover(session: Session, consumer: string, { expires, ...flags }: KeyFlags): Promise<void> {
  if (consumer !== 'admin' || expires !== undefined) {
    throw new UsageError(
      '--offline makes the key of the consumer admin, which does not expire: consumer key admin --offline',
    );
  }
  const config = settings(session);
  const { recoverAdmin } = await import('./offline.js');
  const recovered = await recoverAdmin(config);
  print(session, flags, { id: recovered.id, key: recovered.key.reveal() }, ({ key }) => key);
  const ended =
    recovered.ended === 0
      ? ''
      : ` ${counted(recovered.ended, 'earlier key')} of admin ended; one in the file admin.key works no more.`;
  const words = `The new key ${recovered.id} of admin is shown this once; keep it now.`;
  remark(session, `${words}${ended}${PUT_RIGHT[recovered.consumer]}`);
}

function keyTable(consumer: string, keys: readonly Key[]): string {
  if (keys.length === 0) return `${consumer} has no key. Make one with: tokenwell consumer key ${consumer}`;
  const rows = keys.map(({ id, created_at, expires_at }) => [id, created_at, expires_at ?? 'never']);
  return table(['key id', 'created', 'expires'], rows);
}
