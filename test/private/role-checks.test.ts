import { Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { checkRoleAccount, checkRoleWithoutPath } from '../../src/private/role-checks';
import { agnosticStack, ENV, newStack } from '../app';

const assumedBy = new iam.AccountRootPrincipal();
const byArn = (stack: Stack, arn: string) => iam.Role.fromRoleArn(stack, 'Role', arn);
const parameter = (stack: Stack) => new CfnParameter(stack, 'Parameter').valueAsString;

describe('the account of a role', () => {
  test('may be that of the stack', () => {
    const stack = newStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, `arn:aws:iam::${ENV.account}:role/reader`), stack)).not.toThrow();
  });

  test('fails when it is another', () => {
    const stack = newStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, 'arn:aws:iam::444455556666:role/reader'), stack)).toThrow(
      "got the upstream role 'reader' of the account 444455556666, expected a role of the account 111122223333, to which this stack goes: "
      + 'create the role in this account [at Stack]');
  });

  test('is not checked for a role whose ARN is a token', () => {
    const stack = newStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, parameter(stack)), stack)).not.toThrow();
  });

  test('is not checked in a stack that goes anywhere', () => {
    const stack = agnosticStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, 'arn:aws:iam::444455556666:role/reader'), stack)).not.toThrow();
  });

  test('is not checked without a role', () => {
    expect(() => checkRoleAccount('upstream', undefined, newStack())).not.toThrow();
  });
});

describe('the path of a role', () => {
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['a new role', stack => new iam.Role(stack, 'Role', { assumedBy })],
    ['a new role with the path /', stack => new iam.Role(stack, 'Role', { assumedBy, path: '/' })],
    ['an ARN', stack => byArn(stack, `arn:aws:iam::${ENV.account}:role/creator`)],
    ['an ARN with tokens before the name', stack => byArn(stack, `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/creator`)],
    ['an ARN that is a token', stack => byArn(stack, parameter(stack))],
    ['a name', stack => iam.Role.fromRoleName(stack, 'Role', 'creator')],
    ['a name that is a token', stack => iam.Role.fromRoleName(stack, 'Role', parameter(stack))],
    ['a new role whose path is a token', stack => new iam.Role(stack, 'Role', { assumedBy, path: parameter(stack) })],
  ])('is no problem for %s', (_, role) => {
    const stack = newStack();
    expect(() => checkRoleWithoutPath('creation', role(stack), stack)).not.toThrow();
  });

  test.each<[string, string, string, (stack: Stack) => iam.IRole]>([
    ['a new role', 'Stack/Role', '/ecr/', stack => new iam.Role(stack, 'Role', { assumedBy, path: '/ecr/' })],
    ['a new role that may not be changed', 'Stack/ImmutableRoleRole', '/ecr/', stack => new iam.Role(stack, 'Role', { assumedBy, path: '/ecr/' }).withoutPolicyUpdates()],
    ['an ARN', 'creator', '/a/b/', stack => byArn(stack, `arn:aws:iam::${ENV.account}:role/a/b/creator`)],
    ['a name', 'creator', '/a/', stack => iam.Role.fromRoleName(stack, 'Role', 'a/creator')],
  ])('fails for %s', (_, name, path, role) => {
    const stack = newStack();
    expect(() => checkRoleWithoutPath('creation', role(stack), stack)).toThrow(
      new RegExp(`got the creation role '${name}' with the path '${path}', expected a role without a path, since ECR refuses others in a template: `
        + 'create the role without a path'));
  });
});
