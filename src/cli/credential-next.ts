import type { Credential, TokenwellClient } from '../client/client.js';
import { visible } from './terminal-text.js';

/** Presets of which `credential setup` has a guide. */
const GUIDED = ['microsoft', 'google'];

/** What is to be done after a credential was stored, in order, each with its command. */
export function firstSteps({ id, preset = '', purpose, grant_type, client_auth }: Credential): string {
  const guided = GUIDED.includes(preset);
  const named = purpose === undefined || purpose === 'custom' ? ' --purpose <purpose>' : '';
  const person = grant_type === 'authorization_code';
  const steps = [
    ...(guided ? [`Read what is to be set up at the provider: tokenwell credential setup ${id}${named}`] : []),
    ...(lacksKey(client_auth)
      ? [`Have a certificate made; it says how to upload and use it: tokenwell credential certificate-generate ${id}`]
      : []),
    ...(person ? [`Let the owner of a mailbox sign in: tokenwell account link ${id} <account>`] : []),
    `See whether it works: ${testCommand({ id, grant_type })}`,
  ];
  return ['What to do next:', ...steps.map((step, at) => visible(`${at + 1}. ${step}`))].join('\n');
}

/** What tries a credential; where people sign in, for the account of one who has. */
export function testCommand({ id, grant_type }: Pick<Credential, 'id' | 'grant_type'>): string {
  const person = grant_type === 'authorization_code';
  return `tokenwell credential test ${id}${person ? ' --account <account>' : ''}`;
}

/** Whether it is to sign and has nothing to sign with. */
export function lacksKey({ method, has_secret }: Credential['client_auth']): boolean {
  return method === 'private_key_jwt' && !has_secret;
}

/** The protocols whose server is as a preset has it that is not sure of the name. Throws what asking for presets throws. */
export async function unsureServers(
  { credentials }: TokenwellClient,
  { preset, cloud, servers = {} }: Credential,
): Promise<string[]> {
  if (preset === undefined || Object.keys(servers).length === 0) return [];
  const { clouds = [] } = (await credentials.presets()).items.find(({ id }) => id === preset) ?? {};
  const known = clouds.find(({ id }) => id === cloud) ?? clouds[0];
  const hosts = (of: Credential['servers'] = {}) => new Map(Object.entries(of).map(([name, { host }]) => [name, host]));
  const [own, theirs] = [hosts(servers), hosts(known?.servers)];
  return (known?.unsure ?? []).filter(name => own.has(name) && own.get(name) === theirs.get(name));
}
