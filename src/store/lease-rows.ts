import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Store } from '../vault/store.js';
import type { Engine } from './engine.js';

type LeaseWrites = Pick<Store, 'takeLease' | 'releaseLease' | 'intend' | 'withdrawIntent' | 'claimBreaker'>;

/** Who may refresh an account, or try a failing endpoint, right now: single statements, durable by themselves. */
export function leaseRows(engine: Engine): LeaseWrites {
  const { writer } = engine;
  return {
    takeLease: async (credential, account, owner, ms) => {
      const now = engine.now();
      const end = sql<number>`${now} + ${sql.lit(ms)}`;
      return await writer
        .updateTable('accounts')
        .set(eb => ({
          lease_owner: owner,
          lease_until: end,
          fence: eb('fence', '+', 1),
        }))
        .where('credential', '=', credential)
        .where('account', '=', account)
        .where(isFree('lease_until', now, end))
        .returning('fence')
        .executeTakeFirst();
    },
    releaseLease: async (credential, account, fence) => {
      await writer
        .updateTable('accounts')
        .set({ lease_owner: null, lease_until: null })
        .where('credential', '=', credential)
        .where('account', '=', account)
        .where('fence', '=', fence)
        .execute();
    },
    ...intentRows(engine),
    ...breakerRows(engine),
  };
}

/** Nobody has it, it has ended, or it seems longer than any lease: then it was taken before the clock was put back. */
export function isFree(column: string, now: RawBuilder<number>, end: RawBuilder<number>): RawBuilder<SqlBool> {
  const until = sql.ref(column);
  return sql<SqlBool>`(${until} is null or ${until} < ${now} or ${until} > ${end})`;
}

function intentRows({ writer }: Engine): Pick<LeaseWrites, 'intend' | 'withdrawIntent'> {
  return {
    intend: async ({ credential, account }, fence, { id, at }) => {
      const intended = await writer
        .updateTable('accounts')
        .set(eb => ({ intent_id: id, intent_at: at, intent_first_at: eb.fn.coalesce('intent_first_at', eb.val(at)) }))
        .where('credential', '=', credential)
        .where('account', '=', account)
        .where('fence', '=', fence)
        .executeTakeFirst();
      return intended.numUpdatedRows > 0n;
    },
    withdrawIntent: async ({ credential, account, intent }, fence) => {
      // Back to what was known before this call, which may itself be in doubt.
      const before = { intent_id: intent?.id ?? null, intent_at: intent?.at ?? null };
      await writer
        .updateTable('accounts')
        .set({ ...before, intent_first_at: intent?.firstAt ?? null })
        .where('credential', '=', credential)
        .where('account', '=', account)
        .where('fence', '=', fence)
        .execute();
    },
  };
}

function breakerRows({ writer }: Engine): Pick<LeaseWrites, 'claimBreaker'> {
  return {
    claimBreaker: async (breaker, now, ms) => {
      const claimed = await writer
        .updateTable('breakers')
        .set({ open_until: now + ms })
        .where('token_url', '=', breaker.tokenUrl)
        .where('client_id', '=', breaker.clientId)
        .where('open_until', '=', breaker.openUntil)
        .executeTakeFirst();
      return claimed.numUpdatedRows > 0n;
    },
  };
}
