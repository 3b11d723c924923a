import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('example-versions.mjs', import.meta.url));
const examples = fileURLToPath(new URL('../examples/echo', import.meta.url));
const WRITTEN = {
  'typescript/package.json': '"cdk-ecr-pull-through-cache": "9.8.7"',
  'python/requirements.txt': '\ncdk-ecr-pull-through-cache==9.8.7\n',
  'java/pom.xml': '<cdk-ecr-pull-through-cache.version>9.8.7<',
  'go/go.mod': '/cdkecrpullthroughcache v9.8.7\n',
  'csharp/EchoCache.csproj': 'Include="EcrPullThroughCache" Version="9.8.7"',
};
let root;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'examples-'));
  for (const name of Object.keys(WRITTEN)) { cpSync(join(examples, name), join(root, 'examples', 'echo', name)); }
});
afterEach(() => rmSync(root, { recursive: true }));

const read = name => readFileSync(join(root, 'examples', 'echo', name), 'utf8');
const run = version => spawnSync(process.execPath, [script, ...version === undefined ? [] : [version], root], { encoding: 'utf8' });

test('each example asks for the released version', () => {
  assert.equal(run('9.8.7').status, 0);
  for (const [name, text] of Object.entries(WRITTEN)) { assert.ok(read(name).includes(text), `${name} has no ${text}`); }
});

test('refuses what is no version', () => {
  assert.match(run('9.8').stderr, /got the version '9\.8', expected one like 1\.2\.3/);
});

test('changes no example when one names no version', () => {
  writeFileSync(join(root, 'examples', 'echo', 'go', 'go.mod'), 'module x\n');
  const before = read('java/pom.xml');

  assert.match(run('9.8.7').stderr, /got nothing like .* in .*go\.mod/);
  assert.equal(read('java/pom.xml'), before);
});
