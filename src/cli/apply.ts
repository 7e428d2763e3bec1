import type { Command } from 'commander';
import type { TokenwellClient } from '../client/client.js';
import { type Difference, differenceOf } from './apply-difference.js';
import { readDeclared } from './apply-file.js';
import { readProof, secretNames } from './apply-secrets.js';
import { type HalfWay, halfWay, stoppedText } from './apply-stopped.js';
import { differenceText } from './apply-text.js';
import { applyOne, type Progress, type Ready } from './applying.js';
import { oneStandardInput } from './client-auth-flags.js';
import { examples } from './examples.js';
import { EXIT } from './exit-codes.js';
import { UsageError } from './failure-text.js';
import { askYes } from './input.js';
import { connect, type PrintFlags, print, remark, type Session } from './session.js';
import { visible } from './terminal-text.js';

interface ApplyFlags extends PrintFlags {
  file: string[];
  yes?: true;
  dryRun?: true;
  rotateSecrets?: true;
}

type Result = 'created' | 'changed' | 'unchanged' | 'failed' | 'not reached' | 'not done';

/** `apply`: what a file says is made so. */
export function addApplyCommand(program: Command, session: Session): void {
  const apply = program
    .command('apply')
    .summary('make credentials and consumers what a file says')
    .description(
      'Reads credentials, and consumers with their permissions, from YAML (or JSON) with the fields of the API; shows ' +
        'what would be another one, asks, and does it. A second run finds nothing to do. Secrets stand elsewhere: ' +
        'secret: {file: ./secret.txt}, from this file’s folder, or {env: NAME}. Only fields that the file names are ' +
        'compared, so what a preset fills in is no difference; what the file does not name stays, and nothing is ever ' +
        'deleted. A secret is sent when its credential is new or has none, when it would go elsewhere or in another way, ' +
        'when secret_expires_at changes, and with --rotate-secrets. Items are done one by one in the order of the file; ' +
        'each only if it still is what the difference was made from. The first that fails ends it.',
    )
    .requiredOption('-f, --file <path>', 'YAML or JSON (- for standard input); repeat it for more', collected)
    .option('--dry-run', 'show the difference and change nothing; ends with 5 where there is something to do, else 0')
    .option('--yes', 'do not ask; for scripts')
    .option('--rotate-secrets', 'send all secrets of the file, also those that are stored')
    .option('--json', 'print { differences, results } as JSON; with --dry-run or --yes')
    .action((flags: ApplyFlags) => run(session, flags));
  examples(
    apply,
    'CLIENT_SECRET=$CLIENT_SECRET tokenwell apply -f examples/credentials.yaml --yes',
    'tokenwell apply -f credentials.yaml -f consumers.yaml --yes   # with files of your own',
  );
}

function collected(path: string, before: string[] = []): string[] {
  return [...before, path];
}

async function run(session: Session, flags: ApplyFlags): Promise<void> {
  const { file: paths, dryRun, yes, json, rotateSecrets = false } = flags;
  oneStandardInput(Object.fromEntries(paths.map((path, at) => [`-f (number ${at + 1})`, path])));
  if (json && !dryRun && !yes) throw new UsageError('With --json nobody is asked: give --yes or --dry-run with it.');
  const declared = await readDeclared(session, paths);
  const client = connect(session);
  const differences: Difference[] = [];
  for (const one of declared) differences.push(await differenceOf(client, one, rotateSecrets));
  const ready = await Promise.all(differences.map(one => readied(session, one)));
  const todo = differences.some(({ action }) => action !== 'none');
  if (!json) print(session, {}, differences, differenceText);
  if (dryRun || !todo) {
    if (dryRun && todo) session.exitCode = EXIT.differs;
    const results = differences.map(({ action }): Result => (action === 'none' ? 'unchanged' : 'not done'));
    return json ? printJson(session, differences, results) : undefined;
  }
  if (!yes) await confirm(session, paths);
  await applyAll(session, client, ready, json);
}

/** Everything that is sent is read before anything is changed. */
async function readied(session: Session, difference: Difference): Promise<Ready> {
  const sends = 'sends' in difference && difference.sends !== undefined;
  return { difference, proof: sends ? await readProof(session, difference.declared) : undefined };
}

async function confirm(session: Session, paths: readonly string[]): Promise<void> {
  if (session.input.isTTY !== true || paths.includes('-')) {
    throw new UsageError('Nothing was changed. To do this without being asked, repeat it with --yes.');
  }
  if (!(await askYes(session, 'Do this? Type yes: '))) throw new UsageError('Nothing was changed.');
}

async function applyAll(session: Session, client: TokenwellClient, ready: Ready[], json: true | undefined) {
  const results: Result[] = [];
  let progress: Progress = { done: [] };
  let came: HalfWay | undefined;
  try {
    for (const one of ready) {
      const { action, declared } = one.difference;
      progress = { done: [] };
      const kept = await applyOne(session, client, one, progress);
      results.push(action === 'create' ? 'created' : action === 'change' ? 'changed' : 'unchanged');
      if (!json && action !== 'none') print(session, {}, undefined, () => `${visible(declared.id)}: ${results.at(-1)}`);
      if (kept.length > 0) remark(session, keptText(declared.id, kept));
    }
  } catch (error) {
    const failed = ready[results.length]?.difference;
    came = failed && halfWay(failed, progress, error);
    results.push('failed');
    while (results.length < ready.length) results.push('not reached');
    if (!json && failed && came) remark(session, stoppedText(failed, came, others(ready, results)));
    throw error;
  } finally {
    if (json)
      printJson(
        session,
        ready.map(one => one.difference),
        results,
        came,
      );
  }
}

/** A preset, or a habit of the vault: it will be a difference the next time too. */
function keptText(id: string, fields: readonly string[]): string {
  return visible(
    `tokenwell: warning: ${id}: the vault keeps another value than the file's of: ${fields.join(', ')}. Look at tokenwell credential show ${id}, and mend the file.`,
  );
}

function others(ready: readonly Ready[], results: readonly Result[]) {
  const of = (...some: (Result | undefined)[]) =>
    ready.flatMap(({ difference: { declared } }, at) => (some.includes(results[at]) ? [declared.id] : []));
  return { before: of('created', 'changed'), after: of('not reached') };
}

function printJson(
  session: Session,
  differences: readonly Difference[],
  results: readonly Result[],
  came?: HalfWay,
): void {
  const items = differences.map(difference => {
    const { declared, action, fields } = difference;
    const { kind, id } = declared;
    const rest =
      'sends' in difference
        ? { secrets_sent: difference.sends === undefined ? [] : secretNames(difference.declared) }
        : { permissions: difference.permissions.changed };
    return { kind, id, action, fields, ...rest };
  });
  const ends = differences.map(({ declared: { kind, id } }, at) => {
    const result = results[at];
    return { kind, id, result, ...(result === 'failed' ? came : {}) };
  });
  print(session, { json: true }, { differences: items, results: ends }, () => '');
}
