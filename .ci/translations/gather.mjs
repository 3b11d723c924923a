// Usage: node .ci/translations/gather.mjs <folder>
// Makes <folder> a package for jsii-rosetta whose README is this one's with the guides behind it, so that it translates their examples, too.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  throw new Error('got no folder, expected one: node .ci/translations/gather.mjs <folder>');
}
const guides = readdirSync('docs', { recursive: true }).filter(name => name.endsWith('.md') && !name.startsWith('reference')).map(name => join('docs', name));
const files = ['README.md', ...guides.sort()].map(name => ({ name, lines: readFileSync(name, 'utf8').trimEnd().split('\n') }));

let line = 1;
const starts = files.map(({ name, lines }) => {
  const start = { name, line };
  line += lines.length;
  return start;
});
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'starts.json'), JSON.stringify(starts));
writeFileSync(join(folder, '.jsii'), JSON.stringify({
  ...JSON.parse(readFileSync('.jsii', 'utf8')),
  readme: { markdown: files.flatMap(({ lines }) => lines).join('\n') },
}));
for (const name of ['package.json', 'lib', 'node_modules', 'rosetta']) {
  symlinkSync(resolve(name), join(folder, name));
}
