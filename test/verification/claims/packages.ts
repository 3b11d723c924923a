import type { Area } from '../claim';
import { checks, noted, oracles, said, testsOfStep, unitTests } from '../evidence';
import { AWS_CLI, CDK_VALIDATION, COMPILERS, JSII, JSII_DIFF, NPM_AUDIT, OURS, PUBLINT, TYPESCRIPT } from '../judges';

export const PACKAGES: Area = {
  title: 'Packages, languages and documentation',
  claims: [
    {
      id: 'languages',
      claim: 'TypeScript, Python, Java and Go install the package and give the same template; errors say the same in each',
      judges: [JSII, COMPILERS, OURS],
      tried: 'the Echo example as a user\'s project in each language, run directly and by the CDK CLI; another prefix, another account and a missing template must be noticed; C# is generated, not compiled',
      evidence: [checks('languages', ['typescript', 'python', 'java', 'go:', 'differs', 'bad prefix']), checks('packages', ['NuGet'])],
    },
    {
      id: 'surface',
      claim: 'Nothing in the public surface is lost, renamed or undocumented in another language',
      judges: [OURS],
      tried: 'every type that jsii compiled; each fault that the check knows is put in and must be found',
      evidence: [oracles('test/oracles/surface.test.ts')],
    },
    {
      id: 'package',
      claim: 'Every package holds what belongs there and nothing else, asks for the oldest CDK that is supported, and brings no other dependency',
      judges: [PUBLINT, JSII, OURS],
      tried: 'npm, PyPI, Maven, Go and NuGet packages of one build; types that are missing and the code of others in a bundle must be refused',
      evidence: [checks('packages', ['package', 'dependency']), checks('judges', ['publint', 'licences'])],
    },
    {
      id: 'vulnerabilities',
      claim: 'No vulnerability is known in what users install',
      judges: [NPM_AUDIT],
      tried: 'the installed package; a library with a known vulnerability must be refused, or the registry doesn\'t answer',
      evidence: [checks('judges', ['vulnerability'], { unless: 'not judged: this registry does not answer npm audit' })],
    },
    {
      id: 'compatibility',
      claim: 'A method that goes away is found before a release',
      judges: [JSII_DIFF],
      tried: 'the library beside itself, and beside itself without one method, which must be refused; beside the last release once there is one',
      evidence: [checks('judges', ['compatible with itself', 'a method that is gone'])],
    },
    {
      id: 'suite',
      claim: 'The whole suite passes on the oldest aws-cdk-lib that is supported',
      judges: [OURS],
      tried: 'all unit tests, most of them twice: what is accepted, and what is refused with its message',
      evidence: [testsOfStep('npm test', ['test/'])],
    },
    {
      id: 'newest-cdk',
      claim: 'The suite passes on the newest aws-cdk-lib and Node.js 24 too, where the CDK validates CloudFormation by itself',
      judges: [CDK_VALIDATION, OURS],
      tried: 'all unit tests and every example; an upstream that ECR doesn\'t know must be refused',
      evidence: [testsOfStep('newest aws-cdk-lib', ['test/']), checks('newest aws-cdk-lib', ['CloudFormation validation'])],
    },
    {
      id: 'documentation',
      claim: 'Every example in the README, the guides and the docstrings compiles',
      judges: [TYPESCRIPT, JSII],
      tried: 'every block of TypeScript; one that uses what the library lacks must be refused',
      evidence: [
        noted('oracles', 'examples', 'test/oracles/documentation.test.ts'),
        oracles('test/oracles/documentation.test.ts'),
        checks('packages', ['every example compiles', 'speaks its language']),
      ],
    },
    {
      id: 'steps',
      claim: 'The steps at the end of this page run in Bash, and the AWS CLI takes each of their commands; what AWS answers, nobody tried',
      judges: [AWS_CLI, OURS],
      tried: 'all steps in one shell, with programs that only note their arguments; an unknown option, a missing one and a value of the wrong form must be refused',
      evidence: [
        said('steps for an account', 'commands', '# different commands taken, 0 refused', { first: true }),
        checks('steps for an account', ['run in Bash', 'AWS CLI']),
        unitTests('test/verification/settling/'),
      ],
    },
    {
      id: 'ci-counts',
      claim: 'CI counts its checks right, and this page claims no more than was counted',
      judges: [OURS],
      tried: 'the logs of every runner, passed and failed; pages with a figure too high, a claim without its tests, failed and skipped tests must be refused',
      evidence: [said('counts are counted right', 'tests', '* pass #'), testsOfStep('npm test', ['test/verification/'])],
    },
  ],
};
