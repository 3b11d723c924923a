import { App, CfnOutput, Stack, Tags, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnPermissionSet } from 'aws-cdk-lib/aws-sso';
import { CacheMonitoring, PullPolicy, PullThroughCache, UpstreamRegistry } from '../../src';
import { knownLength } from '../../src/private/checks';
import { agnosticStack, ECHO, ENV, newStack, propertiesOf, warningsOf } from '../app';
import { Deployed, untestedActions, wrongRows } from '../simulator';
import type { Row, World } from '../simulator';

const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

const cache = (stack: Stack, prefix = 'echo', props: object = {}) =>
  new PullThroughCache(stack, prefix, { upstream: ECHO, repositoryPrefix: prefix, ...props });
const rows = (allowed: boolean, actions: string[], ...names: string[]): Row[] => actions.flatMap(action => names.map(name =>
  ({ who: 'puller', action, resource: name === '*' ? '*' : `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/${name}`, allowed })));

const PULLS = [
  ...rows(true, ['ecr:GetAuthorizationToken'], '*'),
  ...rows(true, [...READ, ...IMPORT], 'echo/nginx', 'hub/library/nginx'),
  ...rows(false, [...READ, ...IMPORT], 'quay/nginx', 'nginx'),
  ...rows(false, ['ecr:PutImage', 'ecr:TagResource', 'ecr:DeleteRepository'], 'echo/nginx'),
];

