// Usage: node .ci/maven-floor.mjs <ruleset.xml>
// Maven resolves the ranges of a generated pom to the newest version there is, which would ask more of users than package.json
// does. This writes a ruleset for the Maven option `maven.version.rules` under which only the versions we develop with exist.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const [target] = process.argv.slice(2);
if (target === undefined) {
  throw new Error('got no argument, expected the ruleset to write: node .ci/maven-floor.mjs <ruleset.xml>');
}

const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const floors = { 'software.amazon.awscdk': devDependencies['aws-cdk-lib'], 'software.constructs': devDependencies.constructs };

const rules = Object.entries(floors).map(([group, floor]) => {
  if (!/^\d+\.\d+\.\d+$/.test(floor ?? '')) {
    throw new Error(`got the version '${floor}' for ${group}, expected a pinned one: pin it in the devDependencies`);
  }
  return `    <rule groupId="${group}">
      <ignoreVersions>
        <ignoreVersion type="regex">(?!${floor.replaceAll('.', '\\.')}$).*</ignoreVersion>
      </ignoreVersions>
    </rule>`;
});

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `<?xml version="1.0" encoding="UTF-8"?>
<ruleset xmlns="https://www.mojohaus.org/VERSIONS/RULE/3.0.0" comparisonMethod="maven">
  <rules>
${rules.join('\n')}
  </rules>
</ruleset>
`);
