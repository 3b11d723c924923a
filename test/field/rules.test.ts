import { APPS } from './apps';
import { Deployment, World, worldOf } from './assembly';
import type { Resource, TemplateText } from './assembly';
import { ecrPoliciesAreClosed, imagesCanBePulled, policiesFit, problemsOf, referencesHaveTargets, regionsAreWarnedOf, rolesCanBePassed } from './rules';
import { appWith, SETTINGS } from './settings';

const ENV = { account: '111122223333', region: 'eu-central-1' };
const REPOSITORIES = 'arn:aws:ecr:eu-central-1:111122223333:repository/quay/*';
const TASK_ARN = 'arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1';

function worldWith(template: TemplateText, warnings: string[] = []): World {
  const world = new World();
  world.add(new Deployment('Stack', template, ENV, warnings, world));
  return world;
}

const resources = (all: Record<string, Resource>, warnings?: string[]) => worldWith({ Resources: all }, warnings);
const policyFor = (role: unknown, ...Statement: object[]): Resource => ({
  Type: 'AWS::IAM::Policy', Properties: { Roles: [role], PolicyDocument: { Version: '2012-10-17', Statement } },
});
const allow = (Action: string[], Resource: unknown, Condition?: object) => ({ Effect: 'Allow', Action, Resource, ...Condition ? { Condition } : {} });
const ROLE: Resource = { Type: 'AWS::IAM::Role', Properties: {} };
const LOGIN = allow(['ecr:GetAuthorizationToken'], '*');
const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

function task(image: string, more: Record<string, unknown> = { ExecutionRoleArn: { 'Fn::GetAtt': ['Execution', 'Arn'] } }): Resource {
  return { Type: 'AWS::ECS::TaskDefinition', Properties: { Family: 'web', ContainerDefinitions: [{ Image: image }], ...more } };
}

