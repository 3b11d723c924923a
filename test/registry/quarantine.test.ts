import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from '../../src';
import type { QuarantineOptions } from '../../src';
import { ENV, newStack } from '../app';
import { Deployed, wrongRows } from '../simulator';
import type { Caller, Policy, Row, World } from '../simulator';

const OTHER = '999999999999';
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = 'ecr:BatchImportUpstreamImage';
const EVERYTHING: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const rows = (who: string, allowed: boolean, actions: string[], ...names: string[]): Row[] => actions.flatMap(action => names.map(
  name => ({ who, action, resource: `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/${name}`, allowed })));

function policyWith(options?: Partial<QuarantineOptions>): Policy {
  const stack = newStack();
  const quay = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
  const policy = new RegistryPolicy(stack, 'Policy');
  policy.allowFirstPull(quay, { pullers: [CachePullers.account(OTHER)] });
  if (options) {
    policy.quarantine(quay, { images: ['redis', 'team/*'], ...options });
  }
  return new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText;
}

const caller = (account: string): Caller => ({
  arn: `arn:aws:sts::${account}:assumed-role/Admin/session`, policies: [EVERYTHING], context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/Admin` },
});
const world = (policy: Policy): World => ({
  callers: { administrator: caller(ENV.account!), puller: caller(OTHER) }, resourcePolicies: [{ resource: /:repository\//, policy }],
});

describe('a quarantine', () => {
  test.each(['administrator', 'puller'])('stops pulls and imports of the images, and of no others: %s', async who => {
    expect(await wrongRows(world(policyWith()), rows(who, true, [...PULL, IMPORT], 'quay/redis'))).toEqual([]);
    expect(await wrongRows(world(policyWith({})), [
      ...rows(who, false, [...PULL, IMPORT], 'quay/redis', 'quay/team/app'), ...rows(who, true, [...PULL, IMPORT], 'quay/nginx', 'quay/redis2'),
    ])).toEqual([]);
  });

  test('leaves those who clean up their work', async () => {
    expect(await wrongRows(world(policyWith({})),
      rows('administrator', true, ['ecr:BatchDeleteImage', 'ecr:DescribeImages', 'ecr:SetRepositoryPolicy'], 'quay/redis'))).toEqual([]);
  });

  test('can stop imports alone', async () => {
    expect(await wrongRows(world(policyWith({ cachedStillPulled: true })), [
      ...rows('puller', true, PULL, 'quay/redis'), ...rows('puller', false, [IMPORT], 'quay/redis'), ...rows('administrator', false, [IMPORT], 'quay/redis'),
    ])).toEqual([]);
  });

  test('says what it is', () => {
    expect(policyWith({ images: ['redis'] }).Statement[1]).toEqual({
      Sid: 'QuarantineQuay', Effect: 'Deny', Principal: '*', Action: [...PULL, IMPORT], Resource: `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/quay/redis`,
    });
  });

  test.each<[string, object, string]>([
    ['without images', { images: [] }, 'got an empty list of images'],
    ['of a tag', { images: ['redis:7'] }, "got the allowed image 'redis:7', expected a path without tag and digest, since IAM knows repositories and no tags"],
    ['with another option', { tags: ['7'] }, "got the option 'tags' of a quarantine"],
  ])('is refused %s', (_, options, message) => {
    expect(() => policyWith(options)).toThrow(message);
  });

  test('is refused for a cache of another account', () => {
    const stack = newStack();
    const other = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Other', { repositoryPrefix: 'quay', account: OTHER, region: ENV.region });
    expect(() => new RegistryPolicy(stack, 'Policy').quarantine(other, { images: ['redis'] })).toThrow('got a cache of the account 999999999999');
  });
});
