import { App, CfnParameter, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { partitionOf } from '../../src/private/partitions';
import { PullThroughCache } from '../../src/pull-through-cache';
import { CacheRule } from '../../src/rule/cache-rule';
import { UpstreamRole } from '../../src/rule/upstream-role';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, ECHO, ENV, newStack, propertiesOf, warningsOf } from '../app';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const reader = (stack: Stack) => UpstreamRole.fromRole(iam.Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${ENV.account}:role/reader`));

describe('a rule', () => {
  test('says where the upstream is, which kind it is, and who reads it', () => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: reader(stack) });
    expect(propertiesOf(stack, RULE)).toEqual({
      EcrRepositoryPrefix: 'echo',
      UpstreamRegistry: 'ecr',
      UpstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
      CustomRoleArn: `arn:aws:iam::${ENV.account}:role/reader`,
    });
  });

  test('has the prefixes that the user gives', () => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: reader(stack), repositoryPrefix: 'team/echo', upstreamRepositoryPrefix: 'team-a' });
    expect(propertiesOf(stack, RULE)).toMatchObject({ EcrRepositoryPrefix: 'team/echo', UpstreamRepositoryPrefix: 'team-a' });
  });

  test('keeps ROOT as an upstream prefix when it is written out', () => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: reader(stack), upstreamRepositoryPrefix: 'ROOT' });
    expect(propertiesOf(stack, RULE)).toMatchObject({ UpstreamRepositoryPrefix: 'ROOT' });
  });

  test('is no more than the rule', () => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: reader(stack) });
    Template.fromStack(stack).templateMatches({ Resources: { Rule: { Type: RULE } } });
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources)).toEqual(['Rule']);
  });

  test('refers to itself by the prefix as it was written, so that other stacks need no export', () => {
    const stack = newStack();
    const rule = new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: reader(stack) });
    expect(rule.pullThroughCacheRuleRef).toEqual({ ecrRepositoryPrefix: 'echo' });
  });

  test('takes tokens for everything', () => {
    const stack = agnosticStack();
    const [account, region, prefix, upstreamPrefix] = ['Account', 'Region', 'Prefix', 'UpstreamPrefix'].map(id => new CfnParameter(stack, id).valueAsString);
    new CacheRule(stack, 'Rule', {
      upstream: UpstreamRegistry.ecr({ account, region }), repositoryPrefix: prefix, upstreamRepositoryPrefix: upstreamPrefix,
    });
    expect(propertiesOf(stack, RULE)).toEqual({
      EcrRepositoryPrefix: { Ref: 'Prefix' },
      UpstreamRegistry: 'ecr',
      UpstreamRegistryUrl: { 'Fn::Join': ['', [{ Ref: 'Account' }, '.dkr.ecr.', { Ref: 'Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
      UpstreamRepositoryPrefix: { Ref: 'UpstreamPrefix' },
    });
  });

  test('checks what is no token beside tokens', () => {
    const stack = agnosticStack();
    const upstream = UpstreamRegistry.ecr({ account: new CfnParameter(stack, 'Account').valueAsString, region: 'us-east-1' });
    expect(() => new CacheRule(stack, 'Rule', { upstream, repositoryPrefix: 'Echo' })).toThrow("got the repository prefix 'Echo'");
  });
});

describe('the place of a rule', () => {
  /** A rule in a Region for a registry of another account in a Region. */
  const between = (own: string, upstream: string) => {
    const stack = newStack(new App(), 'Stack', { account: ENV.account, region: own });
    const registry = UpstreamRegistry.ecr({ account: '123456789012', region: upstream });
    const role = iam.Role.fromRoleArn(stack, 'Reader', `arn:${partitionOf(own).name}:iam::${ENV.account}:role/reader`);
    new CacheRule(stack, 'Rule', { upstream: registry, upstreamRole: UpstreamRole.fromRole(role) });
    return stack;
  };

  test.each([
    ['us-gov-west-1', 'us-gov-east-1', '123456789012.dkr.ecr.us-gov-east-1.amazonaws.com'],
    ['cn-north-1', 'cn-northwest-1', '123456789012.dkr.ecr.cn-northwest-1.amazonaws.com.cn'],
  ])("warns in %s, of which AWS's pages differ, and makes the rule", (own, upstream, url) => {
    const stack = between(own, upstream);
    expect(propertiesOf(stack, 'AWS::ECR::PullThroughCacheRule').UpstreamRegistryUrl).toBe(url);
    expect(warningsOf(stack)).toEqual([expect.stringContaining(
      `AWS's pages differ on whether ECR has pull-through caches in ${own}: its guide for ECR says no, CloudFormation has the resource type there.`)]);
  });

  test.each([['eu-west-1', 'us-east-1'], ['eusc-de-east-1', 'eusc-de-east-1'], ['us-iso-east-1', 'us-iso-west-1']])('warns of nothing in %s', (own, upstream) => {
    expect(warningsOf(between(own, upstream))).toEqual([]);
  });

  test.each([
    ['us-gov-west-1', 'us-east-1', 'aws', 'aws-us-gov'], ['us-east-1', 'us-gov-west-1', 'aws-us-gov', 'aws'], ['eu-central-1', 'eusc-de-east-1', 'aws-eusc', 'aws'],
  ])('fails in %s for an upstream in %s, which is of another partition', (own, upstream, there, here) => {
    expect(() => between(own, upstream)).toThrow(`got an upstream in the Region '${upstream}', which belongs to the partition ${there}, `
      + `expected one of the partition ${here}, to which ${own} belongs, since nothing goes from one to the other: choose a Region of the same partition`);
  });

  test('fails in AWS GovCloud (US) for what is no registry of ECR, and is accepted by the context', () => {
    const rule = (accept: string[]) => {
      const stack = newStack(new App({ context: { 'cdk-ecr-pull-through-cache:accept': accept } }), 'Stack', { account: ENV.account, region: 'us-gov-west-1' });
      return new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.QUAY });
    };
    expect(() => rule([])).toThrow("got the upstream 'quay.io' for a cache in the Region 'us-gov-west-1', expected a private ECR registry of AWS GovCloud (US), "
      + 'since ECR caches no other registries there: use UpstreamRegistry.ecr(), or copy the images there with a pipeline; if AWS takes it by now');
    expect(() => rule(['region'])).not.toThrow();
  });

  test('fails in a Region that is none', () => {
    const stack = newStack(new App(), 'Stack', { account: ENV.account, region: 'nowhere' });
    expect(() => new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: reader(stack) })).toThrow("got the Region 'nowhere', expected the name");
  });
});

