import { isDeepStrictEqual } from 'node:util';
import {
  type Consumer,
  type Credential,
  type Permission,
  type PermissionInput,
  type TokenwellClient,
  TokenwellError,
} from '../client/client.js';
import type { Declared, DeclaredConsumer, DeclaredCredential } from './apply-file.js';
import { namesSecret, secretNames } from './apply-secrets.js';
import { isSame } from './permission-list.js';

/** A field that is another one than the file says; `old` is undefined where nothing is stored. */
export interface FieldDifference {
  field: string;
  old: unknown;
  new: unknown;
}

export type Action = 'create' | 'change' | 'none';

/** What is to be done about one item of a file. */
export interface CredentialDifference {
  declared: DeclaredCredential;
  action: Action;
  fields: FieldDifference[];
  /** Why its secrets are sent; undefined: they are not. */
  sends: string | undefined;
  before: Credential | undefined;
}

export interface ConsumerDifference {
  declared: DeclaredConsumer;
  action: Action;
  fields: FieldDifference[];
  /** Those that are added or become others; all that is permitted then. */
  permissions: { changed: PermissionInput[]; all: PermissionInput[] };
  before: Consumer | undefined;
  permitted: Permission[];
}

export type Difference = CredentialDifference | ConsumerDifference;

/** What decides where a secret goes and how: another one demands the secret again. */
const DESTINATION = [
  'grant_type',
  'preset',
  'tenant',
  'cloud',
  'token_url',
  'revocation_url',
  'issuer',
  'client_id',
  'client_auth.method',
  'client_auth.same_as',
];

/** What there is against what the file says. Throws `TokenwellError`. */
export async function differenceOf(client: TokenwellClient, declared: Declared, rotate: boolean): Promise<Difference> {
  if (declared.kind === 'consumer') return await consumerDifference(client, declared);
  const before = await found(client.credentials.get(declared.id));
  return credentialDifference(before ? declared : withGrantType(declared), before, rotate);
}

/** A new one is of the type that `credential create` takes, unless the file says which. */
function withGrantType(declared: DeclaredCredential): DeclaredCredential {
  const { fields, auth } = declared;
  const usual = auth?.service_account === undefined ? 'client_credentials' : 'jwt_bearer';
  return { ...declared, fields: { ...fields, grant_type: fields.grant_type || usual } };
}

/** Compares what the file names and nothing else, so that what a preset fills in is no difference. */
export function credentialDifference(
  declared: DeclaredCredential,
  before: Credential | undefined,
  rotate: boolean,
): CredentialDifference {
  const auth = before?.client_auth;
  const { secret: _, certificate: __, service_account: ___, ...said } = declared.auth ?? {};
  const own = Object.entries(said).map(([name, value]) => ({ name: `client_auth.${name}`, value, stored: auth }));
  const all = [...Object.entries(declared.fields).map(([name, value]) => ({ name, value, stored: before })), ...own];
  const fields = all.flatMap(({ name, value, stored }) => {
    const old = stored && fieldOf(stored, name.split('.').at(-1) ?? '');
    return same(old, value) ? [] : [{ field: name, old, new: value }];
  });
  const sends = namesSecret(declared) ? reasonToSend(declared, before, fields, rotate) : undefined;
  const changes = fields.length > 0 || sends !== undefined;
  return { declared, action: before ? (changes ? 'change' : 'none') : 'create', fields, sends, before };
}

/** The vault gives no secret back to compare, so this is the whole rule. */
function reasonToSend(
  declared: DeclaredCredential,
  before: Credential | undefined,
  fields: readonly FieldDifference[],
  rotate: boolean,
): string | undefined {
  if (!before) return 'the credential is new';
  if (rotate) return '--rotate-secrets';
  const { has_secret, certificate, same_as } = before.client_auth;
  if (same_as !== undefined) return 'it used that of another credential';
  if (secretNames(declared).includes('secret') && certificate) return 'there is a certificate and no secret yet';
  if (!has_secret) return 'none is stored';
  const changed = fields.map(({ field }) => field);
  const moved = DESTINATION.find(name => changed.includes(name));
  if (moved !== undefined) return `${moved} changes, so it goes elsewhere or in another way`;
  return changed.includes('client_auth.secret_expires_at') ? 'secret_expires_at changes' : undefined;
}

async function consumerDifference(client: TokenwellClient, declared: DeclaredConsumer): Promise<ConsumerDifference> {
  const before = await found(client.consumers.get(declared.id));
  const permitted = before && declared.permissions ? await client.permissions.get(declared.id) : [];
  const fields = Object.entries(declared.fields).flatMap(([field, value]) => {
    const old = before && fieldOf(before, field);
    return same(old, value) ? [] : [{ field, old, new: value }];
  });
  const permissions = permissionsOf(permitted, declared.permissions ?? []);
  const changes = fields.length > 0 || permissions.changed.length > 0;
  return {
    declared,
    action: before ? (changes ? 'change' : 'none') : 'create',
    fields,
    permissions,
    before,
    permitted,
  };
}

/** For each credential and account what the file says; others stay. */
function permissionsOf(permitted: Permission[], said: PermissionInput[]): ConsumerDifference['permissions'] {
  let all: PermissionInput[] = permitted;
  const changed: PermissionInput[] = [];
  for (const one of said) {
    const wanted = { credential: one.credential, account: one.account ?? '*', scopes: one.scopes };
    const there = all.find(other => isSame(other, wanted));
    if (there && same(there.scopes && [...there.scopes].sort(), one.scopes && [...one.scopes].sort())) continue;
    changed.push(wanted);
    all = [...all.filter(other => other !== there), wanted];
  }
  return { changed, all };
}

/** Undefined where there is none. */
async function found<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TokenwellError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function fieldOf(stored: object, name: string): unknown {
  return Object.entries(stored).find(([field]) => field === name)?.[1];
}

function same(stored: unknown, said: unknown): boolean {
  return isDeepStrictEqual(plain(stored), plain(said));
}

/** What is empty is as good as nothing, and a mailbox without purposes has none. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(plain);
  if (typeof value !== 'object' || value === null) return value === '' ? undefined : value;
  const kept = Object.entries(value).flatMap(([name, part]) => {
    const inner = plain(part);
    return inner === undefined ? [] : [[name, inner] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
