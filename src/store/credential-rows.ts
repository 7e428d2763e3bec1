import type { Selectable } from 'kysely';
import type { ClientAuth, Credential, CredentialInput, GrantType, RefreshPolicy } from '../vault/credential.js';
import { randomId } from '../vault/ids.js';
import type { ClientAuthMethod, Place } from '../vault/ports.js';
import { placeOf, SECRET_VALUE } from '../vault/sealed-fields.js';
import type { Secret } from '../vault/secret.js';
import type { Tx } from '../vault/store.js';
import type { Handle } from './engine.js';
import type { Opening } from './opening.js';
import type { Tables } from './tables.js';

type SecretRow = Pick<Selectable<Tables['secrets']>, 'id' | 'client_auth' | 'version'>;

type Row = Selectable<Tables['credentials']> & {
  auth_id: string;
  method: string;
  secret_expires_at: number | null;
  secret_id: string | null;
};

/** Credentials with their active client auth. Secrets are sealed on the way in and opened only by `secret`. */
export function credentialRows(db: Handle, opening: Opening): Tx['credentials'] {
  return {
    find: async id => credentialOf(await joined(db).where('c.id', '=', id).executeTakeFirst()),
    list: async (after, limit) => {
      const page = joined(db)
        .where('c.id', '>', after ?? '')
        .orderBy('c.id')
        .limit(limit);
      return (await page.execute()).flatMap(row => credentialOf(row) ?? []);
    },
    secret: async credential => {
      const found = db.selectFrom('secrets').selectAll().where('client_auth', '=', credential.clientAuth.id);
      const row = await found.where('kind', '=', 'client_secret').executeTakeFirst();
      return row ? opening.get(placeOfSecret(row, credential), row.value, 'client secret') : undefined;
    },
    insert: async (id, input, now) => {
      const times = { version: 1, disabled: 0, created_at: now, updated_at: now };
      await db
        .insertInto('credentials')
        .values({ id, ...columnsOf(input), ...times })
        .execute();
      await insertAuth(db, opening, id, input, now);
    },
    update: async (before, input, now) => {
      const changed = await db
        .updateTable('credentials')
        .set({ ...columnsOf(input), version: before.version + 1, updated_at: now })
        .where('id', '=', before.id)
        .where('version', '=', before.version)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return false;
      await updateAuth(db, opening, before, input);
      return true;
    },
    setDisabled: async (before, disabled, now) => {
      const changed = await db
        .updateTable('credentials')
        .set({ disabled: disabled ? 1 : 0, version: before.version + 1, updated_at: now })
        .where('id', '=', before.id)
        .where('version', '=', before.version)
        .executeTakeFirst();
      return changed.numUpdatedRows > 0n;
    },
    remove: async before => {
      const removed = await db
        .deleteFrom('credentials')
        .where('id', '=', before.id)
        .where('version', '=', before.version)
        .executeTakeFirst();
      if (removed.numDeletedRows === 0n) return false;
      // A permission left behind would open whatever is stored under this id later.
      await db.deleteFrom('permissions').where('credential', '=', before.id).execute();
      return true;
    },
  };
}

function joined(db: Handle) {
  return db
    .selectFrom('credentials as c')
    .innerJoin('client_auths as a', join => join.onRef('a.credential', '=', 'c.id').on('a.active', '=', 1))
    .leftJoin('secrets as s', join => join.onRef('s.client_auth', '=', 'a.id').on('s.kind', '=', 'client_secret'))
    .selectAll('c')
    .select(['a.id as auth_id', 'a.method', 'a.secret_expires_at', 's.id as secret_id']);
}

function credentialOf(row: Row | undefined): Credential | undefined {
  if (!row) return undefined;
  const clientAuth: ClientAuth = {
    id: row.auth_id,
    method: row.method as ClientAuthMethod,
    hasSecret: row.secret_id !== null,
    secretExpiresAt: row.secret_expires_at ?? undefined,
  };
  return {
    id: row.id,
    description: row.description ?? undefined,
    grantType: row.grant_type as GrantType,
    authorizationUrl: row.authorization_url ?? undefined,
    tokenUrl: row.token_url,
    revocationUrl: row.revocation_url ?? undefined,
    issuer: row.issuer ?? undefined,
    clientId: row.client_id,
    clientAuth,
    scope: row.scope,
    consentScope: row.consent_scope ?? undefined,
    authorizationParams: JSON.parse(row.authorization_params),
    tokenParams: JSON.parse(row.token_params),
    refreshPolicy: (row.refresh_policy as RefreshPolicy | null) ?? undefined,
    graceSeconds: row.grace_seconds ?? undefined,
    disabled: row.disabled === 1,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function columnsOf(input: CredentialInput) {
  return {
    description: input.description ?? null,
    grant_type: input.grantType,
    authorization_url: input.authorizationUrl ?? null,
    token_url: input.tokenUrl,
    revocation_url: input.revocationUrl ?? null,
    issuer: input.issuer ?? null,
    client_id: input.clientId,
    scope: input.scope,
    consent_scope: input.consentScope ?? null,
    authorization_params: JSON.stringify(input.authorizationParams),
    token_params: JSON.stringify(input.tokenParams),
    refresh_policy: input.refreshPolicy ?? null,
    grace_seconds: input.graceSeconds ?? null,
  };
}

async function insertAuth(db: Handle, opening: Opening, credential: string, input: CredentialInput, now: number) {
  const id = randomId('auth');
  const { method, secretExpiresAt } = input;
  await db
    .insertInto('client_auths')
    .values({ id, credential, method, secret_expires_at: secretExpiresAt ?? null, active: 1, created_at: now })
    .execute();
  if (input.secret) await insertSecret(db, opening, id, input.secret, destinationOf(credential, input));
}

async function updateAuth(db: Handle, opening: Opening, { id, clientAuth }: Credential, input: CredentialInput) {
  await db
    .updateTable('client_auths')
    .set({ method: input.method, secret_expires_at: input.secretExpiresAt ?? null })
    .where('id', '=', clientAuth.id)
    .execute();
  if (!input.secret && input.method !== 'none') return;
  await db.deleteFrom('secrets').where('client_auth', '=', clientAuth.id).execute();
  if (input.secret) await insertSecret(db, opening, clientAuth.id, input.secret, destinationOf(id, input));
}

async function insertSecret(
  db: Handle,
  { sealer }: Opening,
  clientAuth: string,
  secret: Secret,
  destination: Destination,
) {
  const row = { id: randomId('sec'), client_auth: clientAuth, kind: 'client_secret', version: randomId('v') };
  const value = sealer.seal(placeOfSecret(row, destination), secret);
  await db
    .insertInto('secrets')
    .values({ ...row, value })
    .execute();
}

type Destination = Pick<Credential, 'id' | 'clientId' | 'tokenUrl' | 'revocationUrl' | 'issuer'> & {
  clientAuth: Pick<ClientAuth, 'method'>;
};

function destinationOf(id: string, input: CredentialInput): Destination {
  return { ...input, id, clientAuth: { method: input.method } };
}

function placeOfSecret({ id, client_auth, version }: SecretRow, to: Destination): Place {
  return placeOf(SECRET_VALUE, {
    id,
    client_auth,
    version,
    credential: to.id,
    client_id: to.clientId,
    method: to.clientAuth.method,
    token_url: to.tokenUrl,
    revocation_url: to.revocationUrl ?? '',
    issuer: to.issuer ?? '',
  });
}
