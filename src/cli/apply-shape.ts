import type { ConsumerInput, CredentialCreate, PermissionInput } from '../client/client.js';
import { timeArgument } from './arguments.js';
import { nearest } from './nearest.js';
import type { YamlFile } from './yaml-file.js';

/** What a value of the file may be. The vault knows the rest. */
export type Shape =
  | 'text'
  | 'number'
  | 'flag'
  | 'time'
  /** Texts by names of one's own. */
  | 'texts'
  /** `{file: …}` or `{env: …}`: what is secret stands elsewhere. */
  | 'secret'
  /** A certificate is no secret: its text, or `{file: …}`. */
  | 'public'
  | { list: Shape }
  | { fields: Readonly<Record<string, Shape>> };

type Path = readonly (string | number)[];

const SERVER: Shape = { fields: { host: 'text', port: 'number', tls: 'text' } };

const CERTIFICATE: Shape = {
  fields: { pfx: 'secret', password: 'secret', certificate: 'public', private_key: 'secret' },
};

const CLIENT_AUTH = {
  method: 'text',
  same_as: 'text',
  secret: 'secret',
  secret_expires_at: 'time',
  signing_alg: 'text',
  key_id: 'text',
  certificate: CERTIFICATE,
} as const satisfies Record<keyof CredentialCreate['client_auth'], Shape>;

const CREDENTIAL = {
  id: 'text',
  description: 'text',
  grant_type: 'text',
  preset: 'text',
  tenant: 'text',
  cloud: 'text',
  purpose: 'text',
  authorization_url: 'text',
  token_url: 'text',
  revocation_url: 'text',
  issuer: 'text',
  client_id: 'text',
  client_auth: { fields: { ...CLIENT_AUTH, service_account: 'secret' } },
  scope: 'text',
  consent_scope: 'text',
  authorization_params: 'texts',
  token_params: 'texts',
  refresh_policy: 'text',
  grace_seconds: 'number',
  servers: { fields: { imap: SERVER, pop: SERVER, smtp: SERVER } },
  mailboxes: { list: { fields: { address: 'text', purposes: { list: 'text' } } } },
} as const satisfies Record<keyof CredentialCreate, Shape>;

const PERMISSION = {
  credential: 'text',
  account: 'text',
  scopes: { list: 'text' },
} as const satisfies Record<keyof PermissionInput, Shape>;

const CONSUMER = {
  id: 'text',
  role: 'text',
  description: 'text',
  disabled: 'flag',
  trust: { fields: { issuer: 'text', audience: 'text', subject: 'text' } },
  permissions: { list: { fields: PERMISSION } },
} as const satisfies Record<Exclude<keyof ConsumerInput, 'created_at' | 'updated_at'> | 'permissions', Shape>;

/** All of a file. */
export const FILE: Shape = {
  fields: { credentials: { list: { fields: CREDENTIAL } }, consumers: { list: { fields: CONSUMER } } },
};

const SET_BY_TOKENWELL = [
  'has_secret',
  'redirect_uri',
  'accounts',
  'version',
  'created_at',
  'updated_at',
  'thumbprint_sha1',
  'thumbprint_sha256',
];

/** Everything in the file that is not of its shape, each in a sentence that begins with its place. */
export function shapeMistakes(file: YamlFile, value: unknown = file.value, shape: Shape = FILE, path: Path = []) {
  const mistakes: string[] = [];
  const wrong = (at: Path, what: string) => mistakes.push(`${file.at(at)}: ${what}`);
  const look = (value: unknown, shape: Shape, at: Path): void => {
    if (typeof shape === 'string') {
      const what = leafMistake(value, shape, String(at.at(-1)));
      if (what !== undefined) wrong(at, what);
    } else if ('list' in shape) {
      if (!Array.isArray(value)) wrong(at, `${nameOf(at)} is a list: begin each item with a dash.`);
      else for (const [place, item] of value.entries()) look(item, shape.list, [...at, place]);
    } else if (!isMap(value)) {
      wrong(at, `${nameOf(at)} holds names and values: ${Object.keys(shape.fields).join(', ')}.`);
    } else {
      for (const [name, part] of Object.entries(value)) {
        const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
        if (known === undefined) wrong([...at, name], unknownKey(name, Object.keys(shape.fields)));
        else look(part, known, [...at, name]);
      }
    }
  };
  look(value, shape, path);
  return mistakes;
}

