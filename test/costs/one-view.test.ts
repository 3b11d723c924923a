import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MonitoringStack } from '../../examples/one-view/monitoring-stack';
import { RegistryStack } from '../../examples/one-view/registry-stack';
import { CacheCosts } from '../../src';
import { PRICES } from '../../src/costs/prices';
import { ProbeMetric, StatisticsMetric } from '../../src/functions/contract';
import type { Widget } from '../monitoring/watched';

const REGISTRIES = 300;
const region = 'us-east-1';

function monitoring(): Stack {
  const stack = new Stack(new App({ analyticsReporting: false }));
  return new MonitoringStack(stack, 'OneView', { env: { account: '111122223333', region }, organizationId: 'o-a1b2c3d4e5' });
}

function registry(): Stack {
  const app = new App({ analyticsReporting: false });
  return new RegistryStack(app, 'Registry', {
    env: { account: '444455556666', region }, sinkArn: 'arn:aws:oam:us-east-1:111122223333:sink/1', echoAccount: '123456789012',
  });
}

function alarms(stack: Stack): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
}

function widgets(stack: Stack): Widget[] {
  const [{ Properties: { DashboardBody: body } }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  return JSON.parse(typeof body === 'string' ? body : body['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : '-').join('')).widgets;
}

test('reads what the functions of the registries put, by account and cache', () => {
  const stack = monitoring();
  const queries = [
    ...alarms(stack).map(({ Metrics }) => Metrics[0].Expression), ...widgets(stack).map(({ properties }) => properties.metrics[0][0].expression),
  ] as string[];

  expect(queries).toHaveLength(9);
  const put: string[] = [...Object.values(StatisticsMetric), ...Object.values(ProbeMetric)];
  queries.forEach(query => {
    const [, metric] = /^SELECT MAX\((\w+)\) FROM SCHEMA\("PullThroughCache", RepositoryPrefix\) GROUP BY AWS.AccountId, RepositoryPrefix /.exec(query)!;
    expect(put).toContain(metric);
  });
});

test('alarms look at three hours at most, in which the probe puts figures', () => {
  alarms(monitoring()).forEach(({ Metrics, EvaluationPeriods }) => expect(Metrics[0].Period * EvaluationPeriods).toBeLessThanOrEqual(3 * 3600));
  Template.fromStack(registry()).hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' });
});

test('alarms and dashboards carry the account and the Region', () => {
  const stack = monitoring();

  alarms(stack).forEach(({ AlarmName }) => expect(AlarmName).toContain('111122223333-us-east-1'));
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'pull-through-caches-111122223333-us-east-1' });
  expect(alarms(registry()).filter(({ AlarmName }) => AlarmName?.startsWith('caches-444455556666-us-east-1'))).toHaveLength(3);
});

test('the guide has what 300 registries take of quotas, and what they cost', () => {
  const ofRegistry = registry();
  const costs = CacheCosts.of(ofRegistry).monthlyUsd;
  const queried = alarms(monitoring()).filter(({ Metrics }) => !Metrics[0].Expression.includes('InvalidCredentials')).length;
  const fixed = queried * REGISTRIES * PRICES.alarm.price + PRICES.dashboard.price;
  const row = (...cells: unknown[]) => `| ${cells.join(' | ')} |`;

  expect(readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8')).toContain([
    row('what', 'with 300 registries', 'quota'),
    '|---|---:|---:|',
    row('links of a sink', REGISTRIES, '100,000'),
    row('alarms on queries in the monitoring account', alarms(monitoring()).length, 200),
    row('time series of a query, one cache in each registry', REGISTRIES, 500),
    row('alarms in each registry', alarms(ofRegistry).length, '-'),
    row('USD a month in the monitoring account', fixed.toFixed(2), '-'),
    row('USD a month in all registries, without storage', (costs * REGISTRIES).toFixed(2), '-'),
  ].join('\n'));
});
