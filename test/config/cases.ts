import { ConfigError } from '../../src/config.js';

/** Variables that one mistake is made in, and what its line must say. `given` must be quoted unless it is a secret. */
export interface Mistake {
  title: string;
  variables: Record<string, string>;
  /** The beginning of the line. */
  says: string;
}

/** A value that is taken, and the part of the Config that it makes. */
export interface Accepted {
  variables: Record<string, string>;
  config: Record<string, unknown>;
}

/** What a reader of the environment complains of; none where it takes all. */
export function mistakesOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

const loopbackOnly = 'TOKENWELL_PUBLIC_URL is "http://vault.example"; allowed: https://';
const hosts = 'a comma-separated list of names, IP addresses or CIDRs, each with an optional :port.';
const proxies = 'a comma-separated list of IP addresses or CIDRs, not of the whole Internet.';

function refused(name: string, value: string, allowed: string): Mistake {
  const says = `TOKENWELL_${name} is ${value === '' ? 'empty' : JSON.stringify(value)}; allowed: ${allowed}`;
  return { title: `${name}=${value}`, variables: { [`TOKENWELL_${name}`]: value }, says };
}

const MAILS = {
  TOKENWELL_SMTP_URL: 'smtps://user:p%40ss@mail.example.com',
  TOKENWELL_NOTICE_TO: 'ops@example.com',
  TOKENWELL_NOTICE_FROM: 'tokenwell@example.com',
};

const port = 'a whole number from 0 to 65535.';
const drain = 'a whole number from 0 to 25.';
const origin = 'https:// and a host with an optional port, nothing behind it';

export const mistakes: Mistake[] = [
  ...['', '-1', '65536', '80.5', '0x50', ' 80', '80 ', 'http', '1e3', '99999999999'].map(value =>
    refused('PORT', value, port),
  ),
  ...['', '-1', '26', '1.5'].map(value => refused('DRAIN_SECONDS', value, drain)),
  ...['https://desk.example.com/', 'https://desk.example.com/x', 'http://desk.example.com', 'desk.example.com'].map(
    value => refused('RETURN_TO_ORIGINS', value, 'a comma-separated list of origins such as https://desk.example.com.'),
  ),
  ...['x'.repeat(61), '', '   ', '\t\u00a0', '\u200b\u202e'].map(value =>
    refused('BRAND_NAME', value, 'at most 60 characters, not only blanks.'),
  ),
  ...['', '-1', '1000001', 'off'].map(value => refused('RATE_LIMIT', value, 'a whole number from 0 to 1000000.')),
  ...['', 'true', 'yes', '2', '00'].map(value => refused('BEHIND_TLS_PROXY', value, '0 or 1.')),
  ...['', 'true'].map(value => refused('ALLOW_UNSAFE_DATABASE', value, '0 or 1.')),
  ...['', 'INFO', 'verbose'].map(value => refused('LOG_LEVEL', value, 'one of fatal, error, warn, info')),
  ...['', '[::1]', '127.0.0.1:80', 'a b', '999.1.1.1', 'http://localhost', 'a..b', '-a'].map(value =>
    refused('HOST', value, 'an IP address or a host name.'),
  ),
  ...[
    '',
    'vault.example',
    'ftp://vault.example',
    'https://vault.example/path',
    'https://vault.example/?',
    'https://vault.example?a=1',
    'https://vault.example/#',
    'https://vault.example\\path',
    'https://vault.example:99999',
    'https://',
    ' https://vault.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://128.0.0.1',
    'http://[::2]',
  ].map(value => refused('PUBLIC_URL', value, origin)),
  ...[
    '',
    'a,,b',
    'a,',
    'https://a',
    'a/path',
    '*.a',
    'a:0',
    'a:65536',
    'a:b',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    'fe80::1%eth0',
  ].map(value => refused('ALLOWED_HOSTS', value, hosts)),
  ...['', 'proxy.example', '10.0.0.0/33', '0.0.0.0/0', '::/0', '10.0.0.1:80', '10.0.0.0/8;10.1.0.0/16'].map(value =>
    refused('TRUST_PROXY', value, proxies),
  ),
  ...['DATA_DIR', 'MASTER_KEY_FILE', 'DATABASE_URL_FILE', 'CA_FILE'].map(name =>
    refused(name, '', 'the path of a file'),
  ),
  { title: 'plain http for browsers', variables: { TOKENWELL_PUBLIC_URL: 'http://vault.example' }, says: loopbackOnly },
  {
    title: 'plain http on every interface',
    variables: { TOKENWELL_HOST: '0.0.0.0', TOKENWELL_PUBLIC_URL: 'https://vault.example' },
    says: 'TOKENWELL_HOST is "0.0.0.0"; allowed: a loopback address, as plain http must not leave this machine',
  },
  {
    title: 'plain http on a private address',
    variables: {
      TOKENWELL_HOST: '10.0.0.7',
      TOKENWELL_PUBLIC_URL: 'https://vault.example',
      TOKENWELL_BEHIND_TLS_PROXY: '0',
    },
    says: 'TOKENWELL_HOST is "10.0.0.7"; allowed: a loopback address',
  },
  {
    title: 'a host that gives no address for browsers',
    variables: { TOKENWELL_HOST: '::', TOKENWELL_BEHIND_TLS_PROXY: '1' },
    says: 'TOKENWELL_PUBLIC_URL is not set; allowed: the https:// address that browsers use',
  },
  {
    title: 'a misspelt variable',
    variables: { TOKENWELL_PUBLIC_ULR: 'https://vault.example' },
    says: 'TOKENWELL_PUBLIC_ULR is not known; did you mean TOKENWELL_PUBLIC_URL?',
  },
  {
    title: 'a variable like no other',
    variables: { TOKENWELL_COFFEE_MACHINE: '1' },
    says: 'TOKENWELL_COFFEE_MACHINE is not known; take it out.',
  },
];

