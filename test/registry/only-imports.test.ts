import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { rules } from 'cdk-nag';
import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from '../../src';
import type { OnlyImportsOptions } from '../../src';
import { ECHO, ENV, newStack } from '../app';
import { Deployed, wrongRows } from '../simulator';
import type { Caller, Policy, Row, World } from '../simulator';

const OTHER = '999999999999';
const IMPORT = 'ecr:BatchImportUpstreamImage';
const EVERYTHING: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const repository = (name: string, account = ENV.account) => `arn:aws:ecr:${ENV.region}:${account}:repository/${name}`;
const rows = (who: string, allowed: boolean, action: string, ...names: string[]): Row[] =>
  names.map(name => ({ who, action, resource: repository(name), allowed }));

function made(options: Partial<OnlyImportsOptions> = {}, app = new App()) {
  const stack = newStack(app);
  const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
  const policy = new RegistryPolicy(stack, 'Policy');
  const only = policy.allowOnlyImports({ caches: [{ cache, images: ['redis', 'team/*'] }], prefixesMadeElsewhere: [], ...options });
  return { app, stack, cache, policy, only };
}

const caller = (account: string): Caller => ({
  arn: `arn:aws:sts::${account}:assumed-role/Admin/session`,
  policies: [EVERYTHING],
  context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/Admin`, 'aws:PrincipalAccount': account },
});

function world(stack: Stack): World {
  return {
    callers: { administrator: caller(ENV.account!), other: caller(OTHER) },
    resourcePolicies: [{ resource: /:repository\//, policy: new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText }],
  };
}

describe('only what is named', () => {
  test('is imported, by an administrator too; all else of the registry is as before', async () => {
    const { stack, cache, policy } = made({ prefixesMadeElsewhere: ['k8s', 'team-a/ghcr'] });
    new PullThroughCache(stack, 'Echo', { upstream: ECHO });
    new ecr.CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'public', upstreamRegistryUrl: 'public.ecr.aws' });
    policy.allowFirstPull(cache, { pullers: [CachePullers.account(OTHER)] });
    expect(await wrongRows(world(stack), [
      ...rows('administrator', true, IMPORT, 'quay/redis', 'quay/team/app', 'quay/team/a/b', 'echo/nginx', 'public/x', 'k8s/pause', 'team-a/ghcr/x'),
      ...rows('administrator', false, IMPORT, 'quay/bitnamy/redis', 'quay/redis2', 'quay/teams/app', 'unknown/x', 'team-a/x'),
      ...rows('administrator', true, 'ecr:BatchGetImage', 'quay/bitnamy/redis'),
      ...rows('administrator', true, 'ecr:CreateRepository', 'quay/bitnamy/redis', 'own-app'),
      ...rows('administrator', true, 'ecr:PutImage', 'own-app'),
      ...rows('other', true, IMPORT, 'quay/redis'),
      ...rows('other', false, IMPORT, 'quay/bitnamy/redis', 'echo/nginx'),
    ])).toEqual([]);
  });

  test('is a Deny of importing alone, which cdk-nag takes', () => {
    const { stack } = made();
    const [statement] = new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText.Statement;
    expect(statement).toEqual({
      Sid: 'OnlyTheseImports', Effect: 'Deny', Principal: '*', Action: IMPORT, NotResource: [repository('quay/redis'), repository('quay/team/*')],
    });
    const resource = stack.node.findAll().find(one => ecr.CfnRegistryPolicy.isCfnRegistryPolicy(one))!;
    expect(rules.ecr.ECROpenAccess(resource)).toBe('Compliant');
  });

  test('takes in caches that may be in this registry, and leaves out those of another', () => {
    const { app, stack } = made();
    new PullThroughCache(new Stack(app, 'Anywhere'), 'Echo', { upstream: ECHO });
    new PullThroughCache(newStack(app, 'Far', { account: ENV.account!, region: 'us-west-2' }), 'Echo', { upstream: ECHO, repositoryPrefix: 'far' });
    expect(new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText.Statement[0].NotResource).toEqual(
      ['quay/redis', 'quay/team/*', 'echo/*'].map(name => repository(name)));
  });
});

describe('a service control policy', () => {
  const textOf = (stack: Stack, text: string) => {
    new CfnOutput(stack, 'Text', { value: text });
    return JSON.parse(new Deployed(stack).output('Text')) as Policy;
  };

  test('says the same for the own registries of all accounts, and leaves upstreams of others alone', async () => {
    const { stack, only } = made();
    new PullThroughCache(stack, 'Echo', { upstream: ECHO });
    const scp = textOf(stack, only.serviceControlPolicyText);
    expect(scp.Statement).toEqual([{
      Sid: 'OnlyTheseImports',
      Effect: 'Deny',
      Action: IMPORT,
      NotResource: ['quay/redis', 'quay/team/*', 'echo/*'].map(name => `arn:aws:ecr:*:*:repository/${name}`),
      Condition: { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } },
    }]);
    const own = caller(ENV.account!);
    // a Deny of the identity decides as one of an organisation does
    const into = (account: string): World => ({ callers: { administrator: { ...own, policies: [EVERYTHING, scp], context: { ...own.context, 'aws:ResourceAccount': account } } } });
    expect(await wrongRows(into(ENV.account!), [
      ...rows('administrator', true, IMPORT, 'quay/redis', 'echo/nginx'), ...rows('administrator', false, IMPORT, 'quay/bitnamy/redis'),
      ...rows('administrator', true, 'ecr:BatchGetImage', 'quay/bitnamy/redis'),
    ])).toEqual([]);
    expect(await wrongRows(into('123456789012'), rows('administrator', true, IMPORT, 'nginx'))).toEqual([]);
  });

  test('fails when it is longer than AWS Organizations takes', () => {
    const app = new App();
    const stack = newStack(app);
    const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const images = Array.from({ length: 120 }, (_, index) => `team/application-${index}`);
    const only = new RegistryPolicy(stack, 'Policy').allowOnlyImports({ caches: [{ cache, images }], prefixesMadeElsewhere: [] });
    expect(() => Template.fromStack(stack)).not.toThrow();
    new CfnOutput(stack, 'Text', { value: only.serviceControlPolicyText });
    expect(() => app.synth({ force: true })).toThrow(/got a service control policy of \d+ characters, expected at most 5120/);
  });
});

describe('imports are refused', () => {
  test.each<[string, (cache: PullThroughCache) => object, string]>([
    ['without caches', () => ({ caches: [] }), 'got an empty list of caches'],
    ['without images', cache => ({ caches: [{ cache, images: [] }] }), 'got an empty list of images'],
    ['without a word on rules that are made elsewhere', () => ({ prefixesMadeElsewhere: undefined }), 'got no list prefixesMadeElsewhere'],
    ['with a wildcard as a prefix', () => ({ prefixesMadeElsewhere: ['*'] }), "got the prefix '*'"],
    ['with another option', () => ({ prefixes: ['x'] }), "got the option 'prefixes' of imports"],
  ])('%s', (_, options, message) => {
    const stack = newStack();
    const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const given = { caches: [{ cache, images: ['redis'] }], prefixesMadeElsewhere: [], ...options(cache) };
    expect(() => new RegistryPolicy(stack, 'Policy').allowOnlyImports(given)).toThrow(message);
  });

  test('a second time', () => {
    const { policy, cache } = made();
    expect(() => policy.allowOnlyImports({ caches: [{ cache, images: ['x'] }], prefixesMadeElsewhere: [] })).toThrow(
      'got a second call of allowOnlyImports(), expected one for a registry, since each would deny what the other allows');
  });

  test('through a cache of another Region', () => {
    const { app, policy } = made();
    const far = new PullThroughCache(newStack(app, 'Far', { account: ENV.account!, region: 'us-west-2' }), 'Far', { upstream: ECHO });
    expect(() => new RegistryPolicy(newStack(app, 'B', { account: OTHER, region: ENV.region! }), 'P').allowOnlyImports({
      caches: [{ cache: far, images: ['x'] }], prefixesMadeElsewhere: [],
    })).toThrow('got a cache of the account 111122223333 and Region us-west-2');
    expect(policy).toBeDefined();
  });

  test('beside a cache of the whole registry that is not narrowed', () => {
    const { stack } = made();
    new PullThroughCache(stack, 'Root', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'ROOT' });
    expect(() => Template.fromStack(stack)).toThrow('got allowOnlyImports() beside a cache with the prefix ROOT through which everything may be imported');
  });
});

test('a statement of a first pull stays what it is', () => {
  const { stack, policy, cache } = made();
  policy.addStatements(new iam.PolicyStatement({ sid: 'Own', actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal(OTHER)], resources: ['*'] }));
  policy.allowFirstPull(cache, { pullers: [CachePullers.account(OTHER)] });
  expect(new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText.Statement.map(({ Sid: sid }: { Sid: string }) => sid)).toEqual(
    ['Own', 'FirstPullQuay', 'OnlyTheseImports']);
});
