import { Duration, Size } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnRegistryScanningConfiguration } from 'aws-cdk-lib/aws-ecr';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  CacheAlarm, CacheAlerting, CacheDashboard, CacheFindings, CacheMetrics, CacheMonitoring, CacheProbe, CacheQueries, CacheStatistics,
  EndpointPolicies, LoggedEvents, PullThroughCache, RegistryReplication, RegistryScanning, RegistryScanType, RepositoryTemplate,
} from '../../src';
import type { IPullThroughCache } from '../../src';
import { ECHO, ENV, newStack } from '../app';

let stack: Stack;
let cache: IPullThroughCache;

beforeEach(() => {
  stack = newStack();
  cache = PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'echo');
});

/** JavaScript and Python check no types. */
const untyped = (value: unknown): any => value;

const TAKING_CACHES: [string, (caches: any) => unknown][] = [
  ['CacheAlerting', caches => new CacheAlerting(stack, 'It', { caches, alarms: [CacheAlarm.callsNearQuota()] })],
  ['CacheDashboard', caches => new CacheDashboard(stack, 'It', { caches })],
  ['CacheQueries', caches => new CacheQueries(stack, 'It', { caches })],
  ['CacheStatistics', caches => new CacheStatistics(stack, 'It', { caches })],
  ['CacheFindings', caches => new CacheFindings(stack, 'It', { cache: caches[0] })],
  ['CacheMetrics', caches => CacheMetrics.fromRule(caches[0])],
  ['RegistryReplication', caches => new RegistryReplication(stack, 'It').replicate(caches[0], { region: 'us-east-1' })],
];

describe.each(TAKING_CACHES)('fails: %s with', (_, make) => {
  test.each([
    ['nothing', () => undefined, 'got nothing as a cache'],
    ['a text', () => 'echo', "got the text 'echo' as a cache"],
    ['a repository template', () => new RepositoryTemplate(stack, 'Template', { prefix: 'echo' }), "got the construct 'Stack/Template' as a cache"],
  ])('%s for a cache', (__, given, message) => {
    expect(() => make([given()])).toThrow(`${message}, expected a PullThroughCache, an import of one, a CacheRule or an L1 rule: `
      + 'pass the construct itself; PullThroughCache.fromRepositoryPrefix() gives one for a cache that is made elsewhere');
  });
});

test.each([
  ['CacheAlerting', () => new CacheAlerting(stack, 'It', untyped(undefined)), 'got no caches, expected at least one cache'],
  ['CacheDashboard', () => new CacheDashboard(stack, 'It', untyped(undefined)), 'got no caches, expected at least one cache'],
  ['CacheQueries', () => new CacheQueries(stack, 'It', untyped({})), 'got no caches, expected at least one cache'],
  ['CacheFindings', () => new CacheFindings(stack, 'It', untyped(undefined)), 'got nothing as a cache'],
])('fails: %s without props', (_, make, message) => {
  expect(make).toThrow(message);
});

test('fails: one cache for a list of them', () => {
  expect(() => new CacheDashboard(stack, 'It', { caches: untyped(cache) }))
    .toThrow("got the construct 'Stack/Import' as caches, expected a list: pass caches as a list");
});

