import * as iam from 'aws-cdk-lib/aws-iam';
import { WatchedPrincipal } from '../../../src/pulling/grants/watched-principal';
import { ENV, newStack } from '../../app';

const statement = new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] });

describe('a principal that is watched', () => {
  test('stands for the principal wherever it is asked', () => {
    const imported = iam.Role.fromRoleArn(newStack(), 'Role', `arn:aws:iam::${ENV.account}:role/puller`);
    const watched = new WatchedPrincipal(imported);
    expect(watched.grantPrincipal).toBe(watched);
    expect(watched.assumeRoleAction).toBe('sts:AssumeRole');
    expect(watched.policyFragment).toEqual(imported.policyFragment);
    expect(watched.principalAccount).toBe(ENV.account);
    expect(String(watched)).toBe(String(imported));
  });

  test('may be a managed policy, which has none of that', () => {
    const watched = new WatchedPrincipal(new iam.ManagedPolicy(newStack(), 'Policy').grantPrincipal);
    expect(watched.addToPrincipalPolicy(statement).statementAdded).toBe(true);
    expect(watched.written).toBe(true);
  });

  test('is written while each statement got into a policy', () => {
    const watched = new WatchedPrincipal(new iam.User(newStack(), 'User'));
    watched.addToPrincipalPolicy(statement);
    watched.addToPrincipalPolicy(statement);
    expect(watched.written).toBe(true);
  });

  test('is not written when a role leaves its policies alone, though aws-cdk reports success', () => {
    const watched = new WatchedPrincipal(iam.Role.fromRoleArn(newStack(), 'Role', `arn:aws:iam::${ENV.account}:role/puller`, { mutable: false }));
    expect(watched.addToPrincipalPolicy(statement).statementAdded).toBe(true);
    expect(watched.written).toBe(false);
  });

  test.each([['before', true], ['after', false]])('is written for a LazyRole, whose role is made %s the grant', (_, first) => {
    const lazy = new iam.LazyRole(newStack(), 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    if (first) { expect(lazy.roleArn).toBeDefined(); }
    const watched = new WatchedPrincipal(lazy);
    watched.addToPrincipalPolicy(statement);
    expect(watched.written).toBe(true);
  });
});
