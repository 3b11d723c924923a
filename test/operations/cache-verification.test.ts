import { App, Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { FUNCTIONS_RUNTIME } from '../../projenrc/runtime';
import { CachedImages, CacheRule, CacheVerification, PullThroughCache, UpstreamCredential, UpstreamRegistry, UpstreamRole } from '../../src';
import type { PullThroughCacheProps, VerifyOnDeployOptions } from '../../src';
import { agnosticStack, ECHO, newStack } from '../app';

const TYPE = 'Custom::PullThroughCacheVerification';
const SECONDS = Token.asNumber({ Ref: 'AWS::StackName' });

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function echo(props: Partial<PullThroughCacheProps> = {}, scope = stack): PullThroughCache {
  return new PullThroughCache(scope, 'Echo', { upstream: ECHO, ...props });
}

function hub(scope = stack): UpstreamRegistry {
  return UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(Secret.fromSecretCompleteArn(scope, 'Secret',
    'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf')));
}

function verification(of = stack): any {
  const [resource] = Object.values(Template.fromStack(of).findResources(TYPE));
  return resource;
}

function actions(): { [action: string]: unknown } {
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes('Verification')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  return Object.fromEntries(statements.flatMap(({ Action, Resource }) => [Action].flat().map(action => [action, Resource])));
}

test('pulls the images as the cache names them, for two minutes at most each', () => {
  echo().verifyOnDeploy({ images: ['nginx:1.27', 'team/app:2@sha256:' + 'a'.repeat(64)] });

  expect(verification().Properties).toMatchObject({
    prefix: 'echo',
    images: ['echo/nginx:1.27', `echo/team/app:2@sha256:${'a'.repeat(64)}`],
    validatesCredential: 'false',
    retrySeconds: '120',
    imageTimeoutSeconds: '120',
    ServiceTimeout: '1200',
  });
});

test('names images of Docker Hub as the cache does, and tries its credential', () => {
  new PullThroughCache(stack, 'Hub', { upstream: hub() }).verifyOnDeploy({ images: ['redis'] });

  expect(verification().Properties).toMatchObject({ images: ['docker-hub/library/redis:latest'], validatesCredential: 'true' });
});

test('pulls images whose names look like those of another registry', () => {
  new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY }).verifyOnDeploy({ images: ['quay.io/my.team/app:1'] });

  expect(verification().Properties.images).toEqual(['quay/my.team/app:1']);
  expect(JSON.stringify(actions())).toContain('repository/quay/my.team/app');
});

test('tries a credential without images', () => {
  new PullThroughCache(stack, 'Hub', { upstream: hub() }).verifyOnDeploy();

  expect(verification().Properties).toMatchObject({ images: [], validatesCredential: 'true' });
});

test('takes what the user sets', () => {
  echo().verifyOnDeploy({ images: ['nginx:1'], retryFor: Duration.minutes(10), imageTimeout: Duration.minutes(3), logRetention: RetentionDays.ONE_DAY });

  expect(verification().Properties).toMatchObject({ retrySeconds: '600', imageTimeoutSeconds: '180' });
  Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 1 });
});

describe('comes', () => {
  test('after the rule, the template and the upstream role', () => {
    echo().verifyOnDeploy({ images: ['nginx:1'] });

    expect(verification().DependsOn).toEqual(expect.arrayContaining(['Echo', 'EchoRepositoryTemplate8D4CBBE5', 'EchoUpstreamRole73B4BC51'].map(
      id => expect.stringMatching(new RegExp(`^${id.slice(0, 12)}`)))));
  });

  test("after the policy of a role of the user's own", () => {
    const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com') });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], resources: ['*'] }));

    echo({ upstreamRole: UpstreamRole.fromRole(role) }).verifyOnDeploy({ images: ['nginx:1'] });

    expect(verification().DependsOn).toContainEqual(expect.stringMatching(/^OwnDefaultPolicy/));
  });

  test('after its own function may do what it does', () => {
    echo().verifyOnDeploy({ images: ['nginx:1'] });

    const [handler] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
    expect(handler.DependsOn).toContainEqual(expect.stringMatching(/^EchoVerificationRoleDefaultPolicy/));
  });

  test('before what the user lets wait for it', () => {
    const waiting = new iam.User(stack, 'Waiting');
    waiting.node.addDependency(echo().verifyOnDeploy({ images: ['nginx:1'] }));

    const [user] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::User'));
    expect(user.DependsOn).toContainEqual(expect.stringMatching(/^EchoVerification/));
  });
});

