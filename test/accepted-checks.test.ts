import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { join } from 'path';
import { App, CfnOutput, Duration, SecretValue, Stack, Stage } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ENV, newStack } from './app';
import { NodeMirrors } from '../src/mirrors/node-mirrors';
import { CacheAlarm } from '../src/monitoring/cache-alarm';
import { CacheAlerting } from '../src/monitoring/cache-alerting';
import { CacheDashboard } from '../src/monitoring/cache-dashboard';
import { CacheProbe } from '../src/monitoring/cache-probe';
import { CacheStatistics } from '../src/monitoring/cache-statistics';
import { CheckId } from '../src/private/errors';
import { PullThroughCache } from '../src/pull-through-cache';
import { PullPolicy } from '../src/pulling/pull-policy';
import { RegistryPolicy } from '../src/registry/registry-policy';
import { RegistryReplication } from '../src/registry/registry-replication';
import { RegistryScanning } from '../src/registry/registry-scanning';
import type { RepositoryTemplateOptions } from '../src/repository/repository-template';
import { RepositoryTemplate } from '../src/repository/repository-template';
import { CacheRule } from '../src/rule/cache-rule';
import { UpstreamRole } from '../src/rule/upstream-role';
import { UpstreamCredential } from '../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../src/upstream/upstream-registry';

const { QUAY } = UpstreamRegistry;
const OTHERS = Array.from({ length: 300 }, (_, at) => `1111${String(at).padStart(8, '0')}`);

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

function template(options: RepositoryTemplateOptions) {
  return (stack: Stack) => new RepositoryTemplate(stack, 'Template', { prefix: 'echo', ...options });
}

function imported(stack: Stack, id = 'Cache', prefix = 'echo') {
  return PullThroughCache.fromRepositoryPrefix(stack, id, prefix);
}

function secretNamed(stack: Stack, secretName: string, encryptionKey?: kms.IKey) {
  const login = { username: SecretValue.unsafePlainText('me'), accessToken: SecretValue.unsafePlainText('later') };
  return UpstreamCredential.fromSecret(new secretsmanager.Secret(stack, 'Secret', { secretName, encryptionKey, secretObjectValue: login }));
}

function widePolicy() {
  return new iam.PolicyStatement({ actions: ['ecr:PutImage'], principals: OTHERS.map(one => new iam.ArnPrincipal(`arn:aws:iam::${one}:role/${one}`)) });
}

