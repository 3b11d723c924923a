import { awscdk, github, javascript, JsonFile, ReleasableCommits, release } from 'projen';
import { bundleOnce } from './projenrc/bundles';
import { floorOf, writeFloor } from './projenrc/floor';
import { addIssueTemplates } from './projenrc/issue-templates';
import { Releasing } from './projenrc/releasing';
import { FUNCTIONS_NODE, FUNCTIONS_RUNTIME } from './projenrc/runtime';
import { Trust } from './projenrc/trust';
import { addWorkflows, NODE } from './projenrc/workflows';
import { PARTS, REGISTRIES } from './src/upstream/registries';

/** The oldest aws-cdk-lib with Mixins, Validations and cdk-nag 3 that npm, PyPI, Maven Central and the Go proxy all serve. */
const floor = floorOf('2.257.0');

/** The next release has this version or a later one; the commits decide once there is one. */
const leastVersion = '0.9.0';

/** What sends the packages to their registries. */
const publisher = '0.2.1061';

const repository = 'github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ecr-pull-through-cache',
  description: 'Amazon ECR pull through cache for the AWS CDK: cache Docker Hub, Quay, GitHub, Kubernetes, Echo and other registries, with least-privilege grants for first pulls, repository creation templates and alarms',
  author: 'cdk-ecr-pull-through-cache authors',
  authorAddress: 'https://github.com/ecr-pull-through-cache',
  authorOrganization: true,
  copyrightOwner: 'cdk-ecr-pull-through-cache authors',
  copyrightPeriod: '2026',
  repositoryUrl: `https://${repository}.git`,
  // what registries link to: a page, not a repository
  homepage: `https://${repository}`,
  license: 'Apache-2.0',
  keywords: [
    'cdk', 'aws-cdk', 'ecr', 'ecs', 'eks', 'pull-through-cache', 'registry', 'docker', 'docker-hub', 'container-images', 'containers', 'kubernetes', 'echo',
  ],
  defaultReleaseBranch: 'main',
  projenrcTs: true,

  cdkVersion: floor.cdk,
  constructsVersion: floor.constructs,
  jsiiVersion: '~6.0.0',
  typescriptVersion: '6.0.3',
  minNodeVersion: '20.16.0',
  workflowNodeVersion: NODE,
  packageManager: javascript.NodePackageManager.NPM,
  devDeps: [
    '@types/node@^20',
    'aws-cdk@^2.1148.1',
    'dependency-cruiser@^17',
    'fast-check@^4',
    'knip@^6',
    `publib@${publisher}`,
    'semver@^7',
    '@types/semver@^7',
    'tsx@^4',
    'yaml@^2',
    // Judges that others wrote.
    '@cloud-copilot/iam-simulate@^0.1.173',
    'cdk-nag@^3',
    '@cdklabs/cdk-validator-cfnguard@^0.0.62',
    '@stryker-mutator/core@~9.6.1',
    '@stryker-mutator/jest-runner@~9.6.1',
    // What an example deploys with.
    'cdk-stacksets@^0.0.153',
    // What the handlers import: at run time it is the SDK of the Lambda runtime.
    '@aws-sdk/client-cloudwatch@^3',
    '@aws-sdk/client-ecr@^3',
    '@aws-sdk/client-lambda@^3',
    // What the demo and the end-to-end test look at the local AWS with.
    '@aws-sdk/client-cloudformation@^3',
    '@aws-sdk/client-cloudwatch-logs@^3',
    '@aws-sdk/client-eventbridge@^3',
    '@aws-sdk/client-iam@^3',
    '@aws-sdk/client-secrets-manager@^3',
    '@aws-sdk/client-sns@^3',
    '@aws-sdk/client-sqs@^3',
    '@aws-sdk/client-sts@^3',
  ],

  // Every src/**/*.lambda.ts is bundled into assets/ and gets a construct beside it.
  lambdaOptions: { runtime: new awscdk.LambdaRuntime(FUNCTIONS_RUNTIME, `node${FUNCTIONS_NODE}`), awsSdkConnectionReuse: false },

  publishToPypi: { distName: 'cdk-ecr-pull-through-cache', module: 'cdk_ecr_pull_through_cache', trustedPublishing: true },
  publishToMaven: {
    javaPackage: 'io.github.ecrpullthroughcache',
    // Maven Central verifies it by the organisation on GitHub; a Java package has no hyphens
    mavenGroupId: 'io.github.ecr-pull-through-cache',
    mavenArtifactId: 'cdk-ecr-pull-through-cache',
  },
  publishToGo: { moduleName: `${repository}-go`, packageName: 'cdkecrpullthroughcache' },
  publishToNuget: { dotNetNamespace: 'EcrPullThroughCache', packageId: 'EcrPullThroughCache', trustedPublishing: true },
  npmTrustedPublishing: true,
  jsiiReleaseVersion: publisher,
  // a person starts a release and another one approves it, docs/releasing.md says how
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  releaseEnvironment: 'release',
  nextVersionCommand: `node projenrc/next-version.mjs ${leastVersion}`,
  releasableCommits: ReleasableCommits.everyCommit(),

  typecheckTests: true,
  // Examples import the package by its name, as users do, and run from the sources.
  tsconfigDev: {
    compilerOptions: { paths: { 'cdk-ecr-pull-through-cache': ['../src/index.ts'] } },
    include: ['../examples/**/*.ts', '../integ/**/*.ts', '../local/**/*.ts', '../cloudformation/**/*.ts', '../bench/**/*.ts', '../pictures/**/*.ts'],
    exclude: ['../**/node_modules', '../**/cdk.out'],
  },
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } },
  jestOptions: {
    jestVersion: '^30',
    // A changed snapshot is a failure to be looked at, never a file to be rewritten on the way.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    coverageText: false,
    jestConfig: {
      // `npm test` answers within a minute and a half on two cores: both of them, without counting lines
      maxWorkers: 2,
      // a machine that is busy elsewhere is slow, not wrong
      testTimeout: 30_000,
      collectCoverage: false,
      setupFiles: ['<rootDir>/test/setup.ts'],
      moduleNameMapper: { '^cdk-ecr-pull-through-cache$': '<rootDir>/src/index.ts' },
      // These need a compiled package or tools from outside npm: `npm run external`, `.ci/local.sh`.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/external/', '<rootDir>/test/local/'],
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdk.out/', '<rootDir>/examples/.*/cdk.out/', '<rootDir>/.stryker-tmp/'],
    },
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'examples', 'integ', 'local', 'cloudformation', 'bench', 'pictures'],
    ignorePatterns: ['*.js', '*.d.ts', 'node_modules/', 'cdk.out', 'dist', '.venv'],
    commandOptions: { fix: false },
  },

  githubOptions: {
    mergify: false,
    pullRequestLintOptions: {
      semanticTitleOptions: { types: ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'build', 'ci', 'chore', 'revert'] },
    },
    dependencyReview: true,
    dependencyReviewOptions: { commentSummaryInPr: 'never' },
  },
  pullRequestTemplate: false,
  // a pull request's code may read the repository, no more
  buildWorkflowOptions: { mutableBuild: false, permissions: { contents: github.workflows.JobPermission.READ } },
  // what was published a week ago has been looked at by others
  depsUpgradeOptions: {
    workflow: true,
    cooldown: 7,
    workflowOptions: { schedule: javascript.UpgradeDependenciesSchedule.WEEKLY },
  },
  gitignore: ['cdk.out', '.venv', '__pycache__', '.pytest_cache', '*.tgz', '.jsii.tabl.json', '.mypy_cache', '.ruff_cache', '.stryker-tmp', '/reports/', '/integ-report.md', '/docs/reference/'],
});