describe('runs again', () => {
  /** The fingerprint of a cache that is made this way. */
  function fingerprint(props: Partial<PullThroughCacheProps> = {}, options: VerifyOnDeployOptions = {}): string {
    const fresh = newStack();
    echo(props, fresh).verifyOnDeploy({ images: ['nginx:1'], ...options });
    return verification(fresh).Properties.fingerprint;
  }

  test('not when nothing has changed', () => {
    expect(fingerprint()).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint()).toBe(fingerprint());
  });

  test('when the rule changes', () => {
    expect(fingerprint({ upstream: UpstreamRegistry.ecr({ account: '999988887777', region: 'us-east-1' }), repositoryPrefix: 'echo' })).not.toBe(fingerprint());
  });

  test('when the permissions of the upstream role change', () => {
    expect(fingerprint({ upstreamRole: UpstreamRole.asInAwsExample() })).not.toBe(fingerprint());
  });

  test('when the template changes', () => {
    expect(fingerprint({ repositoryTemplate: { tags: { team: 'web' } } })).not.toBe(fingerprint());
  });

  test('when its trigger changes', () => {
    expect(fingerprint({}, { trigger: 'build 1' })).toBe(`${fingerprint()} build 1`);
    expect(fingerprint({}, { trigger: 'build 1' })).not.toBe(fingerprint({}, { trigger: 'build 2' }));
  });

  test('not when only its monitoring changes', () => {
    const one = newStack();
    const cache = echo({}, one);
    cache.verifyOnDeploy({ images: ['nginx:1'] });
    cache.onImageCached('Cached');

    expect(verification(one).Properties.fingerprint).toBe(fingerprint());
  });
});

describe('may', () => {
  const nginx = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-central-1:111122223333:repository/echo/nginx']] };

  test('pull its images, describe its stack and write its log, and nothing else', () => {
    echo().verifyOnDeploy({ images: ['nginx:1.27', 'nginx:1.28'] });

    expect(actions()).toEqual({
      'logs:CreateLogStream': expect.anything(),
      'logs:PutLogEvents': expect.anything(),
      'cloudformation:DescribeStacks': { Ref: 'AWS::StackId' },
      'ecr:BatchGetImage': nginx,
      'ecr:GetDownloadUrlForLayer': nginx,
      'ecr:BatchImportUpstreamImage': nginx,
      'ecr:CreateRepository': nginx,
      'ecr:DescribeImages': nginx,
    });
  });

  test('tag repositories that are born with tags', () => {
    echo({ repositoryTemplate: { tags: { team: 'web' } } }).verifyOnDeploy({ images: ['nginx:1'] });

    expect(actions()).toMatchObject({ 'ecr:TagResource': nginx });
  });

  test('have a credential tried, and pull nothing without images', () => {
    new PullThroughCache(stack, 'Hub', { upstream: hub() }).verifyOnDeploy();

    expect(actions()).toEqual({
      'cloudformation:DescribeStacks': { Ref: 'AWS::StackId' },
      'ecr:ValidatePullThroughCacheRule': '*',
      'logs:CreateLogStream': expect.anything(),
      'logs:PutLogEvents': expect.anything(),
    });
  });
});

test('works for an L2 rule', () => {
  const rule = new CacheRule(stack, 'K8s', { upstream: UpstreamRegistry.KUBERNETES });
  new CacheVerification(stack, 'Verification', { cache: rule, images: ['pause:3.10'] });

  expect(verification()).toMatchObject({ DependsOn: ['K8s'], Properties: { images: ['kubernetes/pause:3.10'] } });
});

test('works for an imported cache', () => {
  const shared = PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'shared');
  new CacheVerification(stack, 'Verification', { cache: shared, images: ['app:1'] });

  expect(verification().Properties).toMatchObject({ prefix: 'shared', images: ['shared/app:1'] });
});

test('pulls what CachedImages found of its cache', () => {
  const quay = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Quay', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY });
  const images = CachedImages.of(stack);
  images.use(quay, PullThroughCache.fromPullThroughCacheAttributes(stack, 'K8s', { repositoryPrefix: 'k8s', upstream: UpstreamRegistry.KUBERNETES }));
  new CacheVerification(stack, 'Verification', { cache: quay, imagesFoundBy: images });
  images.manifest({ spec: { image: 'quay.io/a/b:1', initImage: 'registry.k8s.io/pause:3' } });

  expect(verification().Properties.images).toEqual(['quay/a/b:1']);
});

