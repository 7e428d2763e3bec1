import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CompilerOptions } from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Beside src, so that what is compiled finds package.json and migrations as it does in dist. */
const FOLDER = join(ROOT, '.compiled');

/** What reads and makes key pairs. */
export const KEY_PAIR_PROCESS = 'crypto/certificates/reading-process.js';

let done: Promise<void> | undefined;

/**
 * The address of a compiled file of src (`cli/tokenwell.js`), for processes of the tests: they start in a third of the
 * time that they need to compile themselves. Whatever was changed since is compiled before, without a look at its types.
 */
export async function compiled(path: string): Promise<URL> {
  done ??= compileSources();
  await done;
  return pathToFileURL(join(FOLDER, path));
}

/** A file of the tests that imports nothing but src and Node's own, compiled into the same folder. */
export async function compiledBeside(file: string): Promise<URL> {
  await compiled('');
  const name = `${relative(ROOT, file).replaceAll('/', '-').replace(/\.ts$/, '')}.js`;
  await compileTo(join(FOLDER, name), file, text => text.replaceAll("'../../src/", "'./"));
  return pathToFileURL(join(FOLDER, name));
}

async function compileSources(): Promise<void> {
  const below = join(ROOT, 'src');
  const files = readdirSync(below, { recursive: true, encoding: 'utf8' }).filter(path => /\.tsx?$/.test(path));
  for (const path of files) await compileTo(join(FOLDER, path.replace(/\.tsx?$/, '.js')), join(below, path));
}

/** Other test processes may do the same at the same time, so a file appears as a whole. */
async function compileTo(target: string, source: string, change = (text: string) => text): Promise<void> {
  if (isNewer(target, source)) return;
  const text = built(source) ?? (await transpiled(change(readFileSync(source, 'utf8')), source));
  mkdirSync(dirname(target), { recursive: true });
  const own = `${target}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, target);
}

function isNewer(file: string, source: string): boolean {
  return existsSync(file) && statSync(file).mtimeMs > statSync(source).mtimeMs;
}

/** What `npm run build` made of it, unless that was before its last change, or is being written just now. */
function built(source: string): string | undefined {
  const file = join(ROOT, 'dist', relative(join(ROOT, 'src'), source).replace(/\.tsx?$/, '.js'));
  if (!isNewer(file, source)) return undefined;
  const text = readFileSync(file, 'utf8');
  return /\n\/\/# sourceMappingURL=\S+\.map$/.test(text) ? text.replace(/\n[^\n]*$/, '\n') : undefined;
}

let options: CompilerOptions | undefined;

/** As `npm run build` compiles it. The compiler is loaded only when it is needed. */
async function transpiled(text: string, fileName: string): Promise<string> {
  const { default: ts } = await import('typescript');
  if (!options) {
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), path => readFileSync(path, 'utf8'));
    const said = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT).options;
    // A file that is looked at alone is not known to be of a package of modules.
    options = { ...said, noEmit: false, module: ts.ModuleKind.ESNext };
  }
  return ts.transpileModule(text, { fileName, compilerOptions: options }).outputText;
}