/** Mistakes whose value must never be seen. Each value holds the word `hunter2`. */
export const secretMistakes: Mistake[] = [
  {
    title: 'D17: the master key in the environment',
    variables: { TOKENWELL_MASTER_KEY: 'twm1_hunter2' },
    says: 'TOKENWELL_MASTER_KEY is (not shown); allowed: only as a file, named by TOKENWELL_MASTER_KEY_FILE',
  },
  {
    title: 'the master key in place of its path',
    variables: { TOKENWELL_MASTER_KEY_FILE: 'twm1_hunter2' },
    says: 'TOKENWELL_MASTER_KEY_FILE is (not shown); allowed: the path of a file or folder, not a secret itself.',
  },
  {
    title: 'a database that is not PostgreSQL',
    variables: { TOKENWELL_DATABASE_URL: 'mysql://root:hunter2@db/vault' },
    says: 'TOKENWELL_DATABASE_URL is (not shown); allowed: postgres://',
  },
  {
    title: 'a database URL that is none',
    variables: { TOKENWELL_DATABASE_URL: 'hunter2' },
    says: 'TOKENWELL_DATABASE_URL is (not shown); allowed: postgres://',
  },
  {
    title: 'a database URL in place of its path',
    variables: { TOKENWELL_DATABASE_URL_FILE: 'postgres://root:hunter2@db/vault' },
    says: 'TOKENWELL_DATABASE_URL_FILE is (not shown); allowed: the path of a file',
  },
  {
    title: 'a public URL with a password',
    variables: { TOKENWELL_PUBLIC_URL: 'https://admin:hunter2@vault.example' },
    says: 'TOKENWELL_PUBLIC_URL is (not shown); allowed: https://',
  },
  {
    title: 'a proxy that speaks something else',
    variables: { TOKENWELL_OUTBOUND_PROXY: 'socks5://user:hunter2@proxy' },
    says: 'TOKENWELL_OUTBOUND_PROXY is (not shown); allowed: http:// or https://',
  },
  {
    title: 'a mail server without a host',
    variables: { ...MAILS, TOKENWELL_SMTP_URL: 'smtp://user:hunter2@' },
    says: 'TOKENWELL_SMTP_URL is (not shown); allowed: smtp[s]://user:password@host:port.',
  },
  {
    title: 'a mail server with something behind its port',
    variables: { ...MAILS, TOKENWELL_SMTP_URL: 'smtp://user:hunter2@mail.example.com:587/?pool=true' },
    says: 'TOKENWELL_SMTP_URL is (not shown); allowed: smtp[s]://',
  },
  {
    title: 'a mail server by another scheme',
    variables: { ...MAILS, TOKENWELL_SMTP_URL: 'https://mail.example.com' },
    says: 'TOKENWELL_SMTP_URL is (not shown); allowed: smtp[s]://',
  },
  {
    title: 'whom to write to without a mail server',
    variables: { TOKENWELL_NOTICE_TO: 'ops@example.com', TOKENWELL_NOTICE_FROM: 'tokenwell@example.com' },
    says: 'TOKENWELL_SMTP_URL is not set; allowed: a value: TOKENWELL_SMTP_URL, TOKENWELL_NOTICE_TO, TOKENWELL_NOTICE_FROM go together.',
  },
  {
    title: 'one that is no mail address',
    variables: { ...MAILS, TOKENWELL_NOTICE_TO: 'ops@example.com,<ops>' },
    says: 'TOKENWELL_NOTICE_TO is "ops@example.com,<ops>"; allowed: a comma-separated list of mail addresses',
  },
  {
    title: 'a sender with a name and a line break',
    variables: { ...MAILS, TOKENWELL_NOTICE_FROM: 'a@example.com\nBcc: b@example.com' },
    says: 'TOKENWELL_NOTICE_FROM is "a@example.com\\nBcc: b@example.com"; allowed: mail addresses',
  },
  ...['9464', '127.0.0.1', 'host:x', 'http://127.0.0.1:9464', '127.0.0.1:70000'].map(value =>
    refused('METRICS_LISTEN', value, 'an address and a port, such as 127.0.0.1:9464.'),
  ),
  {
    title: 'a secret under a name that is not known',
    variables: { TOKENWELL_CLIENT_SECRET: 'hunter2' },
    says: 'TOKENWELL_CLIENT_SECRET is not known; take it out.',
  },
];

