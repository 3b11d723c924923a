import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { commonModules } from './common-modules.mjs';

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'common-'));
  globalThis.loaded = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes the files, moves some of them into common ones, and gives what requires a file of the folder. */
async function moved(files, held) {
  write(files);
  write(Object.fromEntries(await commonModules(folder, held)));
  const require = createRequire(join(folder, 'main.js'));
  return name => require(`./${name}`);
}

function write(files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const announced = name => `globalThis.loaded.push("${name}");\nexports.name = "${name}";\n`;

test('a module that moved is the same by its name and from within, and loaded once', async () => {
  const load = await moved(
    { 'a.js': 'exports.b = () => require("./room/b");\n', 'room/b.js': announced('b') },
    { 'common.js': ['a.js', 'room/b.js'] });

  assert.deepEqual(globalThis.loaded, []);
  assert.equal(load('a').b(), load('room/b'));
  assert.deepEqual(globalThis.loaded, ['b']);
});

test('a module that moved finds one that stayed, which finds it', async () => {
  const load = await moved(
    { 'room/a.js': 'exports.stays = () => require("../other/stays");\n', 'other/stays.js': 'exports.a = () => require("../room/a");\n' },
    { 'common.js': ['room/a.js'] });

  assert.equal(load('room/a').stays(), load('other/stays'));
  assert.equal(load('other/stays').a(), load('room/a'));
});

test('a package is loaded when it is first used', async () => {
  const load = await moved({
    'a.js': 'exports.b = () => require("pack");\n',
    'b.js': 'exports.b = () => require("pack");\n',
    'node_modules/pack/index.js': announced('pack'),
  }, { 'common.js': ['a.js', 'b.js'] });

  const [a, b] = [load('a'), load('b')];
  assert.deepEqual(globalThis.loaded, []);
  assert.equal(a.b(), b.b());
  assert.deepEqual(globalThis.loaded, ['pack']);
});

test('modules of two common files find each other without their own files', async () => {
  const load = await moved(
    { 'a.js': 'exports.b = () => require("./room/b");\n', 'room/b.js': 'exports.a = () => require("../a");\n' },
    { 'one.js': ['a.js'], 'two.js': ['room/b.js'] });

  assert.equal(load('one.js')['a.js']().b().a(), load('two.js')['room/b.js']().a());
  assert.equal(load('one.js')['a.js']().b(), load('room/b'));
});

test('a module that asks for its own path stays', async () => {
  const load = await moved({ 'room/a.js': 'exports.path = __dirname;\n', 'b.js': 'exports.a = () => require("./room/a");\n' },
    { 'common.js': ['room/a.js', 'b.js'] });

  assert.equal(load('b').a().path, join(folder, 'room'));
});

test('fails for a module that requires what is not there', async () => {
  await assert.rejects(moved({ 'a.js': 'require("./gone");\n' }, { 'common.js': ['a.js'] }), /Cannot find module/);
});