describe('a policy of ECR that is open is found', () => {
  const PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  const ORGANIZATION = { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } };
  const OTHER = { AWS: 'arn:aws:iam::444455556666:root' };
  const text = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const template = (...statements: object[]): Resource => ({ Type: 'AWS::ECR::RepositoryCreationTemplate', Properties: { RepositoryPolicy: text(...statements) } });
  const registry = (...Statement: object[]): Resource => ({ Type: 'AWS::ECR::RegistryPolicy', Properties: { PolicyText: { Version: '2012-10-17', Statement } } });
  const allowed = (Principal: unknown, Action: unknown, Condition?: object) => ({ Effect: 'Allow', Principal, Action, ...Condition ? { Condition } : {} });

  test.each<[string, Resource, string]>([
    ['everybody pulls', template(allowed('*', PULL)), 'everybody is let in, of whatever account'],
    ['everybody pulls, in the other notation', template(allowed({ AWS: '*' }, PULL)), 'everybody is let in, of whatever account'],
    ['everybody pulls but of one account', template(allowed('*', PULL, { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } })), 'everybody is let in, of whatever account'],
    ['everybody pulls who has some name', template(allowed('*', PULL, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ci' } })), 'everybody is let in, of whatever account'],
    ['everybody pulls, where the account is any', template(allowed('*', PULL, { StringLike: { 'aws:PrincipalAccount': '*' } })), 'everybody is let in, of whatever account'],
    ['everybody pulls but one', template({ Effect: 'Allow', NotPrincipal: OTHER, Action: PULL }), 'everybody is let in, of whatever account'],
    ['another account pushes', template(allowed(OTHER, [...PULL, 'ecr:PutImage'])), 'others are allowed ecr:PutImage'],
    ['an organisation does everything', template(allowed('*', 'ecr:*', ORGANIZATION)), 'others are allowed ecr:*'],
    ['another account changes the policy', template(allowed(OTHER, 'ecr:SetRepositoryPolicy')), 'others are allowed ecr:SetRepositoryPolicy'],
    ['another account creates repositories, where no registry is asked', template(allowed(OTHER, 'ecr:CreateRepository')), 'others are allowed ecr:CreateRepository'],
    ['everybody imports', registry(allowed('*', 'ecr:BatchImportUpstreamImage')), 'everybody is let in, of whatever account'],
    ['another account deletes', registry(allowed(OTHER, 'ecr:BatchDeleteImage')), 'others are allowed ecr:BatchDeleteImage'],
  ])('%s', (_, resource, problem) => {
    expect(ecrPoliciesAreClosed(resources({ A: resource }))).toEqual([`Stack A: ${problem}`]);
  });

  test('in a text that CloudFormation joins', () => {
    const [before, after] = text(allowed({ AWS: 'arn:X:iam::444455556666:root' }, 'ecr:PutImage')).split('X');
    const joined = { 'Fn::Join': ['', [before, { Ref: 'AWS::Partition' }, after]] };
    expect(ecrPoliciesAreClosed(resources({ A: { Type: 'AWS::ECR::Repository', Properties: { RepositoryPolicyText: joined } } }))).toEqual(['Stack A: others are allowed ecr:PutImage']);
  });

  test.each<[string, Resource]>([
    ['others pull', template(allowed(OTHER, PULL), allowed('*', PULL, ORGANIZATION))],
    ['pushes are denied to everybody', template({ Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' })],
    ['a role of the own account pushes', registry(allowed({ AWS: 'arn:aws:iam::111122223333:role/ci' }, 'ecr:PutImage'))],
    ['there is no policy', { Type: 'AWS::ECR::RepositoryCreationTemplate', Properties: {} }],
    ['others import and replicate', registry(allowed(OTHER, ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository', 'ecr:ReplicateImage']))],
  ])('and none where %s', (_, resource) => {
    expect(ecrPoliciesAreClosed(resources({ A: resource }))).toEqual([]);
  });
});

describe('a reference without its target is found', () => {
  test.each<[string, TemplateText, string]>([
    ['Ref', { Resources: { A: { Type: 'T', Properties: { X: [{ Ref: 'Gone' }] } } } }, 'Stack A: Ref Gone is not there'],
    ['Fn::GetAtt', { Resources: { A: { Type: 'T', Properties: { X: { 'Fn::GetAtt': ['Gone', 'Arn'] } } } } }, 'Stack A: Fn::GetAtt Gone.Arn is not there'],
    ['Fn::GetAtt as text', { Outputs: { O: { Value: { 'Fn::GetAtt': 'Gone.Arn' } } } }, 'Stack O: Fn::GetAtt Gone.Arn is not there'],
    ['Fn::Sub', { Resources: { A: { Type: 'T', Properties: { X: { 'Fn::Sub': '${AWS::Region} ${Gone.Arn} ${!Literal}' } } } } }, 'Stack A: Fn::Sub Gone.Arn is not there'],
    ['Fn::ImportValue', { Resources: { A: { Type: 'T', Properties: { X: { 'Fn::ImportValue': 'Gone' } } } } }, 'Stack A: Fn::ImportValue Gone is not there'],
    ['DependsOn', { Resources: { A: { Type: 'T', DependsOn: ['Gone'] } } }, 'Stack A: DependsOn Gone is not there'],
    ['Condition', { Resources: { A: { Type: 'T', Condition: 'Gone' } } }, 'Stack A: Condition Gone is not there'],
  ])('%s', (_, template, problem) => {
    expect(referencesHaveTargets(worldWith(template))).toEqual([problem]);
  });

  test('a parameter of a nested stack that nobody fills, and an output of it that there is not', () => {
    const parent = { Resources: { Inner: { Type: 'AWS::CloudFormation::Stack' }, A: { Type: 'T', Properties: { X: { 'Fn::GetAtt': ['Inner', 'Outputs.Gone'] } } } } };
    const world = worldWith(parent);
    const [deployment] = world.deployments;
    deployment.nested.set('Inner', new Deployment('Inner', { Parameters: { P: {} } }, ENV, [], world, { deployment, logicalId: 'Inner' }));
    expect(referencesHaveTargets(world)).toEqual(['Stack A: Fn::GetAtt Inner.Outputs.Gone is not there', 'Stack Inner: a value for the parameter P is not there']);
  });

  test('and none with its target', () => {
    expect(referencesHaveTargets(worldWith({
      Parameters: { P: {} },
      Conditions: { C: {} },
      Outputs: { O: { Value: 'x', Export: { Name: 'Exported' } } },
      Resources: { A: { Type: 'T', Condition: 'C', DependsOn: 'B', Properties: { X: [{ Ref: 'P' }, { Ref: 'AWS::Region' }, { 'Fn::ImportValue': 'Exported' }] } }, B: { Type: 'T' } },
    }))).toEqual([]);
  });
});

test.each<[string, Record<string, Resource>, string]>([
  ['inline ones of a role together', {
    Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: 'x'.repeat(6_000) }] } },
    A: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: 'x'.repeat(4_300) } },
  }, 'Roles 111122223333 Stack-Role: a policy of 10304 characters, at most 10240 fit'],
  ['one of a user', { A: { Type: 'AWS::IAM::Policy', Properties: { Users: ['ci'], PolicyDocument: 'x'.repeat(2_100) } } }, 'Users 111122223333 ci: a policy of 2102 characters, at most 2048 fit'],
  ['a managed one', { A: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: 'x'.repeat(6_200) } } }, 'Stack A: a policy of 6202 characters, at most 6144 fit'],
  ['one of a registry', { A: { Type: 'AWS::ECR::RegistryPolicy', Properties: { PolicyText: 'x'.repeat(10_300) } } }, 'Stack A: a policy of 10302 characters, at most 10240 fit'],
  ['one of a template', { A: { Type: 'AWS::ECR::RepositoryCreationTemplate', Properties: { RepositoryPolicy: 'x'.repeat(10_300) } } }, 'Stack A: a policy of 10300 characters, at most 10240 fit'],
])('policies that are too long are found: %s', (_, all, problem) => {
  expect(policiesFit(resources(all))).toEqual([problem]);
});

