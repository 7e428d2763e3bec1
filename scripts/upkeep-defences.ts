import type { Defence } from './defences.js';

const RENEWALS = { test: 'test/vault.test.ts', only: 'renew|lie idle|is used after|for the round' };
const STORE = { test: 'test/store.test.ts', only: 'due' };

/** What is renewed without a draw, and what becomes of tokens that a server refused. */
export const UPKEEP_DEFENCES: readonly Defence[] = [
  {
    name: 'upkeep: a draw is noted, so that its token is renewed',
    file: 'src/vault/tokens.ts',
    defence: '        this.#usage.note(drawable.token);\n',
    without: '',
    ...RENEWALS,
  },
  {
    name: 'upkeep: only what is drawn is renewed',
    file: 'src/store/due-rows.ts',
    defence: "    .where('drawn_at', '>', now - DAY_MS);",
    without: ';',
    ...RENEWALS,
  },
  {
    name: 'upkeep: refresh_in is honoured',
    file: 'src/vault/due.ts',
    defence: 'told < latest ?',
    without: 'told < 0 ?',
    ...RENEWALS,
  },
  {
    name: 'upkeep: an idle refresh token is used in time',
    file: 'src/store/grant-rows.ts',
    defence: 'keep_alive_at: grant.keepAliveAt ?? null',
    without: 'keep_alive_at: null',
    ...RENEWALS,
  },
  {
    name: 'upkeep: an endpoint that is away is left alone for the round',
    file: 'src/vault/renewals.ts',
    defence: 'return !isAway(error);',
    without: 'return true;',
    ...RENEWALS,
  },
  {
    name: 'upkeep: one instance at a time at an endpoint',
    file: 'src/vault/renewals.ts',
    defence: 'if (!(await this.#store.due.takeNamed(name, owner, LEASE_MS))) return;',
    without: 'await this.#store.due.takeNamed(name, owner, LEASE_MS);',
    ...RENEWALS,
  },
  {
    name: 'upkeep: renewals keep their pace',
    file: 'src/vault/renewals.ts',
    defence: 'await this.#clock.sleep(turn - now);',
    without: '',
    ...RENEWALS,
  },
  {
    name: 'upkeep: an account in a pause, or that a person must mend, is not due',
    file: 'src/store/due-rows.ts',
    defence: "    .where(isPast('a.next_try_at', now))\n",
    without: '',
    ...STORE,
  },
  {
    name: 'rejected: a token that a server refused is no longer given',
    file: 'src/vault/token.ts',
    defence: '  if (token.rejected) return false;\n',
    without: '',
    test: 'test/vault.test.ts',
    only: 'token|report|claims',
  },
  {
    name: 'rejected: every instance hears of it',
    file: 'src/vault/rejections.ts',
    defence: 'const touched = hopeless ? [] : [',
    without: 'const touched = true ? [] : [',
    test: 'test/vault.test.ts',
    only: 'token|report|claims',
  },
  {
    name: 'rejected: only the newest token counts',
    file: 'src/vault/rejections.ts',
    defence: 'if (newest?.id !== report.tokenId || newest.rejected) return;',
    without: 'if (!newest) return;',
    test: 'test/vault.test.ts',
    only: 'token|report|claims',
  },
  {
    name: 'rejected: a fresh one is not replaced',
    file: 'src/vault/rejections.ts',
    defence: '|| isYoung(newest, now)',
    without: '',
    test: 'test/vault.test.ts',
    only: 'token|report|claims',
  },
  {
    name: 'rejected: six reports a minute',
    file: 'src/vault/rejections.ts',
    defence: '    if (limited) throw limited;\n',
    without: '',
    test: 'test/vault.test.ts',
    only: 'token|report|claims',
  },
  {
    name: 'rejected: the claims go into the next request',
    file: 'src/vault/granted.ts',
    defence: 'withClaims(credential.tokenParams, claims)',
    without: 'withClaims(credential.tokenParams, undefined)',
    test: 'test/vault.test.ts',
    only: 'token|report|claims',
  },
];
