import type { Selectable } from 'kysely';
import type { Credential, GrantType, ReadCredential, RefreshPolicy } from '../vault/credential.js';
import { sharingFlaw } from '../vault/sharing.js';
import type { Tx } from '../vault/store.js';
import {
  type AuthRow,
  authColumns,
  clientAuthOf,
  type Destination,
  insertAuth,
  secretOf,
  updateAuth,
} from './client-auth-rows.js';
import type { Handle } from './engine.js';
import type { Opening } from './opening.js';
import type { Tables } from './tables.js';

type Row = Selectable<Tables['credentials']> & AuthRow;

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
      const holder = await holderOf(db, credential);
      if (!holder) return undefined;
      const { id, method } = holder.clientAuth;
      return await secretOf(db, opening, id, { ...holder, method });
    },
    sharing: id => sharersOf(db, id),
    insert: async (id, input, now) => {
      const times = { version: 1, disabled: 0, created_at: now, updated_at: now };
      await db
        .insertInto('credentials')
        .values({ id, ...columnsOf(input), ...times })
        .execute();
      await insertAuth(db, opening, { to: destinationOf(id, input), active: true, now }, input);
    },
    update: async (before, input, now) => {
      const changed = await db
        .updateTable('credentials')
        .set({ ...columnsOf(input), version: before.version + 1, updated_at: now })
        .where('id', '=', before.id)
        .where('version', '=', before.version)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return false;
      const { id, clientAuth } = before;
      await updateAuth(db, opening, { clientAuth, to: destinationOf(id, input), now }, input);
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
    .leftJoin('client_auths as h', join => join.onRef('h.credential', '=', 'a.same_as').on('h.active', '=', 1))
    .leftJoin('secrets as s', join => join.on(eb => eb('s.client_auth', '=', eb.fn.coalesce('h.id', 'a.id'))))
    .selectAll('c')
    .select(authColumns);
}

async function sharersOf(db: Handle, id: string): Promise<string[]> {
  const found = db.selectFrom('client_auths').select('credential').distinct().where('same_as', '=', id);
  return (await found.orderBy('credential').execute()).map(row => row.credential);
}

/** Whose secret it is; undefined where the one that is named must not share it with this one, however that came. */
async function holderOf(db: Handle, credential: Credential): Promise<Credential | undefined> {
  const { sameAs } = credential.clientAuth;
  if (sameAs === undefined) return credential;
  const holder = credentialOf(await joined(db).where('c.id', '=', sameAs).executeTakeFirst());
  return holder && sharingFlaw(credential, holder) === undefined ? holder : undefined;
}

function credentialOf(row: Row | undefined): Credential | undefined {
  if (!row) return undefined;
  return {
    id: row.id,
    description: row.description ?? undefined,
    grantType: row.grant_type as GrantType,
    preset: row.preset ?? undefined,
    tenant: row.tenant ?? undefined,
    cloud: (row.cloud as Credential['cloud'] | null) ?? undefined,
    purpose: (row.purpose as Credential['purpose'] | null) ?? undefined,
    authorizationUrl: row.authorization_url ?? undefined,
    tokenUrl: row.token_url,
    revocationUrl: row.revocation_url ?? undefined,
    issuer: row.issuer ?? undefined,
    clientId: row.client_id,
    clientAuth: clientAuthOf(row),
    scope: row.scope,
    consentScope: row.consent_scope ?? undefined,
    authorizationParams: JSON.parse(row.authorization_params),
    tokenParams: JSON.parse(row.token_params),
    refreshPolicy: (row.refresh_policy as RefreshPolicy | null) ?? undefined,
    graceSeconds: row.grace_seconds ?? undefined,
    servers: JSON.parse(row.servers),
    mailboxes: JSON.parse(row.mailboxes),
    disabled: row.disabled === 1,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function columnsOf(input: ReadCredential) {
  return {
    description: input.description ?? null,
    grant_type: input.grantType,
    preset: input.preset ?? null,
    tenant: input.tenant ?? null,
    cloud: input.cloud ?? null,
    purpose: input.purpose ?? null,
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
    servers: JSON.stringify(input.servers),
    mailboxes: JSON.stringify(input.mailboxes),
  };
}

function destinationOf(id: string, { clientId, tokenUrl, revocationUrl, issuer, method }: ReadCredential): Destination {
  return { id, clientId, tokenUrl, revocationUrl, issuer, method };
}