describe('alarms', () => {
  const alerting = (alarms: any) => new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms });

  beforeEach(() => {
    new CacheStatistics(stack, 'Statistics', { caches: [cache] });
  });

  test('of one kind with other thresholds stand side by side, and the first keeps the id of the kind', () => {
    const { alarms } = alerting([
      CacheAlarm.storageAbove(Size.gibibytes(1)), CacheAlarm.storageAbove(Size.gibibytes(10)),
      CacheAlarm.hitRateBelow(0.8), CacheAlarm.hitRateBelow(0.5),
    ]);

    expect(alarms.map(({ node }) => node.id)).toEqual(['Storage', 'Storage10737418240', 'HitRate', 'HitRate0.5']);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 4);
  });

  test.each([
    ['storageAbove', () => [CacheAlarm.storageAbove(Size.gibibytes(1)), CacheAlarm.storageAbove(Size.mebibytes(1024))], 'storage'],
    ['statisticsMissing', () => [CacheAlarm.statisticsMissing(), CacheAlarm.statisticsMissing()], 'statisticsMissing'],
  ])('fails: %s twice', (_, alarms, name) => {
    expect(() => alerting(alarms())).toThrow(`got the alarm ${name} with one threshold twice, expected each alarm once; two of a kind with different `
      + 'thresholds, such as a warning and the worst: leave the second one out, or give it another threshold [at Stack/Alerting]');
  });

  test.each([[[{}]], [[CacheAlarm.probeFailing]], [[undefined]]])('fails: %p, which CacheAlarm does not give', alarms => {
    expect(() => alerting(alarms)).toThrow('write CacheAlarm.probeFailing(), with its parentheses, or another of its methods');
  });

  test.each([[[], 'an empty list of alarms'], [undefined, 'no alarms']])('fails: %j', (alarms, got) => {
    expect(() => alerting(alarms)).toThrow(
      `got ${got}, expected at least one alarm: add alarms such as CacheAlarm.statisticsMissing(), or leave this construct out [at Stack/Alerting]`);
  });

  test('fails: a number for a size', () => {
    expect(() => CacheAlarm.storageAbove(untyped(500))).toThrow(
      'got the number 500 as the size that is good, expected a Size of aws-cdk: write it such as Size.gibibytes(500)');
  });

  test('fails: a topic that no action wraps', () => {
    const topic = new sns.Topic(stack, 'Topic');
    const message = "got the construct 'Stack/Topic' as an alarm action, expected an action of aws-cloudwatch-actions: wrap what is notified, such as a topic in an SnsAction";

    expect(() => new CacheAlerting(stack, 'It', { caches: [cache], alarms: [CacheAlarm.callsNearQuota()], alarmActions: [untyped(topic)] })).toThrow(message);
    expect(() => new CacheFindings(stack, 'Findings', { cache, alarmActions: [untyped(topic)] })).toThrow(message);
    expect(() => new PullThroughCache(stack, 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.standard({ alarmActions: [untyped(topic)] }) })).toThrow(message);
  });
});

test.each([
  ['interval of statistics', () => new CacheStatistics(stack, 'It', { interval: untyped(3600) }), 'interval'],
  ['interval of a probe', () => new CacheProbe(stack, 'It', { interval: untyped(3600) }), 'interval'],
  ['time of an image', () => new CacheProbe(stack, 'It', { imageTimeout: untyped(3600) }), 'imageTimeout'],
  ['timeout', () => new CacheProbe(stack, 'It', { timeout: untyped(3600) }), 'timeout'],
  ['time of a dashboard', () => new CacheDashboard(stack, 'It', { caches: [cache], defaultInterval: untyped(3600) }), 'defaultInterval'],
  ['interval of an import', () => CacheMetrics.fromRule(cache, { statisticsInterval: untyped(3600) }), 'statisticsInterval'],
])('fails: a number for the %s', (_, make, name) => {
  expect(make).toThrow(`got the number 3600 as ${name}, expected a Duration of aws-cdk: write Duration.seconds(3600), or the unit that was meant`);
});

test('fails: a text for an image to probe', () => {
  expect(() => new CacheProbe(stack, 'It', { images: [untyped('nginx')] })).toThrow(
    "got the text 'nginx' as an image to probe, expected an image of a cache: write cache.image('nginx') [at Stack/It]");
});

test('fails: something else for an event log', () => {
  const message = 'got an object as eventLog, expected a CacheEventLog: make a CacheEventLog in this stack, and give that';

  expect(() => new PullThroughCache(stack, 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.standard({ eventLog: untyped({}) }) })).toThrow(message);
  expect(() => new CacheFindings(stack, 'Findings', { cache, eventLog: untyped({}) })).toThrow(message);
  expect(() => new CacheQueries(stack, 'Queries', { caches: [cache], eventLog: untyped({}) })).toThrow(message);
});

