import { type Command, Option } from 'commander';
import type { CredentialCreate, CredentialReplace } from '../client/client.js';
import { pairArgument, wholeArgument } from './arguments.js';
import { addProofFlags, oneStandardInput, type ProofFlags, proofFiles, proofOf } from './client-auth-flags.js';
import { UsageError } from './failure-text.js';
import { readJson } from './input.js';
import { addPresetFlags, type PresetFlags, presetFields, serviceAccountOf } from './preset-flags.js';
import type { PrintFlags, Session } from './session.js';

/** The flags of `credential create` and `credential replace`; each has the name of the field that it gives. */
export interface CredentialFlags extends PrintFlags, ProofFlags, PresetFlags {
  file?: string;
  serviceAccountFile?: string;
  sameAs?: string;
  description?: string;
  grantType?: CredentialReplace['grant_type'];
  authorizationUrl?: string;
  tokenUrl?: string;
  revocationUrl?: string;
  issuer?: string;
  clientId?: string;
  scope?: string;
  consentScope?: string;
  authorizationParam?: Record<string, string>;
  tokenParam?: Record<string, string>;
  refreshPolicy?: NonNullable<CredentialReplace['refresh_policy']>;
  graceSeconds?: number;
}

type ClientAuth = Partial<CredentialReplace['client_auth']>;

/** What flags and file say of a credential; nothing where they say nothing. */
export type CredentialChanges = Partial<Omit<CredentialReplace, 'client_auth'>> & { client_auth?: ClientAuth };

/** What GET shows besides what an operator says: only Tokenwell sets it. */
const READ_ONLY: Record<Exclude<keyof CredentialReplace, keyof CredentialCreate>, true> = {
  disabled: true,
  redirect_uri: true,
  accounts: true,
  reported_accounts: true,
  version: true,
  created_at: true,
  updated_at: true,
};

/** Adds the flags for everything that an operator says of a credential. */
export function addCredentialFlags(command: Command): Command {
  command
    .option('--file <path>', 'JSON as the API takes and gives it (- for standard input); flags override it')
    .option(
      '--same-as <credential>',
      'use the secret or certificate of this credential too (same client, same servers)',
    )
    .option('--token-url <url>', 'token endpoint')
    .option('--client-id <id>', 'client id that the provider gave')
    .option(
      '--service-account-file <path>',
      'key file (JSON) of a Google service account: client id and key; a new credential is then one of jwt_bearer',
    );
  return addProofFlags(addPresetFlags(command))
    .option('--scope <scopes>', 'what a token is asked for, a space between two scopes')
    .option('--consent-scope <scopes>', 'what a consent asks for')
    .option('--authorization-url <url>', 'where people sign in (authorization_code)')
    .option('--revocation-url <url>', 'where tokens are revoked')
    .option('--issuer <url>', "the provider's issuer")
    .option('--token-param <name=value>', 'further parameter of token requests; repeat it for more', pairArgument)
    .option('--authorization-param <name=value>', 'further parameter of sign-ins; repeat it for more', pairArgument)
    .addOption(
      new Option('--refresh-policy <policy>', 'what the provider does with a used refresh token').choices([
        'none',
        'grace',
        'strict',
      ]),
    )
    .option('--grace-seconds <seconds>', 'how long a used refresh token still works', wholeArgument)
    .option('--description <text>', 'for people')
    .option('--json', 'print the answer as JSON');
}

