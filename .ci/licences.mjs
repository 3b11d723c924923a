// What ships may be used under the package's licence alone: no runtime dependency, the licence's text, and bundles of our own code only.
// Usage: licences.mjs <unpacked package>
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const folder = process.argv[2];
const manifest = JSON.parse(readFileSync(join(folder, 'package.json')));
const complaints = [];

for (const kind of ['dependencies', 'optionalDependencies', 'bundledDependencies', 'bundleDependencies']) {
  for (const name of Object.keys(manifest[kind] ?? {})) { complaints.push(`got ${name} in ${kind}, expected none`); }
}
if (manifest.license !== 'Apache-2.0') { complaints.push(`got the licence ${manifest.license}, expected Apache-2.0`); }
if (!existsSync(join(folder, 'LICENSE')) || !readFileSync(join(folder, 'LICENSE'), 'utf8').includes('Apache License')) {
  complaints.push('got no LICENSE with the text of the Apache License');
}

const bundles = readdirSync(join(folder, 'assets'), { recursive: true }).filter(file => file.endsWith('.js'));
for (const bundle of bundles) {
  const code = readFileSync(join(folder, 'assets', bundle), 'utf8');
  // esbuild names the file that each part comes from
  const sources = [...code.matchAll(/^\/\/ (\S+\.[cm]?[jt]s)$/gm)].map(match => match[1]);
  const foreign = sources.filter(source => !source.startsWith('src/'));
  const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(match => match[1]);
  const missing = required.filter(name => !isBuiltin(name) && !name.startsWith('@aws-sdk/'));
  if (sources.length === 0) { complaints.push(`${bundle}: got no names of sources, expected those that esbuild writes`); }
  foreign.forEach(source => complaints.push(`${bundle}: got code of ${source}, expected our own only`));
  missing.forEach(name => complaints.push(`${bundle}: requires ${name}, which is not in the Lambda runtime`));
}
if (bundles.length === 0) { complaints.push('got no bundles in assets, expected some'); }

console.log(`${bundles.length} bundles, licence ${manifest.license}`);
complaints.forEach(complaint => console.log(complaint));
process.exit(complaints.length === 0 ? 0 : 1);
