// Rewrites compiled CommonJS so that a module is loaded when it is first used, as aws-cdk-lib's own files do: whoever requires
// the package pays for what the app uses of it and of aws-cdk-lib. Lines stay where they are.
// Usage: node projenrc/lazy-imports.mjs <folder>
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** The text of each file with lazy imports, by its path. */
export function lazyImports(paths) {
  const program = ts.createProgram(paths, { allowJs: true, noResolve: true, noLib: true, types: [], target: ts.ScriptTarget.ES2022 });
  const checker = program.getTypeChecker();
  return new Map(paths.map(path => [path, rewrite(program.getSourceFile(path), checker)]));
}

function rewrite(file, checker) {
  const imported = new Map(file.statements.filter(isImport).map(statement => {
    const [declaration] = statement.declarationList.declarations;
    return [checker.getSymbolAtLocation(declaration.name), { statement, declaration }];
  }));
  const edits = [...imported.values()].map(({ statement, declaration }) => lazy(file, statement, declaration));
  const visit = node => {
    if (ts.isIdentifier(node)) {
      const edit = use(node, imported, checker);
      edits.push(...(edit ? [edit] : []));
    }
    if (isLateExport(node)) {
      edits.push(hideName(node.arguments[1]));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return edits.sort((one, other) => other.start - one.start)
    .reduce((text, { start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end), file.text);
}

/** `const x = require("y")`, also wrapped by a helper of the compiler. */
function isImport(statement) {
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1) {
    return false;
  }
  const [declaration] = statement.declarationList.declarations;
  // what takes a module apart is loaded at once
  if (!ts.isIdentifier(declaration.name)) {
    return false;
  }
  let call = declaration.initializer;
  while (call && ts.isCallExpression(call)) {
    if (ts.isIdentifier(call.expression) && call.expression.text === 'require') {
      return true;
    }
    [call] = call.arguments;
  }
  return false;
}

function lazy(file, statement, { name, initializer }) {
  return {
    start: statement.getStart(file),
    end: statement.getEnd(),
    replacement: `let ${name.text} = () => { const loaded = ${initializer.getText(file)}; ${name.text} = () => loaded; return loaded; };`,
  };
}

/** `Object.defineProperty(exports, "X", { get ... })`, by which the compiler exports what another module holds. */
function isLateExport(node) {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'Object.defineProperty' || node.arguments.length !== 3) {
    return false;
  }
  const [object, name, descriptor] = node.arguments;
  return object.getText() === 'exports' && ts.isStringLiteral(name) && ts.isObjectLiteralExpression(descriptor)
    && descriptor.properties.some(property => property.name?.getText() === 'get');
}

/**
 * The lexers by which Node.js 20 and 22 find what an ES module can import drop a name again whose getter calls something.
 * They overlook this one, and keep the `exports.X = void 0` that the compiler wrote above it.
 */
function hideName(name) {
  return { start: name.getStart(), end: name.getEnd(), replacement: `(${name.getText()})` };
}

function use(node, imported, checker) {
  const { parent } = node;
  const isShorthand = ts.isShorthandPropertyAssignment(parent);
  const symbol = isShorthand ? checker.getShorthandAssignmentValueSymbol(parent) : checker.getSymbolAtLocation(node);
  const found = imported.get(symbol);
  if (!found || found.declaration.name === node) {
    return undefined;
  }
  const value = isConstructed(node) ? `(${node.text}())` : `${node.text}()`;
  return { start: node.getStart(), end: node.getEnd(), replacement: isShorthand ? `${node.text}: ${value}` : value };
}

/** Whether it begins what `new` constructs, which would take the call for its own. */
function isConstructed(node) {
  let top = node;
  while (ts.isPropertyAccessExpression(top.parent) && top.parent.expression === top) {
    top = top.parent;
  }
  return ts.isNewExpression(top.parent) && top.parent.expression === top;
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  const [folder] = argv.slice(2);
  const paths = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.js')).map(name => join(folder, name));
  let changed = 0;
  for (const [path, text] of lazyImports(paths)) {
    if (text !== readFileSync(path, 'utf8')) {
      writeFileSync(path, text);
      changed++;
    }
  }
  console.log(`${changed} files load what they import when they use it`);
}
