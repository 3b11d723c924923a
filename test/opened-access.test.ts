import { CfnOutput, Duration, Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  CacheFunctionDefaults, CacheLifecycleRule, CachePullers, CacheRule, CacheVpcAccess, Customer, CustomerAccess, EndpointPolicies, PullPolicy,
  PullThroughCache, PullThroughCacheGrants, RegistryPolicy,
  RegistryReplication, RegistryScanning, RepositoryAdoption, RepositoryRemoval, RepositoryTemplate, UpstreamRegistry, UpstreamRole,
} from '../src';
import { ECHO, newStack } from './app';
import { Deployed } from './simulator';

const OTHER = '999999999999', ORGANIZATION = 'o-a1b2c3d4e5';
const REPOSITORY = 'arn:aws:ecr:us-east-1:123456789012:repository/team/*';
const nothing = Lazy.string({ produce: () => undefined });

function world() {
  const stack = newStack();
  const cache = new PullThroughCache(stack, 'Echo', { upstream: ECHO });
  const puller = new iam.Role(stack, 'Puller', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const policy = new RegistryPolicy(stack, 'Policy');
  const access = () => new CacheVpcAccess(stack, 'Access', { vpc, endpointPolicies: EndpointPolicies.scopedTo({ caches: [cache] }) });
  return { stack, cache, puller, policy, access };
}

type World = ReturnType<typeof world>;

const LISTS: [string, (list: any, here: World) => unknown][] = [
  ['images', (images, { cache, puller }) => cache.grants.pullImages(puller, images)],
  ['images', (images, { cache, puller }) => cache.grants.pullCachedImages(puller, images)],
  ['images', (images, { cache }) => PullPolicy.toPolicyText({ caches: [cache], images })],
  ['caches', caches => PullPolicy.toPolicyDocument({ caches })],
  ['images', (images, { cache, policy }) => policy.allowFirstPull(cache, { pullers: [CachePullers.account(OTHER)], images })],
  ['pullers', (pullers, { cache, policy }) => policy.allowFirstPull(cache, { pullers })],
  ['pullers', (pullers, { stack }) => new RepositoryTemplate(stack, 'Template', { prefix: 'other', pullers })],
  ['roles', roles => CachePullers.account(OTHER, { roles })],
  ['accounts', accounts => CachePullers.organization(ORGANIZATION, { accounts })],
  ['paths', paths => CachePullers.organization(ORGANIZATION, { paths })],
  ['caches', caches => EndpointPolicies.scopedTo({ caches })],
  ['repositories', (list, { access }) => access().allowRepositories(list)],
  ['buckets', (list, { access }) => access().allowBuckets(list)],
  ['caches', (caches, { policy }) => RegistryReplication.allowSource(policy, { account: OTHER, caches })],
  ['customers', customers => CustomerAccess.forCustomers(customers)],
  ['roles', roles => CustomerAccess.forCustomers([Customer.account(OTHER, { roles })])],
  ['repositories', list => CustomerAccess.forCustomers([Customer.account(OTHER)]).allowOnRepositories(list)],
  ['names of repositories', (list, { policy }) => CustomerAccess.forCustomers([Customer.account(OTHER)]).allowOnRegistryByName(policy, list)],
  ['names in leaveOut', (leaveOut, { cache, stack }) => new RepositoryRemoval(stack, 'Removal', { cache, confirmedPrefix: 'echo', leaveOut })],
  ['names in leaveOut', (leaveOut, { cache, stack }) => new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, leaveOut })],
  ['ARNs of repositories', repositoryArns => CustomerAccess.forCustomers([Customer.account(OTHER)]).toPolicyText({ repositoryArns })],
];

