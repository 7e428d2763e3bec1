import { type Command, Option } from 'commander';
import type { Consumer, ConsumerInput } from '../client/client.js';
import { addKeyCommands } from './consumer-key.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { confirmLastAdmin } from './last-admin.js';
import { addPermitCommand, permissionTable } from './permissions.js';
import { connect, type PrintFlags, print, printAll, type Session } from './session.js';
import { facts, table } from './table.js';
import { visible } from './terminal-text.js';
import { addTrustFlags, type TrustFlags, trustOf } from './trust-flags.js';
import { serviceInWords } from './words.js';

interface ForceFlags extends PrintFlags {
  force?: true;
}

interface ConsumerFlags extends ForceFlags, TrustFlags {
  role?: ConsumerInput['role'];
  description?: string;
}

/** `consumer …`: whoever may call the vault. */
export function addConsumerCommands(program: Command, session: Session): void {
  const group = program
    .command('consumer')
    .summary('add consumers, make their keys, permit them credentials')
    .description('Consumers are the services and people that call the vault. Changing them needs the key of an admin.');
  addWriting(group, session);
  addReading(group, session);
  addSwitches(group, session);
  addKeyCommands(group, session);
  addPermitCommand(group, session);
  examples(group, 'tokenwell consumer list', 'tokenwell consumer permit helpdesk payroll-mail');
}

function addWriting(group: Command, session: Session): void {
  const create = group
    .command('create')
    .summary('add a consumer')
    .description('Adds a consumer. It has no key and no permission yet: see `consumer key` and `consumer permit`.')
    .argument('<consumer>', 'its id: lower-case letters, digits, dots, dashes and underscores')
    .addOption(roleOption('what it may do; service unless given'))
    .option('--description <text>', 'for people')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, { role = 'service', description, ...flags }: ConsumerFlags) => {
      const trust = trustOf(flags);
      const consumer = await connect(session).consumers.create({ id, role, description, trust });
      print(session, flags, consumer, ({ role }) => `Added the consumer ${id} with the role ${visible(role)}.`);
    });
  examples(
    addTrustFlags(create),
    'tokenwell consumer create invoices',
    'tokenwell consumer create audit --role auditor --description "Reads the ledger"',
    'tokenwell consumer create releases --trust-issuer https://token.actions.githubusercontent.com --trust-audience tokenwell --trust-subject repo:acme/mail:ref:refs/heads/main',
  );
  const replace = group
    .command('replace')
    .summary('change role, description or trust of a consumer')
    .description('Changes what the flags name and leaves the rest; effective for the next draw on every instance.')
    .argument('<consumer>', 'id of the consumer')
    .addOption(roleOption('what it may do from now on'))
    .option('--description <text>', 'for people')
    .option('--json', 'print the answer as JSON')
    .option('--no-trust', 'take no workload tokens for it any more')
    .addOption(forceOption())
    .action(async (id: string, { role, description, ...flags }: ConsumerFlags) => {
      const changes = { ...(role && { role }), ...(description === undefined ? {} : { description }) };
      const trust = await changedTrust(session, id, flags);
      if (Object.keys({ ...changes, ...trust }).length === 0) {
        throw new UsageError('Say what to change: --role, --description, --trust-… or --no-trust.');
      }
      const changed = await change(session, id, { ...changes, ...trust }, flags);
      print(session, flags, changed, changed => `Changed the consumer ${id}.\n\n${consumerFacts(changed)}`);
    });
  examples(
    addTrustFlags(replace),
    'tokenwell consumer replace helpdesk --description "The helpdesk of the main office"',
    'tokenwell consumer replace helpdesk --trust-issuer https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0 --trust-audience 6e74172b-be56-4843-9ff4-e66a39bb12e3 --trust-subject 0f3c1b7e-5d1a-4f6e-9a43-2f7f6a5a9c11',
    'tokenwell consumer replace helpdesk --no-trust',
  );
}

