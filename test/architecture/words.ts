import ts from 'typescript';
import { codeIn, finding, parse, type Rule, type Source } from './sources.js';

const ELSEWHERE = /(?:\.\.|\bwork)\/shared\b/;

/** Exported functions, classes and interfaces of vault/ and client/ carry their contract. */
export const contractRule: Rule = sources =>
  codeIn(sources, 'src/vault', 'src/client').flatMap(source => {
    const described = new Set(statements(source).filter(hasContract).map(nameOf));
    return statements(source)
      .filter(node => isExported(node) && needsContract(node) && !described.has(nameOf(node)))
      .map(node => finding(source, node, `${nameOf(node)} is exported without its contract`));
  });

/** Nothing points to folders that only one machine has. */
export const placeRule: Rule = sources =>
  sources.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (ELSEWHERE.test(line) ? [`${path}:${index + 1}: a folder of one machine`] : [])),
  );

function statements(source: Source): ts.Statement[] {
  return [...parse(source).statements];
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function needsContract(node: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) return true;
  return (
    ts.isVariableStatement(node) && node.declarationList.declarations.some(({ initializer }) => isFunction(initializer))
  );
}

function isFunction(node: ts.Expression | undefined): boolean {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}

function hasContract(node: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

function nameOf(node: ts.Statement): string {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0]?.name.getText() ?? '';
  const named = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
  return (named && node.name?.text) || 'default';
}
