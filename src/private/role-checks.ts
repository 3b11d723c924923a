import { Stack, Token } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from './errors';

/** Refuses a role of another account: ECR gets its roles passed, and `iam:PassRole` doesn't cross accounts. */
export function checkRoleAccount(name: string, role: IRole | undefined, scope: IConstruct): void {
  if (!role) {
    return;
  }
  const own = Stack.of(scope).account;
  const others = role.env.account;
  if (Token.isUnresolved(others) || Token.isUnresolved(own) || others === own) {
    return;
  }
  throw new InvalidInputError({
    got: `the ${name} role ${named(role)} of the account ${others}`,
    expected: `a role of the account ${own}, to which this stack goes`,
    fix: 'create the role in this account',
  }, scope);
}

/** Refuses a role that is known to have a path: the pattern of a template's `CustomRoleArn` has no place for one. */
export function checkRoleWithoutPath(name: string, role: IRole | undefined, scope: IConstruct): void {
  const path = role && pathOf(role);
  if (!role || path === undefined || Token.isUnresolved(path) || path === '/') {
    return;
  }
  throw new InvalidInputError({
    got: `the ${name} role ${named(role)} with the path '${path}'`,
    expected: 'a role without a path, since ECR refuses others in a template',
    fix: 'create the role without a path',
  }, scope);
}

/** From an L1 in the tree, or from an ARN whose end is written out; partition and account in it may be tokens. */
function pathOf(role: IRole): string | undefined {
  const l1 = role.node.defaultChild;
  if (CfnRole.isCfnRole(l1)) {
    return l1.path;
  }
  return /:role(\/.*\/)/.exec(role.roleArn)?.[1];
}

function named(role: IRole): string {
  return `'${Token.isUnresolved(role.roleName) ? place(role) : role.roleName}'`;
}
