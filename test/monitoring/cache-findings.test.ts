import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SnsTopic, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { CacheFindings, FindingSeverity, PullThroughCache, RegistryScanType } from '../../src';
import type { CacheFindingsProps } from '../../src';
import { newStack, propertiesOf } from '../app';
import { matches } from './event-pattern';
import { cacheAction, imageScan, inspectorFinding } from './events-of-ecr';

const { CRITICAL, HIGH, LOW, INFORMATIONAL } = FindingSeverity;

function findings(props: Partial<CacheFindingsProps> = {}, prefix = 'echo') {
  const stack = newStack();
  const made = new CacheFindings(stack, 'Findings', { cache: PullThroughCache.fromRepositoryPrefix(stack, 'Echo', prefix), ...props });
  return { stack, made };
}

function catches(event: unknown, props: Partial<CacheFindingsProps> = {}, prefix?: string): boolean {
  const { stack } = findings(props, prefix);
  return matches(propertiesOf(stack, 'AWS::Events::Rule').EventPattern, event);
}

describe('findings of basic scanning', () => {
  test.each([
    [undefined, { CRITICAL: 1 }, true],
    [undefined, { HIGH: 7, MEDIUM: 9 }, false],
    [HIGH, { HIGH: 7 }, true],
    [HIGH, { CRITICAL: 1 }, true],
    [HIGH, { CRITICAL: 0, HIGH: 0, MEDIUM: 3 }, false],
    [LOW, { LOW: 1 }, true],
    [LOW, { INFORMATIONAL: 12, UNDEFINED: 1 }, false],
    [INFORMATIONAL, { INFORMATIONAL: 12 }, true],
    [INFORMATIONAL, {}, false],
  ])('of at least %s: %j is caught: %s', (minimumSeverity, counts, caught) => {
    expect(catches(imageScan('echo/nginx', counts), { minimumSeverity })).toBe(caught);
  });

  test('of other caches and other events are left alone', () => {
    expect(catches(imageScan('echo-2/nginx'))).toBe(false);
    expect(catches(cacheAction('echo', 'echo/nginx'))).toBe(false);
    expect(catches(inspectorFinding('echo/nginx', 'CRITICAL'))).toBe(false);
  });
});

describe('findings of enhanced scanning', () => {
  const scanType = RegistryScanType.ENHANCED;

  test.each([
    [undefined, 'CRITICAL', true], [undefined, 'HIGH', false], [HIGH, 'HIGH', true], [HIGH, 'CRITICAL', true], [HIGH, 'MEDIUM', false],
    [INFORMATIONAL, 'INFORMATIONAL', true], [INFORMATIONAL, 'UNTRIAGED', false],
  ])('of at least %s: %s is caught: %s', (minimumSeverity, severity, caught) => {
    expect(catches(inspectorFinding('echo/nginx', severity), { scanType, minimumSeverity })).toBe(caught);
  });

  test('that are closed, and of other repositories and resources, are left alone', () => {
    expect(catches(inspectorFinding('echo/nginx', 'CRITICAL', 'CLOSED'), { scanType })).toBe(false);
    expect(catches(inspectorFinding('echo-2/nginx', 'CRITICAL'), { scanType })).toBe(false);
    const instance = inspectorFinding('echo/nginx', 'CRITICAL');
    instance.detail.resources[0].details = { awsEc2Instance: { platform: 'UBUNTU_24_04' } };
    expect(catches(instance, { scanType })).toBe(false);
    expect(catches(instance, { scanType }, 'ROOT')).toBe(false);
  });

  test('of ROOT are those of every repository', () => {
    expect(catches(inspectorFinding('services/web', 'CRITICAL'), { scanType }, 'ROOT')).toBe(true);
  });
});

describe('the alarm on findings', () => {
  test('reads the events that its rule caught, and tells', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'Topic');
    const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo');
    const made = new CacheFindings(stack, 'Findings', { cache, minimumSeverity: HIGH, targets: [new SnsTopic(topic)], alarmActions: [new SnsAction(topic)] });
    const rule = stack.resolve(made.rule.ruleName);
    expect(propertiesOf(stack, 'AWS::Events::Rule').Description).toBe('Findings of at least HIGH in images of the pull-through cache echo');
    expect(propertiesOf(stack, 'AWS::CloudWatch::Alarm')).toMatchObject({
      Namespace: 'AWS/Events',
      MetricName: 'TriggeredRules',
      Dimensions: [{ Name: 'RuleName', Value: rule }],
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [stack.resolve(topic.topicArn)],
      OKActions: [stack.resolve(topic.topicArn)],
    });
    expect(propertiesOf(stack, 'AWS::Events::Rule').Targets).toHaveLength(2);
    expect(made.alarm.alarmName).toBeDefined();
  });

  test('has a log even without targets', () => {
    const { stack } = findings();
    expect(propertiesOf(stack, 'AWS::Events::Rule').Targets).toHaveLength(1);
    Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
  });

  test.each([
    ['Region', { region: 'us-east-1' }, 'eu-central-1', 'us-east-1'],
    ['account', { account: '444455556666' }, '111122223333', '444455556666'],
  ])('fails for a cache of another %s, whose events do not come here', (name, place, here, there) => {
    const stack = newStack();
    const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', ...place });
    expect(() => new CacheFindings(stack, 'Findings', { cache })).toThrow(
      `got an event rule in the ${name} ${here} for a cache in the ${name} ${there}, expected a rule in the account and Region of the cache, which its `
      + 'events do not leave: make the CacheFindings in a stack of that account and Region [at Stack/Findings]');
  });
});

describe('onImageScanned with a severity', () => {
  function onImageScanned(minimumSeverity?: FindingSeverity) {
    const stack = newStack();
    PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo').events.onImageScanned('Scanned', { minimumSeverity, target: new SqsQueue(new sqs.Queue(stack, 'Queue')) });
    return propertiesOf(stack, 'AWS::Events::Rule').EventPattern;
  }

  test.each([[CRITICAL, { CRITICAL: 1 }, true], [CRITICAL, { HIGH: 1 }, false], [HIGH, { CRITICAL: 1 }, true], [undefined, {}, true]])(
    '%s catches %j: %s', (severity, counts, caught) => {
      expect(matches(onImageScanned(severity), imageScan('echo/nginx', counts))).toBe(caught);
    });

  test('takes no options at all', () => {
    const stack = newStack();
    const rule = PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo').events.onImageScanned('Scanned');
    rule.addTarget(new SqsQueue(new sqs.Queue(stack, 'Queue')));
    expect(matches(propertiesOf(stack, 'AWS::Events::Rule').EventPattern, imageScan('echo/nginx', {}))).toBe(true);
  });

  test('has no alternatives where there is one', () => {
    expect(onImageScanned(CRITICAL)).toHaveProperty('detail', {
      'repository-name': [{ prefix: 'echo/' }], 'finding-severity-counts': { CRITICAL: [{ numeric: ['>', 0] }] },
    });
  });
});
