import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const FOLDERS = ['src', 'test', 'bench', 'demo', 'scripts', 'examples', 'docs', 'migrations', '.ci'];
const TEXT = /\.(?:tsx?|m?js|md|sql|json|ya?ml|sh|css)$|(?:^|\/)[^./]+$/;

/** A file as the rules see it: its path from the project's root, with slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A rule: what it finds, one line for each finding, `path:line: what is wrong`. It picks its files by their paths. */
export type Rule = (sources: readonly Source[]) => string[];

/** Every text file of the project's own folders, and those that lie in its root. */
export function readSources(root: string): Source[] {
  const paths = [...FOLDERS.flatMap(folder => filesBelow(root, folder)), ...readdirSync(root)];
  return paths
    .filter(path => TEXT.test(path) && path !== 'package-lock.json' && statSync(join(root, path)).isFile())
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The TypeScript among the sources, below one of the folders. */
export function codeIn(sources: readonly Source[], ...folders: string[]): Source[] {
  return sources.filter(({ path }) => /\.tsx?$/.test(path) && folders.some(folder => path.startsWith(`${folder}/`)));
}

const parsed = new WeakMap<Source, ts.SourceFile>();

/** The syntax tree; each source is parsed once. */
export function parse(source: Source): ts.SourceFile {
  const known = parsed.get(source);
  if (known) return known;
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
  parsed.set(source, file);
  return file;
}

/** A node and all below it. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes = [node];
  node.forEachChild(child => {
    nodes.push(...nodesOf(child));
  });
  return nodes;
}

/** One finding about a node. */
export function finding(source: Source, node: ts.Node, what: string): string {
  const { line } = parse(source).getLineAndCharacterOfPosition(node.getStart());
  return `${source.path}:${line + 1}: ${what}`;
}

/** The lines of a text; the newline at its end begins no further one. */
export function countLines(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

function filesBelow(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.map(name => `${folder}/${name.replaceAll('\\', '/')}`);
}
