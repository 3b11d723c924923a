import { createHash } from 'crypto';
import { CfnParameter, Duration, Token } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { FUNCTIONS_RUNTIME } from '../../projenrc/runtime';
import { CachedImages, CacheProbe, PullThroughCache, UpstreamCredential, UpstreamRegistry } from '../../src';
import { SETTINGS } from '../../src/functions/contract';
import type { ProbeSettings } from '../../src/functions/contract';
import { readSettings } from '../../src/functions/runtime';
import { newStack, warningsOf } from '../app';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function cache(prefix = 'echo') {
  return PullThroughCache.fromRepositoryPrefix(stack, Token.isUnresolved(prefix) ? 'Cache' : `Cache-${prefix}`, prefix);
}

function settings(): any {
  const [probe] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  return JSON.parse(probe.Properties.Environment.Variables.PULL_THROUGH_CACHE_SETTINGS);
}

function statements(): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

test('pulls every six hours on a current Node.js, on ARM, with its own log', () => {
  new CacheProbe(stack, 'Probe', { images: [cache().image('nginx:1.27')] });

  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'Pulls images through pull-through caches',
    Architectures: ['arm64'],
    Runtime: FUNCTIONS_RUNTIME,
    Timeout: 900,
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^ProbeLog') } },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    Description: 'Pulls images through pull-through caches',
    ScheduleExpression: 'rate(6 hours)',
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ProbeFunction'), 'Arn'] } })],
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
});

test('pulls the images as the cache names them', () => {
  const probe = new CacheProbe(stack, 'Probe', { interval: Duration.minutes(30), imageTimeout: Duration.seconds(45) });
  const [echo, hub] = [cache('echo'), cache('hub')];
  probe.addImages([echo.image('nginx:1.27'), hub.image('library/redis:7'), echo.image('team/app:2')]);

  expect(settings()).toEqual({
    caches: [{ prefix: 'echo', images: ['echo/nginx:1.27', 'echo/team/app:2'] }, { prefix: 'hub', images: ['hub/library/redis:7'] }],
    intervalSeconds: 1800,
    imageTimeoutSeconds: 45,
    runSeconds: 900,
  });
});

test('images of a cache can be added more than once', () => {
  const probe = new CacheProbe(stack, 'Probe');
  const echo = cache();
  probe.addImages([echo.image('nginx:1.27')]);
  probe.addImages([echo.image('redis:7')]);

  expect(settings().caches).toEqual([{ prefix: 'echo', images: ['echo/nginx:1.27', 'echo/redis:7'] }]);
});

test('names images of Docker Hub as the cache does', () => {
  const secret = Secret.fromSecretCompleteArn(stack, 'Secret',
    'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf');
  const hub = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Hub', {
    repositoryPrefix: 'hub', upstream: UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secret)),
  });
  new CacheProbe(stack, 'Probe').addImages([hub.image('redis')]);

  expect(settings().caches).toEqual([{ prefix: 'hub', images: ['hub/library/redis:latest'], validatesCredential: true }]);
});

describe('a digest', () => {
  const DIGEST = `sha256:${'a'.repeat(64)}`;

  test('beside a tag is kept with it, and nothing is warned of', () => {
    new CacheProbe(stack, 'Probe').addImages([cache().image(`nginx:1.27@${DIGEST}`)]);

    expect(settings().caches).toEqual([{ prefix: 'echo', images: [`echo/nginx:1.27@${DIGEST}`] }]);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('alone is pulled alone, with the warning that this may fail', () => {
    new CacheProbe(stack, 'Probe').addImages([cache().image(`nginx@${DIGEST}`)]);

    expect(settings().caches).toEqual([{ prefix: 'echo', images: [`echo/nginx@${DIGEST}`] }]);
    expect(warningsOf(stack)).toEqual([expect.stringContaining('digestFirstPull')]);
  });
});

test('images may have names that look like those of another registry', () => {
  const quay = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Quay', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY });
  new CacheProbe(stack, 'Probe').addImages([quay.image('quay.io/my.team/app:1')]);

  expect(settings().caches).toEqual([{ prefix: 'quay', images: ['quay/my.team/app:1'] }]);
  expect(JSON.stringify(statements())).toContain('repository/quay/my.team/app');
});

test('images of the prefix ROOT are named without it', () => {
  new CacheProbe(stack, 'Probe').addImages([cache('ROOT').image('library/nginx:1.27')]);

  expect(settings().caches).toEqual([{ prefix: 'ROOT', images: ['library/nginx:1.27'] }]);
});

test('a prefix that is known at deployment only stays a reference', () => {
  const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
  new CacheProbe(stack, 'Probe').addImages([cache(prefix).image('nginx:1.27')]);

  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        PULL_THROUGH_CACHE_SETTINGS: {
          'Fn::Join': ['', Match.arrayWith(['{"caches":[{"prefix":"', { Ref: 'Prefix' }, '","images":["', { Ref: 'Prefix' }])],
        },
      },
    },
  });
});

