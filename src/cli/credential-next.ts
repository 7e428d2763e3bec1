import type { Credential, TokenwellClient } from '../client/client.js';
import { visible } from './terminal-text.js';
import { quoted } from './words.js';

/** Presets of which `credential setup` has a guide. */
const GUIDED = ['microsoft', 'google'];

/** What is to be done after a credential was stored, in order, each with its command. */
export function firstSteps(credential: Credential): string {
  const { id, preset = '', purpose, grant_type, client_auth } = credential;
  const guided = GUIDED.includes(preset);
  const named = purpose === undefined || purpose === 'custom' ? ' --purpose <purpose>' : '';
  const steps = [
    ...(guided ? [`Read what is to be set up at the provider: tokenwell credential setup ${id}${named}`] : []),
    ...(lacksKey(client_auth)
      ? [`Have a certificate made; it says how to upload and use it: tokenwell credential certificate-generate ${id}`]
      : []),
    ...(grant_type === 'authorization_code' ? [linkStep(credential)] : []),
    `See whether it works: ${testCommand(credential)}`,
  ];
  return ['What to do next:', ...steps.map((step, at) => visible(`${at + 1}. ${step}`))].join('\n');
}

/** What is left once it has its proof. */
export function provingSteps(credential: Credential): string[] {
  const { id, preset = '' } = credential;
  const guide = `Go on with what is to be set up at the provider: tokenwell credential setup ${id}`;
  return [...(GUIDED.includes(preset) ? [guide] : []), `See whether it works: ${testCommand(credential)}`];
}

/** What tries a credential; where several people sign in, for the account of the first. */
function testCommand(credential: Pick<Credential, 'id' | 'grant_type' | 'purpose' | 'mailboxes'>): string {
  const [first, ...others] = credential.grant_type === 'authorization_code' ? addressesOf(credential) : [];
  return `tokenwell credential test ${credential.id}${others.length > 0 ? ` --account ${first}` : ''}`;
}

/** As the guide has it: of several mailboxes each is an account, the only one is `default`. */
function linkStep(credential: Credential): string {
  const [only, ...others] = addressesOf(credential);
  const link = `tokenwell account link ${credential.id}`;
  if (only === undefined) return `Let the owner of the mailbox sign in: ${link}`;
  if (others.length === 0) return `Let the owner of ${only} sign in: ${link} --login-hint ${only}`;
  const all = others.length + 1;
  return `Let the owners of the ${all} mailboxes sign in, each by a link of its own: ${link} ${only} --login-hint ${only}`;
}

function addressesOf({ purpose, mailboxes = [] }: Pick<Credential, 'purpose' | 'mailboxes'>): string[] {
  return mailboxes
    .filter(({ purposes = [] }) => purpose === undefined || purposes.length === 0 || purposes.includes(purpose))
    .map(({ address }) => quoted(address));
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
