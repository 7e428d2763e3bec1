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
  const signIn = grant_type === 'authorization_code' ? signInSteps(credential) : undefined;
  const steps = [
    ...(guided ? [`Read what is to be set up at the provider: tokenwell credential setup ${id}${named}`] : []),
    ...(lacksKey(client_auth)
      ? [`Have a certificate made; it says how to upload and use it: tokenwell credential certificate-generate ${id}`]
      : []),
    ...(signIn ? [signIn.link] : []),
    signIn?.test ?? `See whether it works: tokenwell credential test ${id}`,
  ];
  return ['What to do next:', ...steps.map((step, at) => visible(`${at + 1}. ${step}`))].join('\n');
}

/** As the guide has it: of several mailboxes each is an account, the only one is `default`. */
function signInSteps({ id, purpose, mailboxes = [] }: Credential): { link: string; test: string } {
  const [only, ...others] = mailboxes
    .filter(({ purposes = [] }) => purpose === undefined || purposes.length === 0 || purposes.includes(purpose))
    .map(({ address }) => quoted(address));
  const [link, test] = [`tokenwell account link ${id}`, `See whether it works: tokenwell credential test ${id}`];
  if (only === undefined) return { link: `Let the owner of the mailbox sign in: ${link}`, test };
  if (others.length === 0) return { link: `Let the owner of ${only} sign in: ${link} --login-hint ${only}`, test };
  return {
    link: `Let the owners of the ${others.length + 1} mailboxes sign in, each by a link of its own: ${link} ${only} --login-hint ${only}`,
    test: `${test} --account ${only}`,
  };
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
