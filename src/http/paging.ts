import { invalid } from '../vault/errors.js';

/** The opaque cursor behind an item's key. */
export function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** The key that a cursor stands for; undefined for none. Throws `invalid_request` for one that was not given out here. */
export function keyOf(cursor: string | undefined, form: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString();
  if (form.test(key) && cursorOf(key) === cursor) return key;
  throw invalid([
    { field: 'cursor', rule: 'cursor', detail: 'cursor is the next_cursor of the page before, as it was given.' },
  ]);
}

/** One page out of at most `limit` + 1 items: the extra one only tells that there are more. */
export function page<Item>(found: readonly Item[], limit: number, keyOfItem: (item: Item) => string) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: found.length > limit && last !== undefined ? cursorOf(keyOfItem(last)) : null };
}

/** One page out of a whole list, in order of the key: what comes after the one named. */
export function pageAfter<Item>(
  all: readonly Item[],
  after: string | undefined,
  limit: number,
  keyOfItem: (item: Item) => string,
) {
  const keyed = all
    .map(item => ({ item, key: keyOfItem(item) }))
    .filter(({ key }) => after === undefined || key > after);
  const ordered = keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ item }) => item);
  return page(ordered, limit, keyOfItem);
}
