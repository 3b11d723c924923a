// Reads a report of checkov and prints each finding without a written reason in test/external/acknowledged.json; with `--all-used`,
// each rule as well that has a reason but is found no more. Fails if there is one, or if nothing was checked.
// Usage: acknowledged.mjs <report.json> [--all-used]
import { readFileSync } from 'node:fs';

const [reportFile, option] = process.argv.slice(2);
const acknowledged = JSON.parse(readFileSync(new URL('../test/external/acknowledged.json', import.meta.url))).checkov;
const { results, summary } = JSON.parse(readFileSync(reportFile));

const used = new Set();
const complaints = [];
for (const { check_id: rule, check_name: title, file_path: file, resource } of results.failed_checks) {
  const where = `${file} ${resource}`;
  const reason = acknowledged.find(one => one.rules.includes(rule) && new RegExp(one.where).test(where));
  if (reason) { used.add(rule); } else { complaints.push(`${rule} ${where}: ${title}`); }
}
if (option === '--all-used') {
  for (const rule of acknowledged.flatMap(one => one.rules)) {
    if (!used.has(rule)) { complaints.push(`${rule} has a reason, but is found no more`); }
  }
}
if (summary.parsing_errors > 0) { complaints.push(`${summary.parsing_errors} files were not understood`); }
if (summary.passed === 0) { complaints.push('nothing was checked'); }

console.log(`${summary.resource_count} resources, ${summary.passed} checks passed, ${results.failed_checks.length} findings, of ${used.size} rules with a reason`);
complaints.forEach(complaint => console.log(complaint));
process.exit(complaints.length === 0 ? 0 : 1);