describe('an image that the role may not pull is found', () => {
  const IMAGE = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/quay/a/b:1';
  const pulling = (...statements: object[]) => ({ Task: task(IMAGE), Execution: ROLE, Policy: policyFor({ Ref: 'Execution' }, ...statements) });

  test.each<[string, Record<string, Resource>, string[]]>([
    ['without a login', pulling(allow([...READ, ...IMPORT], REPOSITORIES)), ['ecr:GetAuthorizationToken']],
    ['without the first pull', pulling(LOGIN, allow(READ, REPOSITORIES)), IMPORT],
    ['of another repository', pulling(LOGIN, allow([...READ, ...IMPORT], REPOSITORIES.replace('quay', 'echo'))), [...READ, ...IMPORT]],
    ['with tags', {
      ...pulling(LOGIN, allow([...READ, ...IMPORT], REPOSITORIES)),
      Template: { Type: 'AWS::ECR::RepositoryCreationTemplate', Properties: { Prefix: 'quay', ResourceTags: [{ Key: 'team', Value: 'web' }] } },
    }, ['ecr:TagResource']],
  ])('%s', async (_, all, denied) => {
    expect(await imagesCanBePulled(resources(all))).toEqual(denied.map(action =>
      `Stack Task ${IMAGE}: arn:aws:iam::111122223333:role/Stack-Execution is not allowed ${action}`));
  });

  test.each<[string, Resource]>([
    ['a task', task(IMAGE, {})],
    ['a job', { Type: 'AWS::Batch::JobDefinition', Properties: { ContainerProperties: { Image: IMAGE } } }],
    ['a job with several containers', { Type: 'AWS::Batch::JobDefinition', Properties: { EcsProperties: { TaskProperties: [{ Containers: [{ Image: IMAGE }] }] } } }],
    ['a build', { Type: 'AWS::CodeBuild::Project', Properties: { Environment: { Image: IMAGE } } }],
  ])('without a role: %s', async (_, resource) => {
    expect(await imagesCanBePulled(resources({ It: resource }))).toEqual([`Stack It ${IMAGE}: no role pulls it`]);
  });

  test('from another account whose owner allows nothing, and not when the owner does', async () => {
    const user = pulling(LOGIN, allow([...READ, ...IMPORT], '*'));
    const statements = [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: [...READ, ...IMPORT], Resource: REPOSITORIES.replace('111122223333', '444455556666') }];
    const of = (owner: Record<string, Resource>) => {
      const world = resources({ ...user, Task: task(IMAGE.replace('111122223333', '444455556666')) });
      world.add(new Deployment('Owner', { Resources: owner }, { ...ENV, account: '444455556666' }, [], world));
      return imagesCanBePulled(world);
    };
    expect((await of({})).length).toBe(5);
    expect(await of({ Policy: { Type: 'AWS::ECR::RegistryPolicy', Properties: { PolicyText: { Version: '2012-10-17', Statement: statements } } } })).toEqual([]);
  });

  test('and no image of another registry, nor one that the app makes', async () => {
    const own = { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'quay/a/b' } };
    expect(await imagesCanBePulled(resources({ Task: task('quay.io/a/b:1') }))).toEqual([]);
    expect(await imagesCanBePulled(resources({ Task: task(IMAGE), Repository: own }))).toEqual([]);
    expect(await imagesCanBePulled(resources(pulling(LOGIN, allow([...READ, ...IMPORT], REPOSITORIES))))).toEqual([]);
  });
});

