import type { Command } from 'commander';
import type { Discovered, Preset } from '../client/client.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { connect, type PrintFlags, print, type Session } from './session.js';
import { facts, table } from './table.js';
import { visible } from './terminal-text.js';

/** `credential presets`: what the vault knows of providers. */
export function addPresetsCommand(group: Command, session: Session): void {
  const presets = group
    .command('presets')
    .summary('list the providers that the vault knows')
    .description(
      'Lists the providers whose addresses, scopes and mail servers --preset fills in, with the purposes that each grant ' +
        'type serves. A preset named shows all of it.',
    )
    .argument('[preset]', 'one of them, such as microsoft')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action((id: string | undefined, flags: PrintFlags) => show(session, id, flags));
  examples(presets, 'tokenwell credential presets', 'tokenwell credential presets microsoft');
}

/** One word of a POSIX shell, whatever an issuer says. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `credential discover`: the addresses of any other provider. */
export function addDiscoverCommand(group: Command, session: Session): void {
  const discover = group
    .command('discover')
    .summary('find the addresses of another provider')
    .description(
      'Asks a provider, by its issuer URL, for its addresses (OpenID Connect Discovery, RFC 8414) and prints them as flags ' +
        'of `credential create`. Nothing is stored.',
    )
    .argument('<issuer>', 'URL of the issuer, such as https://login.example.com')
    .option('--json', 'print the answer as JSON')
    .action(async (issuer: string, flags: PrintFlags) => {
      print(session, flags, await connect(session).credentials.discover(issuer), discoveredText);
    });
  examples(discover, 'tokenwell credential discover $ISSUER');
}

function discoveredText(found: Discovered): string {
  const flags = [
    ['--token-url', found.token_url],
    ['--authorization-url', found.authorization_url],
    ['--revocation-url', found.revocation_url],
    ['--issuer', found.issuer],
    ['--auth-method', found.client_auth_methods[0]],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [visible(`  ${flag} ${quoted(value)}`)]));
  const named = (what: string, all: readonly string[]) =>
    all.length > 0 ? [visible(`${what}: ${all.join(', ')}`)] : [];
  return [
    'Flags for tokenwell credential create:',
    ...flags,
    '',
    ...named('A client may prove itself by', found.client_auth_methods),
    ...named('Grant types', found.grant_types),
    ...named('Scopes', found.scopes),
  ].join('\n');
}

async function show(session: Session, id: string | undefined, flags: PrintFlags): Promise<void> {
  const { items } = await connect(session).credentials.presets();
  const chosen = id === undefined ? items : items.filter(preset => preset.id === id.toLowerCase());
  if (chosen.length === 0) {
    throw new UsageError(`There is no preset ${id}; there are: ${items.map(preset => preset.id).join(', ')}.`);
  }
  print(session, flags, { items: chosen, next_cursor: null }, ({ items }) =>
    id === undefined ? overview(items) : items.map(presetFacts).join('\n\n'),
  );
}

function overview(presets: readonly Preset[]): string {
  const rows = presets.flatMap(({ id, name, grant_types }) =>
    grant_types.map(({ grant_type, purposes }, at) => [
      at === 0 ? id : '',
      at === 0 ? name : '',
      grant_type,
      purposes.map(({ purpose }) => purpose).join(', ') || 'whatever scope you give',
    ]),
  );
  return table(['preset', 'provider', 'grant type', 'purposes'], rows);
}

function presetFacts(preset: Preset): string {
  // As they are in the cloud that is meant where none is named.
  const hosts = preset.clouds[0]?.hosts ?? {};
  const usual = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => hosts[name] ?? whole);
  const clouds = preset.clouds.map(({ id, name, servers, unsure }) => {
    const mail = Object.entries(servers).map(([protocol, { host, port, tls }]) => {
      const check = unsure.includes(protocol) ? ', not sure' : '';
      return `${protocol} ${host}:${port} (${tls}${check})`;
    });
    return [id, name, mail.join(', ')];
  });
  const purposes = preset.grant_types.flatMap(({ grant_type, purposes }) =>
    purposes.map(({ purpose, scope, needs }) => [grant_type, purpose, usual(scope), needs.join(', ')]),
  );
  const known = facts({
    preset: preset.id,
    provider: preset.name,
    tenant: preset.tenant && `${preset.tenant.hint} (or ${preset.tenant.any.join(', ')})`,
    'authorization url': preset.authorization_url && usual(preset.authorization_url),
    'token url': preset.token_url && usual(preset.token_url),
    'revocation url': preset.revocation_url,
    'refresh token ends': preset.idle_days === undefined ? undefined : `after ${preset.idle_days} days without use`,
  });
  const parts = [
    known,
    table(['cloud', 'name', 'mail servers'], clouds),
    ...(purposes.length > 0 ? [table(['grant type', 'purpose', 'scope', 'a good token holds'], purposes)] : []),
    preset.notes.join('\n'),
  ];
  return parts.join('\n\n');
}