test('may pull and describe its images, put metrics and write its log, and nothing else', () => {
  const echo = cache();
  new CacheProbe(stack, 'Probe', { images: [echo.image('nginx:1.27'), echo.image('nginx:1.28')] });

  const nginx = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-central-1:111122223333:repository/echo/nginx']] };
  expect(statements().map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ProbeLog/), 'Arn'] } },
    { Action: 'cloudwatch:PutMetricData', Resource: '*' },
    { Action: 'ecr:DescribePullThroughCacheRules', Resource: '*' },
    {
      Action: [
        'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage',
        'ecr:CreateRepository',
      ],
      Resource: nginx,
    },
    { Action: 'ecr:DescribeImages', Resource: nginx },
  ]);
});

test('may have ECR try the credential of a cache that has one', () => {
  const secret = Secret.fromSecretCompleteArn(stack, 'Secret',
    'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf');
  const credential = UpstreamCredential.fromSecret(secret);
  const hub = new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(credential) });
  new CacheProbe(stack, 'Probe', { images: [hub.image('redis'), hub.image('nginx')] });

  expect(statements().filter(({ Action }) => Action === 'ecr:ValidatePullThroughCacheRule')).toEqual([
    { Effect: 'Allow', Action: 'ecr:ValidatePullThroughCacheRule', Resource: '*' },
  ]);
});

test('runs during the deployment, when the cache is there, and again with other images', () => {
  const echo = cache();
  const probe = new CacheProbe(stack, 'Probe', { images: [echo.image('nginx:1.27')], timeout: Duration.minutes(5) });
  const run = () => Object.values(Template.fromStack(stack).findResources('Custom::PullThroughCacheFirstRun'))[0];

  expect(run()).toMatchObject({
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^ProbeFunction/), 'Arn'] },
      ServiceTimeout: '900',
      settings: '{"caches":[{"prefix":"echo","images":["echo/nginx:1.27"]}],"intervalSeconds":21600,"imageTimeoutSeconds":120,"runSeconds":300}',
    },
  });
  expect(run().DependsOn ?? []).toEqual(expect.arrayContaining(Object.keys(Template.fromStack(stack).findResources('AWS::ECR::PullThroughCacheRule'))));
  expect(probe.interval.toHours()).toBe(6);
});

test('does not run during the deployment where that is switched off', () => {
  new CacheProbe(stack, 'Probe', { images: [cache().image('nginx:1.27')], runOnDeploy: false });

  Template.fromStack(stack).resourceCountIs('Custom::PullThroughCacheFirstRun', 0);
});

test.each([
  ['an option that there is not', { imageTimeOut: Duration.minutes(1) }, "got the option 'imageTimeOut' of a probe"],
  ['no time for an image', { imageTimeout: Duration.seconds(0) }, 'got an imageTimeout of 0 seconds, expected at least a second'],
  ['a text for runOnDeploy', { runOnDeploy: 'false' }, "got the text 'false' as runOnDeploy, expected true or false"],
])('fails: %s', (_, props, message) => {
  expect(() => new CacheProbe(stack, 'Probe', props as any)).toThrow(message);
});

test('takes images of several imports of one cache', () => {
  const images = ['One', 'Two'].map(id => PullThroughCache.fromRepositoryPrefix(stack, id, 'echo').image(`team/${id.toLowerCase()}:1`));
  new CacheProbe(stack, 'Probe', { images });

  expect(settings().caches).toEqual([{ prefix: 'echo', images: ['echo/team/one:1', 'echo/team/two:1'] }]);
});

test('without images takes those that are added later', () => {
  const probe = new CacheProbe(stack, 'Probe', { images: [] });
  probe.addImages([cache().image('nginx:1.27')]);

  expect(settings().caches).toEqual([{ prefix: 'echo', images: ['echo/nginx:1.27'] }]);
});

test('fails: no images', () => {
  expect(() => new CacheProbe(stack, 'Probe').addImages([])).toThrow(
    "got an empty list of images to probe, expected at least one image: name one that is small and always there, such as cache.image('nginx:1.27')");
});

test('fails: a cache for a second probe', () => {
  const echo = cache();
  new CacheProbe(stack, 'Probe').addImages([echo.image('nginx:1.27')]);

  expect(() => new CacheProbe(stack, 'Other').addImages([echo.image('redis:7')])).toThrow(
    "got the cache 'echo' for a second probe (by Stack/Probe it has one), expected one probe for a cache, since two would be one metric: "
    + 'add the images to that probe');
});

test('fails: a cache of another Region', () => {
  const elsewhere = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', region: 'us-east-1' });

  expect(() => new CacheProbe(stack, 'Probe').addImages([elsewhere.image('nginx:1')])).toThrow('Region us-east-1, expected a cache of account');
});