test.each<[string, (here: World) => unknown]>([
  ['call pullImages()', ({ cache, puller }) => (cache.grants as any).pull(puller, ['nginx'])],
  ['call pullCachedImages()', ({ cache, puller }) => (cache.grants as any).pullCached(puller, ['nginx'])],
  ['call grants.pullImages()', ({ cache, puller }) => (cache as any).grantPull(puller, ['nginx'])],
  ['call grantPull() of each image', ({ cache, puller }) => (cache.image('nginx') as any).grantPull(puller, ['nginx'])],
  ['call allowOnRegistryByName()', ({ policy }) => (CustomerAccess.forCustomers([Customer.account(OTHER)]) as any).allowOnRegistry(policy, ['nginx'])],
  ['name the images in the options', ({ cache, policy }) => (policy as any).allowFirstPull(cache, { pullers: [CachePullers.account(OTHER)] }, ['nginx'])],
  ['name the images in the options', ({ cache }) => (PullPolicy as any).toPolicyText({ caches: [cache] }, ['nginx'])],
  ['name the images in the options', ({ cache }) => (PullPolicy as any).toPolicyDocument({ caches: [cache] }, ['nginx'])],
  ['name the images in the properties', ({ stack, cache }) => new (PullPolicy as any)(stack, 'PullPolicy', { caches: [cache] }, ['nginx'])],
  ['call pullImages() of the grants', ({ cache }) => (PullThroughCacheGrants as any).fromRule(cache, ['nginx'])],
  ['name the roles in the options', () => (CachePullers as any).account(OTHER, undefined, ['mirror'])],
  ['name the roles in the options', () => (Customer as any).account(OTHER, {}, ['mirror'])],
  ['name the accounts and paths in the options', () => (CachePullers as any).organization(ORGANIZATION, {}, [OTHER])],
  ['name the caches in the options', ({ cache, policy }) => (RegistryReplication as any).allowSource(policy, { account: OTHER }, [cache])],
  ['call fromPullThroughCacheAttributes()', ({ stack }) => (PullThroughCache as any).fromRepositoryPrefix(stack, 'Import', 'other', [OTHER])],
  ['call EndpointPolicies.scopedTo()', ({ cache }) => (EndpointPolicies as any).fullAccess([cache])],
])('what opens a whole takes no list beside it, which JavaScript would drop: %s', (fix, use) => {
  expect(() => use(world())).toThrow(/^got a list as one more argument of \w+\(\), expected .*: /);
  expect(() => use(world())).toThrow(fix);
});

test('an argument more that has no value is as one left out', () => {
  const { cache, puller } = world();

  expect(() => (cache.grants as any).pull(puller, undefined)).not.toThrow();
});

test.each<[string, (here: World) => unknown]>([
  ["the option 'lifecycleRule' of the repository template",
    ({ stack }) => new PullThroughCache(stack, 'Other', { upstream: UpstreamRegistry.QUAY, repositoryTemplate: { lifecycleRule: [] } as any })],
  ['a list as options of the repository template',
    ({ stack }) => new PullThroughCache(stack, 'Other', { upstream: UpstreamRegistry.QUAY, repositoryTemplate: [] as any })],
  ["the option 'existingStatement' of a registry policy",
    ({ stack }) => new RegistryPolicy(stack, 'Other', { existingStatement: [] } as any)],
  ["the option 'securityGroup' of the functions of a scope",
    ({ stack }) => CacheFunctionDefaults.of(stack).set({ securityGroup: [] } as any)],
  ["the option 'leavOut' of a removal",
    ({ cache, stack }) => new RepositoryRemoval(stack, 'Removal', { cache, confirmedPrefix: 'echo', leavOut: ['echo/own'] } as any)],
  ["the option 'leavOut' of an adoption",
    ({ cache, stack }) => new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, leavOut: ['echo/own'] } as any)],
  ["the option 'tagPattern' of CacheLifecycleRule.keepNewest()", () => CacheLifecycleRule.keepNewest(5, { tagPattern: ['dev-*'] } as any)],
  ['a list as options of CacheLifecycleRule.expireAfter()', () => CacheLifecycleRule.expireAfter(Duration.days(1), ['dev-*'] as any)],
  ["the option 'upstreamRepositoryPrefx' of a cache",
    ({ stack }) => new PullThroughCache(stack, 'Other', { upstream: UpstreamRegistry.QUAY, upstreamRepositoryPrefx: 'team' } as any)],
  ["the option 'template' of a cache rule", ({ stack }) => new CacheRule(stack, 'Other', { upstream: UpstreamRegistry.QUAY, template: {} } as any)],
  ["the option 'lifecycleRule' of a repository template",
    ({ stack }) => new RepositoryTemplate(stack, 'Template', { prefix: 'other', lifecycleRule: [] } as any)],
  ["the option 'acount' of an imported cache",
    ({ stack }) => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Import', { repositoryPrefix: 'other', acount: OTHER } as any)],
  ["the option 'reigon' of UpstreamRegistry.echo()", () => UpstreamRegistry.echo({ account: OTHER, reigon: 'eu-west-1' } as any)],
  ["the option 'credentials' of UpstreamRegistry.of()",
    () => UpstreamRegistry.of({ registryName: 'new', url: 'new.example.com', defaultRepositoryPrefix: 'new', credentials: {} } as any)],
  ["the option 'scopeS4' of scoped endpoints", ({ cache }) => EndpointPolicies.scopedTo({ caches: [cache], scopeS4: true } as any)],
])('a misspelt option is not passed over: %s', (got, use) => {
  expect(() => use(world())).toThrow(`got ${got}, expected options with '`);
});

