const ROWS = 64;

/**
 * Rows for inserts of bounded size: a statement takes a limited number of parameters, and each number of rows is a
 * statement text of its own that stays prepared.
 */
export function inChunks<Row>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  for (let from = 0; from < rows.length; from += ROWS) chunks.push(rows.slice(from, from + ROWS));
  return chunks;
}
