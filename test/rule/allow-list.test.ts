import { CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CacheRule } from '../../src';
import { knownPaths, readAllowList } from '../../src/rule/allow-list';
import { UpstreamCredential } from '../../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { newStack, warningsOf } from '../app';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf';
const DOCKER_HUB = UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(Secret.fromSecretCompleteArn(new Stack(), 'Secret', SECRET)));

const ruleOf = (props = {}, stack = newStack()) =>
  new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'echo', ...props });

/** The paths that a list of images means. */
const pathsOf = (rule: IPullThroughCacheRuleRef, images: string[]) => readAllowList(rule, images, 'name the whole cache otherwise');

describe('an allow-list', () => {
  test.each([
    ['nginx', 'nginx'], ['team/app', 'team/app'], ['team/*', 'team/*'], ['a/b/*', 'a/b/*'], ['*', '*'], ['a.b_c__d--e', 'a.b_c__d--e'],
  ])('takes %s', (image, path) => {
    expect(pathsOf(ruleOf(), [image])).toEqual([path]);
  });

  test('fails without entries', () => {
    expect(() => pathsOf(ruleOf(), [])).toThrow('got an empty list of images, expected at least one: name the whole cache otherwise [at Stack/Rule]');
  });

  test('names each path once', () => {
    expect(pathsOf(ruleOf({ upstream: DOCKER_HUB }), ['nginx', 'library/nginx', 'nginx'])).toEqual(['library/nginx']);
  });

  test.each([
    ['nginx', 'library/nginx'], ['library/nginx', 'library/nginx'], ['bitnami/redis', 'bitnami/redis'], ['docker.io/nginx', 'library/nginx'],
    ['bitnami/*', 'bitnami/*'], ['library/*', 'library/*'],
  ])('completes %s as Docker Hub does', (image, path) => {
    expect(pathsOf(ruleOf({ upstream: DOCKER_HUB }), [image])).toEqual([path]);
  });

  test('completes nothing below an upstream prefix, which the path leaves out', () => {
    expect(pathsOf(ruleOf({ upstream: DOCKER_HUB, upstreamRepositoryPrefix: 'library' }), ['nginx'])).toEqual(['nginx']);
  });

  test('completes as ever with the upstream prefix ROOT', () => {
    expect(pathsOf(ruleOf({ upstream: DOCKER_HUB, upstreamRepositoryPrefix: 'ROOT' }), ['nginx'])).toEqual(['library/nginx']);
  });

  test('completes nothing when the upstream is not known', () => {
    const rule = new CfnPullThroughCacheRule(newStack(), 'Rule', { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io' });
    expect(pathsOf(rule, ['nginx'])).toEqual(['nginx']);
  });

  test('takes a token as it is', () => {
    const stack = newStack();
    const image = new CfnParameter(stack, 'Image').valueAsString;
    expect(pathsOf(ruleOf({}, stack), [image])).toEqual([image]);
  });

  test.each([
    ['', "got an empty name among the allowed images, expected a path below the prefix of the cache, in lower case, without a slash at either end, or one that ends in '/*': write one such as 'nginx' or 'team/*'"],
    ['nginx:1.27', "got the allowed image 'nginx:1.27', expected a path without tag and digest, since IAM knows repositories and no tags: write 'nginx'"],
    ['nginx@sha256:abc', "got the allowed image 'nginx@sha256:abc', expected a path without tag and digest, since IAM knows repositories and no tags: write 'nginx'"],
    [':1.27', "got the allowed image ':1.27', expected a path without tag and digest, since IAM knows repositories and no tags: write one such as 'nginx' or 'team/*'"],
    ['/nginx', "got the allowed image '/nginx', expected a path below the prefix of the cache, in lower case, without a slash at either end, or one that ends in '/*': write 'nginx'"],
    ['nginx/', "without a slash at either end, or one that ends in '/*': write 'nginx'"],
    ['//nginx//', "without a slash at either end, or one that ends in '/*': write 'nginx'"],
    ['Team/App', "got the allowed image 'Team/App', expected a path below the prefix of the cache, in lower case, without a slash at either end, or one that ends in '/*': write 'team/app'"],
    ['ng*', "got the allowed image 'ng*', expected '*' alone or as the last part, as in 'team/*': name the images one by one, or allow all below a path"],
    ['*/nginx', "got the allowed image '*/nginx', expected '*' alone or as the last part"],
    ['team/*/app', "got the allowed image 'team/*/app', expected '*' alone or as the last part"],
    ['ngin?', "got the allowed image 'ngin?', expected a path below the prefix of the cache"],
    ['a//b', "got the allowed image 'a//b', expected a path below the prefix of the cache"],
    ['/*', "got the allowed image '/*', expected a path below the prefix of the cache"],
  ])('fails for %p', (image, message) => {
    expect(() => pathsOf(ruleOf(), [image])).toThrow(message);
  });

  test('fails for an entry that is missing', () => {
    expect(() => pathsOf(ruleOf(), [process.env.NOT_SET_ANYWHERE!])).toThrow('got a list of images with nothing in place 1, expected a value in each place');
  });

  test('fails for an image of another registry', () => {
    expect(() => pathsOf(ruleOf({ upstream: DOCKER_HUB }), ['quay.io/team/app'])).toThrow(
      /got the image 'quay\.io\/team\/app' of the registry 'quay\.io', expected an image of .*docker\.io.*, which this cache serves/);
  });

  test.each(['echo/nginx', 'echo/*/'])('says where it was', image => {
    expect(() => pathsOf(ruleOf(), [`${image}:1`])).toThrow(/\[at Stack\/Rule\]$/);
  });

  test('warns of the prefix written again', () => {
    const stack = newStack();
    pathsOf(ruleOf({}, stack), ['echo/nginx']);
    expect(warningsOf(stack)).toEqual([
      "/Stack/Rule repeatedPrefix: the allowed image 'echo/nginx' begins with the prefix of the cache, so it allows the repository "
      + "'echo/echo/nginx'. Write 'nginx' for 'echo/nginx', or acknowledge this warning when the upstream has such a path.",
    ]);
  });

  test('does not warn of a path that only looks like the prefix', () => {
    const stack = newStack();
    pathsOf(ruleOf({}, stack), ['echoes/nginx', 'echo']);
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('paths that are known', () => {
  test('are taken as they are, each once', () => {
    expect(knownPaths(['nginx', 'my.team/app', 'echo/nginx', 'nginx'])).toEqual(['nginx', 'my.team/app', 'echo/nginx']);
  });
});

describe('an allowed image with a token', () => {
  const token = Lazy.string({ produce: () => 'app' });

  test.each([token, `team/${token}`, `team/${token}/*`, `${token}/app`])('is taken as it is around the token: %s', (image) => {
    expect(pathsOf(ruleOf({ upstream: DOCKER_HUB }), [image])).toEqual([image]);
  });

  test.each([
    [`nginx:${token}`, "got the allowed image 'nginx:<known at deployment>', expected a path without tag and digest, since IAM knows repositories and "
      + "no tags: write 'nginx'"],
    [`${token}@sha256:abc`, "expected a path without tag and digest, since IAM knows repositories and no tags: write '<known at deployment>'"],
    [`Team/${token}`, 'expected a path below the prefix of the cache, in lower case'],
    [`${token}/*/app`, "expected '*' alone or as the last part"],
  ])('fails for what is wrong around it: %s', (image, message) => {
    expect(() => pathsOf(ruleOf(), [image])).toThrow(message);
  });

  test('fails when it is no text', () => {
    expect(() => pathsOf(ruleOf(), [5 as unknown as string])).toThrow('got a list of images with the number 5 in place 1, expected text in each place: write each entry as text');
  });
});
