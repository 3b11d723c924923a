// Usage: node projenrc/example-versions.mjs <version> [<root>]
// Lets the Echo examples ask for a version of the package that was released. docs/releasing.md says when.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where each example names the version. */
const PLACES = {
  'typescript/package.json': /(?<="cdk-ecr-pull-through-cache": ")[^"]+/,
  'python/requirements.txt': /(?<=^cdk-ecr-pull-through-cache==).+$/m,
  'java/pom.xml': /(?<=<cdk-ecr-pull-through-cache\.version>)[^<]+/,
  'go/go.mod': /(?<=\/cdkecrpullthroughcache v)\S+$/m,
  'csharp/EchoCache.csproj': /(?<="EcrPullThroughCache" Version=")[^"]+/,
};

const [version, root = '.'] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) {
  throw new Error(`got the version '${version}', expected one like 1.2.3: node projenrc/example-versions.mjs <version>`);
}
const files = Object.entries(PLACES).map(([name, what]) => {
  const path = join(root, 'examples', 'echo', name);
  const text = readFileSync(path, 'utf8');
  if (!what.test(text)) {
    throw new Error(`got nothing like ${what} in ${path}, expected the version of the package there`);
  }
  return { path, text: text.replace(what, version) };
});
files.forEach(({ path, text }) => writeFileSync(path, text));
