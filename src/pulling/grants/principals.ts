import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { isMissing, kindOf } from '../../private/access';
import { InvalidInputError } from '../../private/errors';
import { isLater } from '../../private/later';
import { checkArnPartition } from '../../private/partitions';

/** Refuses what permissions can't be granted to, such as the name or the ARN of a role. */
export function checkGrantee(grantee: iam.IGrantable, rule: IPullThroughCacheRuleRef): void {
  const principal: unknown = isMissing(grantee) ? undefined : (grantee as Partial<iam.IGrantable>).grantPrincipal;
  if (typeof (principal as Partial<iam.IPrincipal> | undefined)?.addToPrincipalPolicy !== 'function') {
    throw new InvalidInputError({
      got: `${kindOf(grantee)} as the one who pulls`,
      expected: 'a role or another principal that permissions are granted to',
      fix: 'pass the construct itself: iam.Role.fromRoleArn() and iam.Role.fromRoleName() give one for a role that is made elsewhere',
    }, rule);
  }
  partsOf(principal as iam.IPrincipal).forEach(one => checkArnPartition('the one who pulls', arnOf(one), rule, rule.env.region));
}

/** The ARN of a principal that has one; a role that is made when it is asked for one stays unasked. */
function arnOf(principal: iam.IPrincipal): unknown {
  const { roleArn, userArn, groupArn, arn } = principal instanceof iam.LazyRole
    ? {} as Partial<Arns> : principal as Partial<Arns>;
  return roleArn ?? userArn ?? groupArn ?? arn;
}

interface Arns {
  readonly roleArn: string;
  readonly userArn: string;
  readonly groupArn: string;
  readonly arn: string;
}

/** Those whose policies statements go to: the parts of a composite, without the conditions and session tags around them. */
export function partsOf(principal: iam.IPrincipal): iam.IPrincipal[] {
  if (principal instanceof iam.PrincipalWithConditions || principal instanceof iam.SessionTagsPrincipal) {
    // eslint-disable-next-line dot-notation
    return partsOf(principal['wrapped']);
  }
  return principal instanceof iam.CompositePrincipal ? principal.principals.flatMap(partsOf) : [principal];
}

/** Whether Lambda itself pulls, as it does for a function of an image. Principals of policies know no service, and throw when they are asked. */
export function isForLambda(grantee: iam.IGrantable): boolean {
  return partsOf(grantee.grantPrincipal).some(one => (one as Partial<iam.ServicePrincipal>).service === 'lambda.amazonaws.com');
}

/** The name of a role with its path, as far as it is known: undefined for what is no role, and for a name that the deployment makes. */
export function roleNameOf(principal: iam.IPrincipal): string | undefined {
  const { roleArn, roleName } = principal as Partial<iam.IRole>;
  if (roleArn === undefined) {
    return undefined;
  }
  const written = /:role\/(.+)$/.exec(roleArn)?.[1] ?? roleName;
  return written === undefined || isLater(written) ? undefined : written;
}