// the compiler resolves the package's own name in examples; the linter needn't
project.eslint?.addOverride({
  files: ['examples/**/*.ts', 'local/**/*.ts', 'bench/**/*.ts', 'pictures/**/*.ts'],
  rules: { 'import/no-unresolved': ['error', { ignore: ['^cdk-ecr-pull-through-cache$'] }] },
});
// the folder's own package.json has what draws; the rest comes from here
project.eslint?.addOverride({
  files: ['pictures/**/*.ts'],
  rules: { 'import/no-extraneous-dependencies': ['error', { packageDir: '.', devDependencies: true }] },
});
// judging a bundle, or what an import costs, means loading it at a known moment
project.eslint?.addOverride({
  files: ['test/**/*bundles.test.ts', 'bench/import/*.child.ts', 'bench/rewriting/time-spent.ts'],
  rules: { '@typescript-eslint/no-require-imports': 'off' },
});

project.npmignore?.exclude(
  '/.ci', '/.dependency-cruiser.cjs', '/bench', '/cdk.json', '/cdk.out', '/cloudformation', '/CONTRIBUTING.md', '/docs', '/integ',
  '/examples', '/local', '/pictures', '/pulumi', '/reports', '/rosetta', '/.stryker-tmp', '/SECURITY.md', '/terraform',
  // what runs in Lambda is published as bundles
  '/lib/functions/*', '!/lib/functions/contract.*', '!/lib/functions/*-function.*',
);

