import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

function count(log) {
  const folder = mkdtempSync(join(tmpdir(), 'count-'));
  try {
    writeFileSync(join(folder, 'log'), log);
    return execFileSync(process.execPath, [join(import.meta.dirname, 'count.mjs'), join(folder, 'log')], { encoding: 'utf8' }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('jest', () => assert.equal(count('Tests:       1 failed, 2 skipped, 30 passed, 33 total\n'), '30 1'));
test('jest in colours', () => assert.equal(count('\u001b[1mTests:       \u001b[22m\u001b[32m5 passed\u001b[39m, 5 total\n'), '5 0'));
test('pytest', () => assert.equal(count('========= 2 failed, 10 passed, 1 error in 3.21s =========\n'), '10 3'));
test('pytest, quiet', () => assert.equal(count('12 passed in 0.50s\n'), '12 0'));
test('node', () => assert.equal(count('# tests 8\n# pass 7\n# fail 1\n'), '7 1'));
test('scripts', () => assert.equal(count('7 passed, 0 failed\n'), '7 0'));
test('several runners in one log', () => assert.equal(count('7 passed, 0 failed\n12 passed in 0.50s\n'), '19 0'));
test('prose that speaks of tests', () => assert.equal(count('we saw 3 passed, 0 failed today\n'), '0 0'));
