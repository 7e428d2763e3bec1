import type { Command } from 'commander';

/** A command whose first argument is a credential. */
export function ofCredential(group: Command, name: string, summary: string): Command {
  return group.command(name).summary(summary).argument('<credential>', 'id of the credential');
}
