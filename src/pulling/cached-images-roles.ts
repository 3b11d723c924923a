import { CfnElement, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The id below an L1 role of the import that lets policies be attached to it. */
const IMPORT = 'CachedImages';

/** The principal behind a role's ARN in a template: a role of this app, or one that it imported. */
export function roleBehind(arn: unknown, user: CfnResource): iam.IGrantable | undefined {
  const target = referenceTarget(arn) ?? attributeTarget(arn, user);
  if (target && iam.CfnRole.isCfnRole(target)) {
    const parent = target.node.scope;
    return iam.Role.isRole(parent) ? parent : (target.node.tryFindChild(IMPORT) as iam.IRole | undefined
      ?? iam.Role.fromRoleName(target, IMPORT, target.ref));
  }
  return typeof arn === 'string' && !Token.isUnresolved(arn) ? importedRole(arn, user) : undefined;
}

/** What a reference made by aws-cdk points at, in whichever stack it is. */
function referenceTarget(arn: unknown): IConstruct | undefined {
  const token = typeof arn === 'string' ? Tokenization.reverseString(arn).firstToken : arn;
  return Reference.isReference(token) ? token.target : undefined;
}

/** What `Fn::GetAtt` names, in the stack of its user. */
function attributeTarget(arn: unknown, user: CfnResource): IConstruct | undefined {
  if (!Token.isUnresolved(arn) && typeof arn !== 'object') { return undefined; }
  const stack = Stack.of(user);
  const attribute: unknown = (stack.resolve(arn) as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt']?.[0];
  return stack.node.findAll().find(one => CfnElement.isCfnElement(one) && Stack.of(one) === stack && stack.resolve(one.logicalId) === attribute);
}

function importedRole(arn: string, user: CfnResource): iam.IGrantable | undefined {
  return user.node.root.node.findAll().find((one): one is IConstruct & iam.IRole => {
    const role = one as Partial<iam.IRole>;
    return role.roleArn === arn && role.grantPrincipal !== undefined;
  });
}