// as projen's resolutions they would be taken for version 1 of the CDK
project.addFields({ overrides: floor.overrides });
writeFloor(floor);

// Every jsii warning fails the build; a name that is reserved in another language is one.
project.compileTask.reset('jsii --fail-on-warnings');
// As aws-cdk-lib's own files do: an app pays for what it uses, not for what there is.
project.compileTask.exec('node projenrc/lazy-imports.mjs lib');
project.watchTask.reset('jsii -w');
bundleOnce(project, project.compileTask, project.testTask);

const rosetta = project.addTask('rosetta', {
  description: 'Compile every example in the README and the docstrings',
  exec: 'jsii-rosetta extract --strict',
});
project.postCompileTask.spawn(rosetta);

// API.md speaks TypeScript; 800 kB a language are made for a release, or by hand, and not kept here
const REFERENCE = 'jsii-docgen -l python java csharp go -o';
project.addTask('reference', {
  description: 'Write the reference of each other language below docs/reference',
  exec: `${REFERENCE} docs/reference/API`,
});
project.packageTask.exec(`${REFERENCE} dist/reference/API`);

const layers = project.addTask('layers', {
  description: 'Check that the layers of src depend on each other in one direction only',
  exec: 'depcruise --config .dependency-cruiser.cjs src',
});
const unused = project.addTask('unused', {
  description: 'Find unused files, exports and dependencies',
  exec: 'knip',
});
project.testTask.spawn(layers);
project.testTask.spawn(unused);
project.testTask.exec('node --test projenrc/developer-connection.test.mjs projenrc/example-versions.test.mjs projenrc/lazy-imports.test.mjs projenrc/next-version.test.mjs');

// options that take several values are ended by another one; what follows names the tests to run, as in `npm run external -- surface`
const externalOf = (folder: string) =>
  `jest --roots='<rootDir>/${folder}' --testPathIgnorePatterns=/node_modules/ --testPathIgnorePatterns=/dist/`;
project.addTask('external', {
  description: 'Judges that others wrote: they need the compiled package or another toolchain',
  exec: `${externalOf('test/external')} --testPathIgnorePatterns=/slow/ --ci`,
  receiveArgs: true,
});
project.addTask('external:slow', {
  description: 'Judges that others wrote and that take minutes to build',
  // what takes root or half an hour is in .ci/{nodes,clusters,builds}.sh
  exec: `${externalOf('test/external/slow')} --testPathIgnorePatterns='/slow/(node-mirrors|clusters|builds)' --ci`,
  receiveArgs: true,
});

project.addTask('flags', {
  description: 'Run the tests that make constructs with the feature flags that cdk init writes',
  // the rest make no app, or set flags themselves as test/field does
  exec: `jest --ci --silent --testPathIgnorePatterns=/node_modules/ ${['external', 'local', 'field', 'functions', 'docs', 'release', 'contract']
    .map(folder => `--testPathIgnorePatterns='<rootDir>/test/${folder}/'`).join(' ')} --maxWorkers=2`,
  env: { CDK_FLAGS: 'recommended' },
  receiveArgs: true,
});

