import { App, Tags } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachePullers, PullThroughCache, PullThroughCacheGrants, RegistryPolicy, RepositoryTemplate, TemplateUse, UpstreamRegistry } from '../../src';
import type { RepositoryTemplateOptions } from '../../src';
import { ENV, newStack, warningsOf } from '../app';

let stack: Stack;
let puller: iam.Role;
beforeEach(() => {
  stack = newStack();
  puller = new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });
});

const cache = (repositoryTemplate: RepositoryTemplateOptions = {}, repositoryPrefix = 'quay') =>
  new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.QUAY, repositoryPrefix, repositoryTemplate });
const template = (prefix: string, options: RepositoryTemplateOptions = {}) => new RepositoryTemplate(stack, `Template-${prefix}`, { prefix, ...options });
const TAGS = { tags: { team: 'web' } };

/** Which repositories the puller may tag. */
function taggable(): string[] {
  const statements = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(one => one.Properties.PolicyDocument.Statement);
  return statements.filter(({ Action: action }) => [action].flat().includes('ecr:TagResource')).flatMap(({ Resource: resource }) => [resource].flat())
    .map(arn => arn['Fn::Join'][1][2].replace(/.*repository\//, ''));
}

describe('a first pull into repositories that a template tags', () => {
  test.each<[string, (one: PullThroughCache) => PullThroughCacheGrants]>([
    ['the cache', one => one.grants],
    ['its rule', one => PullThroughCacheGrants.fromRule(one.rule)],
    ['its L1', one => PullThroughCacheGrants.fromRule(one.rule.node.defaultChild as CfnPullThroughCacheRule)],
  ])('is granted by %s', (_, grantsOf) => {
    grantsOf(cache(TAGS)).pull(puller);
    expect(taggable()).toEqual(['quay/*']);
  });

  test.each<[string, boolean]>([['before', true], ['after', false]])('is granted for a more specific template that is made %s the grant', (_, before) => {
    const one = cache();
    if (before) { template('quay/library', TAGS); }
    one.grants.pull(puller);
    if (!before) { template('quay/library', TAGS); }
    expect(taggable()).toEqual(['quay/*']);
  });

  test.each<[string, string[], string[]]>([
    ['below it', ['library/nginx'], ['quay/library/nginx']],
    ['beside it', ['team/app', 'library-two/app'], []],
    ['all of it', ['library/*'], ['quay/library/*']],
  ])('is granted for images as the most specific template tags: %s', (_, images, tagged) => {
    const one = cache();
    template('quay/library', TAGS);
    one.grants.pullImages(puller, images);
    expect(taggable()).toEqual(tagged);
  });

  test('is granted no tags where the more specific template has none', () => {
    const one = cache(TAGS);
    template('quay/library');
    one.grants.pullImages(puller, ['library/nginx']);
    expect(taggable()).toEqual([]);
  });

  test('is granted by the template for the whole registry, when no other is there', () => {
    const one = PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'quay');
    template('ROOT', TAGS);
    one.grants.pull(puller);
    expect(taggable()).toEqual(['quay/*']);
  });

  test.each<[string, (other: Stack) => void]>([
    ['for replication only', () => template('quay/library', { ...TAGS, appliedFor: [TemplateUse.REPLICATION] })],
    ['of another Region', other => new RepositoryTemplate(other, 'Template', { prefix: 'quay/library', ...TAGS })],
  ])('is granted no tags by a template %s', (_, make) => {
    const one = cache();
    make(newStack(stack.node.root as App, 'Other', { ...ENV, region: 'us-east-1' }));
    one.grants.pull(puller);
    expect(taggable()).toEqual([]);
  });

  test.each([[true, ['quay/*']], [false, []]])('is granted for tags that the template inherits, when there are some: %s', (tagged, expected) => {
    cache().grants.pull(puller);
    const late = template('quay/library', { inheritTags: true });
    if (tagged) { Tags.of(late).add('team', 'web'); }
    expect(taggable()).toEqual(expected);
  });
});

describe('other accounts and tags', () => {
  const pullers = [CachePullers.account('444455556666')];
  const warnings = () => warningsOf(stack).filter(one => one.includes('taggedForOtherAccounts')).map(one => one.split(' ')[0]);

  test('are warned of when the registry policy alone lets them in', () => {
    new RegistryPolicy(stack, 'Policy').allowFirstPull(cache(TAGS), { pullers });
    expect(warnings()).toEqual(['/Stack/Cache/RepositoryTemplate']);
  });

  test('are warned of by the more specific template', () => {
    const one = cache();
    template('quay/library', TAGS);
    new RegistryPolicy(stack, 'Policy').allowFirstPull(one, { pullers });
    expect(warnings()).toEqual(['/Stack/Template-quay/library'.replace('/library', '--library')]);
  });

  test('are no matter beside it', () => {
    const one = cache();
    template('quay/library', TAGS);
    new RegistryPolicy(stack, 'Policy').allowFirstPull(one, { pullers, images: ['team/*'] });
    expect(warnings()).toEqual([]);
  });
});
