import { resolve } from 'node:path';
import type { DeclaredAuth } from './apply-file.js';
import { UsageError } from './failure-text.js';
import { type Conversion, type Converted, groupedBy, idsFor, secretFile } from './import-files.js';
import type { Section } from './ini-file.js';
import { IMPLICIT_PORTS, placeholderIn, providerFields } from './known-provider.js';
import { visible } from './terminal-text.js';
import { quoted } from './words.js';

interface Options {
  /** For messages. */
  name: string;
  /** Where paths in the file start from. */
  folder: string;
  /** Of the credential; those of several begin with it. */
  id: string;
  redirectUri: string;
}

/** An account of the proxy: the section that an address names. */
interface ProxyAccount {
  address: string;
  option(name: string): string | undefined;
}

type Flow = 'authorization_code' | 'client_credentials' | 'jwt_bearer';
type Protocol = 'imap' | 'pop' | 'smtp';

/** The proxy's words for what it does; `device` ends like a consent. */
const FLOWS: Readonly<Record<string, Flow>> = {
  authorization_code: 'authorization_code',
  device: 'authorization_code',
  client_credentials: 'client_credentials',
  service_account: 'jwt_bearer',
};

/**
 * Credentials out of an emailproxy.config (simonrob/email-oauth2-proxy); accounts of the same client become one with
 * several mailboxes. Throws `UsageError` where no account can be taken.
 */
export function convertProxy(sections: readonly Section[], { name, folder, id, redirectUri }: Options): Conversion {
  const accounts = sections.filter(({ name }) => name.includes('@')).map(accountOf);
  const judged = accounts.map(account => ({ account, why: reasonToLeave(account) }));
  const taken = judged.flatMap(({ account, why }) => (why === undefined ? [account] : []));
  // One line each: a value of several lines would look like steps of ours.
  const leftText = judged.flatMap(({ account: { address }, why }) =>
    why === undefined ? [] : [visible(`[${address}] was left out: ${why}`)],
  );
  if (taken.length === 0) {
    const none = `${name} holds no account that can be taken: a section [user@example.com] with token_url, client_id and oauth2_scope.`;
    throw new UsageError([none, ...leftText, 'Nothing was written.'].join('\n'));
  }
  const groups = groupedBy(taken, registrationOf);
  const ids = idsFor(
    id,
    groups.map(([first]) => nameOf(first)),
  );
  const proxy = { folder, served: servedBy(sections), servers: serversOf(sections) };
  const parts = groups.map((members, at) => ({ members, credential: credentialOf(members, ids[at] ?? id, proxy) }));
  return {
    credentials: parts.map(({ credential }) => credential),
    consumers: [],
    next: out => nextSteps(parts, out, { redirectUri, leftText }),
  };
}

type Part = { members: ProxyAccount[]; credential: Converted };

function accountOf({ name, options }: Section): ProxyAccount {
  return { address: name, option: wanted => options.get(wanted)?.trim() || undefined };
}

const NEEDED = ['token_url', 'client_id', 'oauth2_scope'];

