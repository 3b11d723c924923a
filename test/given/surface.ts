import { Duration, RemovalPolicy, SecretValue, Size, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as library from '../../src';

const {
  CacheAlarm, CacheLifecycleRule, CacheMonitoring, CachePullers, Customer, CustomerAccess, PullThroughCache, UpstreamCredential, UpstreamRegistry,
  UpstreamRole,
} = library;

/** What the arguments of an entry are made of: all in one stack. */
export class Things {
  public readonly cache: library.PullThroughCache;
  public readonly role: iam.Role;

  constructor(public readonly stack: Stack) {
    this.cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.QUAY });
    this.role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  }

  public get arn(): string { return 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-a1b2c3'; }
  public get credential(): library.UpstreamCredential { return UpstreamCredential.fromSecretCompleteArn(this.stack, 'Secret', this.arn); }
  public get policy(): library.RegistryPolicy { return new library.RegistryPolicy(this.stack, 'RegistryPolicy'); }
  public get images(): library.CachedImages { return library.CachedImages.of(this.stack); }
  public get access(): library.CustomerAccess { return CustomerAccess.forCustomers([Customer.account('444455556666')]); }
  public get repository(): ecr.Repository { return new ecr.Repository(this.stack, 'Repository'); }
  public get replication(): library.RegistryReplication { return new library.RegistryReplication(this.stack, 'Replication'); }
  public get scanning(): library.RegistryScanning {
    return new library.RegistryScanning(this.stack, 'Scanning', { scanType: library.RegistryScanType.ENHANCED });
  }
  public get topic(): sns.Topic { return new sns.Topic(this.stack, 'Topic'); }
  public get vpc(): ec2.Vpc { return new ec2.Vpc(this.stack, 'Vpc'); }
}

/** An entry of the library: what is called, and arguments that it takes. */
export type Entry = (things: Things) => { readonly call: (...given: any[]) => unknown; readonly with: readonly unknown[] };

/** A constructor, whose scope and id aws-cdk itself checks. */
function made(type: keyof typeof library, props: (things: Things) => object): Entry {
  return things => ({
    call: (given: unknown) => new (library[type] as any)(things.stack, 'It', given), with: [props(things)],
  });
}

function called(on: (things: Things) => object, method: string, ...given: ((things: Things) => unknown)[]): Entry {
  return things => {
    const target = on(things) as any;
    return { call: (...values) => target[method](...values), with: given.map(one => one(things)) };
  };
}

const the = (value: any) => () => value;
const policyStatement = () => new iam.PolicyStatement({ actions: ['ecr:*'], principals: [new iam.AccountPrincipal('444455556666')], resources: ['*'] });
const pullers = () => [CachePullers.account('444455556666', { roles: ['builder'] })];
const functionOptions = { logRetention: 7, permissionsBoundary: undefined, securityGroups: undefined, runtime: undefined, vpc: undefined };

