import { createHash } from 'crypto';
import { Aws, BootstraplessSynthesizer, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { InvalidInputError } from '../private/errors';
import { outermostStack } from '../private/places';

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
  return owner.node.tryFindChild(id) as iam.IRole | undefined
    ?? iam.Role.fromRoleArn(owner, id, filled(arn, stack), { defaultPolicyName: policyNameIn(owner) });
}

/**
 * The name of the policy of a stack on the role, which all apps of an account and Region share: a second policy of one name takes the place of the
 * first, or fails. The name of a stack is the one thing of it that no other app has there; it stays from deployment to deployment.
 */
function policyNameIn(owner: Stack): string {
  const { stackName, node } = outermostStack(owner);
  const nested = owner.node.path.slice(node.path.length);
  const hash = createHash('sha256').update(`${stackName}${nested}`).digest('hex').slice(0, 16);
  return `Pulls-${stackName.slice(0, 80)}-${hash}`;
}

function arnOf(stack: Stack): string {
  const { synthesizer } = stack;
  const kept = (synthesizer as BootstrapFacts).imageAssetPublishingRoleArn;
  if (synthesizer instanceof BootstraplessSynthesizer || (typeof kept !== 'string' && !(synthesizer instanceof DefaultStackSynthesizer))) {
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
