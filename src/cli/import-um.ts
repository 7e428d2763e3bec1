import { UsageError } from './failure-text.js';
import { type Conversion, type Converted, groupedBy, idsFor, secretFile } from './import-files.js';
import { IMPLICIT_PORTS, placeholderIn, providerFields } from './known-provider.js';
import type { Property } from './properties-file.js';
import { visible } from './terminal-text.js';

/** The consumer that UM becomes. */
const CONSUMER = 'um';
const OAUTH2 = /^(cmsbs\.mail\.[^\s]*?)\.oauth2\.(\w+)$/;

/** A page that was pasted as one line: the value holds the next property. */
const SEVERAL = /\bcmsbs\.\S{1,200}\s{0,20}[=:]/;
const CROWDED = 'several properties stand on this line. Put each on a line of its own.';

/** What of UM's properties belongs to one mail connection. */
interface Connection {
  /** Such as `cmsbs.mail.imap`. */
  prefix: string;
  property(name: string): Property | undefined;
}

interface Options {
  /** For messages. */
  name: string;
  id: string;
  /** Where UM will ask for tokens. */
  tokenEndpoint: string;
}

/**
 * Credentials out of UM's `cmsbs.mail.<…>.oauth2.*`; connections with the same registration become one with several
 * mailboxes. Throws `UsageError`, which names all that is missing or was not filled in.
 */
export function convertUm(properties: readonly Property[], { name, id, tokenEndpoint }: Options): Conversion {
  const connections = connectionsIn(properties);
  const crowded = properties.find(({ value }) => SEVERAL.test(value));
  if (connections.length === 0 && crowded) {
    throw new UsageError(`${name}, line ${crowded.line}: ${CROWDED} Nothing was written.`);
  }
  if (connections.length === 0) {
    throw new UsageError(
      `${name} holds no cmsbs.mail.<…>.oauth2.accessTokenUri. Give the file of UM's settings in which it stands, such as cmsbs.properties. Nothing was written.`,
    );
  }
  const mistakes = connections.flatMap(connection => mistakesIn(connection, name));
  if (mistakes.length > 0) throw new UsageError(`${mistakes.map(visible).join('\n')}\nNothing was written.`);
  const groups = groupedBy(connections, registrationOf);
  const ids = idsFor(
    id,
    groups.map(([first]) => first?.prefix.replace(/^cmsbs\.mail\./, '') ?? ''),
  );
  const parts = groups.map((members, at) => ({ members, credential: credentialOf(members, ids[at] ?? id) }));
  const permissions = ids.map(credential => ({ credential }));
  return {
    credentials: parts.map(({ credential }) => credential),
    consumers: [{ id: CONSUMER, role: 'service', description: 'UM', permissions }],
    next: folder => nextSteps(parts, folder, tokenEndpoint),
  };
}

type Part = { members: Connection[]; credential: Converted };

function connectionsIn(properties: readonly Property[]): Connection[] {
  const prefixes = new Set(properties.flatMap(({ key }) => OAUTH2.exec(key)?.[1] ?? []));
  const byKey = new Map(properties.map(property => [property.key, property]));
  return [...prefixes].map(prefix => ({ prefix, property: name => filled(byKey.get(`${prefix}.${name}`)) }));
}

/** What is empty is as good as left out. */
function filled(property: Property | undefined): Property | undefined {
  return property?.value.trim() === '' ? undefined : property;
}

function textIn({ property }: Connection, name: string): string | undefined {
  return property(name)?.value.trim();
}

const NEEDED = ['oauth2.accessTokenUri', 'oauth2.clientId', 'oauth2.scope'];
const READ = [...NEEDED, 'oauth2.clientSecret', 'oauth2.grantType', 'user', 'server', 'port'];

function mistakesIn(connection: Connection, file: string): string[] {
  const { prefix, property } = connection;
  const missing = NEEDED.filter(name => !property(name));
  const mistakes = missing.map(
    name => `${file}: ${prefix}.${name} is missing. Take its value from the provider's set-up.`,
  );
  for (const name of READ) {
    const found = property(name);
    if (!found) continue;
    const place = `${file}, line ${found.line}: ${found.key}`;
    const copied = placeholderIn(found.value);
    if (SEVERAL.test(found.value)) {
      mistakes.push(`${place}: ${CROWDED}`);
    } else if (copied !== undefined) {
      mistakes.push(`${place} still holds the placeholder ${copied}. Put in ${hintFor(copied, name)}.`);
    }
  }
  const url = textIn(connection, 'oauth2.accessTokenUri');
  if (url !== undefined && placeholderIn(url) === undefined && !URL.canParse(url)) {
    mistakes.push(`${file}: ${prefix}.oauth2.accessTokenUri is no URL.`);
  }
  const grant = textIn(connection, 'oauth2.grantType') ?? 'client_credentials';
  if (!['client_credentials', 'authorization_code'].includes(grant) && placeholderIn(grant) === undefined) {
    mistakes.push(
      `${file}: ${prefix}.oauth2.grantType is not one that Tokenwell has: client_credentials, authorization_code.`,
    );
  }
  return mistakes;
}

