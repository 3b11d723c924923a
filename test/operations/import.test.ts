import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PullThroughCache, UpstreamRegistry } from '../../src';
import type { PullThroughCacheProps } from '../../src';
import { ECHO, newStack } from '../app';

/** The property by which CloudFormation imports a resource: the primary identifier of its type. */
const IDENTIFIERS: { [type: string]: string } = { 'AWS::ECR::PullThroughCacheRule': 'EcrRepositoryPrefix', 'AWS::ECR::RepositoryCreationTemplate': 'Prefix' };

/** What of a template CloudFormation could import as it stands: its identifier is written out, and it is retained. */
function importable(props: PullThroughCacheProps, retain: boolean): { [type: string]: string } {
  const stack = newStack();
  const cache = new PullThroughCache(stack, 'Cache', props);
  if (retain) {
    cache.rule.applyRemovalPolicy(RemovalPolicy.RETAIN);
    cache.repositoryTemplate.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
  const resources: any[] = Object.values(Template.fromStack(stack).toJSON().Resources);
  return Object.fromEntries(resources.flatMap(({ Type, Properties, DeletionPolicy }) => {
    const identifier = IDENTIFIERS[Type] && Properties[IDENTIFIERS[Type]];
    return typeof identifier === 'string' && /^Retain/.test(DeletionPolicy) ? [[Type, identifier]] : [];
  }));
}

describe('the rule and the template of a cache can be imported when they are retained', () => {
  test.each<[string, PullThroughCacheProps]>([
    ['a public upstream', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'mine' }],
    ['an upstream with a role', { upstream: ECHO, repositoryPrefix: 'mine' }],
    ['tags', { upstream: ECHO, repositoryPrefix: 'mine', repositoryTemplate: { tags: { team: 'web' } } }],
  ])('with %s', (_, props) => {
    expect(importable(props, true)).toEqual({ 'AWS::ECR::PullThroughCacheRule': 'mine', 'AWS::ECR::RepositoryCreationTemplate': 'mine' });
  });
});

test('fails for those that are not retained, which CloudFormation refuses', () => {
  expect(importable({ upstream: UpstreamRegistry.QUAY }, false)).toEqual({});
});
