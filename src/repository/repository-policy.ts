import { Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { CachePullers } from './cache-pullers';
import { begins } from './template-register';
import { accessList, isMissing } from '../private/access';
import { ROOT } from '../private/checks';
import { InvalidInputError, place, warn, WarningId } from '../private/errors';
import { checkConstructOf } from '../private/given';
import { isLater } from '../private/later';
import { comparePlacement, Placement } from '../private/places';
import { sortedByKey } from '../private/sorted';
import { EcrService } from '../private/trust';
import { CacheActions } from '../rule/cache-actions';

/** Amazon ECR User Guide, "Amazon ECR service-linked role for pull through cache": it pushes images to private repositories. */
const SERVICE_LINKED_ROLE = `aws-service-role/${EcrService.PULL_THROUGH_CACHE}/AWSServiceRoleForECRPullThroughCache`;

/** What the policy is made of that repositories are born with. */
export interface RepositoryPolicyParts {
  readonly written?: iam.PolicyDocument;
  readonly pullers?: CachePullers[];
  /** The roles besides ECR's own by which it imports; absent where everybody pushes whom IAM lets. */
  readonly importers?: readonly iam.IRole[];
}

/** The policy that repositories are born with: what the user wrote, what lets other accounts pull what is cached, and what keeps pushes out. */
export function repositoryPolicyFor({ written, pullers = [], importers }: RepositoryPolicyParts, scope: IConstruct): iam.PolicyDocument {
  const policy = written && !written.isEmpty ? iam.PolicyDocument.fromJson(sortedByKey(written.toJSON())) : new iam.PolicyDocument();
  policy.addStatements(...CachePullers._statements(pullers, { actions: [...CacheActions.PULL_CACHED] }, Stack.of(scope).account));
  if (importers) {
    policy.addStatements(pushDenial(importers, Stack.of(scope)));
  }
  return policy;
}

/**
 * IAM User Guide, "AWS global condition context keys": both keys are there in every signed request, the second one tells a service that calls as itself
 * from a role.
 */
function pushDenial(importers: readonly iam.IRole[], { partition, account }: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'OnlyEcrWrites',
    effect: iam.Effect.DENY,
    principals: [new iam.StarPrincipal()],
    actions: [...CacheActions.FILL_CACHE],
    conditions: {
      ArnNotEquals: { 'aws:PrincipalArn': [`arn:${partition}:iam::${account}:role/${SERVICE_LINKED_ROLE}`, ...importers.map(role => role.roleArn)] },
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
    },
  });
}

export function readPullers(given: CachePullers[] | undefined, scope: IConstruct): CachePullers[] | undefined {
  if (given === undefined) {
    return undefined;
  }
  const pullers = accessList('pullers', given, "leave pullers out when only the account's own principals pull", scope);
  CachePullers._check(pullers, scope);
  return pullers;
}

/** The roles that may go on to push; undefined where pushes aren't denied. */
export function readImporters(
  { denyPushes, importingRoles }: { readonly denyPushes: boolean; readonly importingRoles?: iam.IRole[] }, createsOnPush: boolean, scope: IConstruct,
): iam.IRole[] | undefined {
  if (!isMissing(importingRoles) && !denyPushes) {
    throw new InvalidInputError({
      got: 'importingRoles for repositories that everybody pushes to whom IAM lets', expected: 'roles that are excepted from denyPushes', fix: 'set denyPushes, or leave the roles out',
    }, scope);
  }
  if (denyPushes && createsOnPush) {
    throw new InvalidInputError({
      got: 'denyPushes for a template that is applied for CREATE_ON_PUSH',
      expected: 'a template for repositories that nobody pushes to',
      fix: 'make two templates, or leave CREATE_ON_PUSH out of appliedFor',
    }, scope);
  }
  if (!denyPushes || isMissing(importingRoles)) {
    return denyPushes ? [] : undefined;
  }
  const roles = accessList('importingRoles', importingRoles, 'leave importingRoles out when no rule has an upstream role', scope);
  roles.forEach(role => checkConstructOf('a role in importingRoles', role, 'roleArn', 'Role', scope));
  return [...roles];
}

/** Warns, when the app is synthesized, of a rule whose upstream role is denied what it imports by. */
export function warnOfDeniedImports(template: IConstruct, prefix: string, importers: readonly iam.IRole[]): void {
  const isExcepted = (arn: string) => importers.some(role => role.roleArn === arn);
  const validate = () => {
    const rules = template.node.root.node.findAll().filter(one => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(one))
      .filter(rule => comparePlacement(rule, template) !== Placement.DIFFERENT && isBelow(rule.ecrRepositoryPrefix, prefix))
      .filter(({ customRoleArn: arn }) => arn !== undefined && !isExcepted(arn));
    if (rules.length > 0) {
      warn(template, WarningId.IMPORTS_DENIED,
        `pushes into repositories below '${prefix}' are denied, also to the upstream role of ${rules.map(place).join(', ')}, by which ECR imports: `
        + 'name it in importingRoles. Acknowledge this warning when a more specific template shapes its repositories.');
    }
    return [];
  };
  template.node.addValidation({ validate });
}

function isBelow(rule: string | undefined, prefix: string): boolean {
  return prefix === ROOT || rule !== undefined && (isLater(rule) || isLater(prefix) || begins(prefix, rule));
}