test('works in a stack that goes anywhere, and with a prefix that is known at deployment only', () => {
  const anywhere = agnosticStack(new App());
  const prefix = Aws.STACK_NAME;
  new CacheVerification(anywhere, 'Verification', { cache: PullThroughCache.fromRepositoryPrefix(anywhere, 'Shared', prefix), images: ['app:1'] });

  expect(verification(anywhere)).toBeDefined();
});

test.each<[string, VerifyOnDeployOptions, object]>([
  ['both', { retryFor: Duration.seconds(SECONDS), imageTimeout: Duration.seconds(SECONDS) }, { retrySeconds: { Ref: 'AWS::StackName' }, imageTimeoutSeconds: { Ref: 'AWS::StackName' } }],
  ['one', { imageTimeout: Duration.seconds(SECONDS) }, { retrySeconds: '120', imageTimeoutSeconds: { Ref: 'AWS::StackName' } }],
])('leaves times to the deployment that only it knows: %s', (_, times, properties) => {
  echo().verifyOnDeploy({ images: ['nginx:1'], ...times });

  expect(verification().Properties).toMatchObject(properties);
});

test.each([[Duration.seconds(0), Duration.seconds(1)], [Duration.minutes(11), Duration.minutes(2)]])('takes tries for %s of %s', (retryFor, imageTimeout) => {
  expect(() => echo().verifyOnDeploy({ images: ['nginx:1'], retryFor, imageTimeout })).not.toThrow();
});

test('keeps the cache as it was: its resources and their ids', () => {
  const plain = newStack();
  echo({}, plain);
  const before = Template.fromStack(plain).toJSON().Resources;
  echo().verifyOnDeploy({ images: ['nginx:1'] });

  Template.fromStack(stack).templateMatches({ Resources: before });
  expect(Object.keys(Template.fromStack(stack).toJSON().Resources).filter(id => !(id in before)).every(id => id.startsWith('EchoVerification'))).toBe(true);
});

test('runs on a current Node.js, on ARM, for a quarter of an hour at most', () => {
  echo().verifyOnDeploy({ images: ['nginx:1'] });

  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Description: 'Proves that a pull-through cache works',
    Architectures: ['arm64'],
    Runtime: FUNCTIONS_RUNTIME,
    Timeout: 900,
    LoggingConfig: { LogGroup: Match.anyValue() },
  });
});

describe('fails', () => {
  const nothing = (prefix: string) => `got no images to verify the cache '${prefix}' with, expected at least one, since ECR can try the credential of a rule and `
    + "nothing else by itself, and this upstream has none that is known: name one in images that is small and always there, such as 'nginx:1.27'";

  test('for an upstream with a role and no images', () => {
    expect(() => echo().verifyOnDeploy()).toThrow(nothing('echo'));
  });

  test('for a public upstream and no images', () => {
    expect(() => new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY }).verifyOnDeploy()).toThrow(nothing('quay'));
  });

  test('for a list of images that came out empty, also where there is a credential to try', () => {
    expect(() => echo().verifyOnDeploy({ images: [] })).toThrow('got an empty list of images, expected at least one: name one that is small');
  });

  test('for an imported cache whose upstream is not known and no images', () => {
    expect(() => new CacheVerification(stack, 'V', { cache: PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'shared') })).toThrow(nothing('shared'));
  });

  test('for a second verification', () => {
    const cache = echo();
    cache.verifyOnDeploy({ images: ['nginx:1'] });

    expect(() => cache.verifyOnDeploy({ images: ['redis:7'] })).toThrow(
      "got a second verification of the cache 'echo', expected one, which may pull several images: name all images in one call of verifyOnDeploy()");
  });

  test('for more time than Lambda has', () => {
    expect(() => echo().verifyOnDeploy({ images: ['nginx:1'], retryFor: Duration.minutes(10), imageTimeout: Duration.minutes(4) })).toThrow(
      'got tries for 10 minutes of up to 4 minutes each, expected at most 13 minutes together, since Lambda runs for 15: lower retryFor or imageTimeout');
  });

  test('for no time at all', () => {
    expect(() => echo().verifyOnDeploy({ images: ['nginx:1'], imageTimeout: Duration.seconds(0) })).toThrow('got an image timeout of 0 seconds, expected at least a second: leave it out');
  });

  test('for a cache of another Region', () => {
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', region: 'us-east-1' });

    expect(() => new CacheVerification(stack, 'V', { cache: far, images: ['app:1'] })).toThrow('Region us-east-1, expected a cache of account');
  });

  test('for an image of another registry', () => {
    expect(() => echo().verifyOnDeploy({ images: ['quay.io/app:1'] })).toThrow("got the image 'quay.io/app:1' of the registry 'quay.io'");
  });
});
