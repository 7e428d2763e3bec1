import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { done } from './terminal.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The `tokenwell` command as it is installed. */
export const COMMAND = join(ROOT, 'dist/cli/tokenwell.js');

/** Compiles src to dist unless that was done since the last change. Throws what the compiler says. */
export async function ensureBuilt(): Promise<void> {
  if (existsSync(COMMAND) && newest(join(ROOT, 'src')) <= statSync(COMMAND).mtimeMs) return;
  done('dist', 'compiling src, this takes some seconds');
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const compiling = promisify(execFile)(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json')]);
  process.once('exit', () => compiling.child.kill());
  await compiling.catch(failed);
}

function newest(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(...times);
}

function failed(error: unknown): never {
  const output = error instanceof Error && 'stdout' in error ? error.stdout : error;
  throw new Error(`src does not compile:\n${output}`);
}
