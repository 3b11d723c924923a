import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('next-version.mjs', import.meta.url));

function nextVersion(latest, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: { ...process.env, LATEST_TAG: latest } });
  return { status, stderr, version: stdout.trim() };
}

for (const [latest, least, version] of [
  ['', '0.9.0', '0.9.0'],
  ['v0.0.0', '0.9.0', '0.9.0'],
  ['v0.9.7', '1.0.0', '1.0.0'],
  ['v0.10.0', '0.9.0', ''],
  ['v0.9.0', '0.9.0', ''],
  ['v1.2.3', '0.9.0', ''],
  ['v0.9.0-rc.1', '0.9.0', ''],
]) {
  test(`after ${latest || 'no release'}, with ${least} at least, ${version || 'the commits decide'}`, () => {
    assert.deepEqual(nextVersion(latest, least), { status: 0, stderr: '', version });
  });
}

for (const args of [[], ['1.0'], ['v1.0.0']]) {
  test(`refuses ${args[0] ?? 'no version'}`, () => {
    const { status, stderr } = nextVersion('', ...args);
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`got the version '${args[0]}', expected one like 1\\.2\\.3`));
  });
}
