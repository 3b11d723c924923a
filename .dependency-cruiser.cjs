/*
 * The layers of src, lowest first. A layer may import from the layers before it, from private/, and of functions/ the contract and the
 * generated constructs only: the rest of functions/ is another program, which runs in Lambda.
 */
const layers = ['upstream', 'lifecycle', 'rule', 'repository', 'registry', 'network', 'pulling', 'rewriting', 'mirrors', 'monitoring', 'operations', 'costs'];

const oneWay = layers.map((layer, at) => ({
  name: `${layer}-looks-down-only`,
  comment: `src/${layer} may depend on private, functions, ${layers.slice(0, at).join(', ') || 'nothing else'}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: [`^src/(private|functions|${layers.slice(0, at + 1).join('|')})/`] },
}));

module.exports = {
  forbidden: [
    ...oneWay,
    {
      name: 'private-is-below-all',
      severity: 'error',
      from: { path: '^src/private/' },
      to: { path: '^src/', pathNot: '^src/private/' },
    },
    {
      name: 'functions-are-a-program-of-their-own',
      comment: 'what is bundled for Lambda imports nothing of the constructs and nothing of aws-cdk-lib',
      severity: 'error',
      from: { path: '^src/functions/', pathNot: '-function\\.ts$' },
      to: { path: '^src/|node_modules/(aws-cdk-lib|constructs)/', pathNot: '^src/functions/' },
    },
    {
      name: 'every-folder-is-a-layer',
      comment: 'a new folder takes its place in the list above',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(private|functions|${layers.join('|')})/` },
      to: {},
    },
    {
      name: 'only-the-facade-is-beside-the-layers',
      severity: 'error',
      from: { path: '^src/[^/]+$', pathNot: '^src/(index|pull-through-cache|pull-through-cache-base)\\.ts$' },
      to: {},
    },
    {
      name: 'no-construct-in-a-function',
      comment: 'the generated constructs stand beside the program, which does not know them',
      severity: 'error',
      from: { path: '^src/functions/', pathNot: '-function\\.ts$' },
      to: { path: '^src/functions/.*-function\\.ts$' },
    },
    {
      name: 'sdk-only-in-handlers',
      comment: 'a handler finds the SDK in the Lambda runtime, and nothing else',
      severity: 'error',
      from: { path: '\\.lambda\\.ts$' },
      to: { path: 'node_modules/', pathNot: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'constructs-see-the-contract',
      comment: 'of functions/ a construct imports contract.ts and the generated *-function.ts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/functions/' },
      to: { path: '^src/functions/', pathNot: '^src/functions/(contract|[a-z-]+-function)\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'peers-only',
      comment: 'the published package has no dependency beyond its peers; handlers may use the SDK of the Lambda runtime',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.lambda\\.ts$' },
      to: { path: 'node_modules/', pathNot: 'node_modules/(aws-cdk-lib|constructs)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
