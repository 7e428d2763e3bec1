import { posix } from 'node:path';
import ts from 'typescript';
import { codeIn, finding, nodesOf, parse, type Rule, type Source } from './sources.js';

/** What a part of src may import from the others; `types` is `import type` only. A part not named here may not exist. */
const MAY_IMPORT: Readonly<Record<string, Readonly<Record<string, 'all' | 'types'>>>> = {
  vault: {},
  crypto: { vault: 'all' },
  outbound: { vault: 'all' },
  oauth: { vault: 'all' },
  store: { vault: 'all' },
  mail: { vault: 'all' },
  http: { vault: 'all', api: 'all', 'api.ts': 'all' },
  console: { vault: 'all' },
  client: { api: 'types', 'api.ts': 'types' },
  cli: {
    client: 'all',
    'ledger-actions.ts': 'all',
    'config.ts': 'all',
    'app.ts': 'all',
    'main.ts': 'all',
    'clock.ts': 'all',
  },
  'api.ts': { api: 'all', vault: 'types', 'ledger-actions.ts': 'all' },
  api: { vault: 'types', 'api.ts': 'all' },
  'ledger-actions.ts': {},
  'clock.ts': { vault: 'types' },
  'hosts.ts': {},
  'environment.ts': {},
  'certificates.ts': {},
  'picture.ts': {},
  'config.ts': {
    vault: 'all',
    'environment.ts': 'all',
    'hosts.ts': 'all',
    'certificates.ts': 'all',
    'picture.ts': 'all',
  },
  'first-start.ts': { vault: 'all', crypto: 'all', store: 'all', 'config.ts': 'types' },
  'main.ts': { 'app.ts': 'all', 'config.ts': 'all', 'first-start.ts': 'all', 'clock.ts': 'all', vault: 'types' },
  'app.ts': {
    vault: 'all',
    crypto: 'all',
    outbound: 'all',
    oauth: 'all',
    store: 'all',
    mail: 'all',
    http: 'all',
    console: 'all',
    'api.ts': 'all',
    'clock.ts': 'all',
    'config.ts': 'all',
    'first-start.ts': 'all',
    'hosts.ts': 'all',
  },
};

/** Packages that only some parts may know. */
const PACKAGES: readonly { names: RegExp; parts: Readonly<Record<string, 'all' | 'types'>> }[] = [
  { names: /^(?:better-sqlite3|pg|pg-[a-z-]+|kysely)(?:\/|$)/, parts: { store: 'all' } },
  { names: /^(?:openid-client|oauth4webapi|jose)(?:\/|$)/, parts: { oauth: 'all' } },
  { names: /^nodemailer(?:\/|$)/, parts: { mail: 'all' } },
  { names: /^prom-client(?:\/|$)/, parts: { http: 'all' } },
  { names: /^(?:fastify$|fastify\/|fastify-|@fastify\/)/, parts: { http: 'all', console: 'all', 'app.ts': 'types' } },
];

interface Import {
  node: ts.Node;
  specifier: string;
  typesOnly: boolean;
}

/** ARCHITECTURE §3: who may import whom. */
export const importRule: Rule = sources =>
  codeIn(sources, 'src').flatMap(source => {
    const part = partOf(source.path);
    const allowed = MAY_IMPORT[part];
    if (!allowed) return [`${source.path}:1: no import rule knows ${part}`];
    const relative = importsOf(source).filter(({ specifier }) => specifier.startsWith('.'));
    return relative.flatMap(found => {
      const target = partOf(posix.join(posix.dirname(source.path), found.specifier).replace(/\.js$/, '.ts'));
      if (target === part && part !== '') return [];
      return complain(source, found, allowed[target], `${part} may not import ${target || 'what is outside of src'}`);
    });
  });

/** vault/ imports node: and itself; database, OAuth and server packages stay in their folders. */
export const packageRule: Rule = sources =>
  codeIn(sources, 'src').flatMap(source => {
    const part = partOf(source.path);
    const packages = importsOf(source).filter(({ specifier }) => !/^(?:\.|node:)/.test(specifier));
    return packages.flatMap(found => {
      const limit = PACKAGES.find(({ names }) => names.test(found.specifier));
      const allowed = part === 'vault' ? undefined : limit ? limit.parts[part] : 'all';
      return complain(source, found, allowed, `${part} may not import the package ${found.specifier}`);
    });
  });

/** What a start should not wait for where it is not configured is loaded at its first use. */
export const lazyRule: Rule = sources =>
  codeIn(sources, 'src').flatMap(source => {
    const early = importsOf(source).filter(({ node, typesOnly }) => !ts.isCallExpression(node) && !typesOnly);
    const found = early.filter(({ specifier }) => /^(?:nodemailer|prom-client)$/.test(specifier));
    return found.map(({ node, specifier }) => finding(source, node, `${specifier} is loaded at its first use`));
  });

function complain(source: Source, found: Import, allowed: 'all' | 'types' | undefined, what: string): string[] {
  if (allowed === 'all' || (allowed === 'types' && found.typesOnly)) return [];
  return [finding(source, found.node, allowed === 'types' ? `${what}, except types` : what)];
}

/** The folder of src, or the file that lies in it; empty for a path outside of src. */
function partOf(path: string): string {
  const [root, part = ''] = path.split('/');
  return root === 'src' ? part : '';
}

function importsOf(source: Source): Import[] {
  return nodesOf(parse(source)).flatMap(node => {
    const text = specifierOf(node);
    return text && ts.isStringLiteralLike(text) ? [{ node, specifier: text.text, typesOnly: isTypesOnly(node) }] : [];
  });
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return loads ? node.arguments[0] : undefined;
}

function isTypesOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ?? false;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}
