import { App, CfnParameter, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachePullers, RegistryPolicy, RepositoryTemplate, TemplateUse } from '../../src';
import { newStack, propertiesOf, warningsOf } from '../app';
import { Deployed } from '../simulator';

const OTHER = '999999999999';
const ORGANIZATION = 'o-a1b2c3d4e5';

function policyWith(props: object) {
  const stack = newStack();
  new RepositoryTemplate(stack, 'Template', { prefix: 'echo', ...props });
  return JSON.parse(new Deployed(stack).only('AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy ?? 'null');
}

const statementFor = (...pullers: CachePullers[]) => policyWith({ pullers }).Statement;
const accountsOf = (count: number) => Array.from({ length: count }, (_, index) => CachePullers.account(String(100000000000 + index)));
const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

describe('pullers in the policy of repositories', () => {
  test('are an account', () => {
    expect(statementFor(CachePullers.account(OTHER))).toEqual([
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: READ },
    ]);
  });

  test('are roles of an account by a condition, never by a principal that may not exist', () => {
    expect(statementFor(CachePullers.account(OTHER, { roles: ['task-execution', 'ci/*'] }))).toEqual([{
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${OTHER}:root` },
      Action: READ,
      Condition: { ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::${OTHER}:role/task-execution`, `arn:aws:iam::${OTHER}:role/ci/*`] } },
    }]);
  });

  test('are an organisation by a condition, without the account of the cache, where IAM alone decides', () => {
    expect(statementFor(CachePullers.organization(ORGANIZATION))).toEqual([{
      Effect: 'Allow',
      Principal: '*',
      Action: READ,
      Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } },
    }]);
  });

  test('share a statement where they differ in accounts and roles alone', () => {
    const [whole, narrowed, members] = statementFor(
      CachePullers.account(OTHER), CachePullers.account('888888888888', { roles: ['a'] }), CachePullers.account('777777777777'),
      CachePullers.account('666666666666', { roles: ['b/*'] }), CachePullers.organization(ORGANIZATION, { accounts: [OTHER] }));
    const roots = (...accounts: string[]) => accounts.map(account => `arn:aws:iam::${account}:root`);
    expect(whole).toEqual({ Effect: 'Allow', Principal: { AWS: roots(OTHER, '777777777777') }, Action: READ });
    expect(narrowed).toEqual({
      Effect: 'Allow',
      Principal: { AWS: roots('888888888888', '666666666666') },
      Action: READ,
      Condition: { ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::888888888888:role/a', 'arn:aws:iam::666666666666:role/b/*'] } },
    });
    expect(members.Condition).toEqual({ StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } });
  });

  test('may be 300 accounts', () => {
    expect(statementFor(...accountsOf(300))[0].Principal.AWS).toHaveLength(300);
  });

  test('are accounts of an organisation and units of it', () => {
    const paths = [`${ORGANIZATION}/r-ab12/ou-ab12-11111111/*`];
    expect(statementFor(CachePullers.organization(ORGANIZATION, { accounts: [OTHER, '888888888888'], paths }))).toEqual([{
      Effect: 'Allow',
      Principal: { AWS: [`arn:aws:iam::${OTHER}:root`, 'arn:aws:iam::888888888888:root'] },
      Action: READ,
      Condition: { 'StringEquals': { 'aws:PrincipalOrgID': ORGANIZATION }, 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } },
    }]);
  });

  test('come after what the user wrote, which stays as it was', () => {
    const own = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({ sid: 'Own', actions: ['ecr:DescribeImages'], principals: [new iam.ServicePrincipal('codebuild.amazonaws.com')] }),
        new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ecr:PutImage'], principals: [new iam.StarPrincipal()] }),
      ],
    });
    expect(policyWith({ repositoryPolicy: own, pullers: [CachePullers.account(OTHER)] }).Statement).toEqual([
      { Sid: 'Own', Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' }, Action: 'ecr:DescribeImages' },
      { Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' },
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: READ },
    ]);
    expect(own.statementCount).toBe(2);
  });

  test('come beside statements that were added later', () => {
    const stack = newStack();
    const own = new iam.PolicyDocument();
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', repositoryPolicy: own, pullers: [CachePullers.account(OTHER)] });
    own.addStatements(new iam.PolicyStatement({ actions: ['ecr:DescribeImages'], principals: [new iam.AccountPrincipal('888888888888')] }));
    expect(JSON.parse(new Deployed(stack).only('AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy).Statement).toHaveLength(2);
  });

  test('can be tokens', () => {
    const stack = newStack();
    const [account, organization] = ['Account', 'Organization'].map(id => new CfnParameter(stack, id).valueAsString);
    const pullers = [CachePullers.account(account, { roles: ['x'] }), CachePullers.organization(organization, { accounts: [account], paths: ['o-anything/*'] })];
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers });
    expect(JSON.stringify(propertiesOf(stack, 'AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy)).toContain('{"Ref":"Account"}');
  });

  test('fail when they make the policy too long', () => {
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers: accountsOf(310) });
    expect(() => Template.fromStack(stack)).toThrow(/got a repository policy of \d+ characters, expected at most 10240: name an organisation/);
  });
});

describe('pullers', () => {
  test.each<[string, () => CachePullers, string]>([
    ['an account that is none', () => CachePullers.account('12345'), "got the account '12345', expected the 12 digits of an AWS account id"],
    ['an account of an organisation that is none', () => CachePullers.organization(ORGANIZATION, { accounts: ['1'] }), "got the account '1'"],
    ['no roles', () => CachePullers.account(OTHER, { roles: [] }),
      'got an empty list of roles, expected at least one: leave the roles out for the whole account'],
    ['no accounts', () => CachePullers.organization(ORGANIZATION, { accounts: [] }),
      'got an empty list of accounts, expected at least one: leave the accounts out for the whole organisation'],
    ['no paths', () => CachePullers.organization(ORGANIZATION, { paths: [] }), 'got an empty list of paths, expected at least one: leave the paths out for the whole organisation'],
    ['the ARN of a role', () => CachePullers.account(OTHER, { roles: [`arn:aws:iam::${OTHER}:role/ci/builder`] }),
      `got the role 'arn:aws:iam::${OTHER}:role/ci/builder', expected the name of a role, with its path and without a slash in front: write 'ci/builder'`],
    ['a role with an ARN in the middle of it', () => CachePullers.account(OTHER, { roles: [`x arn:aws:iam::${OTHER}:role/ci`] }), "write it such as 'task-execution' or 'ci/*'"],
    ['a role with a slash in front and a colon', () => CachePullers.account(OTHER, { roles: ['/ci:1'] }), "write it such as 'task-execution' or 'ci/*'"],
    ['a role with a colon at its end', () => CachePullers.account(OTHER, { roles: ['builder:'] }), "write it such as 'task-execution' or 'ci/*'"],
    ['no role', () => CachePullers.account(OTHER, { roles: [''] }), "got the role '', expected the name of a role, with its path and without a slash in front: write it such as 'task-execution' or 'ci/*'"],
    ['a role with a slash in front', () => CachePullers.account(OTHER, { roles: ['/ci/builder'] }), "write 'ci/builder'"],
    ['a role with a blank', () => CachePullers.account(OTHER, { roles: ['my role'] }), "write it such as 'task-execution' or 'ci/*'"],
    ['an organisation that is none', () => CachePullers.organization('my-org'),
      "got the organisation 'my-org', expected its id: 'o-' and 10 to 32 lower-case letters and digits: look it up with: aws organizations describe-organization"],
    ['an organisation with something in front', () => CachePullers.organization(`x${ORGANIZATION}`), "got the organisation 'xo-a1b2c3d4e5'"],
    ['an organisation with something behind', () => CachePullers.organization(`${ORGANIZATION}/r-ab12`), "got the organisation 'o-a1b2c3d4e5/r-ab12'"],
    ['a path of another organisation', () => CachePullers.organization(ORGANIZATION, { paths: ['o-zzzzzzzzzz/r-ab12/*'] }),
      `got the path 'o-zzzzzzzzzz/r-ab12/*', expected a path of the organisation ${ORGANIZATION}, which begins with its id: write it such as '${ORGANIZATION}/r-ab12/ou-ab12-11111111/*'`],
  ])('fail for %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('a template with pullers', () => {
  const pullers = [CachePullers.account(OTHER)];

  test('warns that the registry half is missing', () => {
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers });
    expect(warningsOf(stack)).toEqual([
      "/Stack/Template grantHalfMissing: other accounts may pull what is cached below 'echo', and nothing in this app lets them import what isn't: "
      + 'their first pull of an image fails as not found. Call allowFirstPull() of the RegistryPolicy of this account and Region; acknowledge this '
      + 'warning when the registry policy is made elsewhere, or when they are to pull what is cached and no more.',
    ]);
  });

  test.each([['echo', 'echo'], ['ROOT', 'echo'], ['team', 'team/echo']])('for %s does not warn with a registry policy for %s', (prefix, repositoryPrefix) => {
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix, pullers });
    new RegistryPolicy(stack, 'Policy').allowFirstPull(ruleWith(stack, repositoryPrefix), { pullers });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('fails for an empty list of them', () => {
    expect(() => new RepositoryTemplate(newStack(), 'Template', { prefix: 'echo', pullers: [] })).toThrow(
      "got an empty list of pullers, expected at least one: leave pullers out when only the account's own principals pull [at Stack/Template]");
  });

  test('does warn with a registry policy for another prefix', () => {
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers });
    new RegistryPolicy(stack, 'Policy').allowFirstPull(ruleWith(stack, 'echo2'), { pullers });
    expect(warningsOf(stack).filter(warning => warning.startsWith('/Stack/Template grantHalfMissing'))).toHaveLength(1);
  });

  test('does warn with a registry policy of another Region', () => {
    const app = new App();
    const stack = newStack(app);
    const other = newStack(app, 'Other', { account: stack.account, region: 'us-east-1' });
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers });
    new RegistryPolicy(other, 'Policy').allowFirstPull(ruleWith(other, 'echo'), { pullers });
    expect(warningsOf(stack)).toHaveLength(1);
  });

  test('does not warn when it is not for pull-through caches', () => {
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers, appliedFor: [TemplateUse.REPLICATION], tags: { a: 'b' } });
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each([
    ['of its own', { tags: { team: 'web' } }], ['that come from above', { inheritTags: true }],
  ])('warns of tags %s', (_, tags) => {
    const stack = newStack();
    Tags.of(stack).add('team', 'web');
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers, ...tags });
    expect(warningsOf(stack)).toContain(
      "/Stack/Template taggedForOtherAccounts: the repositories below 'echo' are born with tags: a first pull then needs ecr:TagResource, which ECR takes "
      + 'from identity-based policies only, so one from another account is expected to fail. Leave the tags out, or make the first pull in this account, '
      + 'and acknowledge this warning.');
  });

  test('does not warn of tags that do not reach it', () => {
    const stack = newStack();
    Tags.of(stack).add('team', 'web');
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers });
    expect(warningsOf(stack).filter(warning => warning.includes('taggedForOtherAccounts'))).toEqual([]);
  });
});

function ruleWith(scope: Stack, ecrRepositoryPrefix: string) {
  return new CfnPullThroughCacheRule(scope, 'Rule', { ecrRepositoryPrefix, upstreamRegistryUrl: 'registry.k8s.io' });
}
