import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CredentialReplace } from '../client/client.js';
import { UsageError } from './failure-text.js';
import { readJson } from './input.js';
import type { Session } from './session.js';

type Said = Pick<CredentialReplace, 'preset' | 'tenant' | 'cloud' | 'purpose' | 'mailboxes' | 'servers'>;
type Mailbox = NonNullable<Said['mailboxes']>[number];
type Servers = NonNullable<Said['servers']>;

/** The flags by which a preset fills in the rest, and what it is for. */
export interface PresetFlags {
  preset?: string;
  tenant?: string;
  cloud?: NonNullable<Said['cloud']>;
  purpose?: NonNullable<Said['purpose']>;
  mailbox?: Mailbox[];
  mailServer?: Servers;
}

const PURPOSES = ['imap', 'pop', 'smtp', 'graph-read', 'graph-readwrite', 'graph-send', 'custom'] as const;
const CLOUDS = ['public', 'gcc-high', 'dod', 'china'];
const GRANT_TYPES = ['client_credentials', 'authorization_code', 'jwt_bearer'];

/** Adds the flags that say at which provider a credential is, and how its tokens are obtained there. */
export function addPlaceFlags(command: Command, preset: string): Command {
  return command
    .option('--preset <provider>', preset)
    .option('--tenant <id>', 'the organisation at the provider: for Microsoft the Directory (tenant) ID')
    .addOption(new Option('--cloud <cloud>', 'national cloud, public unless said').choices(CLOUDS))
    .addOption(new Option('--grant-type <type>', 'how tokens are obtained').choices(GRANT_TYPES));
}

/** Adds the flags that choose a preset and what the tokens are for. */
export function addPresetFlags(command: Command): Command {
  return addPlaceFlags(
    command,
    'fill in what is left out: microsoft, google, yahoo, custom (tokenwell credential presets)',
  )
    .addOption(new Option('--purpose <purpose>', 'what the tokens are for').choices([...PURPOSES]))
    .option(
      '--mailbox <address>',
      'a mailbox that it is for, or address=imap,smtp; repeat it for more',
      mailboxArgument,
    )
    .option(
      '--mail-server <protocol=host:port>',
      'another mail server than the preset has, such as smtp=smtp.example.com:587; repeat it for more',
      serverArgument,
    );
}

/** What the flags say. */
export function presetFields({ preset, tenant, cloud, purpose, mailbox, mailServer }: PresetFlags): Said {
  // As every id of a preset is spelled.
  return { preset: preset?.toLowerCase(), tenant, cloud, purpose, mailboxes: mailbox, servers: mailServer };
}

function mailboxArgument(text: string, before: Mailbox[] = []): Mailbox[] {
  const [address = '', list] = text.split('=');
  const named = list?.split(',') ?? [];
  const purposes = PURPOSES.filter(purpose => named.includes(purpose));
  if (address !== '' && purposes.length === named.length) return [...before, { address, purposes }];
  throw new InvalidArgumentError(`Give an address, or address=purposes of: ${PURPOSES.join(', ')}.`);
}

/** Ports on which TLS is there from the first byte (RFC 8314 §3). */
const IMPLICIT = [993, 995, 465];

function serverArgument(text: string, before: Servers = {}): Servers {
  const [, protocol, host, digits] = /^(imap|pop|smtp)=([A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  if (protocol === undefined || host === undefined) {
    throw new InvalidArgumentError('Give it as imap=, pop= or smtp= with host:port.');
  }
  const port = Number(digits);
  return { ...before, [protocol]: { host, port, tls: IMPLICIT.includes(port) ? 'implicit' : 'starttls' } };
}

/** What Google's key file of a service account says, in the fields of a credential. Throws `UsageError`. */
export async function serviceAccountOf(
  session: Session,
  path: string,
): Promise<Pick<CredentialReplace, 'client_id' | 'client_auth'>> {
  const file = await readJson(session, path);
  const told = typeof file === 'object' && file !== null ? (file as Record<string, unknown>) : {};
  const { client_email, private_key, private_key_id } = told;
  if (typeof client_email !== 'string' || typeof private_key !== 'string') {
    throw new UsageError(
      `${path} is no key file of a service account: it needs client_email and private_key. Make one in the Google Cloud console (IAM, Service accounts, Keys) as JSON.`,
    );
  }
  const named = typeof private_key_id === 'string' ? { key_id: private_key_id } : {};
  return {
    client_id: client_email,
    client_auth: { method: 'private_key_jwt', certificate: { private_key }, ...named },
  };
}
