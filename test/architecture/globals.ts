import ts from 'typescript';
import { codeIn, finding, nodesOf, parse, type Rule } from './sources.js';

/** `process.env` only in config.ts, in whatever way it is reached. */
export const environmentRule: Rule = sources =>
  codeIn(sources, 'src')
    .filter(({ path }) => path !== 'src/config.ts')
    .flatMap(source => {
      const readers = nodesOf(parse(source)).filter(
        node => isMember(node, 'process', ['env']) || takesFrom(node, 'env'),
      );
      return readers.map(node => finding(source, node, 'the environment is read in config.ts only'));
    });

/** The machine's clock only in clock.ts; everyone else is handed a Clock. */
export const clockRule: Rule = sources =>
  codeIn(sources, 'src')
    .filter(({ path }) => path !== 'src/clock.ts')
    .flatMap(source => {
      const readers = nodesOf(parse(source)).filter(node => readsClock(node));
      return readers.map(node => finding(source, node, 'the time comes from the Clock'));
    });

function readsClock(node: ts.Node): boolean {
  const asks = isMember(node, 'Date', ['now']) || isMember(node, 'performance', ['now', 'timeOrigin']);
  return asks || isMember(node, 'process', ['hrtime', 'uptime']) || takesFrom(node, 'hrtime') || isNow(node);
}

/** `new Date()`, `new Date` and `Date()`. */
function isNow(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return node.expression.getText() === 'Date';
  return ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length;
}

/** `object.name` or `object['name']`, with or without globalThis before it. */
function isMember(node: ts.Node, object: string, names: readonly string[]): boolean {
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return false;
  if (node.expression.getText().replace(/^globalThis\??\./, '') !== object) return false;
  const name = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
  return (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) && names.includes(name.text);
}

/** `const { name } = process` and `import { name } from 'node:process'`. */
function takesFrom(node: ts.Node, name: string): boolean {
  if (ts.isBindingElement(node)) {
    const declaration = node.parent.parent;
    const from = ts.isVariableDeclaration(declaration) ? declaration.initializer?.getText() : undefined;
    return from === 'process' && (node.propertyName ?? node.name).getText() === name;
  }
  if (!ts.isImportSpecifier(node) || (node.propertyName ?? node.name).text !== name) return false;
  return /^'(?:node:)?process'$/.test(node.parent.parent.parent.moduleSpecifier.getText());
}
