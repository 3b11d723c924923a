import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { lazyImports } from './lazy-imports.mjs';

let folder;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lazy-')); });
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes the files, rewrites all of them, and gives what `main.js` exports. */
function run(files) {
  globalThis.loaded = [];
  const paths = Object.keys(files).map(name => join(folder, name));
  paths.forEach((path, at) => writeFileSync(path, Object.values(files)[at]));
  lazyImports(paths).forEach((text, path) => writeFileSync(path, text));
  return createRequire(import.meta.url)(join(folder, 'main.js'));
}

const dependency = 'loaded.push("b");\nexports.B = class B { static of(x) { return x; } };\nexports.value = 7;\n';

test('a module is loaded when it is first used, and once', () => {
  const main = run({ 'b.js': dependency, 'main.js': 'const b_1 = require("./b");\nexports.read = () => b_1.value + b_1.value;\n' });

  assert.deepEqual(globalThis.loaded, []);
  assert.equal(main.read(), 14);
  assert.deepEqual(globalThis.loaded, ['b']);
});

const reexport = 'exports.B = exports.value = void 0;\nvar b_1 = require("./b");\n'
  + 'Object.defineProperty(exports, "value", { enumerable: true, get: function () { return b_1.value; } });\n'
  + 'Object.defineProperty(exports, "B", { enumerable: true, get: function () { return b_1.B; } });\n';

test('an export of another module is loaded by who reads it', () => {
  const main = run({ 'b.js': dependency, 'main.js': reexport });

  assert.deepEqual(globalThis.loaded, []);
  assert.equal(main.value, 7);
  assert.deepEqual(Object.keys(main).sort(), ['B', 'value']);
});

test('an ES module imports such exports by their names', async () => {
  run({ 'b.js': dependency, 'main.js': reexport });
  writeFileSync(join(folder, 'module.mjs'), 'export { B, value } from "./main.js";\n');
  const { B, value } = await import(pathToFileURL(join(folder, 'module.mjs')));

  assert.equal(B.name, 'B');
  assert.equal(value, 7);
});

test('what new constructs is the class, not the call that loads it', () => {
  const main = run({ 'b.js': dependency, 'main.js': 'const b = require("./b");\nexports.make = () => new b.B();\nexports.other = () => b.B.of(new b.B());\n' });

  assert.equal(main.make().constructor.name, 'B');
  assert.equal(main.other().constructor.name, 'B');
});

test('a name of the same spelling in a function is left alone', () => {
  const main = run({ 'b.js': dependency, 'main.js': 'const b = require("./b");\nexports.echo = b => b;\nexports.short = () => ({ b });\nexports.key = { b: 1 };\n' });

  assert.equal(main.echo('own'), 'own');
  assert.equal(main.short().b.value, 7);
  assert.equal(main.key.b, 1);
});

test('a module that a helper of the compiler wraps is loaded late too', () => {
  const main = run({
    'b.js': dependency,
    'main.js': 'const star = found => ({ ...found });\nconst b = star(require("./b"));\nexports.read = () => b.value;\n',
  });

  assert.deepEqual(globalThis.loaded, []);
  assert.equal(main.read(), 7);
});

test('a module that is taken apart where it is required is loaded at once', () => {
  const main = run({ 'b.js': dependency, 'main.js': 'const { value: seven } = require("./b");\nexports.read = () => seven;\n' });

  assert.deepEqual(globalThis.loaded, ['b']);
  assert.equal(main.read(), 7);
});

test('a module that is loaded for its effect is loaded at once', () => {
  run({ 'b.js': dependency, 'main.js': 'require("./b");\n' });

  assert.deepEqual(globalThis.loaded, ['b']);
});

test('lines stay where they are, and a second run changes nothing', () => {
  const text = `"use strict";\n${reexport}exports.read = () => b_1.value;\n`;
  const path = join(folder, 'main.js');
  writeFileSync(path, text);
  const once = lazyImports([path]).get(path);
  writeFileSync(path, once);

  assert.equal(once.split('\n').length, text.split('\n').length);
  assert.equal(lazyImports([path]).get(path), once);
});