test('a role that may run a task and not pass its roles is found', async () => {
  const with_ = (...statements: object[]) => rolesCanBePassed(resources({
    Task: task('quay.io/a/b:1'), Execution: ROLE, Runner: ROLE, Policy: policyFor({ Ref: 'Runner' }, allow(['ecs:RunTask'], TASK_ARN), ...statements),
  }));
  const problem = `arn:aws:iam::111122223333:role/Stack-Runner may run ${TASK_ARN} and not pass arn:aws:iam::111122223333:role/Stack-Execution`;
  expect(await with_()).toEqual([problem]);
  expect(await with_(allow(['iam:PassRole'], { 'Fn::GetAtt': ['Runner', 'Arn'] }))).toEqual([problem]);
  expect(await with_(allow(['iam:PassRole'], { 'Fn::GetAtt': ['Execution', 'Arn'] }, { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } }))).toEqual([]);
});

test('an image of another Region is found, unless a warning says so', () => {
  const all = { Task: task('111122223333.dkr.ecr.us-east-1.amazonaws.com/quay/a/b:1') };
  expect(regionsAreWarnedOf(resources(all))).toEqual([
    'Stack Task: 111122223333.dkr.ecr.us-east-1.amazonaws.com/quay/a/b:1 is not of the Region eu-central-1',
  ]);
  expect(regionsAreWarnedOf(resources(all, ['... [ack: annotation::cdk-ecr-pull-through-cache:cacheInOtherRegion]']))).toEqual([]);
});

describe('a real app is found broken', () => {
  /** The scheduled tasks, whose policies lose the statements that a pattern finds. */
  function without(statements: RegExp): World {
    const app = appWith({});
    APPS['a scheduled Fargate task'](app, ENV);
    const world = worldOf(app.synth());
    world.deployments.flatMap(one => one.resources).filter(([, { Type }]) => Type === 'AWS::IAM::Policy').forEach(([, { Properties }]) => {
      const document = Properties!.PolicyDocument as { Statement: object[] };
      document.Statement = document.Statement.filter(one => !statements.test(JSON.stringify(one)));
    });
    return world;
  }

  test('without its grants', async () => {
    expect((await imagesCanBePulled(without(/ecr:CreateRepository/))).map(one => one.split(' ').pop())).toEqual(
      [1, 2].flatMap(() => [...READ, ...IMPORT]));
  });

  test('without the permission to pass roles', async () => {
    expect(await rolesCanBePassed(without(/iam:PassRole/))).toHaveLength(4);
  });
});

test('all rules are asked, of apps in several settings', async () => {
  const broken = resources({ Task: task('111122223333.dkr.ecr.us-east-1.amazonaws.com/quay/a/b:1', { X: { Ref: 'Gone' } }) });
  expect(await problemsOf(broken)).toHaveLength(3);
  expect([Object.keys(APPS).length, SETTINGS.length]).toEqual([10, 6]);
});
