import type { Change, PageOffer, PageResult, Standing } from '../vault/store.js';

/**
 * The answer for a page that was not written. The changes are told only where the feed knows them all: same database,
 * and a revision that lies between its floor and its newest.
 */
export function overtaken(offer: PageOffer, standing: Standing, changes: () => Change[]): PageResult {
  const since = offer.page.revision;
  const listed = standing.epoch === offer.epoch && since >= standing.floor && since <= standing.revision;
  return { written: false, standing, changes: listed ? changes() : undefined };
}
