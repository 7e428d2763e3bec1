import type { Defence } from './defences.js';

const CLI = 'test/cli.test.ts';

/** What the command line reads: files that somebody else may have written. */
export const FILE_DEFENCES: readonly Defence[] = [
  {
    name: 'files: no shell reads anything into an address',
    file: 'src/cli/import-proxy.ts',
    defence: "if (!ADDRESS.test(address)) return 'it is no address of a mailbox that an account can be named by.';",
    without: '',
    test: CLI,
    only: 'import of hostile files|reaches no shell',
  },
  {
    name: 'files: a flow is one of the table',
    file: 'src/cli/import-proxy.ts',
    defence: 'if (!Object.hasOwn(FLOWS, flow))',
    without: 'if (!FLOWS[flow])',
    test: CLI,
    only: 'import of hostile files|reaches no shell',
  },
  {
    name: 'files: no two credentials share a secret file',
    file: 'src/cli/import-files.ts',
    defence: 'taken.has(id); number += 1',
    without: 'false; number += 1',
    test: CLI,
    only: 'import of hostile files|reaches no shell',
  },
  {
    name: 'files: what is no plain file is not read',
    file: 'src/cli/apply-secrets.ts',
    defence: "if (!found.isFile()) throw noSource(what, path, 'is no plain file');",
    without: '',
    test: CLI,
    only: 'apply|where a secret is read from',
  },
  {
    name: 'files: the key to the vault is no secret of a provider',
    file: 'src/cli/apply-secrets.ts',
    defence: "'env' in reference && reference.env === 'TOKENWELL_KEY'",
    without: "'env' in reference && reference.env === ''",
    test: CLI,
    only: 'apply|where a secret is read from',
  },
];
