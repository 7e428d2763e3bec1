import { isIPv6 } from 'node:net';
import { join, resolve } from 'node:path';
import { areAPair, certificatesFlaw, chainFlaw, keyFlaw } from './certificates.js';
import { Environment, type NamedFile, type Variables } from './environment.js';
import {
  isBareUrl,
  isHost,
  isHostEntry,
  isLoopback,
  isMailAddress,
  isMailServer,
  isProxyEntry,
  isUnspecified,
  listenerOf,
  originOf,
} from './hosts.js';
import { PICTURES, pictureFlaw, pictureUrl } from './picture.js';
import { Secret } from './vault/secret.js';

export { ConfigError } from './environment.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const TLS_FILES = ['TOKENWELL_TLS_CERT_FILE', 'TOKENWELL_TLS_KEY_FILE'] as const;

const KNOWN = [
  'TOKENWELL_HOST',
  'TOKENWELL_PORT',
  'TOKENWELL_TLS_CERT_FILE',
  'TOKENWELL_TLS_KEY_FILE',
  'TOKENWELL_PUBLIC_URL',
  'TOKENWELL_DATA_DIR',
  'TOKENWELL_DATABASE_URL',
  'TOKENWELL_DATABASE_URL_FILE',
  'TOKENWELL_MASTER_KEY',
  'TOKENWELL_MASTER_KEY_FILE',
  'TOKENWELL_ALLOWED_HOSTS',
  'TOKENWELL_OUTBOUND_PROXY',
  'TOKENWELL_CA_FILE',
  'TOKENWELL_TRUST_PROXY',
  'TOKENWELL_RETURN_TO_ORIGINS',
  'TOKENWELL_RATE_LIMIT',
  'TOKENWELL_DRAIN_SECONDS',
  'TOKENWELL_BEHIND_TLS_PROXY',
  'TOKENWELL_ALLOW_UNSAFE_DATABASE',
  'TOKENWELL_LOG_LEVEL',
  'TOKENWELL_METRICS_LISTEN',
  'TOKENWELL_SMTP_URL',
  'TOKENWELL_SMTP_URL_FILE',
  'TOKENWELL_NOTICE_TO',
  'TOKENWELL_NOTICE_FROM',
  'TOKENWELL_BRAND_NAME',
  'TOKENWELL_BRAND_LOGO_FILE',
  'TOKENWELL_URL',
  'TOKENWELL_KEY',
  'TOKENWELL_KEY_FILE',
];

const SECRET = [
  'TOKENWELL_DATABASE_URL',
  'TOKENWELL_MASTER_KEY',
  'TOKENWELL_OUTBOUND_PROXY',
  'TOKENWELL_SMTP_URL',
  'TOKENWELL_KEY',
];

/** How this process serves: API.md "Environment", read and checked. Paths are absolute. Frozen, all the way down. */
export interface Config {
  /** The address to listen on: an IP address or a name. */
  readonly host: string;
  /** 0 lets the system choose; `publicUrl` then holds 0 too unless it was given. */
  readonly port: number;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** The origin that browsers use, without a slash at its end. https unless loopback. */
  readonly publicUrl: string;
  readonly dataDir: string;
  /** postgres://…; left out, SQLite in `dataDir`. */
  readonly databaseUrl?: Secret;
  readonly masterKeyFile: string;
  /** Names, IP addresses or CIDRs, each with an optional `:port`, as they were given. */
  readonly allowedHosts: readonly string[];
  /** May hold a password. */
  readonly outboundProxy?: Secret;
  readonly caFile?: string;
  /** IP addresses and CIDRs of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  /** Origins, besides our own, to which the page after a consent may lead on. */
  readonly returnToOrigins: readonly string[];
  /** Successful draws per second and key; 0 is no limit. */
  readonly rateLimit: number;
  readonly drainSeconds: number;
  readonly behindTlsProxy: boolean;
  readonly allowUnsafeDatabase: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Where metrics are served without a key; left out: nowhere. */
  readonly metricsListen?: { readonly host: string; readonly port: number };
  /** Who is told by mail of what ends, and by which server; left out: nobody. */
  readonly notices?: { readonly smtpUrl: Secret; readonly to: readonly string[]; readonly from: string };
  /** Who runs this vault, as mailbox owners know it. */
  readonly brandName: string;
  /** A picture of theirs, as a data URL. */
  readonly brandLogo?: string;
}

/** Where a running vault is and the key to call it with. Frozen. */
export interface ClientConfig {
  /** The vault's origin, without a slash at its end. https unless loopback. */
  readonly url: string;
  readonly key: Secret;
  /** The variable that the key came from, with the path of its file if it has one. */
  readonly keySource: string;
}