/** As accounts are named. The commands below are pasted into a shell, which must not read anything else into it. */
const ADDRESS = /^(?!-)[A-Za-z0-9._@+'-]{1,128}$/;

function reasonToLeave(account: ProxyAccount): string | undefined {
  const { option, address } = account;
  const flow = option('oauth2_flow') ?? 'authorization_code';
  if (!ADDRESS.test(address)) return 'it is no address of a mailbox that an account can be named by.';
  if (!Object.hasOwn(FLOWS, flow))
    return `oauth2_flow ${flow} is not one that Tokenwell has: it keeps no passwords of people.`;
  const needed = flow === 'authorization_code' ? [...NEEDED, 'permission_url'] : NEEDED;
  const missing = needed.filter(name => option(name) === undefined);
  if (missing.length > 0) return `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`;
  const copied = [...needed, 'client_secret'].filter(name => placeholderIn(option(name) ?? '') !== undefined);
  if (copied.length > 0) return `${copied.join(', ')}: put your own values in place of the placeholders.`;
  return URL.canParse(option('token_url') ?? '') ? undefined : 'token_url is no URL.';
}

function flowOf({ option }: ProxyAccount): Flow {
  return FLOWS[option('oauth2_flow') ?? ''] ?? 'authorization_code';
}

/** Accounts that differ in nothing of this share a credential; what is encrypted differs each time, and may be the same. */
function registrationOf(account: ProxyAccount): string {
  const names = ['token_url', 'permission_url', 'client_id', 'client_secret', 'oauth2_scope', 'jwt_key_path'];
  const sealed = account.option('client_secret_encrypted') !== undefined;
  return JSON.stringify([flowOf(account), sealed, ...names.map(name => account.option(name) ?? null)]);
}

/** Tells several credentials apart. */
function nameOf(account: ProxyAccount | undefined): string {
  return account?.address.split('@')[1]?.split('.')[0] ?? '';
}

/** What the file says beside its accounts. */
interface Proxy {
  /** Where paths in it start from. */
  folder: string;
  served: readonly Protocol[];
  servers: Record<string, unknown>;
}

function credentialOf(members: readonly ProxyAccount[], id: string, proxy: Proxy): Converted {
  const [first] = members;
  if (!first) throw new Error('a credential without an account');
  const { option } = first;
  const flow = flowOf(first);
  const scope = option('oauth2_scope') ?? '';
  const purpose = purposeOf(scope, proxy.served);
  const tokenUrl = option('token_url') ?? '';
  const authorizationUrl = flow === 'authorization_code' ? option('permission_url') : undefined;
  const known = providerFields({ tokenUrl, authorizationUrl, server: undefined }, purpose);
  const servers = known.preset === undefined ? proxy.servers : {};
  const mailboxes = members.map(({ address }) => address).filter(address => !address.startsWith('@'));
  const { auth, secret } = proofOf(first, id, proxy.folder);
  const fields = {
    description: 'From email-oauth2-proxy',
    grant_type: flow,
    ...known,
    ...(flow === 'jwt_bearer' ? {} : { client_id: option('client_id') }),
    scope,
    ...(Object.keys(servers).length === 0 ? {} : { servers }),
    ...(mailboxes.length === 0 ? {} : { mailboxes: mailboxes.map(address => ({ address })) }),
  };
  return { id, fields, auth, secret, comment: `From ${members.map(({ address }) => `[${address}]`).join(', ')}` };
}

const PROTOCOLS = ['imap', 'pop', 'smtp'] as const;

/** The protocols of which the proxy has a server. */
function servedBy(sections: readonly Section[]): Protocol[] {
  return PROTOCOLS.filter(one => sections.some(({ name }) => name.toLowerCase().startsWith(`${one}-`)));
}

/** What the scope says, else what servers there are. */
function purposeOf(scope: string, served: readonly Protocol[]): Protocol {
  return PROTOCOLS.find(one => new RegExp(`\\b${one}\\.`, 'i').test(scope)) ?? served[0] ?? 'imap';
}

/** The proxy does not say which account uses which server, so only where there is one of a kind it is known. */
function serversOf(sections: readonly Section[]): Record<string, unknown> {
  const servers: Record<string, unknown> = {};
  for (const protocol of PROTOCOLS) {
    const [only, another] = sections.filter(({ name }) => name.toLowerCase().startsWith(`${protocol}-`));
    const host = only?.options.get('server_address');
    const port = Number(only?.options.get('server_port'));
    if (!only || another || host === undefined || !Number.isInteger(port)) continue;
    const asks = /^(?:true|yes|on|1)$/i.test(only.options.get('server_starttls') ?? only.options.get('starttls') ?? '');
    servers[protocol] = { host, port, tls: !asks || IMPLICIT_PORTS.includes(port) ? 'implicit' : 'starttls' };
  }
  return servers;
}

function proofOf(
  { option }: ProxyAccount,
  id: string,
  folder: string,
): { auth: DeclaredAuth; secret: string | undefined } {
  const [certificate, key] = [option('jwt_certificate_path'), option('jwt_key_path')];
  const secret = option('client_secret');
  if (option('oauth2_flow') === 'service_account') {
    // There client_id says where the key file is: `file` at the path, `key` in the configuration itself.
    const inFile = option('client_id') === 'file' && secret !== undefined;
    const file = inFile ? resolve(folder, secret) : secretFile(id);
    const auth = { method: 'private_key_jwt' as const, service_account: { file } };
    return { auth, secret: inFile ? undefined : secret };
  }
  if (certificate !== undefined && key !== undefined) {
    const pair = { certificate: { file: resolve(folder, certificate) }, private_key: { file: resolve(folder, key) } };
    return { auth: { method: 'private_key_jwt', certificate: pair }, secret: undefined };
  }
  if (secret === undefined && option('client_secret_encrypted') === undefined) {
    return { auth: { method: 'none' }, secret: undefined };
  }
  return { auth: { method: 'client_secret_post', secret: { file: secretFile(id) } }, secret };
}

function nextSteps(
  parts: readonly Part[],
  out: string,
  { redirectUri, leftText }: { redirectUri: string; leftText: readonly string[] },
): string {
  const sealed = parts.filter(({ credential: { auth, secret } }) => auth.secret !== undefined && secret === undefined);
  const consents = parts.filter(({ credential }) => credential.fields.grant_type === 'authorization_code');
  const others = parts.filter(part => !consents.includes(part));
  const links = consents.flatMap(({ members, credential: { id } }) =>
    members
      .filter(({ address }) => !address.startsWith('@'))
      .map(({ address }) => `  tokenwell account link ${id} ${quoted(address)} --login-hint ${quoted(address)}`),
  );
  const catchAll = parts.flatMap(({ members }) => members.filter(({ address }) => address.startsWith('@')));
  return [
    ...leftText,
    ...sealed.map(
      ({ credential: { id } }) => `${id}: ${SEALED} Put the client secret into ${out}/secrets/${id}.txt first.`,
    ),
    ...catchAll.map(
      ({ address }) => `[${address}] stands for all mailboxes of its domain. Name those that are used in mailboxes.`,
    ),
    'Look at it, then:',
    '',
    `  tokenwell apply -f ${out}/credentials.yaml`,
    ...others.map(({ credential: { id } }) => `  tokenwell credential test ${id}`),
    ...(links.length > 0
      ? ['', TOKENS, `First register ${redirectUri} at the provider as a redirect URI. Then:`, '', ...links]
      : []),
    '',
    'Then permit whoever is to draw: tokenwell consumer create …, permit …, key ….',
    `When it works, remove ${out}/secrets: the vault has what stands there.`,
  ].join('\n');
}

const SEALED = 'client_secret_encrypted cannot be read without the password that the mail program gives the proxy.';
const TOKENS =
  'The tokens in the file are encrypted with the passwords of its users and were not taken. Each owner signs in once, by a link.';