export const accepted: Accepted[] = [
  { variables: { TOKENWELL_PORT: '0' }, config: { port: 0 } },
  { variables: { TOKENWELL_PORT: '443' }, config: { port: 443, publicUrl: 'http://127.0.0.1:443' } },
  { variables: { TOKENWELL_PORT: '80' }, config: { port: 80, publicUrl: 'http://127.0.0.1' } },
  { variables: { TOKENWELL_HOST: '::1' }, config: { host: '::1', publicUrl: 'http://[::1]:8080' } },
  { variables: { TOKENWELL_HOST: 'localhost' }, config: { host: 'localhost', publicUrl: 'http://localhost:8080' } },
  { variables: { TOKENWELL_HOST: '127.9.9.9' }, config: { host: '127.9.9.9', publicUrl: 'http://127.9.9.9:8080' } },
  {
    variables: {
      TOKENWELL_HOST: '0.0.0.0',
      TOKENWELL_BEHIND_TLS_PROXY: '1',
      TOKENWELL_PUBLIC_URL: 'https://Vault.example:443/',
    },
    config: { host: '0.0.0.0', behindTlsProxy: true, publicUrl: 'https://vault.example' },
  },
  { variables: { TOKENWELL_PUBLIC_URL: 'http://[::1]:9000' }, config: { publicUrl: 'http://[::1]:9000' } },
  {
    variables: { TOKENWELL_DATA_DIR: '/srv/vault/' },
    config: { dataDir: '/srv/vault', masterKeyFile: '/srv/vault/master.key' },
  },
  {
    variables: { TOKENWELL_DATA_DIR: '/srv/vault', TOKENWELL_MASTER_KEY_FILE: '/run/key' },
    config: { dataDir: '/srv/vault', masterKeyFile: '/run/key' },
  },
  {
    variables: {
      TOKENWELL_ALLOWED_HOSTS:
        'mail.lan, mail.lan:993 ,bücher.example,10.0.0.0/8,10.0.0.0/8:993,fd00::1,[fd00::/8]:443,[fd00::1]',
    },
    config: {
      allowedHosts: [
        'mail.lan',
        'mail.lan:993',
        'bücher.example',
        '10.0.0.0/8',
        '10.0.0.0/8:993',
        'fd00::1',
        '[fd00::/8]:443',
        '[fd00::1]',
      ],
    },
  },
  {
    variables: { TOKENWELL_RETURN_TO_ORIGINS: 'https://desk.example.com', TOKENWELL_BRAND_NAME: 'Acme IT' },
    config: { returnToOrigins: ['https://desk.example.com'], brandName: 'Acme IT' },
  },
  { variables: { TOKENWELL_TRUST_PROXY: '10.0.0.1,fd00::/8' }, config: { trustProxy: ['10.0.0.1', 'fd00::/8'] } },
  {
    variables: { TOKENWELL_RATE_LIMIT: '50', TOKENWELL_DRAIN_SECONDS: '25' },
    config: { rateLimit: 50, drainSeconds: 25 },
  },
  { variables: { TOKENWELL_METRICS_LISTEN: '[::]:9464' }, config: { metricsListen: { host: '::', port: 9464 } } },
  {
    variables: { ...MAILS, TOKENWELL_NOTICE_TO: 'ops@example.com, b@example.com' },
    config: { notices: { to: ['ops@example.com', 'b@example.com'], from: 'tokenwell@example.com' } },
  },
  { variables: { TOKENWELL_ALLOW_UNSAFE_DATABASE: '1' }, config: { allowUnsafeDatabase: true } },
  { variables: { TOKENWELL_LOG_LEVEL: 'silent' }, config: { logLevel: 'silent' } },
  {
    variables: { TOKENWELL_URL: 'nonsense', TOKENWELL_KEY: 'x', PATH: '/bin', tokenwell_port: '1' },
    config: { port: 8080 },
  },
  {
    variables: {
      TOKENWELL_PORT: 'tcp://10.96.0.12:8080',
      TOKENWELL_SERVICE_HOST: '10.96.0.12',
      TOKENWELL_SERVICE_PORT: '8080',
      TOKENWELL_SERVICE_PORT_HTTP: '8080',
      TOKENWELL_PORT_8080_TCP: 'tcp://10.96.0.12:8080',
      TOKENWELL_PORT_8080_TCP_ADDR: '10.96.0.12',
      TOKENWELL_DB_SERVICE_HOST: '10.96.0.13',
      TOKENWELL_DB_PORT: 'tcp://10.96.0.13:5432',
    },
    config: { port: 8080 },
  },
];
