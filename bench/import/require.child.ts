/**
 * What `require` adds to aws-cdk-lib alone, in milliseconds of CPU time and of the clock; then what the first use of the facade
 * adds to the modules of aws-cdk-lib that a cache by hand imports.
 */
function spent(act: () => void): { cpu: number; clock: number } {
  const [cpuBefore, clockBefore] = [process.cpuUsage(), performance.now()];
  act();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: (user + system) / 1000, clock: performance.now() - clockBefore };
}

/** Loads the classes themselves: aws-cdk-lib gives them lazily. */
function load(library: any, names: string[]): void {
  names.forEach((name) => name.split('.').reduce((found, part) => found[part], library));
}

const USED_BY_HAND = [
  'App', 'Stack', 'RemovalPolicy', 'aws_cloudwatch.Alarm', 'aws_ecr.CfnPullThroughCacheRule', 'aws_ecr.CfnRepositoryCreationTemplate',
  'aws_events.Rule', 'aws_iam.Role', 'aws_iam.PolicyDocument', 'aws_iam.PolicyStatement', 'aws_logs.LogGroup',
];

const library = require('aws-cdk-lib');
const importing = spent(() => require('cdk-ecr-pull-through-cache'));
const byHand = spent(() => load(library, USED_BY_HAND));
const facade = spent(() => load(require('cdk-ecr-pull-through-cache'), ['PullThroughCache', 'UpstreamRegistry']));
const all = spent(() => load(require('cdk-ecr-pull-through-cache'), Object.keys(require('cdk-ecr-pull-through-cache'))));
process.stdout.write(JSON.stringify({ importing, byHand, facade, all }));