/** Every public entry that takes something. */
export const ENTRIES: { readonly [name: string]: Entry } = {
  'PullThroughCache': made('PullThroughCache', () => ({
    upstream: UpstreamRegistry.echo({ account: '123456789012' }),
    repositoryPrefix: 'it',
    upstreamRepositoryPrefix: 'team',
    monitoring: CacheMonitoring.standard(),
    upstreamRole: UpstreamRole.scopedToRepositories(),
    repositoryTemplate: { tags: { a: 'b' } },
  })),
  'PullThroughCache.fromRepositoryPrefix': called(the(PullThroughCache), 'fromRepositoryPrefix', t => t.stack, the('It'), the('it')),
  'PullThroughCache.fromPullThroughCacheAttributes': called(the(PullThroughCache), 'fromPullThroughCacheAttributes', t => t.stack, the('It'), the({
    repositoryPrefix: 'it',
    upstream: UpstreamRegistry.QUAY,
    upstreamRepositoryPrefix: 'team',
    account: '111122223333',
    region: 'eu-central-1',
    repositoriesTagged: true,
    eventLogGroup: undefined,
    failedPullsRule: undefined,
    failedPullsAlarm: undefined,
    importsRule: undefined,
    deniedPullsRule: undefined,
    statisticsInterval: Duration.hours(1),
    statisticsLogGroup: undefined,
    probeInterval: Duration.hours(1),
    probeLogGroup: undefined,
  })),
  'cache.image': called(t => t.cache, 'image', the('a/b:1')),
  'cache.grantPull': called(t => t.cache, 'grantPull', t => t.role),
  'cache.verifyOnDeploy': called(t => t.cache, 'verifyOnDeploy', the({
    images: ['a/b:1'], retryFor: Duration.minutes(1), imageTimeout: Duration.minutes(1), trigger: '1', ...functionOptions,
  })),
  'cache.onPullFailed': called(t => t.cache, 'onPullFailed', the('Failed'), the({ description: 'x' })),
  'cache.onImageCached': called(t => t.cache, 'onImageCached', the('Cached'), the({ description: 'x' })),
  'cache.metricFailedPulls': called(t => t.cache, 'metricFailedPulls', the({ statistic: 'Sum' })),
  'cache.applyRemovalPolicy': called(t => t.cache, 'applyRemovalPolicy', the(RemovalPolicy.RETAIN)),
  ...Object.fromEntries(['pull', 'pullCached'].map(name => [`grants.${name}`, called(t => t.cache.grants, name, t => t.role)])),
  ...Object.fromEntries(['pullImages', 'pullCachedImages'].map(name => [`grants.${name}`, called(t => t.cache.grants, name, t => t.role, the(['a/b']))])),
  'PullThroughCacheGrants.fromRule': called(the(library.PullThroughCacheGrants), 'fromRule', t => t.cache),
  'ImageInCache.fromRule': called(the(library.ImageInCache), 'fromRule', t => t.cache, the('a/b')),
  'image.grantPull': called(t => t.cache.image('a/b'), 'grantPull', t => t.role),
  'repository.grantPull': called(t => t.cache.image('a/b').toRepository(), 'grantPull', t => t.role),
  'image.toWindowsBuildImage': called(t => t.cache.image('a/b'), 'toWindowsBuildImage', the(undefined)),
  'PullPolicy': made('PullPolicy', t => ({ caches: [t.cache], images: ['a/b'], firstPulls: true, roles: [t.role], managedPolicyName: 'x', description: 'x', path: '/' })),
  'PullPolicy.toPolicyDocument': called(the(library.PullPolicy), 'toPolicyDocument', t => ({ caches: [t.cache], images: ['a/b'], firstPulls: true })),
  'PullPolicy.toPolicyText': called(the(library.PullPolicy), 'toPolicyText', t => ({ caches: [t.cache] })),
  'UpstreamRegistry.echo': called(the(UpstreamRegistry), 'echo', the({ account: '123456789012', region: 'us-east-1' })),
  'UpstreamRegistry.ecr': called(the(UpstreamRegistry), 'ecr', the({ account: '123456789012', region: 'us-east-1' })),
  ...Object.fromEntries(['dockerHub', 'gitHub', 'gitLab', 'chainguard'].map(name => [`UpstreamRegistry.${name}`, called(the(UpstreamRegistry), name, t => t.credential)])),
  'UpstreamRegistry.azure': called(the(UpstreamRegistry), 'azure', the('mine'), t => t.credential),
  'UpstreamRegistry.of': called(the(UpstreamRegistry), 'of', t => ({
    registryName: 'new', url: 'registry.example.com', defaultRepositoryPrefix: 'new', credential: t.credential, imageHosts: ['registry.example.com'],
  })),
  'UpstreamCredential.fromSecret': called(the(UpstreamCredential), 'fromSecret', t => t.credential.secret),
  'UpstreamCredential.fromSecretCompleteArn': called(the(UpstreamCredential), 'fromSecretCompleteArn', t => t.stack, the('Other'), t => t.arn),
  'UpstreamSecret': made('UpstreamSecret', () => ({
    secretName: 'ecr-pullthroughcache/hub', username: 'me', accessToken: SecretValue.secretsManager('x'), description: 'x', removalPolicy: RemovalPolicy.RETAIN,
  })),
  'CacheRule': made('CacheRule', () => ({
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), repositoryPrefix: 'it', upstreamRepositoryPrefix: 'team', upstreamRole: UpstreamRole.scopedToRepositories(),
  })),
  ...Object.fromEntries(['scopedToRepositories', 'asInAwsExample'].map(name => [`UpstreamRole.${name}`, called(the(UpstreamRole), name, the({
    roleName: 'x', policyName: 'x', requireSourceAccount: true, permissionsBoundary: undefined,
  }))])),
  'UpstreamRole.fromRole': called(the(UpstreamRole), 'fromRole', t => t.role),
  'RepositoryTemplate': made('RepositoryTemplate', t => ({
    prefix: 'it',
    lifecycleRules: [CacheLifecycleRule.keepNewest(3)],
    encryptionKey: undefined,
    tags: { a: 'b' },
    inheritTags: true,
    imageTagMutability: ecr.TagMutability.MUTABLE_WITH_EXCLUSION,
    imageTagMutabilityExclusionFilters: ['v*'],
    repositoryPolicy: new iam.PolicyDocument(),
    pullers: pullers(),
    description: 'x',
    creationRole: t.role,
    appliedFor: [library.TemplateUse.PULL_THROUGH_CACHE],
  })),
  'CachePullers.account': called(the(CachePullers), 'account', the('444455556666'), the({ roles: ['builder'] })),
  'CachePullers.organization': called(the(CachePullers), 'organization', the('o-a1b2c3d4e5'), the({ accounts: ['444455556666'], paths: ['o-a1b2c3d4e5/r-ab12/*'] })),
  'RegistryPolicy': made('RegistryPolicy', () => ({ existingStatements: [policyStatement()] })),
  'policy.allowFirstPull': called(t => t.policy, 'allowFirstPull', t => t.cache, () => ({ pullers: pullers(), images: ['a/b'] })),
  'policy.addStatements': called(t => t.policy, 'addStatements', policyStatement),
  'replication.replicate': called(t => t.replication, 'replicate', t => t.cache, the({ region: 'eu-west-1', account: '444455556666' })),
  'replication.replicateMatching': called(t => t.replication, 'replicateMatching', the('services/'), the({ region: 'eu-west-1' })),
  'RegistryReplication.allowSource': called(the(library.RegistryReplication), 'allowSource', t => t.policy, t => ({ account: '444455556666', caches: [t.cache] })),
  'RegistryScanning': made('RegistryScanning', () => ({ scanType: library.RegistryScanType.BASIC })),
  ...Object.fromEntries(['scanOnPush', 'scanContinuously'].map(name => [`scanning.${name}`, called(t => t.scanning, name, t => t.cache)])),
  ...Object.fromEntries(['scanOnPushMatching', 'scanContinuouslyMatching'].map(name => [`scanning.${name}`, called(t => t.scanning, name, the('team/*'))])),
  'Customer.account': called(the(Customer), 'account', the('444455556666'), the({ roles: ['builder'], organizationId: 'o-a1b2c3d4e5' })),
  'CustomerAccess.forCustomers': called(the(CustomerAccess), 'forCustomers', () => [Customer.account('444455556666')], the({ sharedStatement: true })),
  'access.allowOnRepositories': called(t => t.access, 'allowOnRepositories', t => [t.repository]),
  'access.allowOnRegistry': called(t => t.access, 'allowOnRegistry', t => t.policy),
  'access.allowOnRegistryByName': called(t => t.access, 'allowOnRegistryByName', t => t.policy, the(['team/*'])),
  'access.toPolicyText': called(t => t.access, 'toPolicyText', the({ repositoryArns: ['*'], partition: 'aws' })),
  'CacheLifecycleRule.keepNewest': called(the(CacheLifecycleRule), 'keepNewest', the(3), the({ description: 'x' })),
  'CacheLifecycleRule.protect': called(the(CacheLifecycleRule), 'protect', the('v*')),
  'CachedImages.of': called(the(library.CachedImages), 'of', t => t.stack),
  'images.configure': called(t => t.images, 'configure', t => ({ exceptions: ['quay.io/a/*'], digests: true, requireCached: true, pullers: [t.role] })),
  'images.use': called(t => t.images, 'use', t => t.cache),
  'images.useWith': called(t => t.images, 'useWith', t => t.cache, the({ replaces: ['docker.io/library/*'] })),
  'images.addImageProperty': called(t => t.images, 'addImageProperty', the({ resourceType: 'AWS::X::Y', imagePath: 'Image', rolePath: 'Role', removes: ['X'] })),
  'images.manifest': called(t => t.images, 'manifest', the({ spec: { image: 'quay.io/a/b' } })),
  'images.helmValues': called(t => t.images, 'helmValues', the({ image: 'quay.io/a/b' })),
  'CacheMonitoring.standard': called(the(CacheMonitoring), 'standard', the({ eventLog: undefined, loggedEvents: library.LoggedEvents.ALL_IMPORTS, alarmActions: [{ bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-central-1:111122223333:pager' }) }] })),
  'CacheMonitoring.logged': called(the(CacheMonitoring), 'logged', the({ eventLog: undefined, loggedEvents: library.LoggedEvents.ALL_IMPORTS })),
  'CacheAlerting': made('CacheAlerting', t => ({ caches: [t.cache], alarms: [CacheAlarm.pullsDenied()], alarmActions: [new SnsAction(t.topic)] })),
  'CacheCosts': called(t => library.CacheCosts.of(t.stack), 'set', () => ({ budget: 5, storage: Size.gibibytes(1), repositories: 1, prices: { alarm: 1 } })),
  'CacheAlarmActions': called(t => library.CacheAlarmActions.of(t.stack), 'set', t => ({ alarmActions: [new SnsAction(t.topic)] })),
  'CacheIntegrity': made('CacheIntegrity', t => ({ caches: [t.cache] })),
  'NodeMirrors.forCaches': called(the(library.NodeMirrors), 'forCaches', t => t.stack, t => [t.cache]),
  'BuildImages.forStack': called(the(library.BuildImages), 'forStack', t => t.stack, t => [t.cache.image('a/b:1')]),
  'CacheDashboard': made('CacheDashboard', t => ({ caches: [t.cache] })),
  'CacheEventLog': made('CacheEventLog', () => ({ retention: 7 })),
  'CacheFindings': made('CacheFindings', t => ({ cache: t.cache, targets: [], alarmActions: [new SnsAction(t.topic)], eventLog: undefined })),
  'CacheQueries': made('CacheQueries', t => ({ caches: [t.cache] })),
  'CacheStatistics': made('CacheStatistics', t => ({ caches: [t.cache], interval: Duration.hours(1), timeout: Duration.minutes(5), ...functionOptions })),
  'CacheProbe': made('CacheProbe', t => ({ images: [t.cache.image('a/b:1')], interval: Duration.hours(1), timeout: Duration.minutes(5), ...functionOptions })),
  'CacheVerification': made('CacheVerification', t => ({ cache: t.cache, images: ['a/b:1'], after: [t.cache], retryFor: Duration.minutes(1), imageTimeout: Duration.minutes(1), ...functionOptions })),
  'RepositoryAdoption': made('RepositoryAdoption', t => ({ template: t.cache.repositoryTemplate, dryRun: true, leaveOut: ['quay/keep'], trigger: '1' })),
  'RepositoryRemoval': made('RepositoryRemoval', t => ({ cache: t.cache, confirmedPrefix: 'quay', leaveOut: ['quay/keep'], ...functionOptions })),
  'CacheFunctionDefaults.of': called(the(library.CacheFunctionDefaults), 'of', t => t.stack),
  'defaults.set': called(t => library.CacheFunctionDefaults.of(t.stack), 'set', the({ ...functionOptions })),
  'CacheMetrics.fromRule': called(the(library.CacheMetrics), 'fromRule', t => t.cache),
  'CacheEvents.fromRule': called(the(library.CacheEvents), 'fromRule', t => t.cache),
  'EndpointPolicies.scopedTo': called(the(library.EndpointPolicies), 'scopedTo', t => ({ caches: [t.cache], scopeS3: true })),
  'CacheVpcAccess': made('CacheVpcAccess', t => ({ vpc: t.vpc, endpointPolicies: library.EndpointPolicies.fullAccess() })),
  'ReplacementCheck.ofChangeSet': called(the(library.ReplacementCheck), 'ofChangeSet', the([JSON.stringify({ Changes: [], Status: 'CREATE_COMPLETE' })])),
  'metrics.failedPulls': called(t => t.cache.metrics, 'failedPulls', the({ period: Duration.minutes(1), statistic: cloudwatch.Stats.SUM })),
};
