import type { Command } from 'commander';
import { examples } from './examples.js';
import { type PrintFlags, print, type Session, settings } from './session.js';

/** `migrate`: the database's schema. */
export function addMigrateCommand(program: Command, session: Session): void {
  const migrate = program
    .command('migrate')
    .summary('bring the database up to date without serving')
    .description(
      'Brings the schema of the database up to date and says which steps were applied. serve does the same at its ' +
        'start; this is for whoever wants it done before. Opens the database itself.',
    )
    .option('--json', 'print { applied } as JSON')
    .action(async (flags: PrintFlags) => {
      const config = settings(session);
      const { migrateOnly } = await import('../app.js');
      print(session, flags, { applied: await migrateOnly(config) }, inWords);
    });
  examples(migrate, 'tokenwell migrate');
}

function inWords({ applied }: { applied: string[] }): string {
  if (applied.length === 0) return 'The database is up to date; nothing was applied.';
  return ['Applied:', ...applied.map(step => `  ${step}`)].join('\n');
}
