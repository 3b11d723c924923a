import { App, Aspects, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachePullers, PullThroughCache, PullThroughCacheGrants, RegistryPolicy } from '../../src';
import type { IPullThroughCache } from '../../src';
import { ECHO, ENV, newStack, propertiesOf, warningsOf } from '../app';

const OTHER = '999999999999';
const cache = (stack: Stack, props: object = {}) => new PullThroughCache(stack, 'Echo', { upstream: ECHO, ...props });
const role = (stack: Stack, id = 'Puller') => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
const statementsOf = (stack: Stack) =>
  Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
const NOTHING = /^\/Stack\/Echo grantHalfMissing: the grant for .* wrote nothing: (.*)\.$/s;

describe('a grant to a principal with policies', () => {
  test.each<[string, (stack: Stack) => iam.IGrantable, object]>([
    ['a role', stack => role(stack), { Roles: [{ Ref: Match.stringLikeRegexp('^Puller') }] }],
    ['a user', stack => new iam.User(stack, 'Puller'), { Users: [{ Ref: Match.stringLikeRegexp('^Puller') }] }],
    ['a group', stack => new iam.Group(stack, 'Puller'), { Groups: [{ Ref: Match.stringLikeRegexp('^Puller') }] }],
    ['an imported role', stack => iam.Role.fromRoleName(stack, 'Puller', 'node-role'), { Roles: ['node-role'] }],
    ['a role by its ARN', stack => iam.Role.fromRoleArn(stack, 'Puller', `arn:aws:iam::${ENV.account}:role/node-role`), { Roles: ['node-role'] }],
    ['an imported user', stack => iam.User.fromUserName(stack, 'Puller', 'ci'), { Users: ['ci'] }],
    ['an imported group', stack => iam.Group.fromGroupName(stack, 'Puller', 'developers'), { Groups: ['developers'] }],
    ['a principal with conditions', stack => new iam.PrincipalWithConditions(role(stack), {}), { Roles: [{ Ref: Match.stringLikeRegexp('^Puller') }] }],
  ])('is written into the policy of %s', (_, principal, attached) => {
    const stack = newStack();
    const grant = cache(stack).grants.pull(principal(stack));
    expect(grant.success).toBe(true);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', attached);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is written into a managed policy', () => {
    const stack = newStack();
    expect(cache(stack).grants.pull(new iam.ManagedPolicy(stack, 'Policy')).success).toBe(true);
    expect(propertiesOf(stack, 'AWS::IAM::ManagedPolicy')).toMatchObject({ PolicyDocument: { Statement: [{}, {}] } });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is written for each part of a composite', () => {
    const stack = newStack();
    const both = new iam.CompositePrincipal(role(stack, 'One'), new iam.CompositePrincipal(role(stack, 'Two')));
    const grant = cache(stack).grants.pull(both);
    expect(grant.principalStatements).toHaveLength(4);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 2);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('can be depended upon', () => {
    const stack = newStack();
    const puller = role(stack);
    const grant = cache(stack).grants.pull(puller);
    grant.applyBefore(new iam.User(stack, 'Later'));
    Template.fromStack(stack).hasResource('AWS::IAM::User', { DependsOn: [Match.stringLikeRegexp('^PullerDefaultPolicy')] });
  });
});

describe('a grant of cached images', () => {
  test('is one of first pulls of exactly these, whatever they look like', () => {
    const [known, read] = [newStack(), newStack()];
    cache(known).grants._pullPaths(role(known), ['my.team/app', 'nginx', 'nginx']);
    cache(read).grants.pullImages(role(read), ['123456789012.dkr.ecr.us-east-1.amazonaws.com/my.team/app', 'nginx']);
    expect(statementsOf(known)).toEqual(statementsOf(read));
    expect(JSON.stringify(statementsOf(known))).toContain('repository/echo/my.team/app');
  });
});

describe('the statements of a grant', () => {
  test('are one for logging in and one for the rest', () => {
    const stack = newStack();
    cache(stack).grants.pull(role(stack));
    expect(statementsOf(stack)).toEqual([
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Effect: 'Allow',
        Action: [
          'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository',
        ],
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-central-1:111122223333:repository/echo/*']] },
      },
    ]);
  });

  test('are not repeated by the same grant', () => {
    const stack = newStack();
    const [echo, puller] = [cache(stack), role(stack)];
    echo.grants.pull(puller);
    echo.grantPull(puller);
    expect(statementsOf(stack)).toHaveLength(2);
  });

  test('log in once for several caches', () => {
    const stack = newStack();
    const puller = role(stack);
    cache(stack).grants.pull(puller);
    new PullThroughCache(stack, 'Other', { upstream: ECHO, repositoryPrefix: 'other' }).grants.pull(puller);
    expect(statementsOf(stack).filter(({ Resource }) => Resource === '*')).toHaveLength(1);
    expect(statementsOf(stack)).toHaveLength(3);
  });

  test.each<[string, (stack: Stack, prefix: string) => IPullThroughCache]>([
    ['caches', (stack, prefix) => new PullThroughCache(stack, prefix, { upstream: ECHO, repositoryPrefix: prefix })],
    ['imported caches', (stack, repositoryPrefix) =>
      PullThroughCache.fromPullThroughCacheAttributes(stack, repositoryPrefix, { repositoryPrefix, upstream: ECHO, repositoriesTagged: true })],
  ])('are two for many grants and %s where aws-cdk minimises policies', (_, make) => {
    const stack = newStack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } }));
    const puller = role(stack);
    for (const prefix of ['echo', 'hub', 'quay']) {
      const one = make(stack, prefix);
      one.grants.pullImages(puller, ['nginx']);
      one.grants.pullImages(puller, ['python', 'team/*']);
    }
    const statements = statementsOf(stack);
    expect(statements).toHaveLength(2);
    expect(statements.map(({ Resource }) => [Resource].flat().length)).toEqual(expect.arrayContaining([1, 9]));
  });

  test('name the images', () => {
    const stack = newStack();
    cache(stack).grants.pullCachedImages(role(stack), ['nginx', 'team/*']);
    expect(statementsOf(stack)[1].Resource.map((arn: any) => arn['Fn::Join'][1][2])).toEqual([
      ':ecr:eu-central-1:111122223333:repository/echo/nginx', ':ecr:eu-central-1:111122223333:repository/echo/team/*',
    ]);
  });
});

describe('a grant that writes nothing', () => {
  const elsewhere = 'the policies of this role are not managed here. Give it those of a PullPolicy, or what PullPolicy.toPolicyText() prints, '
    + 'where it is made, then acknowledge this warning';
  const assumed = 'services and federated identities pull with a role. Grant the role that they assume';
  const outside = 'accounts, organisations and ARNs have no policies here. Allow them by CachePullers in the repositoryTemplate of the cache and in '
    + 'RegistryPolicy.allowFirstPull(), and give them what PullPolicy.toPolicyText() prints in their own account';

  test.each<[string, (stack: Stack) => iam.IGrantable, string]>([
    ['an imported role that is not to be changed', stack => iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::${ENV.account}:role/r`, { mutable: false }), elsewhere],
    ['a role without policy updates', stack => role(stack).withoutPolicyUpdates(), elsewhere],
    ['a role of another account', stack => iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::${OTHER}:role/r`), elsewhere],
    ['a service', () => new iam.ServicePrincipal('codebuild.amazonaws.com'), assumed],
    ['a federated identity', () => new iam.WebIdentityPrincipal('accounts.google.com'), assumed],
    ['an account', () => new iam.AccountPrincipal(OTHER), outside],
    ['an organisation', () => new iam.OrganizationPrincipal('o-a1b2c3d4e5'), outside],
    ['an ARN', () => new iam.ArnPrincipal(`arn:aws:iam::${OTHER}:role/r`), outside],
    ['everybody', () => new iam.StarPrincipal(), outside],
  ])('says what is missing for %s', (_, principal, message) => {
    const stack = newStack();
    cache(stack).grants.pull(principal(stack));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
    expect(warningsOf(stack).map(warning => NOTHING.exec(warning)?.[1])).toEqual([message]);
  });

  test('reports no success for a principal without policies', () => {
    const stack = newStack();
    expect(cache(stack).grants.pull(new iam.AccountPrincipal(OTHER)).success).toBe(false);
  });

  test('fails by name where its success is asserted', () => {
    const stack = newStack();
    const grant = cache(stack).grants.pull(new iam.ServicePrincipal('codebuild.amazonaws.com'));
    expect(() => grant.assertSuccess()).toThrow('ServicePrincipal(codebuild.amazonaws.com)');
  });

  test('says so for the part of a composite that it concerns', () => {
    const stack = newStack();
    const grant = cache(stack).grants.pull(new iam.CompositePrincipal(role(stack), new iam.ServicePrincipal('ecs-tasks.amazonaws.com')));
    expect(grant.success).toBe(true);
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/the grant for ServicePrincipal\(ecs-tasks\.amazonaws\.com\) wrote nothing/)]);
  });

  test("leaves aws-cdk's own warning alone", () => {
    const stack = newStack();
    const echo = cache(stack);
    echo.grants.pull(new iam.UnknownPrincipal({ resource: echo }));
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));
    expect(warnings).toHaveLength(2);
    expect(warnings.filter(warning => !warning.startsWith("Add statement to this resource's role"))).toEqual([]);
  });

  test("leaves aws-cdk's report of customised roles alone", () => {
    const app = new App();
    const stack = newStack(app);
    iam.Role.customizeRoles(stack, { usePrecreatedRoles: { 'Stack/Puller': 'made-elsewhere' } });
    cache(stack).grants.pull(role(stack));
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('a grant across accounts', () => {
  function app(owner: (stack: Stack, echo: PullThroughCache) => void, template: object = {}, pullers = { account: OTHER, region: ENV.region }) {
    const root = new App();
    const stack = newStack(root);
    const echo = cache(stack, { repositoryTemplate: template });
    const pullersStack = newStack(root, 'Pullers', pullers);
    owner(stack, echo);
    return { stack, echo, puller: role(pullersStack) };
  }
  const pullers = [CachePullers.account(OTHER)];
  const warningsOfCache = (stack: Stack) => warningsOf(stack).filter(one => one.startsWith('/Stack/Echo '));

  test('says that both halves of the owner are missing', () => {
    const { stack, echo, puller } = app(() => {});
    echo.grants.pull(puller);
    expect(warningsOfCache(stack)).toEqual([expect.stringContaining(
      `has to allow that account reading what is cached and importing what is not. There, name CachePullers.account('${OTHER}') in `
      + 'RegistryPolicy.allowFirstPull(), which allows reading too; when that is done elsewhere, acknowledge this warning.')]);
  });

  test.each<[string, (grants: PullThroughCacheGrants, puller: iam.IRole) => void]>([
    ['of images by their names', (grants, puller) => grants.pull(puller)],
    ['of cached images', (grants, puller) => grants._pullPaths(puller, ['nginx'])],
  ])('%s says that importing is missing', (_, grant) => {
    const { stack, echo, puller } = app(() => {}, { pullers });
    grant(echo.grants, puller);
    expect(warningsOfCache(stack)).toEqual([expect.stringContaining('has to allow that account importing what is not. There,')]);
  });

  test('is quiet with a registry policy that allows both', () => {
    const { stack, echo, puller } = app((owner, one) => new RegistryPolicy(owner, 'Policy').allowFirstPull(one, { pullers }));
    echo.grants.pull(puller);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is quiet when both are there, whenever they come', () => {
    const { stack, echo, puller } = app(() => {}, { pullers });
    echo.grants.pull(puller);
    new RegistryPolicy(stack, 'Policy').allowFirstPull(echo, { pullers });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('does not count halves for other accounts', () => {
    const others = [CachePullers.account('888888888888')];
    const { stack, echo, puller } = app((owner, one) =>
      new RegistryPolicy(owner, 'Policy').allowFirstPull(one, { pullers: others }), { pullers: others });
    echo.grants.pull(puller);
    expect(warningsOfCache(stack)).toEqual([expect.stringContaining('reading what is cached and importing what is not.')]);
  });

  test('counts an organisation, which may have the account', () => {
    const organization = [CachePullers.organization('o-a1b2c3d4e5')];
    const { stack, echo, puller } = app(() => {}, { pullers: organization });
    echo.grants.pullCached(puller);
    expect(warningsOfCache(stack)).toEqual([]);
  });

  test('needs no registry policy for what is cached', () => {
    const { stack, echo, puller } = app(() => {}, { pullers });
    echo.grants.pullCached(puller);
    expect(warningsOfCache(stack)).toEqual([]);
  });

  test('says that reading is missing for what is cached, and asks for no registry policy', () => {
    const { stack, echo, puller } = app(() => {});
    echo.grants.pullCached(puller);
    expect(warningsOfCache(stack)).toEqual([expect.stringContaining(
      `has to allow that account reading what is cached. There, set CachePullers.account('${OTHER}') in the repositoryTemplate of the cache; `
      + 'when that is done elsewhere, acknowledge this warning.')]);
  });

  test('is quiet within an account', () => {
    const { stack, echo, puller } = app(() => {}, {}, { account: ENV.account, region: 'us-east-1' });
    echo.grants.pull(puller);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is quiet when an account is not known', () => {
    const stack = newStack();
    const account = new CfnParameter(stack, 'Account').valueAsString;
    PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', account }).grants.pull(role(stack));
    expect(warningsOf(stack)).toEqual([]);
  });

  test('speaks of no import that names its account, whose owner is known to be another', () => {
    const stack = newStack();
    PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', account: OTHER }).grants.pull(role(stack));
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each([['before', true], ['after', false]])('speaks in the Stage of who pulls, when the one of the cache was made %s', (_, cacheFirst) => {
    const root = new App();
    const stackIn = (id: string, account: string) => new Stack(new Stage(root, id, { env: { ...ENV, account } }), 'Stack');
    const ids = cacheFirst ? ['Owner', 'User'] : ['User', 'Owner'];
    const stacks = new Map(ids.map(id => [id, stackIn(id, id === 'Owner' ? OTHER : ENV.account)]));
    const own = new PullThroughCache(stacks.get('Owner')!, 'Echo', { upstream: ECHO });
    // as CachedImages does, when the Stage of who pulls is synthesized
    Aspects.of(stacks.get('User')!).add({ visit: one => { if (one === stacks.get('User')) { own.grants.pull(role(stacks.get('User')!)); } } });
    root.synth();
    expect(warningsOf(stacks.get('User')!)).toEqual([expect.stringMatching(/^\/User\/Stack\/.* grantHalfMissing: .* is one half/)]);
  });
});

describe('a grant on the whole registry', () => {
  const root = (stack: Stack) => cache(stack, { repositoryPrefix: 'ROOT' });

  test('warns', () => {
    const stack = newStack();
    root(stack).grants.pull(role(stack));
    expect(warningsOf(stack)).toEqual([expect.stringMatching(new RegExp('wholeRegistryGrant: a grant without images on a cache with the prefix ROOT '
      + 'reaches every repository of the registry \\(.*\\)\\. Name the images by pullImages\\(\\) or pullCachedImages\\(\\), or acknowledge this warning\\.$'))]);
  });

  test('warns when it is written as *', () => {
    const stack = newStack();
    root(stack).grants.pullImages(role(stack), ['*']);
    expect(warningsOf(stack)).toEqual([expect.stringContaining('wholeRegistryGrant')]);
  });

  test('does not warn with images', () => {
    const stack = newStack();
    root(stack).grants.pullImages(role(stack), ['nginx']);
    expect(warningsOf(stack)).toEqual([]);
  });
});

test.each<[string, (grants: PullThroughCacheGrants, puller: iam.IRole) => void, string]>([
  ['to pull images', (grants, puller) => grants.pullImages(puller, []), 'call pull()'],
  ['to pull cached images', (grants, puller) => grants.pullCachedImages(puller, []), 'call pullCached()'],
])('a grant %s fails for an empty list, and writes nothing', (_, grant, call) => {
  const stack = newStack();
  const [echo, puller] = [cache(stack), role(stack)];
  expect(() => grant(echo.grants, puller)).toThrow(`got an empty list of images, expected at least one: ${call} for the whole cache [at Stack/Echo]`);
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
});

test('fails for a bad entry before anything is written', () => {
  const stack = newStack();
  const [echo, puller] = [cache(stack), role(stack)];
  expect(() => echo.grants.pullImages(puller, ['nginx', 'team/app:1.0'])).toThrow("got the allowed image 'team/app:1.0'");
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
});
