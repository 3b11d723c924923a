import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { PullThroughCache, RegistryPolicy, RegistryReplication } from '../../src';
import { agnosticStack, ENV, newStack, propertiesOf, warningsOf } from '../app';
import { Deployed } from '../simulator';

const TYPE = 'AWS::ECR::ReplicationConfiguration';
const OTHER = '999999999999', THERE = { region: 'eu-west-1' };

const cache = (stack: Stack, prefix = 'echo') => PullThroughCache.fromRepositoryPrefix(stack, `Cache${stack.node.children.length}`, prefix);
const filter = (start: string) => ({ Filter: start, FilterType: 'PREFIX_MATCH' });
const rulesOf = (stack: Stack) => (propertiesOf(stack, TYPE).ReplicationConfiguration as { Rules: object[] }).Rules;

function replication(stack = newStack()) {
  return { stack, replicas: new RegistryReplication(stack, 'Replication') };
}

describe('the replication of a registry', () => {
  test('is of what is below the prefix of a cache, and of nothing that only looks like it', () => {
    const { stack, replicas } = replication();
    replicas.replicate(cache(stack), THERE);
    expect(rulesOf(stack)).toEqual([{ Destinations: [{ Region: 'eu-west-1', RegistryId: ENV.account }], RepositoryFilters: [filter('echo/')] }]);
    expect('echo-2/nginx'.startsWith('echo/')).toBe(false);
  });

  test('has one rule for each set of destinations, whatever their order', () => {
    const { stack, replicas } = replication();
    const far = { region: 'us-west-2', account: OTHER };
    replicas.replicate(cache(stack), THERE, far);
    replicas.replicate(cache(stack, 'hub'), far, THERE, far);
    replicas.replicateMatching('services/', THERE);
    expect(rulesOf(stack)).toEqual([
      {
        Destinations: [{ Region: 'eu-west-1', RegistryId: ENV.account }, { Region: 'us-west-2', RegistryId: OTHER }],
        RepositoryFilters: [filter('echo/'), filter('hub/')],
      },
      { Destinations: [{ Region: 'eu-west-1', RegistryId: ENV.account }], RepositoryFilters: [filter('services/')] },
    ]);
  });

  test('of a ROOT cache has no filter, also beside others', () => {
    const { stack, replicas } = replication();
    replicas.replicate(cache(stack), THERE);
    replicas.replicate(cache(stack, 'ROOT'), THERE);
    expect(rulesOf(stack)).toEqual([{ Destinations: [{ Region: 'eu-west-1', RegistryId: ENV.account }] }]);
  });

  test('goes to the account of a stack that does not know it, and takes a prefix that is known at deployment', () => {
    const stack = agnosticStack();
    const { replicas } = replication(stack);
    replicas.replicate(cache(stack, new CfnParameter(stack, 'Prefix').valueAsString), THERE);
    expect(rulesOf(stack)).toMatchObject([{ Destinations: [{ RegistryId: { Ref: 'AWS::AccountId' } }], RepositoryFilters: [{ Filter: { 'Fn::Join': ['', [{ Ref: 'Prefix' }, '/']] } }] }]);
  });

  test('fails without a destination', () => {
    const { stack, replicas } = replication();
    expect(() => replicas.replicate(cache(stack))).toThrow(
      "got no destination, expected at least one Region: name its region, such as 'eu-west-1' [at Stack/Replication]");
  });

  test.each([[{ region: ENV.region }], [{ region: ENV.region, account: ENV.account }]])('fails with itself as the destination: %j', destination => {
    const { stack, replicas } = replication();
    expect(() => replicas.replicate(cache(stack), destination)).toThrow(
      `got the registry itself (${ENV.region}) as a destination, expected another Region or another account: leave it out [at Stack/Replication]`);
  });

  test('may go to another account of the same Region', () => {
    const { stack, replicas } = replication();
    replicas.replicate(cache(stack), { region: ENV.region, account: OTHER });
    expect(rulesOf(stack)).toHaveLength(1);
  });

  test.each([[{ region: 'Ireland' }, "got the Region 'Ireland'"], [{ region: 'cn-north-1' }, "got a destination in the Region 'cn-north-1', which belongs to the partition aws-cn"], [{ region: 'eu-west-1', account: '1' }, "got the account '1'"]])(
    'fails for %j', (destination, message) => {
      const { stack, replicas } = replication();
      expect(() => replicas.replicate(cache(stack), destination)).toThrow(message);
    });

  test.each([[{ region: 'eu-west-1', acount: OTHER }, 'acount'], [{ region: 'eu-west-1', deletions: true }, 'deletions']])('fails for an option that there is not: %j', (destination, option) => {
    const { stack, replicas } = replication();
    expect(() => replicas.replicate(cache(stack), destination)).toThrow(
      `got the option '${option}' of a destination of replicas, expected options with 'region', 'account', 'replicateDeletions'`);
  });

  test.each([['us-gov-west-1', 'us-gov-east-1'], ['cn-north-1', 'cn-northwest-1']])('goes from %s to %s, within a partition', (region, there) => {
    const { stack, replicas } = replication(newStack(new App(), 'Stack', { ...ENV, region }));
    replicas.replicateMatching('services/', { region: there });
    expect(rulesOf(stack)).toHaveLength(1);
  });

  test('fails for a cache of another Region', () => {
    const { stack, replicas } = replication();
    const other = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', region: 'us-east-1' });
    expect(() => replicas.replicate(other, THERE)).toThrow(/got a cache of the account .* and Region us-east-1.*: make a RegistryReplication in a stack of that account and Region/);
  });

  test.each(['account', 'region'])('takes a cache whose %s is known at deployment only', name => {
    const { stack, replicas } = replication();
    const somewhere = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', [name]: new CfnParameter(stack, 'Place').valueAsString });
    expect(() => replicas.replicate(somewhere, THERE)).not.toThrow();
  });

  test('fails with itself as the destination where nobody knows which Region that is', () => {
    const stack = agnosticStack();
    const { replicas } = replication(stack);
    expect(() => replicas.replicate(cache(stack), { region: stack.region })).toThrow('got the registry itself (its own Region) as a destination');
  });

  test.each(['s', 'Services/', 'services/*', '/x', 'a//b'])("fails for the start '%s'", start => {
    expect(() => replication().replicas.replicateMatching(start, THERE)).toThrow(
      `got the start of names '${start}', expected 2 to 256 lower-case letters, digits, '.', '_', '-' and '/': `
      + (start.includes('*') ? "leave '*' out: all names that start so are replicated" : "write it such as 'services/'"));
  });

  test('fails for a start of 257 characters', () => {
    expect(() => replication().replicas.replicateMatching('x'.repeat(257), THERE)).toThrow(/expected 2 to 256 lower-case letters/);
  });

  test.each(['ab', 'x'.repeat(256), 'services', 'a__b/', 'team/a-', 'x/y.z'])("may start with '%s'", start => {
    const { stack, replicas } = replication();
    replicas.replicateMatching(start, THERE);
    expect(rulesOf(stack)).toMatchObject([{ RepositoryFilters: [filter(start)] }]);
  });

  test('fails when it replicates nothing', () => {
    const { stack } = replication();
    expect(() => Template.fromStack(stack)).toThrow(
      'got a replication configuration that replicates nothing, expected at least one cache and a destination: call replicate(), or leave the construct out [at Stack/Replication]');
  });
});