describe('a pull policy', () => {
  function world(props: object): World {
    const stack = newStack();
    new PullPolicy(stack, 'Policy', {
      caches: [cache(stack), cache(stack, 'hub')],
      roles: [
        new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() }),
      ],
      ...props,
    });
    return { callers: { puller: new Deployed(stack).role('Puller') } };
  }

  test('allows first pulls through its caches and no others', async () => {
    expect(await wrongRows(world({}), PULLS)).toEqual([]);
    expect(await untestedActions(world({}), PULLS)).toEqual([]);
  });

  test('allows what is cached and no more', async () => {
    const table = [
      ...rows(true, READ, 'echo/nginx', 'hub/library/nginx'),
      ...rows(false, IMPORT, 'echo/nginx'),
    ];
    expect(await wrongRows(world({ firstPulls: false }), table)).toEqual([]);
  });

  test('allows the images that are named', async () => {
    const table = [...rows(true, [...READ, ...IMPORT], 'echo/nginx', 'hub/nginx', 'echo/team/app'), ...rows(false, READ, 'echo/python', 'echo/team')];
    expect(await wrongRows(world({ images: ['nginx', 'team/*'] }), table)).toEqual([]);
  });

  test('needs two statements for many caches', () => {
    const stack = newStack();
    new PullPolicy(stack, 'Policy', { caches: ['a1', 'b2', 'c3', 'd4'].map(prefix => cache(stack, prefix)) });
    expect((propertiesOf(stack, 'AWS::IAM::ManagedPolicy').PolicyDocument as any).Statement).toHaveLength(2);
  });

  test('has a name, a description and a path', () => {
    const stack = newStack();
    new PullPolicy(stack, 'Policy', { caches: [cache(stack)], managedPolicyName: 'pullers', description: 'Pull', path: '/team/' });
    expect(propertiesOf(stack, 'AWS::IAM::ManagedPolicy')).toMatchObject({ ManagedPolicyName: 'pullers', Description: 'Pull', Path: '/team/' });
  });

  test('describes itself', () => {
    const stack = newStack();
    new PullPolicy(stack, 'Policy', { caches: [cache(stack)] });
    expect(propertiesOf(stack, 'AWS::IAM::ManagedPolicy')).toMatchObject({ Description: 'Pulls through ECR pull-through caches' });
  });

  test('allows tagging when tags come later', () => {
    const stack = newStack();
    const tagged = cache(stack, 'echo', { repositoryTemplate: { inheritTags: true } });
    new PullPolicy(stack, 'Policy', { caches: [tagged, cache(stack, 'hub')] });
    Tags.of(tagged).add('team', 'web');
    const statements: { Action: string[] }[] = (propertiesOf(stack, 'AWS::IAM::ManagedPolicy').PolicyDocument as any).Statement;
    expect(statements.filter(({ Action }) => Action.includes('ecr:TagResource'))).toHaveLength(1);
  });

  test('does not warn of anything missing', () => {
    const stack = newStack();
    const shared = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Shared', { repositoryPrefix: 'echo', account: '999999999999' });
    new PullPolicy(stack, 'Policy', { caches: [shared] });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('warns of the whole registry', () => {
    const stack = newStack();
    new PullPolicy(stack, 'Policy', { caches: [cache(stack, 'ROOT')] });
    expect(warningsOf(stack)).toEqual([expect.stringContaining('reaches every repository of the registry (a pull policy).')]);
  });

  test('fails without caches', () => {
    expect(() => new PullPolicy(newStack(), 'Policy', { caches: [] })).toThrow(
      'got an empty list of caches, expected at least one: name the caches whose images may be pulled');
  });

  test.each([true, false])('fails for an empty list of images, with first pulls: %s', firstPulls => {
    const stack = newStack();
    expect(() => new PullPolicy(stack, 'Policy', { caches: [cache(stack)], images: [], firstPulls })).toThrow(
      'got an empty list of images, expected at least one: leave images out for whole caches');
  });

  test('fails for a bad entry', () => {
    const stack = newStack();
    expect(() => new PullPolicy(stack, 'Policy', { caches: [cache(stack)], images: ['nginx:1'] })).toThrow("got the allowed image 'nginx:1'");
  });

  /** A stack with a policy for 82 images, of which the last has a name of some length. */
  function stackWith(lastLength: number) {
    const stack = newStack();
    const images = [...Array.from({ length: 81 }, (_, index) => `team/image-${index}`), 'a'.repeat(lastLength)];
    const policy = new PullPolicy(stack, 'Policy', { caches: [cache(stack)], images });
    return { stack, length: knownLength(stack.resolve(stack.toJsonString(policy.document))) };
  }

  test('may be as long as a managed policy can be', () => {
    const { stack, length } = stackWith(6144 - stackWith(1).length + 1);
    expect(length).toBe(6144);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('fails when it is longer than a managed policy can be', () => {
    expect(() => Template.fromStack(stackWith(6144 - stackWith(1).length + 2).stack)).toThrow(
      /got a managed policy of 6145 characters, expected at most 6144: allow whole caches or paths with \/\* instead of single images, or make one policy for each cache/);
  });
});

describe('a printed pull policy', () => {
  test('is the text of the document', async () => {
    const stack = newStack();
    new CfnOutput(stack, 'Text', { value: PullPolicy.toPolicyText({ caches: [cache(stack), cache(stack, 'hub')] }) });
    const text = new Deployed(stack).output('Text');
    const world: World = { callers: { puller: { arn: `arn:aws:iam::${ENV.account}:user/u`, policies: [JSON.parse(text)] } } };
    expect(await wrongRows(world, PULLS)).toEqual([]);
    expect(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')).toEqual({});
  });

  test('holds the account and Region of a stack that goes anywhere', () => {
    const stack = agnosticStack(new App());
    new CfnOutput(stack, 'Text', { value: PullPolicy.toPolicyText({ caches: [cache(stack)] }) });
    expect(new Deployed(stack).output('Text')).toContain('"arn:aws:ecr:eu-central-1:111122223333:repository/echo/*"');
  });

  test('goes into a permission set', () => {
    const stack = newStack();
    new CfnPermissionSet(stack, 'PermissionSet', {
      instanceArn: 'arn:aws:sso:::instance/ssoins-1111222233334444',
      name: 'Pullers',
      inlinePolicy: PullPolicy.toPolicyDocument({ caches: [cache(stack)] }),
    });
    expect(propertiesOf(stack, 'AWS::SSO::PermissionSet').InlinePolicy).toMatchObject({ Version: '2012-10-17', Statement: [{}, {}] });
  });

  test('fails for an empty list of images', () => {
    expect(() => PullPolicy.toPolicyText({ caches: [cache(newStack())], images: [] })).toThrow('got an empty list of images');
  });

  test('fails without caches', () => {
    expect(() => PullPolicy.toPolicyText({ caches: [] })).toThrow('got an empty list of caches');
  });
});

describe('the text of a policy', () => {
  const PLAIN = { upstream: UpstreamRegistry.QUAY, monitoring: CacheMonitoring.none() };

  test.each([['eu-central-1', 'aws'], ['eusc-de-east-1', 'aws-eusc']])('is text where account and Region are known: in %s', (region, partition) => {
    const text = PullPolicy.toPolicyText({ caches: [new PullThroughCache(newStack(new App(), 'S', { ...ENV, region }), 'Quay', PLAIN)], images: ['a/b'] });
    expect(JSON.parse(text).Statement.map(({ Resource }: { Resource: string }) => Resource)).toContain(
      `arn:${partition}:ecr:${region}:${ENV.account}:repository/quay/a/b`);
  });

  test('is a token where the account is not known, or tags may still come', () => {
    const app = new App();
    const caches = [
      new PullThroughCache(new Stack(app, 'Any'), 'Quay', PLAIN),
      new PullThroughCache(newStack(app, 'Tagged'), 'Quay', { ...PLAIN, repositoryTemplate: { inheritTags: true } }),
    ];
    expect(caches.map(one => Token.isUnresolved(PullPolicy.toPolicyText({ caches: [one] })))).toEqual([true, true]);
  });
});

test('a hole among the roles of a pull policy is refused', () => {
  const stack = newStack();
  // eslint-disable-next-line no-sparse-arrays
  const roles = [, new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() })] as iam.IRole[];
  expect(() => new PullPolicy(stack, 'Policy', { caches: [cache(stack)], roles })).toThrow('got nothing as a role, expected an object that has the attribute roleName: ');
});