const SEVERITIES = "got the text 'critical' as minimumSeverity, expected one of CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL: write it as a value of FindingSeverity";
const SCAN_TYPES = "got the text 'enhanced' as scanType, expected one of BASIC, ENHANCED: write it as a value of RegistryScanType";

test.each([
  ['a severity of findings', () => new CacheFindings(stack, 'It', { cache, minimumSeverity: untyped('critical') }), SEVERITIES],
  ['a severity of basic scans', () => cache.events.imageScannedPattern(untyped('critical')), SEVERITIES],
  ['a severity of enhanced scans', () => cache.events.findingReportedPattern(untyped('critical')), SEVERITIES],
  ['a scan type of findings', () => new CacheFindings(stack, 'It', { cache, scanType: untyped('enhanced') }), SCAN_TYPES],
  ['a scan type of the registry', () => new RegistryScanning(stack, 'It', { scanType: untyped('enhanced') }), SCAN_TYPES],
  ['what is logged', () => new PullThroughCache(stack, 'Echo', {
    upstream: ECHO, monitoring: CacheMonitoring.logged({ loggedEvents: untyped('all') }),
  }), "got the text 'all' as loggedEvents, expected one of FAILED_IMPORTS, ALL_IMPORTS: write it as a value of LoggedEvents"],
])('fails: %s that there is not', (_, make, message) => {
  expect(make).toThrow(message);
});

test('takes the text of a value that there is', () => {
  expect(() => new CacheFindings(stack, 'It', { cache, minimumSeverity: untyped('HIGH'), scanType: untyped('ENHANCED') })).not.toThrow();
  expect(LoggedEvents.ALL_IMPORTS).toBe('ALL_IMPORTS');
});

describe('findings in a registry that this app configures', () => {
  test.each([
    ['a RegistryScanning', () => new RegistryScanning(stack, 'Scanning', { scanType: RegistryScanType.ENHANCED }).scanOnPush(cache)],
    ['an L1', () => new CfnRegistryScanningConfiguration(stack, 'Scanning', { scanType: 'ENHANCED', rules: [] })],
  ])('fail by %s with another scanner, whose events they would wait for in vain', (_, configure) => {
    new CacheFindings(stack, 'Findings', { cache });
    configure();

    expect(() => Template.fromStack(stack)).toThrow(
      'got findings of the scan type BASIC in a registry that Stack/Scanning scans with ENHANCED, expected the scan type of the registry, since the events '
      + 'of the two differ and the alarm would never fire: set scanType to RegistryScanType.ENHANCED, or pass the scanType of the RegistryScanning');
  });

  test('go with its scanner, and with any of another Region', () => {
    const far = newStack(stack.node.root as any, 'Far', { ...ENV, region: 'us-east-1' });
    new RegistryScanning(far, 'Scanning', { scanType: RegistryScanType.ENHANCED }).scanContinuouslyMatching('*');
    new RegistryScanning(stack, 'Scanning');
    new CacheFindings(stack, 'Findings', { cache });

    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

test('fails: one import that names two rules whose names are known at deployment only', () => {
  const made = new PullThroughCache(stack, 'Echo', { upstream: ECHO });
  const others = new PullThroughCache(stack, 'Hub', { upstream: ECHO, repositoryPrefix: 'hub' });
  const rules = [made, others].map(({ node }) => node.findChild('Monitoring').node.findChild('FailedPulls'));
  CacheMetrics.fromRule(cache, { failedPullsRule: untyped(rules[0]), statisticsInterval: Duration.days(1) });

  expect(() => CacheMetrics.fromRule(cache, { failedPullsRule: untyped(rules[1]) })).toThrow(
    "got failedPullsRule '<known at deployment>' for the cache 'echo', of which '<known at deployment>' is known, expected one producer of a metric");
});

test('fails: EndpointPolicies with a construct that is no cache', () => {
  const caches = [new RepositoryTemplate(stack, 'Template', { prefix: 'echo' }) as unknown as IPullThroughCache];
  expect(() => EndpointPolicies.scopedTo({ caches })).toThrow('expected a PullThroughCache, an import of one, a CacheRule or an L1 rule');
});
