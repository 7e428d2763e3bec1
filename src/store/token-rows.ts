import { placeOf, TOKEN_VALUE } from '../vault/sealed-fields.js';
import type { Breaker, Tx } from '../vault/store.js';
import type { Token } from '../vault/token.js';
import type { Handle } from './engine.js';
import type { Opening } from './opening.js';

type TokenRows = Pick<
  Tx,
  'findToken' | 'saveToken' | 'rejectToken' | 'forgetClaims' | 'findBreaker' | 'saveBreaker' | 'clearBreaker'
>;

/** Access tokens, sealed, and the breakers of the endpoints that they come from. */
export function tokenRows(db: Handle, opening: Opening): TokenRows {
  return {
    findToken: async (credential, account, scope) => {
      const found = db.selectFrom('tokens').selectAll().where('credential', '=', credential);
      const row = await found.where('account', '=', account).where('scope', '=', scope).executeTakeFirst();
      // One that does not open only costs a refresh, which writes over it.
      const value = row && opening.find(placeOf(TOKEN_VALUE, row), row.value);
      if (!row || !value) return undefined;
      return {
        credential,
        account,
        scope,
        id: row.token_id,
        value,
        type: row.token_type,
        grantedScope: row.granted_scope,
        obtainedAt: row.obtained_at,
        expiresAt: row.expires_at,
        lifetime: row.lifetime,
        refreshAt: row.refresh_at ?? row.expires_at,
        ...(row.rejected_at === null ? {} : { rejected: { at: row.rejected_at, claims: row.claims ?? undefined } }),
      };
    },
    saveToken: async token => {
      const { credential, account, scope } = token;
      const mine = db.deleteFrom('tokens').where('credential', '=', credential).where('account', '=', account);
      await mine.where(eb => eb.or([eb('scope', '=', scope), eb('expires_at', '<=', token.obtainedAt)])).execute();
      await db.insertInto('tokens').values(rowOf(token, opening)).execute();
    },
    rejectToken: async ({ credential, account, scope, id }, { at, claims }) => {
      const newest = db.updateTable('tokens').set({ rejected_at: at, claims: claims ?? null });
      const mine = newest
        .where('credential', '=', credential)
        .where('account', '=', account)
        .where('scope', '=', scope);
      const marked = await mine.where('token_id', '=', id).where('rejected_at', 'is', null).executeTakeFirst();
      return marked.numUpdatedRows > 0n;
    },
    forgetClaims: async ({ id }) => {
      await db.updateTable('tokens').set({ claims: null }).where('token_id', '=', id).execute();
    },
    findBreaker: async (tokenUrl, clientId) => {
      const found = db.selectFrom('breakers').selectAll().where('token_url', '=', tokenUrl);
      const row = await found.where('client_id', '=', clientId).executeTakeFirst();
      return row && { tokenUrl, clientId, failures: row.failures, openUntil: row.open_until };
    },
    saveBreaker: async ({ tokenUrl, clientId, failures, openUntil }: Breaker) => {
      const state = { failures, open_until: openUntil };
      await db
        .insertInto('breakers')
        .values({ token_url: tokenUrl, client_id: clientId, ...state })
        .onConflict(conflict => conflict.columns(['token_url', 'client_id']).doUpdateSet(state))
        .execute();
    },
    clearBreaker: async (tokenUrl, clientId) => {
      await db.deleteFrom('breakers').where('token_url', '=', tokenUrl).where('client_id', '=', clientId).execute();
    },
  };
}

function rowOf(token: Token, { sealer }: Opening) {
  const { credential, account, scope } = token;
  const place = placeOf(TOKEN_VALUE, { credential, account, scope, token_id: token.id });
  return {
    credential,
    account,
    scope,
    token_id: token.id,
    value: sealer.seal(place, token.value),
    token_type: token.type,
    granted_scope: token.grantedScope,
    obtained_at: token.obtainedAt,
    expires_at: token.expiresAt,
    lifetime: token.lifetime,
    refresh_at: token.refreshAt,
  };
}
