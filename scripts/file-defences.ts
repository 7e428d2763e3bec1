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
    without: 'number < 0; number += 1',
    test: CLI,
    only: 'import of hostile files|reaches no shell',
  },
  {
    name: 'files: what is told of a value is one line',
    file: 'src/cli/import-proxy.ts',
    defence: '[visible(',
    without: '[String(',
    test: CLI,
    only: 'import of hostile files|told in one',
  },
  {
    name: 'files: lines that go on are joined once',
    file: 'src/cli/ini-file.ts',
    defence: 'open.lines.push(line);',
    without: "open.lines[0] = [open.lines[0], line].join('\\n').trim();",
    test: CLI,
    only: 'import of hostile files|made to be slow',
  },
  {
    name: 'files: ids are not counted through again',
    file: 'src/cli/import-files.ts',
    defence: 'last.set(alike, number);',
    without: '',
    test: CLI,
    only: 'import of hostile files|thousands of accounts',
  },
  {
    name: 'files: servers are looked for once',
    file: 'src/cli/import-proxy.ts',
    defence: 'credentialOf(members, ids[at] ?? id, proxy) }));',
    without:
      'credentialOf(members, ids[at] ?? id, { ...proxy, served: servedBy(sections), servers: serversOf(sections) }) }));',
    test: CLI,
    only: 'import of hostile files|thousands of accounts',
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
    name: 'files: a key to the vault is sent to no provider',
    file: 'src/vault/client-auth-rules.ts',
    defence: "const errors = vaultKeyErrors('client_auth.secret', secret, 'client secret');",
    without: 'const errors: FieldError[] = [];',
    test: 'test/presets.test.ts',
    only: 'would refuse|key to the vault',
  },
  {
    name: 'files: a key to the vault is no refresh token',
    file: 'src/vault/importing.ts',
    defence: "const errors = vaultKeyErrors('refresh_token', token, 'refresh token');",
    without: "const errors = vaultKeyErrors('refresh_token', undefined, '');",
    test: CLI,
    only: 'a refresh token is tried and kept',
  },
  {
    name: 'files: no fault of the vault is taken for a refusal',
    file: 'src/cli/apply-stopped.ts',
    defence: 'error.status >= 500 ||',
    without: 'error.status === 500 ||',
    test: CLI,
    only: 'where no answer came back',
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
