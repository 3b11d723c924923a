// Usage: node .ci/compare-templates.mjs <expected assembly> <assembly>
// Compares two cloud assemblies template by template: the same files, the same JSON whatever the order of its keys.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_SHOWN = 10;

function templates(assembly) {
  return readdirSync(assembly, { recursive: true }).filter(name => name.endsWith('.template.json')).sort();
}

function sorted(value) {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
  }
  return value;
}

function differences(expected, actual, path = '') {
  if (expected === null || actual === null || typeof expected !== 'object' || typeof actual !== 'object') {
    return expected === actual ? [] : [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
  }
  return [...new Set([...Object.keys(expected), ...Object.keys(actual)])]
    .flatMap(key => differences(expected[key], actual[key], `${path}/${key}`));
}

const [expected, actual] = process.argv.slice(2);
if (expected === undefined || actual === undefined) {
  throw new Error('expected two folders: node .ci/compare-templates.mjs <expected assembly> <assembly>');
}

const names = templates(expected);
const problems = templates(actual).filter(name => !names.includes(name)).map(name => `${name}: got it, expected none of that name`);
if (names.length === 0) {
  problems.push(`got no template in ${expected}: nothing to compare`);
}

for (const name of names) {
  if (!templates(actual).includes(name)) {
    problems.push(`${name}: expected it, got none of that name`);
    continue;
  }
  const [wanted, got] = [expected, actual].map(assembly => sorted(JSON.parse(readFileSync(join(assembly, name), 'utf8'))));
  const resources = Object.keys(wanted.Resources ?? {}).length;
  if (resources === 0) {
    problems.push(`${name}: got no resources in the expected template: nothing to compare`);
  }
  if (JSON.stringify(wanted) === JSON.stringify(got)) {
    const hash = createHash('sha256').update(JSON.stringify(got)).digest('hex').slice(0, 12);
    console.log(`${name}: the same, ${resources} resources, ${hash}`);
  } else {
    problems.push(...differences(wanted, got).map(text => `${name}${text}`));
  }
}

for (const problem of problems.slice(0, MOST_SHOWN)) {
  console.log(problem);
}
if (problems.length > 0) {
  console.log(`${problems.length} differences`);
  process.exitCode = 1;
}
