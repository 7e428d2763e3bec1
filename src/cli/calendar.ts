import type { Command } from 'commander';
import type { CalendarLink } from '../client/client.js';
import { calendarSpanArgument } from './arguments.js';
import { examples } from './examples.js';
import { connect, type PrintFlags, print, printAll, remark, type Session } from './session.js';
import { table } from './table.js';
import { bare, visible } from './terminal-text.js';

interface CreateFlags extends PrintFlags {
  expires?: number;
}

/** `calendar …`: addresses at which calendars read what ends. */
export function addCalendarCommands(program: Command, session: Session): void {
  const group = program
    .command('calendar')
    .summary('make addresses at which calendars read what ends')
    .description(
      'A calendar that subscribes to such an address shows what somebody must act upon, and when: names of credentials ' +
        'and consumers, and dates; no account. Making and deleting them needs the key of an operator or admin.',
    );
  addCreate(group, session);
  const list = group
    .command('list')
    .summary('list the addresses by their ids')
    .description('Lists them by their ids, with who made them; never the addresses.')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (flags: PrintFlags) => {
      await printAll(session, flags, connect(session).calendarLinks.each(), linksTable);
    });
  examples(list, 'tokenwell calendar list');
  const remove = group
    .command('delete')
    .summary('end an address')
    .description('Ends an address: from the answer on there is nothing at it, so subscriptions to it show no more.')
    .argument('<calendar-id>', 'id of the address, as `calendar list` lists it')
    .option('--json', 'print { deleted } as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      await connect(session).calendarLinks.remove(id);
      print(session, flags, { deleted: id }, () => `Deleted the calendar ${visible(id)}.`);
    });
  examples(remove, 'tokenwell calendar delete $CALENDAR_ID');
  examples(group, 'tokenwell calendar create --expires 365d', 'tokenwell calendar list');
}

function addCreate(group: Command, session: Session): void {
  const create = group
    .command('create')
    .summary('make an address to subscribe to')
    .description(
      'Makes an address and prints it alone, this once. Whoever has it reads the dates without a key; it works until ' +
        'its time has passed, it is deleted, or the consumer that makes it here is deleted, disabled or no operator any more.',
    )
    .option(
      '--expires <span>',
      'how long it works, such as 365d; until it is deleted unless given',
      calendarSpanArgument,
    )
    .option('--json', 'print the whole answer as JSON')
    .action(async ({ expires, ...flags }: CreateFlags) => {
      const made = await connect(session).calendarLinks.create(expires === undefined ? {} : { expires_in: expires });
      print(session, flags, made, ({ url }) => bare(url));
      const until = made.expires_at === undefined ? 'until it is deleted' : `until ${made.expires_at}`;
      const words = `The address is shown this once. It works ${until}: tokenwell calendar delete ${made.id}`;
      remark(session, visible(words));
    });
  examples(create, 'tokenwell calendar create', 'tokenwell calendar create --expires 365d');
}

function linksTable(links: readonly CalendarLink[]): string {
  if (links.length === 0) return 'There is no address for a calendar. Make one with: tokenwell calendar create';
  const rows = links.map(({ id, made_by, created_at, expires_at }) => [id, made_by, created_at, expires_at ?? 'never']);
  return table(['calendar id', 'made by', 'created', 'ends'], rows);
}
