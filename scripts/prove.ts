import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE_DEFENCES } from './certificate-defences.js';
import { CONSENT_DEFENCES } from './consent-defences.js';
import { DEFENCES, type Defence } from './defences.js';
import { EXPIRY_DEFENCES } from './expiry-defences.js';
import { FAULT_DEFENCES } from './fault-defences.js';
import { FILE_DEFENCES } from './file-defences.js';
import { FINDINGS_DEFENCES } from './findings-defences.js';
import { GRANT_DEFENCES } from './grant-defences.js';
import { HTTP_DEFENCES } from './http-defences.js';
import { PRESET_DEFENCES } from './preset-defences.js';
import { REPORT_DEFENCES } from './report-defences.js';
import { SETUP_DEFENCES } from './setup-defences.js';
import { UPKEEP_DEFENCES } from './upkeep-defences.js';
import { WORKLOAD_DEFENCES } from './workload-defences.js';

// Switches each defence off in a copy of the tree, by exchanging one piece of text, and runs the test that must then fail.
// Usage: npm run prove [-- words of a defence's name]

const root = new URL('..', import.meta.url).pathname;

function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'tokenwell-prove-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
    .toString()
    .trim()
    .split('\n');
  for (const file of files) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function switchOff(copy: string, { file, defence, without }: Defence): void {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(defence, () => without),
  );
}

/** Found before the long run begins: defences whose text was rewritten, so that nothing would be switched off. */
function stale({ file, defence }: Defence): boolean {
  return readFileSync(join(root, file), 'utf8').split(defence).length !== 2;
}

/** Whether the test fails, and by which case. */
function failsIn(copy: string, { test, only }: Defence): string | undefined {
  const args = [
    join(root, 'node_modules/.bin/tap'),
    '--reporter=tap',
    ...(only ? ['--grep=/./', `--grep=/${only}/`] : []),
    test,
  ];
  const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 240_000 });
  const failed = run.stdout.split('\n').filter(line => /^ *not ok/.test(line));
  const deepest = failed.sort((a, b) => b.search(/\S/) - a.search(/\S/))[0];
  return run.status === 0 ? undefined : (deepest?.trim() ?? `exit ${run.status}`);
}

const wanted = process.argv.slice(2).join(' ');
const all = [
  DEFENCES,
  HTTP_DEFENCES,
  CONSENT_DEFENCES,
  GRANT_DEFENCES,
  UPKEEP_DEFENCES,
  REPORT_DEFENCES,
  CERTIFICATE_DEFENCES,
  EXPIRY_DEFENCES,
  FILE_DEFENCES,
  FAULT_DEFENCES,
  FINDINGS_DEFENCES,
  WORKLOAD_DEFENCES,
  PRESET_DEFENCES,
  SETUP_DEFENCES,
].flat();
const defences = all.filter(({ name }) => name.includes(wanted));
const rewritten = defences.filter(stale);
for (const { name, file, defence } of rewritten)
  console.log(`STALE    ${name}\n         not exactly once in ${file}: ${defence}`);
let undefended = rewritten.length;
for (const defence of defences.filter(one => !rewritten.includes(one))) {
  const copy = copyTree();
  try {
    switchOff(copy, defence);
    const failure = failsIn(copy, defence);
    if (!failure) undefended += 1;
    console.log(
      `${failure ? 'proved  ' : 'NOT SEEN'} ${defence.name}\n         ${failure ?? `${defence.test} still passes`}`,
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
process.exitCode = undefended === 0 ? 0 : 1;
