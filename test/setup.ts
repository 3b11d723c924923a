process.env.CDK_VALIDATION = 'false';
// The flags that `cdk init` writes, which every app of a test has then: CDK_FLAGS=recommended.
if (process.env.CDK_FLAGS === 'recommended') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const flags = { ...require('aws-cdk-lib/recommended-feature-flags.json') as Record<string, unknown> };
  // two change how the same policy is written, which many tests read, and one prints each warning that a test asks for
  for (const flag of ['core:enablePartitionLiterals', 'aws-iam:minimizePolicies', 'core:annotationsInValidationReport']) {
    // left out and not false: this context goes before the one that a test gives its app
    delete flags[`@aws-cdk/${flag}`];
  }
  process.env.CDK_CONTEXT_JSON = JSON.stringify(flags);
}
