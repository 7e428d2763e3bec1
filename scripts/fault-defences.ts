import type { Defence } from './defences.js';

const FAULTS = 'test/faults.test.ts';

/** What keeps a grant through races, pauses, lost answers and a database that is away; switched off one by one. */
export const FAULT_DEFENCES: readonly Defence[] = [
  {
    name: 'grant: a late one follows the one that it was given for',
    file: 'src/vault/keeping.ts',
    defence: "const follows = await tx.grants.renew(grant, this.renewed(held, randomId('gen'), refreshToken));",
    without: 'const follows = false;',
    test: FAULTS,
    only: 'F7',
  },
  {
    name: 'grant: F9 one instance asks at a time',
    file: 'src/store/lease-rows.ts',
    defence: "        .where(isFree('lease_until', now, end))\n",
    without: '',
    test: FAULTS,
    only: 'F9',
  },
  {
    name: 'grant: after a wait the stored token is read again',
    file: 'src/vault/refreshing.ts',
    defence: 'if (stored && !asked.force && longEnough(stored, asked.minTtl, now)) {',
    without: 'if (false) {',
    test: FAULTS,
    only: 'F9',
  },
  {
    name: 'refresh: F29 a slow provider is not given thousands of connections',
    file: 'src/vault/refreshing.ts',
    defence: 'const AT_ONE_PROVIDER = 32;',
    without: 'const AT_ONE_PROVIDER = 100_000;',
    test: FAULTS,
    only: 'F29',
  },
  {
    name: 'storage: F11 a full disk is told as such, so that what came is kept',
    file: 'src/store/sqlite.ts',
    defence: "if (!(error instanceof Error) || !error.message.includes('no transaction is active')) throw error;",
    without: 'throw error;',
    test: FAULTS,
    only: 'F11',
  },
  {
    name: 'storage: what came is stored however long the database stays away',
    file: 'src/vault/keeping.ts',
    defence: "if (!(error instanceof VaultError) || error.code !== 'ledger_unavailable') throw error;",
    without: 'throw error;',
    test: FAULTS,
    only: 'F11|F12|F18',
  },
  {
    name: 'storage: an account whose refresh token is not stored yet says so',
    file: 'src/vault/accounts.ts',
    defence: "row.state === 'connected' && this.#keeping.holds(row);",
    without: 'false;',
    test: FAULTS,
    only: 'F11|F12',
  },
];