function nameOf(path: Path): string {
  const name = path.findLast(part => typeof part === 'string');
  if (name === undefined) return 'The file';
  return typeof path.at(-1) === 'number' ? `An item of ${name}` : String(name);
}

function unknownKey(name: string, known: readonly string[]): string {
  if (SET_BY_TOKENWELL.includes(name)) return `${name} is set by Tokenwell. Take the line out.`;
  const meant = nearest(name, known);
  const advice = meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return `There is no ${name} here. ${advice}`;
}

/** The value is never repeated: it may be a secret in the wrong place. */
function leafMistake(value: unknown, shape: Exclude<Shape, object>, name: string): string | undefined {
  if (shape !== 'texts' && isBraced(value)) return placeholder(name);
  switch (shape) {
    case 'number':
      return Number.isSafeInteger(value) ? undefined : `${name} is a whole number.`;
    case 'flag':
      return typeof value === 'boolean' ? undefined : `${name} is true or false.`;
    case 'texts':
      return isMap(value) && Object.values(value).every(one => typeof one === 'string')
        ? undefined
        : `${name} holds names and texts. Put what looks like a number in quotes.`;
    case 'public':
      return typeof value === 'string' || isReference(value) ? undefined : `${name} is ${REFERENCE_FORM}.`;
    case 'secret':
      return isReference(value) ? undefined : plainSecret(name, value);
    default:
      return textMistake(value, shape, name);
  }
}

function textMistake(value: unknown, shape: 'text' | 'time', name: string): string | undefined {
  if (value === null) return `${name} has no value. Give one, or take the line out; "" takes out what is stored.`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${name} is text: put the value in quotes.`;
  if (typeof value !== 'string') return `${name} is text on one line.`;
  return shape === 'time' && value !== '' && !isTime(value) ? `${name} is no time. ${TIME_FORM}` : undefined;
}

/** What YAML makes of `{tenant-id}`: a name without a value. */
function isBraced(value: unknown): boolean {
  if (!isMap(value) || 'file' in value || 'env' in value) return false;
  const [inner, ...others] = Object.values(value);
  return inner === null && others.length === 0;
}

function placeholder(name: string): string {
  return `${name} still holds a placeholder in braces. Put your own value in its place, without the braces.`;
}

const TIME_FORM = 'Give a date such as 2027-01-31, or a time with its zone such as 2027-01-31T12:00:00Z.';

function isTime(text: string): boolean {
  try {
    return timeArgument(text) !== '';
  } catch {
    return false;
  }
}

const REFERENCE_FORM = '{file: <path from this file>} or {env: <name of a variable>}';

function plainSecret(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return `${name} is ${REFERENCE_FORM}, one of both.`;
  return (
    `${name} holds a secret in plain. Move it into a file of its own that only you may read, and write ` +
    `${name}: {file: ./${name}.txt}, or into the environment: ${name}: {env: ${name.toUpperCase()}}. ` +
    'If this file went to others or into a repository, exchange the secret at the provider.'
  );
}

/** Where a secret stands. */
export type Reference = { file: string } | { env: string };

export function isReference(value: unknown): value is Reference {
  if (!isMap(value)) return false;
  const [entry, another] = Object.entries(value);
  if (!entry || another) return false;
  return (entry[0] === 'file' || entry[0] === 'env') && typeof entry[1] === 'string' && entry[1] !== '';
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
