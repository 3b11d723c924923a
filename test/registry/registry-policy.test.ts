import { App, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { rules } from 'cdk-nag';
import { CachePullers, PullThroughCache, RegistryPolicy } from '../../src';
import { statementId, withUniqueIds } from '../../src/registry/registry-policy';
import { agnosticStack, ENV, newStack, warningsOf } from '../app';
import { Deployed } from '../simulator';

const OTHER = '999999999999';
const ORGANIZATION = 'o-a1b2c3d4e5';
const pullers = [CachePullers.account(OTHER)];
const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

const rule = (stack: Stack, ecrRepositoryPrefix = 'echo') =>
  new ecr.CfnPullThroughCacheRule(stack, `Rule${stack.node.children.length}`, { ecrRepositoryPrefix, upstreamRegistryUrl: 'registry.k8s.io' });
const statementsOf = (stack: Stack) => new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText.Statement;
const own = (sid: string) => new iam.PolicyStatement({
  sid, actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal(OTHER)], resources: ['*'],
});

function policyOf(stack: Stack, props = {}) {
  return new RegistryPolicy(stack, 'Policy', props);
}

describe('a first pull that the registry policy allows', () => {
  test('is an import, a new repository if need be, and reading, below the prefix', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), { pullers });
    expect(new Deployed(stack).only('AWS::ECR::RegistryPolicy')).toEqual({
      PolicyText: {
        Version: '2012-10-17',
        Statement: [{
          Sid: 'FirstPullEcho',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${OTHER}:root` },
          Action: [...READ, ...IMPORT],
          Resource: `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/echo/*`,
        }],
      },
    });
  });

  test('is reading too, so nothing is missed', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), { pullers });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is of the images that are named', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), { pullers, images: ['nginx', 'team/*'] });
    expect(statementsOf(stack)[0].Resource).toEqual(['nginx', 'team/*'].map(path => `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/echo/${path}`));
  });

  test('is for roles and for accounts of an organisation by conditions', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), {
      pullers: [
        CachePullers.account(OTHER, { roles: ['ci'] }), CachePullers.organization(ORGANIZATION, { accounts: ['888888888888'] }),
      ],
    });
    expect(statementsOf(stack)).toMatchObject([
      { Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Condition: { ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::${OTHER}:role/ci`] } } },
      { Principal: { AWS: 'arn:aws:iam::888888888888:root' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } } },
    ]);
  });

  test('warns of a statement that lets everybody in', () => {
    const everybody = (conditions?: iam.Conditions) => new iam.PolicyStatement({ actions: ['ecr:ReplicateImage'], principals: [new iam.StarPrincipal()], resources: ['*'], conditions });
    const narrow = everybody({ StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } });
    const warnings = (...more: iam.PolicyStatement[]) => {
      const stack = newStack();
      const policy = new RegistryPolicy(stack, 'RegistryPolicy', { existingStatements: [narrow] });
      more.forEach(one => policy.addStatements(one));
      return warningsOf(stack);
    };
    expect(warnings()).toEqual([]);
    expect(warnings(everybody())).toEqual([expect.stringContaining('openToEverybody: the registry policy lets everybody in')]);
  });

  test('is opened to nobody and everybody', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), { pullers: [...pullers, CachePullers.organization(ORGANIZATION, { accounts: [OTHER] })] });
    const resource = stack.node.findAll().find(one => ecr.CfnRegistryPolicy.isCfnRegistryPolicy(one))!;
    expect(rules.ecr.ECROpenAccess(resource as ecr.CfnRegistryPolicy)).toBe('Compliant');
  });

  test('fails for an organisation without accounts', () => {
    const stack = newStack();
    expect(() => policyOf(stack).allowFirstPull(rule(stack), { pullers: [CachePullers.organization(ORGANIZATION)] })).toThrow(
      "got an organisation without its accounts, expected accounts in a registry policy, which isn't opened to the principal '*': name those that import by the "
      + 'option accounts of CachePullers.organization(); all others may pull what is cached, by the repositoryTemplate [at Stack/Policy]');
  });

  test('fails for an organisation without accounts beside pullers that are right', () => {
    const stack = newStack();
    expect(() => policyOf(stack).allowFirstPull(rule(stack), { pullers: [...pullers, CachePullers.organization(ORGANIZATION)] }))
      .toThrow('got an organisation without its accounts');
  });

  test('fails without pullers', () => {
    const stack = newStack();
    expect(() => policyOf(stack).allowFirstPull(rule(stack), { pullers: [] })).toThrow(
      "got an empty list of pullers, expected at least one: name them, such as CachePullers.account('111122223333')");
  });

  test('fails for an empty list of images', () => {
    const stack = newStack();
    expect(() => policyOf(stack).allowFirstPull(rule(stack), { pullers, images: [] })).toThrow(
      'got an empty list of images, expected at least one: leave images out for the whole cache');
  });

  test('fails for an image with a tag', () => {
    const stack = newStack();
    expect(() => policyOf(stack).allowFirstPull(rule(stack), { pullers, images: ['nginx:1'] })).toThrow("got the allowed image 'nginx:1'");
  });

  test.each([
    ['account', { account: OTHER }, `account ${OTHER} and Region ${ENV.region}`],
    ['Region', { region: 'us-east-1' }, `account ${ENV.account} and Region us-east-1`],
  ])('fails for a cache of another %s', (_, place, named) => {
    const stack = newStack();
    const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', ...place });
    expect(() => policyOf(stack).allowFirstPull(cache, { pullers })).toThrow(
      `got a cache of the ${named}, expected one of the account ${ENV.account} and Region ${ENV.region}, whose registry this policy belongs to: `
      + 'make a RegistryPolicy in a stack of that account and Region');
  });

  test('is taken for a cache whose account is not known', () => {
    const stack = newStack();
    const account = new CfnParameter(stack, 'Account').valueAsString;
    policyOf(stack).allowFirstPull(PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', account }), { pullers });
    expect(statementsOf(stack)).toHaveLength(1);
  });
});

describe('statements of a registry policy', () => {
  test('are those that exist, those that are added and those of the caches', () => {
    const stack = newStack();
    const policy = policyOf(stack, { existingStatements: [own('Existing')] });
    policy.allowFirstPull(rule(stack), { pullers });
    policy.addStatements(own('Added'));
    expect(statementsOf(stack).map(({ Sid }: { Sid: string }) => Sid)).toEqual(['Existing', 'Added', 'FirstPullEcho']);
  });

  test('can come from JSON', () => {
    const stack = newStack();
    const json = { Sid: 'Json', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: 'ecr:ReplicateImage', Resource: '*' };
    policyOf(stack, { existingStatements: [iam.PolicyStatement.fromJson(json)] });
    expect(statementsOf(stack)).toEqual([json]);
  });

  test('have ids of their own for prefixes that look alike', () => {
    const stack = newStack();
    const policy = policyOf(stack, { existingStatements: [own('FirstPullHub')] });
    for (const prefix of ['team-a', 'team/a', 'hub']) {
      policy.allowFirstPull(rule(stack, prefix), { pullers });
    }
    const ids = statementsOf(stack).map(({ Sid }: { Sid: string }) => Sid);
    expect(ids).toEqual(['FirstPullHub', 'FirstPullTeamA', expect.stringMatching(/^FirstPullTeamA[0-9a-f]{8}$/), expect.stringMatching(/^FirstPullHub[0-9a-f]{8}$/)]);
  });

  test('appear once when a cache is allowed twice', () => {
    const stack = newStack();
    const [policy, cache] = [policyOf(stack), rule(stack)];
    policy.allowFirstPull(cache, { pullers });
    policy.allowFirstPull(cache, { pullers });
    expect(statementsOf(stack)).toHaveLength(1);
  });

  test('fail with one id for two', () => {
    const stack = newStack();
    policyOf(stack, { existingStatements: [own('Same')] }).addStatements(own('Same'));
    expect(() => Template.fromStack(stack)).toThrow(
      "got the statement id 'Same' twice in a registry policy, expected an id for each statement: rename one of the two [at Stack/Policy]");
  });

  test('may allow any action of ECR', () => {
    const stack = newStack();
    policyOf(stack).addStatements(
      new iam.PolicyStatement({ actions: ['ecr:DescribeImages'], principals: [new iam.AccountPrincipal(OTHER)], resources: ['*'] }));
    expect(statementsOf(stack)).toHaveLength(1);
  });

  test('fail without resources', () => {
    const stack = newStack();
    policyOf(stack).addStatements(new iam.PolicyStatement({ actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal(OTHER)] }));
    expect(() => Template.fromStack(stack)).toThrow(
      "got a statement of a registry policy without resources, expected the repositories that it is about: add resources, such as ['*']");
  });

  test('fail without principals', () => {
    const stack = newStack();
    policyOf(stack).addStatements(new iam.PolicyStatement({ actions: ['ecr:ReplicateImage'], resources: ['*'] }));
    expect(() => Template.fromStack(stack)).toThrow(/must specify at least one IAM principal/);
  });

  test('may be without ids, and about all resources but some', () => {
    const stack = newStack();
    const statements = ['ecr:ReplicateImage', 'ecr:CreateRepository'].map(action => new iam.PolicyStatement({
      actions: [action], principals: [new iam.AccountPrincipal(OTHER)], notResources: ['arn:aws:ecr:*:*:repository/own/*'],
    }));
    policyOf(stack).addStatements(...statements);
    expect(statementsOf(stack)).toHaveLength(2);
  });

  test('may be as many of the user as of the caches', () => {
    const stack = newStack();
    const policy = policyOf(stack);
    policy.addStatements(own('Own'));
    policy.allowFirstPull(rule(stack), { pullers });
    expect(statementsOf(stack)).toHaveLength(2);
  });

  test('fail when there are none', () => {
    const stack = newStack();
    policyOf(stack);
    expect(() => Template.fromStack(stack)).toThrow(
      'got a registry policy without statements, expected at least one, since ECR refuses an empty policy: call allowFirstPull() or addStatements(), or '
      + 'leave the construct out [at Stack/Policy]');
  });
});

describe('the length of a registry policy', () => {
  const long = (accounts: number) => CachePullers.organization(ORGANIZATION, {
    accounts: Array.from({ length: accounts }, (_, index) => String(100000000000 + index)),
  });

  test('reaches for 200 accounts', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), { pullers: [long(200)] });
    expect(statementsOf(stack)[0].Principal.AWS).toHaveLength(200);
  });

  const padded = (length: number) => {
    const stack = newStack();
    const statement = (name: string) => new iam.PolicyStatement({ actions: ['ecr:*'], principals: [new iam.AccountPrincipal(OTHER)], resources: ['*', name] });
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [{ Action: 'ecr:*', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Resource: ['*', ''] }] });
    policyOf(stack).addStatements(statement('x'.repeat(length - text.length)));
    return stack;
  };

  test('may be 10,240 characters', () => {
    const stack = padded(10_240);
    expect(JSON.stringify(new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText)).toHaveLength(10_240);
  });

  test('fails with 10,241 characters', () => {
    expect(() => Template.fromStack(padded(10_241))).toThrow('got a registry policy of 10241 characters, expected at most 10240');
  });

  test('fails far beyond 10,240 characters, with the ways out', () => {
    const stack = newStack();
    policyOf(stack).allowFirstPull(rule(stack), { pullers: [long(400)] });
    expect(() => Template.fromStack(stack)).toThrow(
      /got a registry policy of \d{5} characters, expected at most 10240: name accounts instead of their roles, allow a whole cache instead of its images, and several accounts by the option accounts of one CachePullers\.organization/);
  });
});

describe('a second registry policy', () => {
  const SECOND = /got a second registry policy for one account and Region \(One\/Policy is the first\), expected one registry policy, since ECR keeps one of an account and Region: keep one RegistryPolicy and let all caches add to it/;

  test('fails in one account and Region', () => {
    const app = new App();
    policyOf(newStack(app, 'One'));
    policyOf(newStack(app, 'Two'));
    expect(() => app.synth()).toThrow(SECOND);
  });

  test('fails in a nested stack', () => {
    const stack = newStack(new App(), 'One');
    policyOf(stack);
    policyOf(new NestedStack(stack, 'Nested'));
    expect(() => Template.fromStack(stack)).toThrow(SECOND);
  });

  test('fails beside an L1, when the app is synthesized', () => {
    const app = new App();
    policyOf(newStack(app, 'One')).addStatements(own('One'));
    const two = newStack(app, 'Two');
    new ecr.CfnRegistryPolicy(two, 'L1', { policyText: {} });
    expect(() => Template.fromStack(two)).toThrow(/got a second registry policy for one account and Region \(One\/Policy is the first\).*\[at Two\/L1\]/s);
  });

  test.each([{ account: OTHER, region: ENV.region }, { account: ENV.account, region: 'us-east-1' }])('may be in %p', env => {
    const app = new App();
    policyOf(newStack(app, 'One')).addStatements(own('One'));
    const two = newStack(app, 'Two', env);
    policyOf(two).addStatements(own('Two'));
    expect(warningsOf(two)).toEqual([]);
    expect(statementsOf(two)).toHaveLength(1);
  });

  test('may follow one that was removed', () => {
    const stack = newStack();
    policyOf(stack);
    stack.node.tryRemoveChild('Policy');
    policyOf(stack).addStatements(own('One'));
    expect(statementsOf(stack)).toHaveLength(1);
  });

  test('may be in another app', () => {
    policyOf(newStack());
    expect(() => policyOf(newStack())).not.toThrow();
  });

  test('warns in stacks that go anywhere', () => {
    const app = new App();
    policyOf(agnosticStack(app, 'One')).addStatements(own('One'));
    const two = agnosticStack(app, 'Two');
    policyOf(two).addStatements(own('Two'));
    expect(warningsOf(two)).toEqual([
      "/Two/Policy possiblySameRegistry: another registry policy (One/Policy) is in this app, and at least one of the two stacks doesn't say where it goes: "
      + 'in one account and Region the second fails. Give the stacks an env, or deploy them to different places.',
    ]);
  });
});

describe('the id of a statement', () => {
  test.each([
    ['echo', 'FirstPullEcho'], ['team-a/echo', 'FirstPullTeamAEcho'], ['docker.hub__x', 'FirstPullDockerHubX'], ['ROOT', 'FirstPullROOT'], ['9lives', 'FirstPull9lives'],
  ])('for %s is %s', (prefix, id) => {
    expect(statementId('FirstPull', prefix)).toBe(id);
  });

  test('holds nothing of a token', () => {
    expect(statementId('FirstPull', new CfnParameter(new Stack(), 'Prefix').valueAsString)).toBe('FirstPull');
  });
});

describe('ids of several statements', () => {
  const ids = (statements: object[]) => withUniqueIds(statements).map(({ Sid }) => Sid);

  test('stay when they differ', () => {
    expect(ids([{ Sid: 'A' }, { Sid: 'B' }])).toEqual(['A', 'B']);
  });

  test('get a hash of what a later one says', () => {
    const [first, second] = ids([{ Sid: 'A', Resource: 'x' }, { Sid: 'A', Resource: 'y' }]);
    expect([first, second]).toEqual(['A', expect.stringMatching(/^A[0-9a-f]{8}$/)]);
  });

  test('do not depend on what stands between them', () => {
    const [a, b] = [{ Sid: 'A', Resource: 'x' }, { Sid: 'A', Resource: 'y' }];
    expect(ids([a, { Sid: 'C' }, b])).toEqual([ids([a, b])[0], 'C', ids([a, b])[1]]);
  });

  test('are not given to what was said before, which is left out', () => {
    expect(withUniqueIds([{ Sid: 'A' }, { Sid: 'B' }, { Sid: 'A' }])).toEqual([{ Sid: 'A' }, { Sid: 'B' }]);
  });

  test('are all different', () => {
    const statements = Array.from({ length: 50 }, (_, index) => ({ Sid: 'A', Resource: String(index) }));
    expect(new Set(ids(statements)).size).toBe(50);
  });

  test('are not given to a statement without', () => {
    const statements: object[] = [{ Effect: 'Allow' }, { Effect: 'Deny' }];
    expect(withUniqueIds(statements)).toStrictEqual(statements);
  });

  test('appear once for what is said twice', () => {
    expect(ids([{ Sid: 'A', Resource: 'x' }, { Sid: 'A', Resource: 'x' }])).toEqual(['A']);
  });
});