project.addTask('bench', {
  description: 'Measure what the library costs, and write docs/performance.md',
  exec: 'tsx --tsconfig test/tsconfig.json bench/main.ts',
  receiveArgs: true,
});
const pictures = project.addTask('pictures', {
  description: 'Draw the diagrams of the documentation',
  exec: 'npm ci --prefix pictures --no-audit --no-fund && node pictures/diagrams.mjs',
});
for (const [name, description, exec] of [
  ['dashboard', 'Run a watched cache on the local engine, and draw its dashboard', 'tsx --tsconfig test/tsconfig.json pictures/dashboard/record.ts && node pictures/dashboard/draw.mjs'],
  ['demo', 'Record the demo as it runs', 'node pictures/demo.mjs'],
]) {
  project.addTask(`pictures:${name}`, { description, steps: [{ spawn: pictures.name }, { exec }] });
}

project.addTask('mutation', {
  description: 'Change the pure code in a thousand places and see which changes no test notices',
  exec: 'stryker run test/mutation/stryker.config.json',
});

// the local engine is Python and knows the same registries
new JsonFile(project, 'local/engine/registries.json', { marker: false, obj: { parts: PARTS, registries: Object.values(REGISTRIES) } });

// run without projen in between, so that the demo notices when npm is told to end
project.setScript('demo', 'node --import tsx local/demo/main.ts');
// the same, so that it deletes what it made when it is interrupted
project.setScript('integ', 'node --import tsx integ/main.ts');
project.addTask('templates', {
  description: 'Write the CloudFormation template that is published for those without the CDK',
  exec: 'tsx --tsconfig test/tsconfig.json cloudformation/synth.ts',
});

// Maven resolves ranges to the newest version there is, which would raise what Java users must have.
const packageJava = project.tasks.tryFind('package:java')!;
packageJava.prependExec('node .ci/maven-floor.mjs dist/maven-floor.xml');
packageJava.exec('node projenrc/developer-connection.mjs dist');
packageJava.env('MAVEN_OPTS', '$(echo "$MAVEN_OPTS -Dmaven.version.rules=file://$PWD/dist/maven-floor.xml")');

// jsii-pacmak writes neither page, README nor icon into the project; MSBuild imports what this property names
project.tasks.tryFind('package:dotnet')!.env('DirectoryBuildPropsPath', '$(echo "$PWD/projenrc/nuget/package.props")');
project.package.file.addOverride('jsii.targets.python.classifiers', ['Framework :: AWS CDK', 'Framework :: AWS CDK :: 2']);

// nothing that is installed runs a program at once
project.addFields({ allowScripts: { '@parcel/watcher': false, 'esbuild': false } });

project.addFields({
  knip: {
    entry: [
      'examples/**/*.ts', 'test/**/*.test.ts', 'cloudformation/synth.ts', 'bench/main.ts', 'bench/**/*.child.ts',
      'pictures/dashboard/record.ts',
    ],
    project: [
      'src/**/*.ts', 'test/**/*.ts', 'examples/**/*.ts', 'integ/**/*.ts', 'local/**/*.ts', 'cloudformation/**/*.ts', 'bench/**/*.ts',
      'pictures/**/*.ts',
    ],
    // a project of its own, with its own dependencies and checks
    ignore: ['pulumi/**'],
    // judges of nodes
    ignoreBinaries: ['apt-get', 'dpkg', 'openssl', 'systemd-analyze'],
    // called by name: in the tasks that projen writes, by cdk.json and by .ci
    ignoreDependencies: [
      '@stryker-mutator/*', 'aws-cdk', 'commit-and-tag-version', 'dependency-cruiser', 'jsii', 'jsii-diff', 'jsii-docgen', 'jsii-pacmak',
      'jsii-rosetta', 'publib', 'ts-node',
    ],
  },
});

addWorkflows(project);
addIssueTemplates(project);
new Releasing(project);
new Trust(project.github!);

project.synth();
