import type { ExpressionBuilder } from 'kysely';
import type { Store } from '../vault/store.js';
import type { Engine } from './engine.js';
import type { Tables } from './tables.js';

/** So many tokens at a time: whoever writes meanwhile does not wait for thousands. */
const MOST_TOKENS = 1_000;

/** What came to its end long enough ago; each table by a statement of its own, for nothing here belongs together. */
export async function purge({ writer }: Engine, before: Parameters<Store['purge']>[0]): Promise<void> {
  await writer.deleteFrom('consents').where('expires_at', '<', before.consents).execute();
  for (const end of ['expires_at', 'ended_at'] as const) {
    await writer
      .deleteFrom('connect_links')
      .where(end, '<', before.links)
      // The login hint of a grant in use says whom it was meant for.
      .where(eb => eb.not(eb.exists(grantOf(eb))))
      .execute();
  }
  const grants = (kinds: string[], since: number) =>
    writer.deleteFrom('grants').where('kind', 'in', kinds).where('kind_since', '<', since).execute();
  await grants(['candidate'], before.candidates);
  await grants(['kept', 'orphan'], before.kept);
  const ended = writer.selectFrom('tokens').select('token_id').where('expires_at', '<', before.tokens);
  await writer.deleteFrom('tokens').where('token_id', 'in', ended.limit(MOST_TOKENS)).execute();
}

function grantOf(eb: ExpressionBuilder<Tables, 'connect_links'>) {
  return (
    eb
      .selectFrom('grants')
      .select('grants.id')
      .whereRef('grants.credential', '=', 'connect_links.credential')
      .whereRef('grants.account', '=', 'connect_links.account')
      .whereRef('grants.obtained_at', '=', 'connect_links.completed_at')
      .where('grants.kind', '=', 'current')
      // In their JSON.
      .where('connect_links.options', 'like', '%"loginHint":%')
  );
}