describe('the upstream role of a rule', () => {
  test('fails when it is missing for another account', () => {
    expect(() => new CacheRule(newStack(), 'Rule', { upstream: ECHO })).toThrow(
      'got no upstream role for a registry of the account 123456789012, expected a role that ECR assumes to read a private registry of another '
      + 'account: set upstreamRole to UpstreamRole.scopedToRepositories(), or use PullThroughCache, which does [at Stack/Rule]');
  });

  test('may be missing for the same account, as AWS says', () => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.ecr({ account: ENV.account, region: 'us-east-1' }) });
    expect(propertiesOf(stack, RULE)).not.toHaveProperty('CustomRoleArn');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('may be missing in a stack that goes anywhere, since nobody knows whose account it is', () => {
    const stack = agnosticStack();
    new CacheRule(stack, 'Rule', { upstream: ECHO });
    expect(propertiesOf(stack, RULE)).not.toHaveProperty('CustomRoleArn');
  });

  test('fails when it is of another account', () => {
    const stack = newStack();
    const upstreamRole = UpstreamRole.fromRole(iam.Role.fromRoleArn(stack, 'Reader', 'arn:aws:iam::444455556666:role/reader'));
    expect(() => new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole })).toThrow(
      "got the upstream role 'reader' of the account 444455556666, expected a role of the account 111122223333");
  });

  test('is made below the rule when that is asked for', () => {
    const stack = newStack();
    const rule = new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: UpstreamRole.scopedToRepositories(), upstreamRepositoryPrefix: 'team-a' });
    expect(rule.role!.node.path).toBe('Stack/Rule/UpstreamRole/Resource');
    const template = Template.fromStack(stack);
    template.hasResourceProperties(RULE, { CustomRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RuleUpstreamRole'), 'Arn'] } });
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).toContain(':repository/team-a/*');
  });

  test('fails when it is no UpstreamRole but a role', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleName(stack, 'Reader', 'reader') as unknown as UpstreamRole;
    expect(() => new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: role })).toThrow(
      "got something else as upstreamRole than what UpstreamRole gives, expected a value of UpstreamRole, which can't be constructed or subclassed: write "
      + 'UpstreamRole.scopedToRepositories(), UpstreamRole.asInAwsExample() or UpstreamRole.fromRole(), from the same version of this package [at Stack/Rule]');
  });

  test('is rendered by reference when it is of this stack', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com') });
    expect(new CacheRule(stack, 'Rule', { upstream: ECHO, upstreamRole: UpstreamRole.fromRole(role) }).role).toBe(role);
    Template.fromStack(stack).hasResourceProperties(RULE, { CustomRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Reader'), 'Arn'] } });
  });
});

describe('a rule for the registry it is in', () => {
  const own = UpstreamRegistry.ecr(ENV);

  test('gets a warning', () => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: own });
    expect(warningsOf(stack)).toEqual(['/Stack/Rule upstreamIsOwnRegistry: the upstream 111122223333.dkr.ecr.eu-central-1.amazonaws.com is the registry of '
      + 'this cache itself: that ECR serves such a rule is not documented. Name another account or Region, or pull the images from their own '
      + 'repositories.']);
  });

  test.each([
    ['account', { ...ENV, account: '123456789012' }],
    ['Region', { ...ENV, region: 'us-east-1' }],
  ])('gets none when the upstream is in another %s', (_, upstream) => {
    const stack = newStack();
    new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.ecr(upstream), upstreamRole: reader(stack) });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('gets none when nobody knows which it is in', () => {
    const stack = agnosticStack();
    new CacheRule(stack, 'Rule', { upstream: own });
    expect(warningsOf(stack)).toEqual([]);
  });
});

test('fails with an upstream role for an upstream that ECR reads by none', () => {
  const stack = newStack();
  expect(() => new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.QUAY, upstreamRole: reader(stack) })).toThrow(
    "got an upstream role for 'quay.io', expected a role for private ECR upstreams only, since ECR reads no other upstream by one: "
    + 'leave the role out');
});

describe('whether a first pull creates repositories with tags', () => {
  test('is not known of a rule alone', () => {
    expect(new CacheRule(newStack(), 'Rule', { upstream: UpstreamRegistry.QUAY }).repositoriesTagged).toBeUndefined();
  });

  test('is known of the rule of a cache, whose template says it', () => {
    const stack = newStack();
    const echo = new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryTemplate: { inheritTags: true } });
    expect(echo.rule.repositoriesTagged).toBe(false);
    Tags.of(echo).add('team', 'web');
    Template.fromStack(stack);
    expect(echo.rule.repositoriesTagged).toBe(true);
  });
});