/** What each placeholder of UM's instructions stands for, and where it is found. */
const HINTS: readonly [RegExp, string][] = [
  [/tenant/i, 'the Directory (tenant) ID from the overview page of the app registration'],
  [/client.?id/i, 'the Application (client) ID from the overview page of the app registration'],
  [/client.?secret/i, 'the Value of the client secret (Certificates & secrets), not its Secret ID'],
  [/mailbox|user/i, 'the primary e-mail address of the mailbox'],
];

function hintFor(copied: string, name: string): string {
  return HINTS.find(([pattern]) => pattern.test(copied) || pattern.test(name))?.[1] ?? 'your own value';
}

/** Connections that differ in nothing of this share a credential. */
function registrationOf(connection: Connection): string {
  const names = [...NEEDED, 'oauth2.clientSecret', 'oauth2.grantType'];
  return JSON.stringify([protocolOf(connection), ...names.map(name => textIn(connection, name) ?? null)]);
}

type Protocol = 'imap' | 'pop' | 'smtp';

function protocolOf(connection: Connection): Protocol {
  const [named] = /imap|pop|smtp/i.exec(connection.prefix) ?? [];
  if (named !== undefined) return named.toLowerCase() as Protocol;
  const port = Number(textIn(connection, 'port'));
  return port === 995 || port === 110 ? 'pop' : port === 465 || port === 587 || port === 25 ? 'smtp' : 'imap';
}

function credentialOf(members: readonly Connection[], id: string): Converted {
  const [first] = members;
  if (!first) throw new Error('a credential without a connection');
  const tokenUrl = textIn(first, 'oauth2.accessTokenUri') ?? '';
  const protocol = protocolOf(first);
  const server = textIn(first, 'server');
  const mailboxes = members.flatMap(member =>
    (textIn(member, 'user') ?? '').split(/[\s,;]+/).filter(one => one !== ''),
  );
  const secret = textIn(first, 'oauth2.clientSecret');
  const fields = {
    description: `UM: ${members.map(({ prefix }) => prefix).join(', ')}`,
    grant_type: textIn(first, 'oauth2.grantType') ?? 'client_credentials',
    ...providerFields({ tokenUrl, authorizationUrl: undefined, server }, protocol),
    client_id: textIn(first, 'oauth2.clientId'),
    scope: textIn(first, 'oauth2.scope'),
    ...(server === undefined ? {} : { servers: { [protocol]: serverOf(first, protocol, server) } }),
    ...(mailboxes.length === 0 ? {} : { mailboxes: mailboxes.map(address => ({ address, purposes: [protocol] })) }),
  };
  const auth = { method: 'client_secret_post' as const, secret: { file: secretFile(id) } };
  return { id, fields, auth, secret, comment: `From ${members.map(({ prefix }) => `${prefix}.*`).join(', ')}` };
}

const USUAL_PORTS = { imap: 993, pop: 995, smtp: 587 } as const;

function serverOf(connection: Connection, protocol: Protocol, host: string) {
  const port = Number(textIn(connection, 'port') ?? USUAL_PORTS[protocol]);
  const implicit = textIn(connection, 'ssl') === 'true' || IMPLICIT_PORTS.includes(port);
  return { host, port, tls: implicit ? 'implicit' : 'starttls' };
}

function nextSteps(parts: readonly Part[], folder: string, tokenEndpoint: string): string {
  const tests = parts.map(({ credential: { id, fields } }) =>
    fields.grant_type === 'authorization_code'
      ? `  tokenwell account link ${id}   # for the owner of the mailbox, who signs in once`
      : `  tokenwell credential test ${id}`,
  );
  const lacking = parts.filter(({ credential }) => credential.secret === undefined);
  const changes = parts.flatMap(({ members, credential }) =>
    members.flatMap(({ prefix }) => [
      '',
      `${prefix}.oauth2.accessTokenUri = ${tokenEndpoint}`,
      `${prefix}.oauth2.clientId = ${CONSUMER}`,
      `${prefix}.oauth2.clientSecret = <the key that the last command prints>`,
      `${prefix}.oauth2.scope = ${credential.id}`,
      ...(credential.fields.grant_type === 'client_credentials'
        ? []
        : [`${prefix}.oauth2.grantType = client_credentials`]),
    ]),
  );
  return [
    ...lacking.map(
      ({ credential: { id } }) => `Missing: clientSecret. Put the secret into ${folder}/secrets/${id}.txt first.`,
    ),
    'Look at it, then:',
    '',
    `  tokenwell apply -f ${folder}/credentials.yaml`,
    ...tests,
    `  tokenwell consumer key ${CONSUMER}`,
    '',
    'Then change these properties of UM; all others stay as they are:',
    ...changes,
    '',
    `When mail arrives, remove ${folder}/secrets: the vault has what stands there.`,
  ].join('\n');
}