/** The file's JSON, overridden by the flags. A text given as "" takes its field out. Throws `UsageError`. */
export async function changesOf(session: Session, flags: CredentialFlags): Promise<CredentialChanges> {
  oneStandardInput({
    '--file': flags.file,
    '--service-account-file': flags.serviceAccountFile,
    ...proofFiles(flags),
  });
  const base = flags.file === undefined ? {} : await readCredentialFile(session, flags.file);
  byServiceAccount(flags, flags.grantType ?? base.grant_type);
  const proof = await proofOf(session, flags);
  const { serviceAccountFile: path, sameAs } = flags;
  const account = path === undefined ? undefined : await serviceAccountOf(session, path);
  const auth = { ...account?.client_auth, ...proof, ...(sameAs === undefined ? {} : { same_as: sameAs }) };
  const named = account && { client_id: account.client_id };
  const changes = { ...base, ...named, ...fieldsOf(flags) };
  if (Object.keys(auth).length > 0) changes.client_auth = { ...base.client_auth, ...auth };
  return changes;
}

/** Throws `UsageError` where the key file of a service account is given for another grant type than its own. */
export function byServiceAccount({ serviceAccountFile }: CredentialFlags, grantType = 'jwt_bearer'): void {
  if (serviceAccountFile === undefined || grantType === 'jwt_bearer') return;
  throw new UsageError(
    `A service account acts for mailboxes by jwt_bearer, not by ${grantType}. Leave out --service-account-file, or give --grant-type jwt_bearer for a credential of its own.`,
  );
}

/** Who has no client id yet needs the guide first. */
const FROM_NOTHING =
  'Where the provider does not know the application yet, tokenwell credential setup with the same flags says how to register it.';

/** A complete new credential, without what only Tokenwell sets. Throws `UsageError`, which names all that is missing. */
export function completed(id: string | undefined, changes: CredentialChanges): CredentialCreate {
  const { grant_type = 'client_credentials', client_auth = {}, preset, token_url, client_id, scope } = changes;
  const named = id ?? changes.id;
  // What a preset does not know after all, the vault names.
  const known = preset === undefined ? undefined : '';
  const own = { '--token-url': token_url ?? known, '--scope': scope ?? known };
  if (named === undefined || client_id === undefined || Object.values(own).includes(undefined)) {
    const needed = { '<credential>': named, '--client-id': client_id, ...own };
    const missing = Object.entries(needed).flatMap(([flag, value]) => (value === undefined ? [flag] : []));
    const whence = client_id === undefined && preset !== undefined ? ` ${FROM_NOTHING}` : '';
    throw new UsageError(
      `Still needed: ${missing.join(', ')}; or give all of it with --file credential.json.${whence}`,
    );
  }
  const usual = grant_type === 'jwt_bearer' ? 'private_key_jwt' : 'client_secret_post';
  const { id: _, has_secret: __, method = usual, same_as, ...auth } = client_auth;
  const proof = same_as === undefined ? { ...auth, method } : { same_as };
  return { ...withoutReadOnly(changes), id: named, grant_type, client_id, client_auth: proof };
}

function withoutReadOnly(changes: CredentialChanges): CredentialChanges {
  const names: ReadonlySet<string> = new Set(Object.keys(READ_ONLY));
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !names.has(name)));
}

function fieldsOf(flags: CredentialFlags): CredentialChanges {
  return given({
    description: flags.description,
    ...presetFields(flags),
    grant_type: flags.grantType,
    authorization_url: flags.authorizationUrl,
    token_url: flags.tokenUrl,
    revocation_url: flags.revocationUrl,
    issuer: flags.issuer,
    client_id: flags.clientId,
    scope: flags.scope,
    consent_scope: flags.consentScope,
    authorization_params: flags.authorizationParam,
    token_params: flags.tokenParam,
    refresh_policy: flags.refreshPolicy,
    grace_seconds: flags.graceSeconds,
  });
}

async function readCredentialFile(session: Session, path: string): Promise<CredentialChanges> {
  const value = await readJson(session, path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageError('The JSON of a credential is one object, as `tokenwell credential show --json` prints it.');
}

function given<Fields extends object>(fields: Fields): Partial<Fields> {
  const kept: Partial<Fields> = {};
  for (const name in fields) {
    if (fields[name] !== undefined) kept[name] = fields[name] === '' ? undefined : fields[name];
  }
  return kept;
}
