import type { Command } from 'commander';
import { examples } from './examples.js';
import { type Session, settings } from './session.js';

/** `serve`: the vault itself. */
export function addServeCommand(program: Command, session: Session): void {
  const serve = program
    .command('serve')
    .summary('run the vault')
    .description(
      'Runs the vault until SIGTERM or SIGINT. Brings the database up to date first; the first start makes the ' +
        'database, the master key and the first admin key in the data folder (TOKENWELL_DATA_DIR, ./data unless set).',
    )
    .action(async () => {
      const config = settings(session);
      const { run } = await import('../main.js');
      session.exitCode = await run(config);
    });
  examples(
    serve,
    'tokenwell serve                               # not beside the demo: end that first',
    'TOKENWELL_DATA_DIR=/var/lib/tokenwell TOKENWELL_PORT=9000 tokenwell serve   # where . demo/session.sh was not typed',
  );
}
