import { createHash } from 'crypto';
import { AspectPriority, Aspects, Aws, BootstraplessSynthesizer, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { InvalidInputError } from '../private/errors';
import { outermostStack } from '../private/places';

/** Of a logical id: with the longest name of a Region it is within the 128 characters of IAM's API Reference, PutRolePolicy. */
const LONGEST = 90;

/** What a synthesizer keeps of its bootstrap; aws-cdk has no accessor for it. */
interface BootstrapFacts {
  readonly imageAssetPublishingRoleArn?: string;
}

/**
 * The role by which the CDK builds and pushes the image assets of a stack, imported beside what it is granted on.
 *
 * @param stack the stack with the assets
 * @param cache whose stack gets the policy
 */
export function publishingRoleOf(stack: Stack, cache: IConstruct): iam.IRole {
  const arn = arnOf(stack);
  const owner = Stack.of(cache);
  // one for a role, since its policies add up whichever stack asked for them
  const id = `ImagePublishingRole-${createHash('sha256').update(arn).digest('hex').slice(0, 16)}`;
  const known = owner.node.tryFindChild(id) as iam.IRole | undefined;
  if (known) { return known; }
  const role = iam.Role.fromRoleArn(owner, id, filled(arn, stack), { defaultPolicyName: policyIdIn(owner) });
  Aspects.of(role).add(new NamedByRegion(), { priority: AspectPriority.MUTATING });
  return role;
}

/** The name of a role may have no Region, and one stack name may be in several. The name of the Region may be known at deployment only. */
class NamedByRegion implements IAspect {
  public visit(node: IConstruct): void {
    if (node instanceof iam.CfnPolicy) { node.policyName = `${node.stack.getLogicalId(node).slice(-LONGEST)}-${node.stack.region}`; }
  }
}

/**
 * Tells the policy of a stack on the role, which all apps of an account and Region share: a second policy of one name takes the place of the
 * first, or fails. The name of a stack is the one thing of it that no other app has there; it stays from deployment to deployment.
 */
function policyIdIn(owner: Stack): string {
  const { stackName, node } = outermostStack(owner);
  const nested = owner.node.path.slice(node.path.length);
  const hash = createHash('sha256').update(`${stackName}${nested}`).digest('hex').slice(0, 16);
  return `Pulls-${stackName.slice(0, 70)}-${hash}`;
}

function arnOf(stack: Stack): string {
  const { synthesizer } = stack;
  const kept = (synthesizer as BootstrapFacts).imageAssetPublishingRoleArn;
  // an empty text is how a synthesizer is told to have none
  if (synthesizer instanceof BootstraplessSynthesizer || kept === '' || (typeof kept !== 'string' && !(synthesizer instanceof DefaultStackSynthesizer))) {
    throw new InvalidInputError({
      got: `the synthesizer ${synthesizer.constructor.name}, which names no role that publishes images`,
      expected: 'one with a bootstrap, such as DefaultStackSynthesizer',
      fix: 'pass the role that builds the images to grantPublishing()',
    }, stack);
  }
  return kept ?? DefaultStackSynthesizer.DEFAULT_IMAGE_ASSET_PUBLISHING_ROLE_ARN
    .replace('${Qualifier}', synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER);
}

/** The CDK's placeholders, which it fills in when it deploys, as references or text. */
function filled(arn: string, { account, region }: Stack): string {
  return arn.replaceAll('${AWS::Partition}', Aws.PARTITION).replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region);
}
