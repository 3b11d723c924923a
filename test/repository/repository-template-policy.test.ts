import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RepositoryTemplate } from '../../src/repository/repository-template';
import { agnosticStack, newStack, propertiesOf, warningsOf } from '../app';

const pull = (principals: iam.IPrincipal[], more: iam.PolicyStatementProps = {}) =>
  new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], principals, ...more });
const accounts = (count: number) => Array.from({ length: count }, (_, index) => new iam.AccountPrincipal(String(100_000_000_000 + index)));

function policyIn(stack: Stack, ...statements: iam.PolicyStatement[]) {
  const repositoryPolicy = new iam.PolicyDocument({ statements });
  new RepositoryTemplate(stack, 'Template', { prefix: 'echo', repositoryPolicy });
  return repositoryPolicy;
}

const rendered = (stack: Stack) => propertiesOf(stack, 'AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy;

describe('a repository policy', () => {
  test('is rendered as JSON', () => {
    const stack = newStack();
    policyIn(stack, pull([new iam.OrganizationPrincipal('o-1234567890')]));
    expect(JSON.parse(rendered(stack) as string)).toEqual({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Action: 'ecr:BatchGetImage', Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } },
      }],
    });
  });

  test('is the same text in whatever order the keys of its conditions come', () => {
    const text = (conditions: iam.Conditions) => {
      const stack = newStack();
      policyIn(stack, pull([new iam.AnyPrincipal()], { conditions }));
      return rendered(stack);
    };
    const [organization, account] = [{ 'aws:PrincipalOrgID': 'o-1234567890' }, { 'aws:PrincipalAccount': '999999999999' }];

    expect(text({ StringLike: account, StringEquals: { ...organization, ...account } }))
      .toBe(text({ StringEquals: { ...account, ...organization }, StringLike: account }));
  });

  test('is rendered with tokens', () => {
    const stack = newStack();
    policyIn(stack, pull([new iam.ArnPrincipal(new CfnParameter(stack, 'Puller').valueAsString)]));
    expect(rendered(stack)).toEqual({
      'Fn::Join': ['', [
        '{"Statement":[{"Action":"ecr:BatchGetImage","Effect":"Allow","Principal":{"AWS":"', { Ref: 'Puller' }, '"}}],"Version":"2012-10-17"}',
      ]],
    });
  });

  test('has the statements that were added later too', () => {
    const stack = newStack();
    policyIn(stack).addStatements(pull([new iam.StarPrincipal()]));
    expect(rendered(stack)).toContain('ecr:BatchGetImage');
  });

  test('is left out when it stays empty', () => {
    const stack = newStack();
    policyIn(stack);
    expect(rendered(stack)).toBeUndefined();
  });

  test('fails at synthesis without principals', () => {
    const app = new App();
    policyIn(newStack(app), pull([]));
    expect(() => app.synth()).toThrow(
      'got a repository policy with a statement without principals, expected principals in each statement: '
      + 'say who is meant, or give the permission to an identity instead');
  });

  test('fails at synthesis when one of several statements has no principals', () => {
    const app = new App();
    policyIn(newStack(app), pull([new iam.StarPrincipal()]), pull([], { actions: ['ecr:ListImages'] }));
    expect(() => app.synth()).toThrow('got a repository policy with a statement without principals');
  });

  test('may say who is excluded', () => {
    const stack = newStack();
    policyIn(stack, pull([], { effect: iam.Effect.DENY, notPrincipals: [new iam.ArnPrincipal('arn:aws:iam::100000000000:root')] }));
    expect(JSON.parse(rendered(stack) as string).Statement).toEqual([
      { Effect: 'Deny', Action: 'ecr:BatchGetImage', NotPrincipal: { AWS: 'arn:aws:iam::100000000000:root' } },
    ]);
  });

  test('fails at synthesis when one of several statements has resources', () => {
    const app = new App();
    policyIn(newStack(app), pull([new iam.StarPrincipal()]), pull([new iam.StarPrincipal()], { actions: ['ecr:ListImages'], resources: ['*'] }));
    expect(() => app.synth()).toThrow('got a repository policy that names resources');
  });

  test.each<[string, iam.PolicyStatementProps]>([
    ['resources', { resources: ['*'] }], ['excluded resources', { notResources: ['arn:aws:ecr:us-east-1:111122223333:repository/x'] }],
  ])('fails at synthesis with %s, which ECR refuses', (_, more) => {
    const app = new App();
    policyIn(newStack(app), pull([new iam.StarPrincipal()], more));
    expect(() => app.synth()).toThrow('got a repository policy that names resources, expected statements without them, since the policy belongs to the '
      + 'repository it is attached to: leave the resources out');
  });

  const ofTeam = (team: string) => pull([new iam.StarPrincipal()], { conditions: { StringEquals: { 'aws:PrincipalTag/team': team } } });
  const around = JSON.stringify({ Version: '2012-10-17', Statement: [ofTeam('').toJSON()] }).length;

  test('may be 10,240 characters', () => {
    const stack = newStack();
    policyIn(stack, ofTeam('x'.repeat(10_240 - around)));
    expect(rendered(stack)).toHaveLength(10_240);
  });

  test('fails at synthesis above 10,240 characters', () => {
    const app = new App();
    policyIn(newStack(app), ofTeam('x'.repeat(10_241 - around)));
    expect(() => app.synth()).toThrow(/got a repository policy of 10241 characters, expected at most 10240: name an organisation instead of its accounts, /);
  });

  test('is measured without what CloudFormation fills in, so that a policy that fits is not refused', () => {
    const stack = agnosticStack();
    policyIn(stack, pull(accounts(150)));
    // with a reference to the partition in each principal it is longer than what ECR gets
    expect(JSON.stringify(stack.resolve(new iam.PolicyDocument({ statements: [pull(accounts(150))] }))).length).toBeGreaterThan(10_240);
    expect(rendered(stack)).toBeDefined();
  });

  test('fails when what is written out is too long already', () => {
    const app = new App();
    policyIn(agnosticStack(app), pull(accounts(400)));
    expect(() => app.synth()).toThrow(/got a repository policy of 1\d{4} characters, expected at most 10240/);
  });
});

describe('a policy that lets everybody in', () => {
  const WARNED = [expect.stringContaining("/Stack/Template openToEverybody: the policy of repositories lets everybody in: a statement allows the principal '*'")];
  test.each<[string, iam.PolicyStatement, unknown[]]>([
    ['for the principal *', pull([new iam.StarPrincipal()]), WARNED],
    ['for any principal of AWS', pull([new iam.AnyPrincipal()]), WARNED],
    ['for all but some', new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], notPrincipals: [new iam.AccountPrincipal('999999999999')] }), WARNED],
    ['with a condition', pull([new iam.StarPrincipal()], { conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }), []],
    ['for an account', pull([new iam.AccountPrincipal('999999999999')]), []],
    ['by a Deny', pull([new iam.StarPrincipal()], { effect: iam.Effect.DENY }), []],
  ])('%s', (_, statement, warnings) => {
    const stack = newStack();
    policyIn(stack, statement);
    expect(warningsOf(stack)).toEqual(warnings);
  });
});
