import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('developer-connection.mjs', import.meta.url));
const POM = '<project>\n  <scm>\n    <connection>scm:git:https://example.com/a.git</connection>\n    <url>x</url>\n  </scm>\n</project>\n';
const WHOLE = POM.replace('</connection>\n', '</connection>\n    <developerConnection>scm:git:https://example.com/a.git</developerConnection>\n');
let dist;

beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'pom-'));
  mkdirSync(join(dist, 'java', 'group'), { recursive: true });
});
afterEach(() => rmSync(dist, { recursive: true }));

function run(text) {
  const pom = join(dist, 'java', 'group', 'a.pom');
  if (text !== undefined) {
    writeFileSync(pom, text);
    writeFileSync(`${pom}.sha1`, 'of another text');
  }
  const { status, stderr } = spawnSync(process.execPath, [script, dist], { encoding: 'utf8' });
  return { status, stderr, pom: text && readFileSync(pom, 'utf8'), sha1: text && readFileSync(`${pom}.sha1`, 'utf8') };
}

test('a pom gets where its developers push to, and a checksum that fits', () => {
  assert.deepEqual(run(POM), { status: 0, stderr: '', pom: WHOLE, sha1: createHash('sha1').update(WHOLE).digest('hex') });
});

test('a pom that has it stays as it is', () => {
  assert.deepEqual(run(WHOLE), { status: 0, stderr: '', pom: WHOLE, sha1: 'of another text' });
});

test('refuses a pom without a connection, and a folder without a pom', () => {
  assert.match(run('<project/>').stderr, /got no <connection> in .*a\.pom/);
  rmSync(join(dist, 'java', 'group'), { recursive: true });
  assert.match(run(undefined).stderr, /got no pom below/);
});
