import { textOf } from './repository';

/** Who decides whether a claim holds, or helps to. */
export interface Judge {
  readonly name: string;
  /** Who wrote it. */
  readonly by: string;
  /** Whether it decides by itself, and nobody of this project wrote it. */
  readonly independent: boolean;
  readonly version?: () => string;
}

const npm = (name: string) => () => (JSON.parse(textOf(`node_modules/${name}/package.json`)) as { version: string }).version;
/** A version that is pinned in a file, in the first group of a pattern. */
const pinned = (file: string, pattern: RegExp) => () => {
  const found = pattern.exec(textOf(file))?.[1];
  if (found === undefined) {
    throw new Error(`got no version in ${file}, expected one that fits ${pattern}: see where it is pinned now`);
  }
  return found;
};

const judge = (name: string, by: string, version?: () => string): Judge => ({ name, by, independent: true, version });

export const OURS: Judge = { name: 'our tests', by: 'this project', independent: false };
/** Moves requests, roles, events and time; its pull-through cache is a reading of AWS's pages. */
export const ENGINE: Judge = { name: "the local engine's ECR", by: 'this project, from the pages of AWS', independent: false };

export const IAM_SIMULATE = judge('iam-simulate', 'Cloud Copilot', npm('@cloud-copilot/iam-simulate'));
export const GO_REFERENCE = judge('distribution/reference', "the CNCF's Distribution project; Docker and containerd parse with it",
  pinned('test/oracles/image-reference/go.mod', /distribution\/reference v([\d.]+)/));
/** Programs that others wrote and that take part without deciding anything: they make up inputs, deploy and pull. */
const helper = (name: string, by: string, version: () => string): Judge => ({ name, by, independent: false, version });
export const FAST_CHECK = helper('fast-check', 'Nicolas Dubien; makes up inputs, decides nothing', npm('fast-check'));
export const EVENT_RULER = judge('Event Ruler', 'AWS; EventBridge matches with it', pinned('test/oracles/event-ruler/pom.xml', /event-ruler<\/artifactId>\s*<version>([\d.]+)/));
export const CDK_NAG = judge('cdk-nag', 'cdklabs', npm('cdk-nag'));
export const CHECKOV = judge('checkov', 'Prisma Cloud', pinned('.ci/judges.sh', /checkov==([\d.]+)/));
export const CFN_LINT = judge('cfn-lint', 'AWS CloudFormation', pinned('.ci/examples.sh', /cfn-lint==([\d.]+)/));
export const CDK_VALIDATION = judge("the CDK's own CloudFormation validation", 'AWS', () => 'with the newest aws-cdk-lib on npm');
export const CDK_CLI = helper('CDK CLI', 'AWS; deploys, decides nothing', npm('aws-cdk'));
export const MINISTACK = helper('ministack', 'its authors on PyPI; CloudFormation, IAM, events, alarms, functions; what it lacks is mended here',
  pinned('local/requirements.in', /ministack==([\d.]+)/));
export const SKOPEO = judge('skopeo', 'the containers project', () => "Debian's or Ubuntu's");
export const DOCKER_REGISTRY = judge('docker-registry', "the CNCF's Distribution project", () => "Debian's or Ubuntu's");
export const OPENTOFU = judge('OpenTofu', 'the OpenTofu project, with the schema of hashicorp/aws', pinned('test/oracles/terraform/go.mod', /opentofu\/opentofu v([\d.]+)/));
export const PULUMI = judge("the types of Pulumi's AWS provider", 'Pulumi', pinned('pulumi/ecr-pullthrough-cache/package-lock.json', /node_modules\/@pulumi\/aws": \{\s*"version": "([\d.]+)"/));
export const TYPESCRIPT = judge('TypeScript', 'Microsoft', npm('typescript'));
export const JSII = judge('jsii, rosetta and pacmak', 'AWS', npm('jsii'));
export const COMPILERS = judge('javac, go and python', 'their projects', () => 'that of the machine');
export const JSII_DIFF = judge('jsii-diff', 'AWS', npm('jsii-diff'));
export const PUBLINT = judge('publint', 'Bjorn Lu', pinned('.ci/judges.sh', /publint@([\d.]+)/));
export const NPM_AUDIT = judge('npm audit', "GitHub's advisories", () => 'of the day');
export const AWS_CLI = judge('AWS CLI', 'AWS', pinned('.ci/verification.sh', /awscli==([\d.]+)/));
export const CRUISER = judge('dependency-cruiser', 'Sander Verweij', npm('dependency-cruiser'));
export const STRYKER = judge('Stryker', 'the Stryker Mutator project', npm('@stryker-mutator/core'));
export const STOPWATCH: Judge = { name: 'measurements', by: 'this project, by the clock and the memory of Node.js', independent: false };
