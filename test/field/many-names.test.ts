import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CacheProbe, CacheStatistics, CacheVerification, PullThroughCache, RepositoryAdoption, RepositoryRemoval } from '../../src';
import { ECHO, newStack } from '../app';

/** IAM and AWS STS quotas: characters without white space of a managed policy, and of all inline policies of a role. */
const MANAGED = 6_144, INLINE = 10_240;

/** The lengths of a template's policies, with account, Region and partition filled in. */
function lengthsOf(stack: Stack, type: string): number[] {
  return Object.values<any>(Template.fromStack(stack).findResources(type)).map(({ Properties: { PolicyDocument: document } }) =>
    JSON.stringify(document, (_, value) => value?.['Fn::Join']?.[1].map((part: any) => typeof part === 'string' ? part : 'x'.repeat(20)).join('') ?? value).length);
}

const NAMES = Array.from({ length: 90 }, (_, at) => `our-team/application-${at}`);
const cacheIn = (stack: Stack) => new PullThroughCache(stack, 'Echo', { upstream: ECHO });

test.each<[string, (stack: Stack) => void]>([
  ['a probe of many images', stack => {
    const cache = cacheIn(stack);
    new CacheStatistics(stack, 'Statistics', { caches: [cache] });
    new CacheProbe(stack, 'Probe', { images: NAMES.map(name => cache.image(`${name}:1`)) });
  }],
  ['a verification of many images', stack => {
    const cache = cacheIn(stack);
    new CacheVerification(stack, 'Verification', { cache, images: NAMES.map(name => `${name}:1`) });
  }],
  ['a removal that leaves many names out', stack => new RepositoryRemoval(stack, 'Removal', {
    cache: cacheIn(stack), confirmedPrefix: 'echo', leaveOut: NAMES.map(name => `echo/${name}`),
  })],
  ['an adoption that leaves many names out', stack => new RepositoryAdoption(stack, 'Adoption', {
    template: cacheIn(stack).repositoryTemplate, dryRun: false, leaveOut: NAMES.map(name => `echo/${name}`),
  })],
])('%s has policies that IAM takes', (_, make) => {
  const stack = newStack();
  make(stack);

  const inline = lengthsOf(stack, 'AWS::IAM::Policy'), managed = lengthsOf(stack, 'AWS::IAM::ManagedPolicy');
  expect(Math.max(...inline)).toBeLessThanOrEqual(INLINE);
  expect(managed.length).toBeGreaterThan(0);
  expect(Math.max(...managed)).toBeLessThanOrEqual(MANAGED);
});
