import { pageOf } from '../../api/fields.js';
import type { LedgerQuery } from '../../api.js';
import * as api from '../../api.js';
import { callerOf } from '../auth.js';
import { cursorOf, keyOf } from '../paging.js';
import { Lines } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { entryAnswer, instantOf } from '../wire.js';

const POSITION = /^\d{1,15}$/;
const NDJSON = 'application/x-ndjson';

const read = {
  operationId: 'readLedger',
  summary: 'Read the ledger',
  description:
    'Who received or changed what, when, with which outcome. What was committed before the request began is in the answer. With `Accept: application/x-ndjson` an entry is a line, and the next page stands in the Link header.',
  tags: ['Ledger'],
  querystring: api.LedgerQuery,
  response: {
    200: {
      content: {
        'application/json': { schema: pageOf(api.LedgerEntry) },
        [NDJSON]: { schema: Lines },
      },
    },
  },
  'x-required-role': 'auditor',
  'x-problems': ['ledger_unavailable'],
} as const;

/** `/ledger`: the audit log. */
export const ledgerRoutes: Routes = (app, { vault }, done) => {
  app.get('/ledger', { schema: read }, async (request, reply) => {
    const { cursor, limit, order } = request.query;
    const position = keyOf(cursor, POSITION);
    const found = await vault.history.read(callerOf(request), {
      filter: filterOf(request.query),
      order,
      limit,
      cursor: position === undefined ? undefined : Number(position),
    });
    const items = found.items.map(entryAnswer);
    const next = found.next === undefined ? null : cursorOf(String(found.next));
    if (!wantsLines(request.headers.accept)) return { items, next_cursor: next };
    if (next !== null) reply.header('link', `<${linkTo(request.query, next)}>; rel="next"`);
    return reply.type(NDJSON).send(items.map(item => `${JSON.stringify(item)}\n`).join(''));
  });
  done();
};

function filterOf({ credential, account, consumer, action, from, to }: LedgerQuery) {
  return { credential, account, consumer, action, from: instantOf(from), to: instantOf(to) };
}

/** Lines are for those who ask for nothing else. */
function wantsLines(accept = ''): boolean {
  return accept.includes(NDJSON) && !accept.includes('application/json');
}

function linkTo(query: LedgerQuery, cursor: string): string {
  const names = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor })) names.set(name, String(value));
  return `/api/v1/ledger?${names}`;
}
