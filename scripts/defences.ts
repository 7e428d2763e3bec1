/** A defence as a piece of text in one file, what the code would be without it, and the test that must then fail. */
export interface Defence {
  name: string;
  file: string;
  defence: string;
  without: string;
  test: string;
  /** Runs only the cases whose names match. */
  only?: string;
}

const REVOCATION = 'test/revocation.test.ts';
const VAULT = 'test/vault.test.ts';
const STORE = 'test/store.test.ts';

export const DEFENCES: readonly Defence[] = [
  {
    name: 'revocation: a page is written only at the current revision (SQLite)',
    file: 'src/store/sqlite-pages.ts',
    defence: 'if (now.revision !== offer.page.revision || now.epoch !== offer.epoch) {',
    without: 'if (now.epoch !== offer.epoch) {',
    test: REVOCATION,
    only: 'raced against',
  },
  {
    name: 'revocation: a page is written only at the current revision (PostgreSQL)',
    file: 'migrations/0002_page.postgres.sql',
    defence: 'IF current.revision = p_revision AND current.epoch = p_epoch THEN',
    without: 'IF current.epoch = p_epoch THEN',
    test: REVOCATION,
    only: 'idle instance remembers',
  },
  {
    name: 'revocation: the page call takes the shared lock before it reads',
    file: 'migrations/0002_page.postgres.sql',
    defence: '  PERFORM pg_advisory_xact_lock_shared(7402);\n',
    without: '',
    test: REVOCATION,
    only: 'held uncommitted',
  },
  {
    name: 'revocation: a management write takes the lock alone',
    file: 'src/store/store.ts',
    defence: "await lock(touched.length > 0 ? 'exclusive' : 'shared');",
    without: "await lock('shared');",
    test: REVOCATION,
    only: 'held uncommitted',
  },
  {
    name: 'revocation: what was read before a change is not kept after it',
    file: 'src/vault/memory.ts',
    defence: 'return readAt.epoch === this.epoch && readAt.revision >= this.revision;',
    without: 'return readAt.epoch === this.epoch;',
    test: REVOCATION,
    only: 'during the first load',
  },
  {
    name: 'revocation: memory forgets the keys that a change touches',
    file: 'src/vault/memory.ts',
    defence: '    this.#keys.deleteWhere(record => touched.consumer(record.consumer.id));\n',
    without: '',
    test: REVOCATION,
    only: 'idle instance remembers|raced',
  },
  {
    name: 'revocation: memory forgets everything when the feed cannot tell',
    file: 'src/vault/memory.ts',
    defence: '      this.#keys.clear();\n',
    without: '',
    test: REVOCATION,
    only: 'purged feed|another epoch',
  },
  {
    name: 'revocation: below the floor the feed cannot tell',
    file: 'src/store/overtaken.ts',
    defence: 'since >= standing.floor && ',
    without: '',
    test: REVOCATION,
    only: 'purged feed',
  },
  {
    name: 'revocation: a withdrawal is a change',
    file: 'src/vault/consumers.ts',
    defence: "touched: [{ kind: 'consumer', id: consumer }]",
    without: 'touched: []',
    test: REVOCATION,
    only: 'idle instance remembers',
  },
  {
    name: 'revocation: before a refusal the store is read',
    file: 'src/vault/tokens.ts',
    defence: 'if (!permits(permitted, scope) && caller.fromMemory) {',
    without: 'if (caller.fromMemory && !caller.role) {',
    test: REVOCATION,
    only: 'serves a new permission',
  },
  {
    name: 'revocation: all routes but the draw read their caller from the store',
    file: 'src/http/auth.ts',
    defence: '    accept(request, identify(vault, request, presented), done);\n  };\n}\n\n/** As `identifies`',
    without:
      '    request.caller = vault.callers.recall(presented);\n    if (request.caller) return done();\n    accept(request, identify(vault, request, presented), done);\n  };\n}\n\n/** As `identifies`',
    test: REVOCATION,
    only: 'deleted admin key',
  },
  {
    name: 'revocation: a stopped instance loses its transaction and the lock',
    file: 'src/store/postgres.ts',
    defence: '    idle_in_transaction_session_timeout: 5_000,\n',
    without: '',
    test: REVOCATION,
    only: 'SIGSTOP',
  },
  {
    name: 'revocation: nobody waits for the lock for long',
    file: 'src/store/postgres.ts',
    defence: '    lock_timeout: 2_000,\n',
    without: '',
    test: REVOCATION,
    only: 'SIGSTOP',
  },
  {
    name: 'ledger: the entry is durable before the token leaves',
    file: 'src/vault/tokens.ts',
    defence: 'if (await this.#record(current, request, drawable.token, draw)) return',
    without: 'void this.#record(current, request, drawable.token, draw); return',
    test: 'test/crash.test.ts',
  },
  {
    name: 'ledger: a page whose fate is unknown is looked up',
    file: 'src/vault/ledger.ts',
    defence: "if (fate === 'unknown') this.#doubtful = page;",
    without: '',
    test: VAULT,
    only: 'F18',
  },
  {
    name: 'refreshing: after waiting for the lease the store is read again',
    file: 'src/vault/refreshing.ts',
    defence: 'if (usable && !asked.force) return',
    without: 'if (usable && asked.force) return',
    test: REVOCATION,
    only: 'F9',
  },
  {
    name: 'refreshing: an outcome needs the fence',
    file: 'src/store/account-rows.ts',
    defence: "        .where('fence', '=', fence)\n",
    without: '',
    test: STORE,
    only: 'F8|D14',
  },
  {
    name: 'credentials: a secret goes nowhere else (invariant 13)',
    file: 'src/vault/credentials.ts',
    defence: 'if (!changesDestination(before, input)) return [];',
    without: 'return [];',
    test: VAULT,
    only: 'W8',
  },
  {
    name: 'credentials: deleting one deletes the permissions that name it',
    file: 'src/store/credential-rows.ts',
    defence: "      await db.deleteFrom('permissions').where('credential', '=', before.id).execute();\n",
    without: '',
    test: VAULT,
    only: 'used again',
  },
  {
    name: 'refreshing: the account of a new credential has a fence of its own',
    file: 'src/store/account-rows.ts',
    defence: 'fence: randomInt(2 ** 47)',
    without: 'fence: 0 * randomInt(2)',
    test: VAULT,
    only: 'D14',
  },
  {
    name: 'management: a caller revoked on the way writes nothing',
    file: 'src/vault/ledger.ts',
    defence: 'throw overtakenCaller();',
    without: 'overtakenCaller();',
    test: VAULT,
    only: 'revoked while',
  },
  {
    name: 'store: the index is inserted in chunks',
    file: 'src/store/chunks.ts',
    defence: 'const ROWS = 64;',
    without: 'const ROWS = 64_000;',
    test: VAULT,
    only: 'thousands of different names',
  },
  {
    name: 'ledger: past the limit a refusal has no names',
    file: 'src/vault/tokens.ts',
    defence: '...(limited ? {} : { credential, account }),',
    without: '...{ credential, account },',
    test: VAULT,
    only: 'many refusals',
  },
  {
    name: 'store: one process serves a SQLite file',
    file: 'src/store/sqlite.ts',
    defence: "lock.exec('BEGIN EXCLUSIVE');",
    without: "lock.exec('BEGIN');",
    test: STORE,
    only: 'F14',
  },
  {
    name: 'store: a busy file does not block the event loop',
    file: 'src/store/sqlite.ts',
    defence: 'new Database(file, { timeout: 25 })',
    without: 'new Database(file, { timeout: 5_000 })',
    test: STORE,
    only: 'F13',
  },
];