test('takes 200 images of a cache, and packs what is too long', () => {
  const echo = cache();
  const names = Array.from({ length: 200 }, (_, at) => `team-${at % 7}/application-${at}:1.${at % 30}.${at * 7919 % 100}`);
  new CacheProbe(stack, 'Probe', { images: names.map(name => echo.image(name)) });

  const [{ Properties: { Environment: { Variables: variables } } }] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  expect(variables[SETTINGS].length).toBeLessThan(4096);
  expect(readSettings<ProbeSettings>(variables).caches).toEqual([{ prefix: 'echo', images: names.map(name => `echo/${name}`) }]);
});

test('fails: more images than a function takes', () => {
  const echo = cache();
  const digest = (at: number) => createHash('sha256').update(String(at)).digest('hex');
  const images = Array.from({ length: 200 }, (_, at) => echo.image(`team/application-${at}:1.27@sha256:${digest(at)}`));

  expect(() => new CacheProbe(stack, 'Probe', { images })).toThrow(
    /got \d+ characters of settings, expected at most 3800: probe fewer images, or those of some caches by a probe of their own/);
});

test('fails: more images whose prefix is known at deployment than a function takes', () => {
  const later = new PullThroughCache(stack, 'Later', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: new CfnParameter(stack, 'Prefix').valueAsString });
  const images = Array.from({ length: 200 }, (_, at) => later.image(`team/application-${at}:1.27`));

  expect(() => new CacheProbe(stack, 'Probe', { images })).toThrow(/got \d+ characters of settings, expected at most 3800/);
});

describe('the role of a probe', () => {
  const exclusions = () => Template.fromStack(stack).findResources('AWS::ECR::PullTimeUpdateExclusion');

  test('is excluded from pull times, before the first run', () => {
    new CacheProbe(stack, 'Probe', { images: [cache().image('nginx:1.27')] });

    const [[id, exclusion]] = Object.entries(exclusions());
    const [role] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role')).filter(([key]) => key.startsWith('ProbeRole'));
    expect(exclusion.Properties).toEqual({ PrincipalArn: { 'Fn::GetAtt': [role[0], 'Arn'] } });
    Template.fromStack(stack).hasResource('Custom::PullThroughCacheFirstRun', { DependsOn: Match.arrayWith([id]) });
  });

  test('is not excluded where the user says so', () => {
    new CacheProbe(stack, 'Probe', { images: [cache().image('nginx:1.27')], recordPullTimes: true });

    expect(exclusions()).toEqual({});
  });

  test('is excluded without a first run, too', () => {
    new CacheProbe(stack, 'Probe', { images: [cache().image('nginx:1.27')], runOnDeploy: false });

    expect(Object.keys(exclusions())).toHaveLength(1);
  });

  test('fails: what is neither true nor false', () => {
    expect(() => new CacheProbe(stack, 'Probe', { recordPullTimes: 'no' as any })).toThrow(
      "got the text 'no' as recordPullTimes, expected true or false: write one of the two, or leave recordPullTimes out for false");
  });
});

test.each([Duration.seconds(90), Duration.days(2)])('fails: an interval of %s', interval => {
  expect(() => new CacheProbe(stack, 'Probe', { interval })).toThrow(
    `got an interval of ${interval.toHumanString()}, expected a multiple of 1 minute, at most 1 day: round it`);
});

test('fails: without images at synthesis', () => {
  new CacheProbe(stack, 'Probe');

  expect(() => Template.fromStack(stack)).toThrow(
    'got a probe without images, expected at least one image to pull: pass images or call addImages(), or leave the probe out [at Stack/Probe]');
});

describe('what CachedImages found', () => {
  test('is pulled with what else is, by a role that may pull the caches', () => {
    const quay = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Quay', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY });
    const images = CachedImages.of(stack);
    images.use(quay);
    const probe = new CacheProbe(stack, 'Probe', { images: [quay.image('a/b:1')] });
    probe.addImagesFoundBy(images);
    images.manifest({ spec: { image: 'quay.io/a/b:1', initImage: 'quay.io/a/c:2' } });
    new FargateTaskDefinition(stack, 'Task').addContainer('Web', { image: ContainerImage.fromRegistry('quay.io/a/d:3') });

    expect(settings().caches).toEqual([{ prefix: 'quay', images: ['quay/a/b:1', 'quay/a/c:2', 'quay/a/d:3'] }]);
    expect(JSON.stringify(statements())).toContain('repository/quay/*');
  });

  test('needs a cache of the same registry', () => {
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', upstream: UpstreamRegistry.QUAY, region: 'us-east-2' });
    CachedImages.of(stack).use(far);

    expect(() => new CacheProbe(stack, 'Probe').addImagesFoundBy(CachedImages.of(stack))).toThrow(
      'got images of a scope without caches of this account and Region');
  });
});