/** The settings of a serving process. Throws `ConfigError`, which tells all mistakes at once. */
export function readConfig(variables: Variables = process.env): Config {
  const env = new Environment({ variables, known: KNOWN, secret: SECRET });
  const listener = readListener(env);
  const publicUrl = readPublicUrl(env, listener);
  const served = { ...listener, publicUrl, ...readStorage(env), ...readNetwork(env) };
  const config = { ...served, ...readRunning(env), ...readWatching(env) };
  env.finish();
  return freeze(config);
}

/** A variable that a file of the operator's names; undefined where it is not set or empty. */
export function readVariable(name: string, variables: Variables = process.env): string | undefined {
  return variables[name] || undefined;
}

/** Whether only this machine reaches the URL; false for what is none. */
export function isOfThisMachine(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

/** The settings of a command that talks to a running vault. Throws `ConfigError`, which tells all mistakes at once. */
export function readClientConfig(variables: Variables = process.env): ClientConfig {
  const env = new Environment({ variables, known: KNOWN, secret: SECRET });
  const url = readOrigin(env, 'TOKENWELL_URL') ?? 'http://127.0.0.1:8080';
  const key = env.secret(
    'TOKENWELL_KEY',
    text => /^[\x21-\x7e]+$/.test(text),
    'an API key or workload token: one line without spaces',
  );
  if (!env.has('TOKENWELL_KEY') && !env.has('TOKENWELL_KEY_FILE')) {
    env.refuse('TOKENWELL_KEY', 'an API key, here or in the file that TOKENWELL_KEY_FILE names');
  }
  env.finish();
  return freeze({ url, key: new Secret(key ?? ''), keySource: env.source('TOKENWELL_KEY') });
}

type Listener = Pick<Config, 'host' | 'port' | 'tls' | 'behindTlsProxy'>;

function readListener(env: Environment): Listener {
  const host = env.text('TOKENWELL_HOST', isHost, 'an IP address or a host name') ?? '127.0.0.1';
  const port = env.whole('TOKENWELL_PORT', { from: 0, to: 65_535 }) ?? 8080;
  const behindTlsProxy = env.flag('TOKENWELL_BEHIND_TLS_PROXY');
  const tls = readTls(env);
  const [lacking, bothLacking] = TLS_FILES.filter(name => !env.has(name));
  if (lacking && !bothLacking) env.refuse(lacking, `a file: ${TLS_FILES.join(' and ')} go together`);
  if (bothLacking && !behindTlsProxy && !isLoopback(host)) {
    const cure = `${TLS_FILES.join(' and ')} or TOKENWELL_BEHIND_TLS_PROXY=1`;
    env.refuse('TOKENWELL_HOST', `a loopback address, as plain http must not leave this machine, or any with ${cure}`);
  }
  return { host, port, behindTlsProxy, ...(tls ? { tls } : {}) };
}

const CHAIN =
  "the server's certificate and then those of its issuers up to the authority, in PEM (-----BEGIN CERTIFICATE-----)";
const KEY = 'the private key of the certificate in PEM (-----BEGIN PRIVATE KEY-----), without a passphrase';

/** Read here too, where all mistakes are told together and before a database is made. */
function readTls(env: Environment): Config['tls'] {
  const [certName, keyName] = TLS_FILES;
  const cert = env.file(certName, bytes => chainFlaw(text({ bytes })), CHAIN);
  const key = env.file(keyName, bytes => keyFlaw(text({ bytes })), KEY);
  if (!cert || !key) return undefined;
  if (areAPair(text(cert), text(key))) return { certFile: cert.path, keyFile: key.path };
  env.refuseFile(keyName, key.path, `which is not the key of the certificate in ${cert.path}`, KEY);
  return undefined;
}

function text({ bytes }: Pick<NamedFile, 'bytes'>): string {
  return bytes.toString('utf8');
}

function readOrigin(env: Environment, name: string): string | undefined {
  const allowed = 'https:// and a host with an optional port, nothing behind it (http:// only for a loopback host)';
  return originOf(env.text(name, value => originOf(value) !== undefined, allowed) ?? '');
}

function readPublicUrl(env: Environment, { host, port }: Listener): string {
  const given = readOrigin(env, 'TOKENWELL_PUBLIC_URL');
  const scheme = TLS_FILES.some(name => env.has(name)) ? 'https' : 'http';
  const own = originOf(`${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  if (!env.has('TOKENWELL_PUBLIC_URL') && (own === undefined || isUnspecified(host))) {
    env.refuse('TOKENWELL_PUBLIC_URL', 'the https:// address that browsers use, as TOKENWELL_HOST does not give one');
  }
  return given ?? own ?? '';
}

function readStorage(
  env: Environment,
): Pick<Config, 'dataDir' | 'databaseUrl' | 'masterKeyFile' | 'allowUnsafeDatabase'> {
  const onlyAsFile = 'only as a file, named by TOKENWELL_MASTER_KEY_FILE: what is in the environment leaks';
  if (env.has('TOKENWELL_MASTER_KEY')) env.refuse('TOKENWELL_MASTER_KEY', onlyAsFile);
  const dataDir = env.path('TOKENWELL_DATA_DIR') ?? resolve('data');
  const databaseUrl = env.secret('TOKENWELL_DATABASE_URL', isPostgresUrl, 'postgres://user:password@host/database');
  return {
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl: new Secret(databaseUrl) }),
    masterKeyFile: env.path('TOKENWELL_MASTER_KEY_FILE') ?? join(dataDir, 'master.key'),
    allowUnsafeDatabase: env.flag('TOKENWELL_ALLOW_UNSAFE_DATABASE'),
  };
}

function readNetwork(
  env: Environment,
): Pick<Config, 'allowedHosts' | 'outboundProxy' | 'caFile' | 'trustProxy' | 'returnToOrigins'> {
  const proxy = env.text('TOKENWELL_OUTBOUND_PROXY', isBareUrl, 'http:// or https://, then host:port');
  const authorities = 'certificates of authorities in PEM (-----BEGIN CERTIFICATE-----)';
  const caFile = env.file('TOKENWELL_CA_FILE', bytes => certificatesFlaw(text({ bytes })), authorities)?.path;
  return {
    allowedHosts: env.list(
      'TOKENWELL_ALLOWED_HOSTS',
      isHostEntry,
      'names, IP addresses or CIDRs, each with an optional :port',
    ),
    ...(proxy === undefined ? {} : { outboundProxy: new Secret(proxy) }),
    ...(caFile === undefined ? {} : { caFile }),
    trustProxy: env.list('TOKENWELL_TRUST_PROXY', isProxyEntry, 'IP addresses or CIDRs, not of the whole Internet'),
    returnToOrigins: env.list(
      'TOKENWELL_RETURN_TO_ORIGINS',
      text => originOf(text) === text,
      'origins such as https://desk.example.com',
    ),
  };
}

function readRunning(
  env: Environment,
): Pick<Config, 'rateLimit' | 'drainSeconds' | 'logLevel' | 'brandName' | 'brandLogo'> {
  const logo = env.file('TOKENWELL_BRAND_LOGO_FILE', pictureFlaw, PICTURES);
  return {
    rateLimit: env.whole('TOKENWELL_RATE_LIMIT', { from: 0, to: 1_000_000 }) ?? 0,
    drainSeconds: env.whole('TOKENWELL_DRAIN_SECONDS', { from: 0, to: 25 }) ?? 0,
    logLevel: env.word('TOKENWELL_LOG_LEVEL', LOG_LEVELS) ?? 'info',
    brandName: env.text('TOKENWELL_BRAND_NAME', isName, 'at most 60 characters, not only blanks') ?? 'Tokenwell',
    ...(logo === undefined ? {} : { brandLogo: pictureUrl(logo.bytes) }),
  };
}

const MAIL_ADDRESSES = 'mail addresses such as operators@example.com';

/** What tells people and machines how the vault is doing. */
function readWatching(env: Environment): Pick<Config, 'metricsListen' | 'notices'> {
  const allowed = 'an address and a port, such as 127.0.0.1:9464';
  const metricsListen = listenerOf(
    env.text('TOKENWELL_METRICS_LISTEN', text => listenerOf(text) !== undefined, allowed) ?? '',
  );
  const url = env.secret('TOKENWELL_SMTP_URL', isMailServer, 'smtp[s]://user:password@host:port');
  const to = env.list('TOKENWELL_NOTICE_TO', isMailAddress, MAIL_ADDRESSES);
  const from = env.text('TOKENWELL_NOTICE_FROM', isMailAddress, MAIL_ADDRESSES);
  const names = ['TOKENWELL_SMTP_URL', 'TOKENWELL_NOTICE_TO', 'TOKENWELL_NOTICE_FROM'];
  const lacking = names.filter(name => !env.has(name) && !env.has(`${name}_FILE`));
  if (lacking.length < names.length)
    for (const name of lacking) env.refuse(name, `a value: ${names.join(', ')} go together`);
  return {
    ...(metricsListen ? { metricsListen } : {}),
    ...(url === undefined || from === undefined || to.length === 0
      ? {}
      : { notices: { smtpUrl: new Secret(url), to, from } }),
  };
}

/** Something of it is seen: pages leave out what is not. */
function isName(given: string): boolean {
  return given.length <= 60 && /[^\p{Z}\p{C}]/u.test(given);
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\/\S+$/.test(text) && URL.canParse(text);
}

function freeze<Settings extends object>(settings: Settings): Readonly<Settings> {
  for (const value of Object.values(settings)) if (typeof value === 'object') freeze(value);
  return Object.freeze(settings);
}
