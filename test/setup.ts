process.env.CDK_VALIDATION = 'false';
// the flags that `cdk init` writes, which every app of a test has then
if (process.env.CDK_FLAGS === 'recommended') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  process.env.CDK_CONTEXT_JSON = JSON.stringify(require('aws-cdk-lib/recommended-feature-flags.json'));
}