test('a registry policy of a class of your own may have more properties', () => {
  class Mine extends RegistryPolicy {}

  expect(() => new Mine(newStack(), 'Policy', { owner: 'us' } as any)).not.toThrow();
});

describe.each(LISTS)('a list of %s that opens access (%#)', (name, use) => {
  test.each<[unknown, string]>([
    [[], `an empty list of ${name}`],
    [new Array(1), `a list of ${name} with nothing in place 1`],
    [[undefined], `a list of ${name} with nothing in place 1`],
    [null, `no list of ${name}`],
    ['nginx', `the text 'nginx' instead of a list of ${name}`],
    [new Set(['nginx']), `an object of Set instead of a list of ${name}`],
  ])('is refused: %p', (list, got) => {
    expect(() => use(list, world())).toThrow(`got ${got}, expected`);
  });
});

describe('a list that is emptied or added to later', () => {
  test('leaves the policies of endpoints as they are', () => {
    const stack = newStack();
    const caches = [new PullThroughCache(stack, 'Echo', { upstream: ECHO })];
    const endpointPolicies = EndpointPolicies.scopedTo({ caches });
    caches.pop();
    new CacheVpcAccess(stack, 'Access', { vpc: new ec2.Vpc(stack, 'Other'), endpointPolicies });
    Template.fromStack(stack).allResourcesProperties('AWS::EC2::VPCEndpoint', { PolicyDocument: { Version: '2012-10-17' } });
  });

  test('leaves the accounts of an organisation as they are', () => {
    const accounts = [OTHER];
    const pullers = [CachePullers.organization(ORGANIZATION, { accounts })];
    accounts.pop();
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', pullers });
    pullers.push(CachePullers.organization(ORGANIZATION));
    const { Statement: statements } = JSON.parse(new Deployed(stack).only('AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy);
    expect(statements).toMatchObject([{ Principal: { AWS: `arn:aws:iam::${OTHER}:root` } }]);
  });

  test('leaves customers and what narrows them as they are', () => {
    const options = { roles: ['mirror'], organizationId: ORGANIZATION };
    const customers = [Customer.account(OTHER, options)];
    const access = CustomerAccess.forCustomers(customers);
    const before = access.toPolicyText();
    options.roles.push('admin');
    delete (options as Partial<typeof options>).roles;
    customers.push(Customer.account('888888888888'));
    expect(access.toPolicyText()).toBe(before);
  });
});

describe('a condition that comes out empty is an error at synthesis', () => {
  const got = /got (a condition \S+|the .*(organisation|account).*) that came out empty, expected a value/;

  test.each<[string, (here: World) => unknown]>([
    ['in a template', ({ stack }) => new RepositoryTemplate(stack, 'Template', { prefix: 'other', pullers: [CachePullers.organization(nothing)] })],
    ['in a template, of paths', ({ stack }) => new RepositoryTemplate(stack, 'Template', {
      prefix: 'other', pullers: [CachePullers.organization(ORGANIZATION, { paths: [nothing] })],
    })],
    ['in a registry policy', ({ cache, policy }) => policy.allowFirstPull(cache, { pullers: [CachePullers.organization(nothing, { accounts: [OTHER] })] })],
    ['in a registry policy for customers', ({ policy }) => CustomerAccess.forCustomers([Customer.account(OTHER, { organizationId: nothing })]).allowOnRegistry(policy)],
    ['in the policy of a repository', ({ stack }) => CustomerAccess.forCustomers([Customer.account(OTHER, { roles: ['x'], organizationId: nothing })])
      .allowOnRepositories([new ecr.Repository(stack, 'Repository')])],
    ['in the document for an L1', ({ stack }) => new ecr.CfnRepository(stack, 'Repository', {
      repositoryPolicyText: CustomerAccess.forCustomers([Customer.account(OTHER, { organizationId: nothing })]).toPolicyDocument(),
    })],
    ['in the document for an L1, of roles', ({ stack }) => new ecr.CfnRepository(stack, 'Repository', {
      repositoryPolicyText: CustomerAccess.forCustomers([Customer.account(OTHER), Customer.account('888888888888', { roles: ['x'], organizationId: nothing })])
        .toPolicyDocument(),
    })],
  ])('%s', (_, open) => {
    const here = world();
    here.policy.addStatements(new iam.PolicyStatement({ actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal(OTHER)], resources: ['*'] }));
    open(here);
    expect(() => Template.fromStack(here.stack)).toThrow(got);
  });
});

describe('the printed policy for customers', () => {
  const access = CustomerAccess.forCustomers([Customer.account(OTHER)]);

  test.each([[REPOSITORY], ['arn:aws-us-gov:ecr:*:*:repository/*'], ['*']])('takes the ARN %s', arn => {
    expect(JSON.parse(access.toPolicyText({ repositoryArns: [arn] })).Statement[0].Resource).toBe(arn);
  });

  test.each(['', 'nginx', 'arn:aws:s3:::bucket/*', 'arn:aws:ecr:us-east-1:123456789012:repository/', `${REPOSITORY}","x`])('fails for the ARN %j', arn => {
    expect(() => access.toPolicyText({ repositoryArns: [arn] })).toThrow(`got the ARN '${arn}', expected the ARN of an ECR repository or of several, or '*': `
      + "write it such as 'arn:aws:ecr:us-east-1:123456789012:repository/team/*'");
  });

  test.each(['', 'aws:iam::999999999999:root","arn:aws', '$&', 'AWS', 'aws-', 'awsome'])('fails for the partition %j', partition => {
    expect(() => access.toPolicyText({ partition })).toThrow(`got the partition '${partition}', expected the name of a partition: 'aws', or one that begins with 'aws-': `
      + "write one such as 'aws-us-gov', or leave it out for 'aws'");
  });
});

describe('what is misread is refused', () => {
  test.each<[string, (here: World) => unknown, string]>([
    ['roles without their option', () => CachePullers.account(OTHER, ['role-a'] as any), 'got a list as options of pullers of an account'],
    ['an option of pullers that there is not', () => CachePullers.account(OTHER, { role: 'role-a' } as any), "got the option 'role' of pullers of an account"],
    ['an option of an organisation that there is not', () => CachePullers.organization(ORGANIZATION, { account: OTHER } as any), "got the option 'account' of pullers of an organisation"],
    ['an option of a customer that there is not', () => CustomerAccess.forCustomers([Customer.account(OTHER, { role: 'a' } as any)]), "got the option 'role' of a customer"],
    ['a customer that is an account', () => CustomerAccess.forCustomers([OTHER as any]), 'got something else as customers than what Customer gives'],
    ['an option of a pull policy that there is not', ({ cache }) => PullPolicy.toPolicyText({ caches: [cache], image: ['nginx'] } as any), "got the option 'image' of a pull policy"],
    ['a role that is a path in a file system', () => CachePullers.account(OTHER, { roles: ['../x'] }), "got the role '../x', expected the name of a role"],
    ['a path that is no text', () => CachePullers.organization(ORGANIZATION, { paths: [1 as any] }), 'got a list of paths with the number 1 in place 1'],
    ['an empty path of an organisation in a token', () => CachePullers.organization(nothing, { paths: [''] }), "got the path ''"],
    ['no organisation', () => CachePullers.organization(undefined as any), "got nothing as organisation, expected its id: 'o-'"],
    ['pullers that are accounts', ({ cache, policy }) => policy.allowFirstPull(cache, { pullers: [OTHER as any] }), 'got something else as pullers than what CachePullers gives'],
    ['pullers of a template that are accounts', ({ stack }) => new RepositoryTemplate(stack, 'T', { prefix: 'other', pullers: [OTHER as any] }), 'got something else as pullers'],
    ['lifecycle rules of aws-cdk', ({ stack }) => new RepositoryTemplate(stack, 'T', { prefix: 'other', lifecycleRules: [{ maxImageCount: 5 } as any] }),
      'got something else as lifecycleRules than what CacheLifecycleRule gives'],
    ['no endpoint policies', ({ stack }) => new CacheVpcAccess(stack, 'A', { vpc: new ec2.Vpc(stack, 'V') } as any), 'got something else as endpointPolicies than what EndpointPolicies gives'],
    ['pullers that their constructor made', () => new (CachePullers as any)([], undefined), 'got a value of CachePullers that was made by its constructor'],
    ['endpoint policies that their constructor made', () => new (EndpointPolicies as any)([], false), 'got a value of EndpointPolicies that was made by its constructor'],
    ['an upstream role that its constructor made', ({ puller }) => new (UpstreamRole as any)(() => puller), 'got a value of UpstreamRole that was made by its constructor'],
    ['a role that is none', () => UpstreamRole.fromRole(undefined as any), 'got nothing as the upstream role, expected an object that has the attribute roleArn'],
    ['the ARN of a boundary for a role', () => UpstreamRole.scopedToRepositories({ permissionsBoundary: 'arn' as any }), "got the text 'arn' as permissionsBoundary"],
    ['the ARN of a boundary for functions', ({ stack }) => CacheFunctionDefaults.of(stack).set({ permissionsBoundary: 'arn' as any }), "got the text 'arn' as permissionsBoundary"],
    ['a dry run that is neither on nor off', ({ stack, cache }) => new RepositoryAdoption(stack, 'A', { template: cache.repositoryTemplate, dryRun: 'false' as any }), "got the text 'false' as dryRun"],
    ['S3 that is neither scoped nor not', ({ cache }) => EndpointPolicies.scopedTo({ caches: [cache], scopeS3: 0 as any }), 'got the number 0 as scopeS3'],
    ['first pulls that are neither allowed nor not', ({ cache }) => PullPolicy.toPolicyText({ caches: [cache], firstPulls: 'false' as any }), "got the text 'false' as firstPulls"],
    ['no start of names', ({ stack }) => new RegistryReplication(stack, 'R').replicateMatching(undefined as any, { region: 'eu-west-1' }), 'got nothing as the start of names, expected 2 to 256'],
    ['no scan filter', ({ stack }) => new RegistryScanning(stack, 'S').scanOnPushMatching(undefined as any), 'got a list of scan filters with nothing in place 1'],
    ['no options of a pull policy', () => PullPolicy.toPolicyText(undefined as any), 'got nothing as options of a pull policy'],
    ['a bucket by its name', ({ access }) => access().allowBuckets(['uploads' as any]), "got the text 'uploads' as a bucket, expected an object that has the attribute bucketArn"],
    ['a repository by its name', ({ access }) => access().allowRepositories(['app' as any]), "got the text 'app' as a repository"],
  ])('%s', (_, open, message) => {
    expect(() => open(world())).toThrow(message);
  });

  test('a second call for one source of replicas, with what to do', () => {
    const { cache, policy } = world();
    RegistryReplication.allowSource(policy, { account: OTHER, caches: [cache] });
    RegistryReplication.allowSource(policy, { account: '888888888888', caches: [cache] });
    expect(() => RegistryReplication.allowSource(policy, { account: OTHER })).toThrow(`got the source ${OTHER} a second time in this registry policy, `
      + 'expected each account once, with all its caches: name all caches in one call of allowSource() [at Stack/Policy]');
  });
});

test('boundaries, switches and options that are right are taken', () => {
  const { stack, cache } = world();
  const permissionsBoundary = iam.ManagedPolicy.fromAwsManagedPolicyName('Boundary');
  CacheFunctionDefaults.of(stack).set({ permissionsBoundary });
  new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun: false });
  UpstreamRole.asInAwsExample({ permissionsBoundary, requireSourceAccount: true });
  new CfnOutput(stack, 'Text', { value: PullPolicy.toPolicyText({ caches: [cache], firstPulls: false }) });
  expect(() => EndpointPolicies.scopedTo({ caches: [cache], scopeS3: false })).not.toThrow();
});