describe('deletions', () => {
  test('are replicated to the destinations that ask for it, with a warning', () => {
    const { stack, replicas } = replication();
    replicas.replicateMatching('services/', THERE);
    replicas.replicateMatching('builds/', { region: 'us-west-2' }, { ...THERE, replicateDeletions: true });
    const to = (region: string) => [{ Region: region, RegistryId: ENV.account }];
    expect(rulesOf(stack)).toEqual([
      { Destinations: to('eu-west-1'), RepositoryFilters: [filter('services/')] },
      { Destinations: to('us-west-2'), RepositoryFilters: [filter('builds/')] },
      { Destinations: to('eu-west-1'), RepositoryFilters: [filter('builds/')], DeleteReplication: { Enabled: true } },
    ]);
    expect(warningsOf(stack)).toEqual([expect.stringContaining('replicatedDeletions: deletions are replicated, those of lifecycle policies included')]);
  });

  test('are not replicated otherwise, without a warning', () => {
    const { stack, replicas } = replication();
    replicas.replicate(cache(stack), { ...THERE, replicateDeletions: false });
    expect(JSON.stringify(rulesOf(stack))).not.toContain('DeleteReplication');
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each<[string, string | undefined, string]>([['the same names', 'team/', 'team/'], ['names below', 'team/', 'team/app/'], ['all', undefined, 'team/']])(
    'fail when they are replicated and kept for %s', (_, one, other) => {
      const { stack, replicas } = replication();
      if (one === undefined) { replicas.replicate(cache(stack, 'ROOT'), THERE); } else { replicas.replicateMatching(one, THERE); }
      expect(() => replicas.replicateMatching(other, { ...THERE, replicateDeletions: true })).toThrow(
        'got deletions that are replicated to eu-west-1 for the same repositories once and not another time, expected one of the two for what starts alike');
    });

  test('fail when they are replicated and kept in one call, and when it is no flag', () => {
    const { replicas } = replication();
    expect(() => replicas.replicateMatching('team/', THERE, { ...THERE, replicateDeletions: true })).toThrow('got deletions that are replicated to eu-west-1');
    expect(() => replicas.replicateMatching('team/', { ...THERE, replicateDeletions: 'no' as unknown as boolean })).toThrow("got the text 'no' as replicateDeletions, expected true or false");
  });
});

describe('how much a replication configuration takes', () => {
  const to = (index: number) => ({ region: 'eu-west-1', account: String(200000000000 + index) });

  test('25 sets of destinations', () => {
    const { replicas } = replication();
    for (let index = 0; index < 25; index++) {
      replicas.replicateMatching('services/', to(index));
    }
    expect(() => replicas.replicateMatching('services/', to(0), to(1))).toThrow(
      'got 26 sets of destinations in a replication configuration, expected at most 25: send more caches to the same destinations: those with the same share a rule');
  });

  test('100 prefixes for each', () => {
    const { replicas } = replication();
    for (let index = 0; index < 100; index++) {
      replicas.replicateMatching(`team-${index}/`, THERE);
    }
    expect(() => replicas.replicateMatching('one-more/', THERE)).toThrow('got 101 prefixes for one set of destinations in a replication configuration, expected at most 100: '
      + 'replicate what several of them start with');
  });

  test('25 destinations', () => {
    const { replicas } = replication();
    replicas.replicateMatching('services/', ...Array.from({ length: 25 }, (_, index) => to(index)));
    expect(() => replicas.replicateMatching('tools/', to(25))).toThrow('got 26 destinations in a replication configuration, expected at most 25: make caches there instead of replicas');
  });
});

describe("the destination's half", () => {
  const statements = (stack: Stack) => new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText.Statement;

  test('lets another account replicate and create repositories, below the prefixes of caches', () => {
    const stack = newStack();
    RegistryReplication.allowSource(new RegistryPolicy(stack, 'Policy'), { account: OTHER, caches: [cache(stack), cache(stack, 'hub')] });
    expect(statements(stack)).toEqual([{
      Sid: `ReplicasFrom${OTHER}`,
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${OTHER}:root` },
      Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
      Resource: ['echo/*', 'hub/*'].map(name => `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/${name}`),
    }]);
  });

  test('is for every repository without caches', () => {
    const stack = newStack();
    RegistryReplication.allowSource(new RegistryPolicy(stack, 'Policy'), { account: OTHER });
    expect(statements(stack)[0].Resource).toBe(`arn:aws:ecr:${ENV.region}:${ENV.account}:repository/*`);
  });

  test('fails for an empty list of caches', () => {
    const policy = new RegistryPolicy(newStack(), 'Policy');
    expect(() => RegistryReplication.allowSource(policy, { account: OTHER, caches: [] })).toThrow(
      'got an empty list of caches, expected at least one: leave caches out for every repository [at Stack/Policy]');
  });

  test('fails for what is no account', () => {
    const policy = new RegistryPolicy(newStack(), 'Policy');
    expect(() => RegistryReplication.allowSource(policy, { account: 'acme' })).toThrow("got the account 'acme', expected the 12 digits of an AWS account id");
  });
});

describe('a second replication configuration', () => {
  test('fails in one account and Region', () => {
    const app = new App();
    replication(newStack(app, 'One'));
    replication(newStack(app, 'Two'));
    expect(() => app.synth()).toThrow(
      'got a second registry replication configuration for one account and Region (One/Replication is the first), expected one registry replication '
      + 'configuration, since ECR keeps one of an account and Region: keep one RegistryReplication and let all caches add to it [at Two/Replication]');
  });

  test('fails beside an L1, when the app is synthesized', () => {
    const { stack, replicas } = replication(newStack(new App(), 'One'));
    replicas.replicateMatching('services/', THERE);
    new ecr.CfnReplicationConfiguration(stack, 'L1', { replicationConfiguration: { rules: [] } });
    expect(() => Template.fromStack(stack)).toThrow(/got a second registry replication configuration .*\[at One\/L1\]/s);
  });

  test('may be in another Region, and warns in stacks that go anywhere', () => {
    const app = new App();
    replication(newStack(app, 'One')).replicas.replicateMatching('services/', THERE);
    const two = newStack(app, 'Two', { account: ENV.account, region: 'us-east-1' });
    replication(two).replicas.replicateMatching('services/', THERE);
    const three = agnosticStack(app, 'Three');
    replication(three).replicas.replicateMatching('services/', THERE);
    expect(warningsOf(two)).toEqual([]);
    expect(warningsOf(three)).toEqual([expect.stringContaining('possiblySameRegistry: another registry replication configuration')]);
  });
});