function addReading(group: Command, session: Session): void {
  const list = group
    .command('list')
    .summary('list all consumers')
    .description('Lists all consumers in order of id.')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (flags: PrintFlags) => {
      await printAll(session, flags, connect(session).consumers.each(), consumerTable);
    });
  examples(list, 'tokenwell consumer list');
  const show = group
    .command('show')
    .summary('show a consumer and what it may draw')
    .description('Shows a consumer and its permissions.')
    .argument('<consumer>', 'id of the consumer')
    .option('--json', 'print the consumer with its permissions as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      const client = connect(session);
      const consumer = await client.consumers.get(id);
      const answer = { ...consumer, permissions: await client.permissions.get(id) };
      print(
        session,
        flags,
        answer,
        ({ permissions }) => `${consumerFacts(consumer)}\n\n${permissionTable(permissions)}`,
      );
    });
  examples(show, 'tokenwell consumer show helpdesk');
}

function addSwitches(group: Command, session: Session): void {
  const disable = group
    .command('disable')
    .summary('refuse all keys of a consumer')
    .description(
      'Refuses all keys and workload tokens of a consumer, on every instance, from the answer on. Nothing is deleted.',
    )
    .argument('<consumer>', 'id of the consumer')
    .option('--json', 'print the answer as JSON')
    .addOption(forceOption())
    .action(async (id: string, flags: ForceFlags) => {
      const changed = await change(session, id, { disabled: true }, flags);
      print(session, flags, changed, () => `The keys of ${id} are refused from now on.`);
    });
  examples(disable, 'tokenwell consumer disable helpdesk');
  const enable = group
    .command('enable')
    .summary('take the keys of a consumer again')
    .description('Undoes disable: every key that the consumer has works again.')
    .argument('<consumer>', 'id of the consumer')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      print(
        session,
        flags,
        await change(session, id, { disabled: false }, flags),
        () => `The keys of ${id} are taken again.`,
      );
    });
  examples(enable, 'tokenwell consumer enable helpdesk');
  const remove = group
    .command('delete')
    .summary('delete a consumer')
    .description('Deletes a consumer with its keys and permissions.')
    .argument('<consumer>', 'id of the consumer')
    .option('--json', 'print { deleted } as JSON')
    .addOption(forceOption())
    .action(async (id: string, flags: ForceFlags) => {
      const client = connect(session);
      await confirmLastAdmin(session, client, { id, changes: undefined, force: flags.force });
      await client.consumers.remove(id);
      print(session, flags, { deleted: id }, () => `Deleted the consumer ${id}, its keys and its permissions.`);
    });
  examples(remove, 'tokenwell consumer delete invoices');
}

/** What the flags change of the trust; nothing where they do not speak of it. */
async function changedTrust(
  session: Session,
  id: string,
  { trust, ...flags }: TrustFlags,
): Promise<Pick<Partial<ConsumerInput>, 'trust'>> {
  const named = [flags.trustIssuer, flags.trustAudience, flags.trustSubject].some(flag => flag !== undefined);
  if (trust === false && named) throw new UsageError('--no-trust ends the trust; leave the other --trust-… flags out.');
  if (trust === false) return { trust: undefined };
  if (!named) return {};
  return { trust: trustOf(flags, (await connect(session).consumers.get(id)).trust) };
}

async function change(
  session: Session,
  id: string,
  changes: Partial<ConsumerInput>,
  { force }: ForceFlags,
): Promise<Consumer> {
  const client = connect(session);
  const before = await client.consumers.get(id);
  await confirmLastAdmin(session, client, { id, changes, force });
  return await client.consumers.replace(id, { ...before, ...changes });
}

function forceOption(): Option {
  return new Option('--force', 'although no enabled consumer with the role admin is left then');
}

function roleOption(about: string): Option {
  const roles = ['service', 'auditor', 'operator', 'admin'];
  return new Option('--role <role>', about).choices(roles);
}

function consumerTable(consumers: readonly Consumer[]): string {
  const rows = consumers.map(consumer => {
    return [consumer.id, serviceInWords(consumer), consumer.role, consumer.description ?? ''];
  });
  return table(['consumer', 'state', 'role', 'description'], rows);
}

function consumerFacts(consumer: Consumer): string {
  return facts({
    consumer: consumer.id,
    description: consumer.description,
    state: serviceInWords(consumer),
    role: consumer.role,
    'trusts issuer': consumer.trust?.issuer,
    'for audience': consumer.trust?.audience,
    'of subject': consumer.trust?.subject,
    created: consumer.created_at,
    changed: consumer.updated_at,
  });
}
