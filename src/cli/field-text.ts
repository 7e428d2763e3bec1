import type { Command } from 'commander';
import type { TokenwellError } from '../client/client.js';
import { spanInWords } from './arguments.js';
import { visible } from './terminal-text.js';

type FieldProblem = TokenwellError['errors'][number];

/** The flags of a client's proof. */
const PROOF_FLAGS: ReadonlyMap<string, string> = new Map([
  ['method', '--auth-method'],
  ['secret', '--secret-file'],
  ['certificate', '--pfx-file'],
  ['certificate.pfx', '--pfx-file'],
  ['certificate.certificate', '--certificate-file'],
  ['certificate.private_key', '--private-key-file'],
  ['certificate.password', '--key-password-file'],
]);

/** Where a permission of a list is at fault: its place, counted from 0, and the field. */
const PERMISSION = /^(\d+)(?:\.(.+))?$/;

/** One field at fault: its name, as far as it is one the flag that gives it, what is wrong, the rule. */
export function fieldText(wrong: FieldProblem, command: Command | undefined): string {
  const permission = command?.name() === 'permit' ? PERMISSION.exec(wrong.field) : null;
  const name = permission && command ? permissionName(command, permission) : nameOf(wrong.field, command);
  // What the vault says begins with its own name of the field.
  const detail = permission ? wrong.detail.replace(`${wrong.field} `, 'This ') : inSpans(wrong);
  return visible(`${name}: ${detail} [${wrong.rule}]`);
}

/** A span of time is given here with its unit, and counted in seconds there. */
function inSpans({ field, detail }: FieldProblem): string {
  if (field !== 'expires_in') return detail;
  return detail.replace(/^expires_in must be (at (?:most|least)) (\d+)\.$/, (_, bound, seconds) => {
    return `${bound} ${spanInWords(Number(seconds))}.`;
  });
}

function nameOf(field: string, command: Command | undefined): string {
  const flag = flagOf(field);
  return command?.options.some(({ long }) => long === flag) ? `${field} (${flag})` : field;
}

/** The vault counts permissions from 0; a person knows the own list, or the arguments that became one permission of it. */
function permissionName(command: Command, [, place, field = '']: RegExpExecArray): string {
  const flags: { account?: string; scope?: string[]; replaceFile?: string } = command.opts();
  if (flags.replaceFile !== undefined) return `permission ${Number(place) + 1} of the list${field && `, ${field}`}`;
  if (field === 'account') return `--account ${flags.account}`;
  return field.startsWith('scopes') ? `--scope ${flags.scope?.join(' ')}` : `<credential> ${command.args[1]}`;
}

/** The flag that gives a field of the API: the last part of its path, the outer part where there are many of it. */
function flagOf(field: string): string {
  const [outer = '', inner] = field.split('.');
  // Of a further client auth the fields stand by themselves.
  const proof = PROOF_FLAGS.get(field.replace(/^client_auth\./, ''));
  if (proof !== undefined) return proof;
  if (outer === 'mailboxes') return '--mailbox';
  if (outer === 'servers') return '--mail-server';
  if (field === 'expires_at' || field === 'expires_in') return '--expires';
  if (outer === 'trust' && inner !== undefined) return `--trust-${inner}`;
  const name = outer === 'client_auth' ? (inner ?? outer) : outer.replace(/params$/, 'param');
  return `--${name.replaceAll('_', '-')}`;
}
