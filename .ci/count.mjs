// Reads a log and prints "<passed> <failed>": what its test runners counted, summed.
import { readFileSync } from 'node:fs';

const forms = [
  // jest: "Tests:       1 failed, 2 skipped, 30 passed, 33 total"
  { line: /^Tests:\s.*\btotal$/, passed: /(\d+) passed/, failed: /(\d+) failed/ },
  // pytest: "=== 1 failed, 30 passed in 2.10s ==="; an error in a fixture is a failure
  { line: /^=*\s*\d+ (?:passed|failed|error).* in [\d.]+s\b.*$/, passed: /(\d+) passed/, failed: /(\d+) (?:failed|errors?)/g },
  // node --test: "# pass 7", "# fail 0"
  { line: /^# (?:pass|fail) \d+$/, passed: /# pass (\d+)/, failed: /# fail (\d+)/ },
  // scripts: "30 passed, 1 failed"
  { line: /^\d+ passed, \d+ failed$/, passed: /(\d+) passed/, failed: /(\d+) failed/ },
];

const sum = (line, pattern) =>
  [...line.matchAll(new RegExp(pattern.source, 'g'))].reduce((total, match) => total + Number(match[1]), 0);

let passed = 0;
let failed = 0;
// eslint-disable-next-line no-control-regex
const lines = readFileSync(process.argv[2], 'utf8').replace(/\u001b\[[0-9;]*m/g, '').split(/\r?\n/);
for (const line of lines.map(text => text.trim())) {
  const form = forms.find(candidate => candidate.line.test(line));
  if (form) {
    passed += sum(line, form.passed);
    failed += sum(line, form.failed);
  }
}
console.log(`${passed} ${failed}`);
