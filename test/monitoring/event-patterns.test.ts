import { Template } from 'aws-cdk-lib/assertions';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { newStack } from '../app';
import { matches } from './event-pattern';
import { cacheAction, call, denial, imageAction, imageScan } from './events-of-ecr';
import { PullThroughCache } from '../../src';
import type { IPullThroughCache } from '../../src';

type Method = 'onCacheEvent' | 'onImageCached' | 'onPullFailed' | 'onImageScanned' | 'onPullDenied';

/** The rule that a method makes in the template, for an imported cache. */
function ruleOf(method: Method, prefix = 'echo'): any {
  const stack = newStack();
  const cache: IPullThroughCache = PullThroughCache.fromRepositoryPrefix(stack, 'Cache', prefix);
  cache.events[method]('Rule', { target: new SqsQueue(new sqs.Queue(stack, 'Queue')) });
  const [rule] = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
  return rule.Properties;
}

function catches(method: Method, event: any, prefix = 'echo'): boolean {
  return matches(ruleOf(method, prefix).EventPattern, event);
}

const FAILED_STATUSES = ['FAILURE', 'FAILED', 'ERROR', 'failure', 'success', ''];

test('onImageCached catches imports that succeeded, of its prefix', () => {
  expect(catches('onImageCached', cacheAction('echo', 'echo/nginx'))).toBe(true);
  expect(catches('onImageCached', cacheAction('echo', 'echo/nginx', { 'image-tag': undefined }))).toBe(true);
});

test.each(FAILED_STATUSES)("onPullFailed catches the status '%s', which onImageCached leaves alone", status => {
  const event = cacheAction('echo', 'echo/nginx', { 'sync-status': status, 'failure-code': 'Any', 'failure-reason': 'any' });

  expect(catches('onPullFailed', event)).toBe(true);
  expect(catches('onImageCached', event)).toBe(false);
});

test('onPullFailed catches failures without code, reason, tag and digest', () => {
  expect(catches('onPullFailed', cacheAction('echo', 'echo/nginx', {
    'sync-status': 'FAILURE', 'image-tag': undefined, 'image-digest': undefined,
  }))).toBe(true);
});

test('onPullFailed leaves imports that succeeded alone', () => {
  expect(catches('onPullFailed', cacheAction('echo', 'echo/nginx'))).toBe(false);
});

test('onCacheEvent catches both', () => {
  expect(catches('onCacheEvent', cacheAction('echo', 'echo/nginx'))).toBe(true);
  expect(catches('onCacheEvent', cacheAction('echo', 'echo/nginx', { 'sync-status': 'FAILURE' }))).toBe(true);
});

test.each<Method>(['onCacheEvent', 'onImageCached', 'onPullFailed'])('%s leaves other prefixes and other events alone', method => {
  const status = method === 'onPullFailed' ? 'FAILURE' : 'SUCCESS';

  expect(catches(method, cacheAction('echo-2', 'echo-2/nginx', { 'sync-status': status }))).toBe(false);
  expect(catches(method, cacheAction('ROOT', 'echo/nginx', { 'sync-status': status }))).toBe(false);
  expect(catches(method, imageAction('echo/nginx'))).toBe(false);
  expect(catches(method, { ...cacheAction('echo', 'echo/nginx', { 'sync-status': status }), source: 'my.app' })).toBe(false);
});

test('a cache with the prefix ROOT catches the events of its rule', () => {
  expect(catches('onImageCached', cacheAction('ROOT', 'library/nginx'), 'ROOT')).toBe(true);
  expect(catches('onImageCached', cacheAction('echo', 'echo/nginx'), 'ROOT')).toBe(false);
});

test('onImageScanned catches scans of its repositories only', () => {
  expect(catches('onImageScanned', imageScan('echo/team/app'))).toBe(true);
  expect(catches('onImageScanned', imageScan('echoes/app'))).toBe(false);
  expect(catches('onImageScanned', imageScan('echo'))).toBe(false);
  expect(catches('onImageScanned', imageAction('echo/nginx'))).toBe(false);
});

