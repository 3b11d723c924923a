process.env.CDK_VALIDATION = 'false';
// The flags that `cdk init` writes, which every app of a test has then: CDK_FLAGS=recommended. Two change how the same policy is written, which many tests read.
if (process.env.CDK_FLAGS === 'recommended') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const flags = require('aws-cdk-lib/recommended-feature-flags.json') as object;
  process.env.CDK_CONTEXT_JSON = JSON.stringify({
    ...flags, '@aws-cdk/core:enablePartitionLiterals': false, '@aws-cdk/aws-iam:minimizePolicies': false,
  });
}
