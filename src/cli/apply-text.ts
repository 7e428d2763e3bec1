import type { PermissionInput } from '../client/client.js';
import type { Action, CredentialDifference, Difference } from './apply-difference.js';
import { secretNames, secretSources } from './apply-secrets.js';
import { counted } from './table.js';
import { visible } from './terminal-text.js';

const ACTIONS: Readonly<Record<Action, string>> = {
  create: 'will be created',
  change: 'will be changed',
  none: 'unchanged',
};

/** What is to be done, item by item, and in one line. */
export function differenceText(differences: readonly Difference[]): string {
  const count = (action: Action) => differences.filter(one => one.action === action).length;
  const { create, change, none } = { create: count('create'), change: count('change'), none: count('none') };
  const parts = [
    ...(create > 0 ? [`${create} to create`] : []),
    ...(change > 0 ? [`${change} to change`] : []),
    ...(none > 0 ? [`${none} unchanged`] : []),
  ];
  const sum =
    create + change === 0 ? `Nothing to do: ${counted(none, 'item')} as the file says.` : `${parts.join(', ')}.`;
  const stored = differences.some(one => 'sends' in one && one.before !== undefined && !one.sends && hasSecret(one));
  const lines = [...differences.map(itemText), '', `${sum} What is not in the file stays as it is.`];
  return [...lines, ...(stored ? [SECRETS_STAY] : [])].join('\n');
}

const SECRETS_STAY =
  'Stored secrets cannot be compared, for the vault gives none back, and are not sent again; --rotate-secrets sends them.';

function hasSecret({ declared }: CredentialDifference): boolean {
  return secretNames(declared).length > 0;
}

function itemText(difference: Difference): string {
  const { declared, action, before } = difference;
  const head = `${declared.kind} ${declared.id}: ${ACTIONS[action]}`;
  const fields = difference.fields.map(({ field, old, new: wanted }) =>
    before ? `${field}: ${valueText(old)} → ${valueText(wanted)}` : `${field}: ${valueText(wanted)}`,
  );
  const rest = 'sends' in difference ? secretLines(difference) : permissionLines(difference.permissions.changed);
  return [head, ...[...fields, ...rest].map(line => `  ${line}`)].map(visible).join('\n');
}

function secretLines({ declared, sends }: CredentialDifference): string[] {
  return sends === undefined
    ? []
    : secretNames(declared).map(name => {
        const from = secretSources(declared, name);
        return `${name}: will be sent (${sends})${from.length > 0 ? `, from ${from.join(', ')}` : ''}`;
      });
}

function permissionLines(changed: readonly PermissionInput[]): string[] {
  return changed.map(({ credential, account = '*', scopes }) => {
    const of = account === '*' ? 'any account' : `the account ${account}`;
    return `permission: ${credential === '*' ? 'any credential' : credential}, ${of}, ${scopes?.join(' ') ?? 'any scope'}`;
  });
}

function valueText(value: unknown): string {
  if (value === undefined || value === '') return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