test('onImageScanned of ROOT catches scans of every repository', () => {
  expect(catches('onImageScanned', imageScan('library/nginx'), 'ROOT')).toBe(true);
});

describe('onPullDenied', () => {
  test.each(['BatchGetImage', 'GetDownloadUrlForLayer', 'BatchCheckLayerAvailability', 'CreateRepository'])('catches %s by its request', name => {
    expect(catches('onPullDenied', call(name, {
      errorCode: 'AccessDenied', requestParameters: { repositoryName: 'echo/nginx' },
    }))).toBe(true);
  });

  test('catches a call without request parameters by its message', () => {
    expect(catches('onPullDenied', call('BatchGetImage', {
      errorCode: 'AccessDeniedException', errorMessage: denial('BatchGetImage', 'echo/nginx'), requestParameters: null,
    }))).toBe(true);
  });

  test.each(['echo', 'ROOT'])('catches a caller of %s who lacks the import only, whatever the event is called', prefix => {
    expect(catches('onPullDenied', call('ImportUpstreamImage', {
      errorCode: 'AccessDenied', errorMessage: denial('BatchImportUpstreamImage', 'echo/nginx'), requestParameters: null,
    }), prefix)).toBe(true);
  });

  test('leaves such a caller of another cache alone', () => {
    expect(catches('onPullDenied', call('ImportUpstreamImage', {
      errorCode: 'AccessDenied', errorMessage: denial('BatchImportUpstreamImage', 'echoes/nginx'), requestParameters: null,
    }))).toBe(false);
  });

  test('leaves other repositories, other errors and calls that were allowed alone', () => {
    const ours = { requestParameters: { repositoryName: 'echo/nginx' } };

    expect(catches('onPullDenied', call('BatchGetImage', {
      errorCode: 'AccessDenied', errorMessage: denial('BatchGetImage', 'echoes/app'), requestParameters: { repositoryName: 'echoes/app' },
    }))).toBe(false);
    expect(catches('onPullDenied', call('BatchGetImage', { ...ours, errorCode: 'RepositoryNotFoundException' }))).toBe(false);
    expect(catches('onPullDenied', call('BatchGetImage', ours))).toBe(false);
    expect(catches('onPullDenied', call('PutImage', { ...ours, errorCode: 'AccessDenied' }))).toBe(false);
    expect(catches('onPullDenied', call('BatchGetImage', { ...ours, errorCode: 'AccessDenied', eventSource: 's3.amazonaws.com' }))).toBe(false);
  });

  test('of ROOT catches denied pulls of every repository', () => {
    expect(catches('onPullDenied', call('BatchGetImage', {
      errorCode: 'AccessDenied', requestParameters: { repositoryName: 'library/nginx' },
    }), 'ROOT')).toBe(true);
  });

  test('has the state in which a rule receives read-only events', () => {
    expect(ruleOf('onPullDenied').State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
  });
});

describe('upstreamRefusedPattern', () => {
  const refused = (failureCode: string, prefix = 'echo', repositoryName = 'echo/nginx') => matches(
    // EventBridge names the field with a hyphen
    (({ detailType, ...pattern }) => ({ ...pattern, 'detail-type': detailType }))(PullThroughCache.fromRepositoryPrefix(newStack(), 'Cache', prefix).events.upstreamRefusedPattern()),
    call('BatchGetImage', { requestParameters: { repositoryName }, responseElements: { failures: [{ failureCode }] } }));

  test.each(['UpstreamAccessDenied', 'UpstreamTooManyRequests'])('catches %s', code => {
    expect([refused(code), refused(code, 'ROOT')]).toEqual([true, true]);
  });

  test('leaves other failures and other caches alone', () => {
    expect([refused('ImageNotFound'), refused('UpstreamUnavailable'), refused('UpstreamAccessDenied', 'echo', 'echoes/nginx')]).toEqual([false, false, false]);
  });
});