/** What breaks each check. */
const BROKEN: { readonly [id in CheckId]: (stack: Stack) => unknown } = {
  [CheckId.REGION]: stack => new CacheRule(stack, 'Rule', {
    upstream: UpstreamRegistry.ecr({ account: ENV.account, region: 'us-gov-west-1' }), repositoryPrefix: 'gov',
  }),
  [CheckId.PREFIX_LENGTH]: stack => new CacheRule(stack, 'Rule', { upstream: QUAY, repositoryPrefix: 'q'.repeat(31) }),
  [CheckId.RULE_COUNT]: stack => times(51, at => new CacheRule(stack, `Rule${at}`, { upstream: QUAY, repositoryPrefix: `quay-${at}` })),
  [CheckId.UPSTREAM_ROLE]: stack => new CacheRule(stack, 'Rule', {
    upstream: QUAY, upstreamRole: UpstreamRole.fromRole(iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ENV.account}:role/reader`)),
  }),
  [CheckId.SECRET_NAME_LENGTH]: stack => secretNamed(stack, `ecr-pullthroughcache/${'s'.repeat(500)}`),
  [CheckId.SECRET_VALUE]: stack => UpstreamCredential.fromSecret(new secretsmanager.Secret(stack, 'Secret', { secretName: 'ecr-pullthroughcache/hub' })),
  [CheckId.SECRET_KEY]: stack => secretNamed(stack, 'ecr-pullthroughcache/hub', new kms.Key(stack, 'Key')),
  [CheckId.REPOSITORY_NAME_LENGTH]: stack => imported(stack, 'Cache', 'e'.repeat(30)).image('n'.repeat(240)),
  [CheckId.TEMPLATE_DESCRIPTION_LENGTH]: template({ description: 'd'.repeat(257) }),
  [CheckId.TEMPLATE_KEY_ALIAS]: stack => template({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${ENV.region}:${ENV.account}:alias/mine`) })(stack),
  [CheckId.CREATION_ROLE_PATH]: stack => template({
    creationRole: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ENV.account}:role/path/creator`),
  })(stack),
  [CheckId.TAG_COUNT]: template({ tags: Object.fromEntries(times(51, at => [`tag${at}`, 'x'])) }),
  [CheckId.TAG_LENGTH]: template({ tags: { ['k'.repeat(129)]: 'v'.repeat(257) } }),
  [CheckId.EXCLUSION_FILTERS]: template({
    imageTagMutability: TagMutability.MUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: times(6, at => `${at}${'f'.repeat(128)}`),
  }),
  [CheckId.REPOSITORY_POLICY_LENGTH]: template({ repositoryPolicy: new iam.PolicyDocument({ statements: [widePolicy()] }) }),
  [CheckId.REGISTRY_POLICY_LENGTH]: stack => {
    const statement = widePolicy();
    statement.addAllResources();
    new RegistryPolicy(stack, 'Policy', { existingStatements: [statement] });
  },
  [CheckId.SERVICE_CONTROL_POLICY_LENGTH]: stack => {
    const only = new RegistryPolicy(stack, 'Policy').allowOnlyImports({
      caches: [{ cache: imported(stack), images: times(120, at => `team/application-${at}`) }], prefixesMadeElsewhere: [],
    });
    new CfnOutput(stack, 'ServiceControlPolicy', { value: only.serviceControlPolicyText });
  },
  [CheckId.MANAGED_POLICY_LENGTH]: stack => new PullPolicy(stack, 'Policy', { caches: [imported(stack)], images: times(200, at => `team/image-${at}`) }),
  [CheckId.INLINE_POLICY_LENGTH]: stack => {
    const policy = new iam.Policy(stack, 'Policy', { users: [new iam.User(stack, 'User')] });
    imported(stack).grants.pullImages(policy, times(200, at => `team/image-${at}`));
  },
  [CheckId.REPLICATION_RULES]: stack => {
    const replication = new RegistryReplication(stack, 'Replication');
    const to = (at: number) => ({ region: 'eu-west-1', account: OTHERS[at] });
    times(25, at => replication.replicateMatching(`team-${at}/`, to(at)));
    replication.replicateMatching('more/', to(0), to(1));
  },
  [CheckId.REPLICATION_FILTERS]: stack => {
    const replication = new RegistryReplication(stack, 'Replication');
    times(101, at => replication.replicateMatching(`team-${at}/`, { region: 'eu-west-1' }));
  },
  [CheckId.REPLICATION_DESTINATIONS]: stack => new RegistryReplication(stack, 'Replication')
    .replicateMatching('team/', ...times(26, at => ({ region: 'eu-west-1', account: OTHERS[at] }))),
  [CheckId.SCAN_FILTERS]: stack => new RegistryScanning(stack, 'Scanning').scanOnPushMatching(...times(101, at => `team-${at}/*`)),
  [CheckId.FILTER_LENGTH]: stack => {
    new RegistryScanning(stack, 'Scanning').scanOnPushMatching('s'.repeat(256));
    new RegistryReplication(stack, 'Replication').replicateMatching('s'.repeat(257), { region: 'eu-west-1' });
  },
  [CheckId.DASHBOARD_WIDGETS]: stack => {
    const caches = times(501, at => imported(stack, `Cache${at}`, `cache-${at}`));
    new CacheDashboard(stack, 'Dashboard', { caches });
  },
  [CheckId.FUNCTION_TIMEOUT]: stack => new CacheStatistics(stack, 'Statistics', {
    caches: [imported(stack)], timeout: Duration.minutes(16), logRetention: logs.RetentionDays.ONE_DAY,
  }),
  [CheckId.FUNCTION_SETTINGS]: stack => new CacheProbe(stack, 'Probe').addImages(((cache = imported(stack)) => times(200, at => cache.image(`team/image:v1@sha256:${createHash('sha256').update(String(at)).digest('hex')}`)))()),
  [CheckId.ALARM_ACTION_REGION]: stack => new CacheAlerting(stack, 'Alerting', {
    caches: [imported(stack)],
    alarms: [CacheAlarm.callsNearQuota()],
    alarmActions: [new SnsAction(sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:us-east-1:${ENV.account}:pages`))],
  }),
  [CheckId.USER_DATA_LENGTH]: stack => {
    const upstream = UpstreamRegistry.of({
      registryName: 'later', url: 'registry.example.com', defaultRepositoryPrefix: 'later', imageHosts: times(300, at => `registry-${at}.example.com`),
    });
    const mirrors = NodeMirrors.forCaches(stack, [PullThroughCache.fromPullThroughCacheAttributes(stack, 'Cache', { repositoryPrefix: 'later', upstream })]);
    mirrors.userDataText();
    mirrors.addToUserData(new ec2.MultipartUserData());
  },
};

function synthesized(id: CheckId, accepted: string[]) {
  const app = new App({ context: { 'cdk-ecr-pull-through-cache:accept': accepted } });
  BROKEN[id](newStack(app));
  app.synth();
}

describe.each(Object.values(CheckId))('the check %s', (id) => {
  test('refuses what AWS refuses, and names the way round', () => {
    expect(() => synthesized(id, Object.values(CheckId).filter(other => other !== id))).toThrow(
      `; if AWS takes it by now, set the context "cdk-ecr-pull-through-cache:accept": ["${id}"] [at Stack`);
  });

  test('lets it through when the context accepts it', () => {
    expect(() => synthesized(id, [id])).not.toThrow();
  });
});

test('a context of a Stage accepts for what is in it', () => {
  const app = new App();
  const stage = new Stage(app, 'Prod');
  stage.node.setContext('cdk-ecr-pull-through-cache:accept', [CheckId.PREFIX_LENGTH]);

  expect(() => BROKEN[CheckId.PREFIX_LENGTH](new Stack(stage, 'Stack'))).not.toThrow();
  expect(() => BROKEN[CheckId.PREFIX_LENGTH](new Stack(app, 'Stack'))).toThrow('of length 31');
});

test('the guide lists the ids of all checks', () => {
  const guide = readFileSync(join(__dirname, '../docs/troubleshooting.md'), 'utf8');
  const [, section] = guide.split('## A check refuses what AWS takes');
  const [table] = section.split('\n## ');

  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, id]) => id)).toEqual(Object.values(CheckId));
});
