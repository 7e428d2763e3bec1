import type { Selectable } from 'kysely';
import type { GrantWrites } from '../vault/consent-store.js';
import type { Grant, GrantKind } from '../vault/grant.js';
import type { Identity, Place } from '../vault/ports.js';
import { GRANT_REFRESH_TOKEN, placeOf } from '../vault/sealed-fields.js';
import type { Secret } from '../vault/secret.js';
import type { Handle } from './engine.js';
import type { Opening } from './opening.js';
import type { Tables } from './tables.js';

/** Grants with their refresh tokens, which are sealed on the way in and opened only by `refreshToken`. */
export function grantRows(db: Handle, opening: Opening): GrantWrites {
  const grants = () => db.selectFrom('grants').selectAll();
  const sealed = (grant: GrantPlace, token: Secret | undefined) =>
    token ? opening.sealer.seal(placeOfGrant(grant), token) : null;
  return {
    find: async (credential, account, kind) => {
      const mine = grants().where('credential', '=', credential).where('account', '=', account);
      const newest = mine.where('kind', '=', kind).orderBy('kind_since', 'desc').orderBy('id');
      const row = await newest.limit(1).executeTakeFirst();
      return row && grantOf(row);
    },
    list: async (credential, account) => {
      const mine = grants().where('credential', '=', credential).where('account', '=', account);
      return (await mine.orderBy('obtained_at').orderBy('id').execute()).map(grantOf);
    },
    refreshToken: async ({ id }) => {
      const row = await grants().where('id', '=', id).executeTakeFirst();
      if (!row || row.refresh_token === null) return undefined;
      return opening.get(placeOf(GRANT_REFRESH_TOKEN, row), row.refresh_token, 'refresh token');
    },
    insert: async (grant, token) => {
      const value = sealed(grant, token);
      await db
        .insertInto('grants')
        .values({ ...rowOf(grant), refresh_token: value })
        .execute();
    },
    setKind: async (id, kind, now) => {
      await db.updateTable('grants').set({ kind, kind_since: now }).where('id', '=', id).execute();
    },
    renew: async (grant, { generation, refreshToken, now, keepAliveAt, idleEndsAt }) => {
      const { id, generation: before } = grant;
      const changes = refreshToken ? { generation, refresh_token: sealed({ ...grant, generation }, refreshToken) } : {};
      const renewed = await db
        .updateTable('grants')
        .set({ ...changes, used_at: now, keep_alive_at: keepAliveAt, idle_ends_at: idleEndsAt })
        .where('id', '=', id)
        .where('generation', '=', before)
        .executeTakeFirst();
      return renewed.numUpdatedRows > 0n;
    },
    remove: async id => {
      await db.deleteFrom('grants').where('id', '=', id).execute();
    },
  };
}

type GrantPlace = Pick<Grant, 'id' | 'credential' | 'account' | 'origin' | 'clientId' | 'generation'>;

function placeOfGrant({ clientId, ...grant }: GrantPlace): Place {
  return placeOf(GRANT_REFRESH_TOKEN, { ...grant, client_id: clientId });
}

type Row = Selectable<Tables['grants']>;

function grantOf(row: Row): Grant {
  return {
    id: row.id,
    credential: row.credential,
    account: row.account,
    kind: row.kind as GrantKind,
    kindSince: row.kind_since,
    generation: row.generation,
    hasRefreshToken: row.refresh_token !== null,
    scopes: row.scopes,
    identity: identityOf(row),
    issuer: row.issuer ?? undefined,
    origin: row.origin,
    clientId: row.client_id,
    clientAuth: row.client_auth ?? '',
    obtainedAt: row.obtained_at,
    usedAt: row.used_at ?? undefined,
    keepAliveAt: row.keep_alive_at ?? undefined,
    idleEndsAt: row.idle_ends_at ?? undefined,
  };
}

function identityOf({ issuer, subject, tenant, name }: Row): Identity | undefined {
  if (issuer === null || subject === null) return undefined;
  return { issuer, subject, tenant: tenant ?? undefined, name: name ?? undefined };
}

function rowOf(grant: Omit<Grant, 'hasRefreshToken'>): Omit<Row, 'refresh_token'> {
  return {
    id: grant.id,
    credential: grant.credential,
    account: grant.account,
    kind: grant.kind,
    kind_since: grant.kindSince,
    generation: grant.generation,
    scopes: grant.scopes,
    subject: grant.identity?.subject ?? null,
    issuer: grant.identity?.issuer ?? grant.issuer ?? null,
    tenant: grant.identity?.tenant ?? null,
    name: grant.identity?.name ?? null,
    origin: grant.origin,
    client_id: grant.clientId,
    client_auth: grant.clientAuth,
    obtained_at: grant.obtainedAt,
    used_at: grant.usedAt ?? null,
    keep_alive_at: grant.keepAliveAt ?? null,
    idle_ends_at: grant.idleEndsAt ?? null,
  };
}
