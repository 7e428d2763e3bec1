import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Test } from 'tap';
import { codeBlock, codeSpan, escaped } from '../../src/vault/setup/prose.js';
import { bash, flawOf, odata, powershell } from '../../src/vault/setup/quoting.js';
import { temporaryFolder } from '../support/vault.js';
import { HOSTILE, UNUSABLE } from './hostile.js';
import { foldedTokensOf, tokensOf } from './powershell-tokens.js';

/** Values in commands, each read by somebody who did not write it. */
export function quotingCases(t: Test): void {
  t.test('PowerShell reads each value as one argument, and nothing of it as a command', async t => {
    for (const value of HOSTILE) {
      const { text } = powershell`Set-Thing -Name ${value} -All ${[value, 'x']} -Force`;
      t.match(text, /^[\x20-\x7E]+$/, 'ASCII, whatever code page it is read in');
      t.strictSame(
        foldedTokensOf(text).map(({ kind, text }) => `${kind} ${text}`),
        [
          'word Set-Thing',
          'word -Name',
          `string ${value}`,
          'word -All',
          ...['sign @', 'sign (', `string ${value}`, 'sign ,', 'string x', 'sign )'],
          'word -Force',
        ],
        JSON.stringify(value),
      );
    }
  });

  t.test('the reader sees what is quoted by half', async t => {
    const half = (value: string) => `Set-Thing '${value.replaceAll("'", "''")}'`;
    t.strictSame(
      tokensOf(half('\u2019; Remove-Item x; \u2019')).map(({ text }) => text),
      ['Set-Thing', '', ';', 'Remove-Item', 'x', ';', ''],
    );
    t.throws(() => tokensOf(half('\u2018')), /no end/);
    t.equal(tokensOf(half("o'brien"))[1]?.text, "o'brien");
  });

  t.test('sh and bash give each value back byte by byte, and run nothing of it', async t => {
    const folder = temporaryFolder(t);
    const all = HOSTILE.map(value => bash`printf '%s\\0' ${value}`.text);
    const list = bash`printf '%s\\0' ${HOSTILE}`.text;
    for (const shell of ['/bin/sh', '/bin/bash']) {
      const { stdout, stderr, status } = spawnSync(shell, ['-c', [...all, list].join('\n')], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      t.equal(status, 0, shell);
      t.equal(stderr.toString(), '', shell);
      t.strictSame(stdout.toString().split('\0').slice(0, -1), [...HOSTILE, ...HOSTILE], shell);
      t.strictSame(readdirSync(folder), [], `${shell}: no canary`);
    }
  });

  t.test('what cannot be seen stands in no command, and says so', async t => {
    for (const [name, value] of Object.entries(UNUSABLE)) {
      t.throws(() => powershell`Set-Thing ${value}`, TypeError, name);
      t.throws(() => powershell`Set-Thing ${['x', value]}`, TypeError, name);
      t.throws(() => bash`x ${value}`, TypeError, name);
      t.ok(flawOf(value), name);
    }
    t.match(flawOf('@/etc/passwd'), /begins with @/, 'the Azure CLI would read a file');
    t.match(flawOf('-x'), /begins with -/);
    for (const value of ['info@acme.example', "o'brien", 'a-b', 'a@b']) t.equal(flawOf(value), undefined, value);
  });

  t.test('a command stands only in one of its own shell; a filter is quoted twice', async t => {
    const inner = powershell`Get-Thing ${"o'brien"}`;
    t.equal(powershell`if (${inner}) { Set-Thing }`.text, "if (Get-Thing 'o''brien') { Set-Thing }");
    t.throws(() => bash`x ${inner}`, TypeError);
    t.equal(odata`name eq ${"o'brien"}`, "name eq 'o''brien'");
    t.equal(powershell`-Filter ${odata`name eq ${"o'brien"}`}`.text, "-Filter 'name eq ''o''''brien'''");
  });

  t.test('code in Markdown has a fence longer than any run of backticks in it; text has no markup', async t => {
    t.equal(codeBlock('bash', 'a\n```\nb'), '````bash\na\n```\nb\n````');
    t.equal(codeSpan('a``b'), '```a``b```');
    t.equal(codeSpan('`a'), '`` `a ``');
    t.equal(escaped('<b> [x](y) *z* `c` &lt; A & B'), '\\<b\\> \\[x\\](y) \\*z\\* \\`c\\` \\&lt; A & B');
  });
}
