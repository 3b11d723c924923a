import { PRICES } from './prices';
import { DailyMetric, ProbeMetric, SETTINGS, StatisticsMetric } from '../../../src/functions/contract';

/** How a cache is used in a month; all of it is said in the guide. */
export interface Usage {
  readonly repositories: number;
  readonly importsPerRepository: number;
  readonly failures: number;
}

const HOURS = 30 * 24;
const GB = 1024 ** 3;
/** An event of ECR with what EventBridge adds, and a line of a function. */
const EVENT_BYTES = 1000;
const LINE_BYTES = 350;
/** One call of DescribeImages or so for each repository, eight at once; an image of the probe is a dozen calls, four at once. */
const SECONDS_PER_REPOSITORY = 0.1 / 8;
const SECONDS_PER_IMAGE = 3 / 4;
const SECONDS_TO_START = 3;

interface Resource {
  readonly Type: string;
  readonly Properties: any;
}

interface Watcher {
  readonly runs: number;
  readonly seconds: number;
  readonly lines: number;
  readonly metrics: number;
  /** Metrics that get one value a day, however often it runs. */
  readonly dailyMetrics: number;
  readonly reads: number;
}

/** What the resources of a template cost in a month, from their number and their own settings. */
export function monthlyCost(template: { readonly Resources: { [id: string]: Resource } }, usage: Usage): number {
  const resources = Object.values(template.Resources);
  const count = (type: string) => resources.filter(resource => resource.Type === type).length;
  const functions = resources.filter(resource => resource.Type === 'AWS::Lambda::Function');
  return resources.filter(resource => resource.Type === 'AWS::CloudWatch::Alarm').map(alarmCost).reduce((sum, cost) => sum + cost, 0)
    + count('AWS::CloudWatch::CompositeAlarm') * PRICES.compositeAlarm.price
    + count('AWS::CloudWatch::Dashboard') * PRICES.dashboard.price
    + logCost(loggedEvents(resources, usage) * EVENT_BYTES)
    + functions.map(handler => functionCost(handler, template.Resources, usage)).reduce((sum, cost) => sum + cost, 0);
}

/** An alarm costs its price for each metric that it reads. */
function alarmCost({ Properties: { Metrics } }: Resource): number {
  return (Metrics?.filter((metric: any) => metric.MetricStat).length ?? 1) * PRICES.alarm.price;
}

/** Events that rules write into logs: failures, and with a second rule successes too. */
function loggedEvents(resources: Resource[], usage: Usage): number {
  const statuses = resources.filter(resource => resource.Type === 'AWS::Events::Rule')
    .map(resource => resource.Properties.EventPattern?.detail?.['sync-status']?.[0]);
  return statuses.map(status => status === undefined ? 0 : status === 'SUCCESS' ? usage.repositories * usage.importsPerRepository : usage.failures)
    .reduce((sum, events) => sum + events, 0);
}

function functionCost(handler: Resource, all: { [id: string]: Resource }, usage: Usage): number {
  const { runs, seconds, lines, metrics, dailyMetrics, reads } = watcher(handler, all, usage);
  const hoursWithValues = Math.min(runs, HOURS);
  return runs * PRICES.lambdaRequest.price
    + runs * seconds * handler.Properties.MemorySize / 1024 * PRICES.lambdaArmSecond.price
    + metrics * hoursWithValues / HOURS * PRICES.customMetric.price
    + dailyMetrics * HOURS / 24 / HOURS * PRICES.customMetric.price
    + runs * PRICES.putMetricData.price
    + runs * reads * PRICES.readMetric.price
    + logCost(runs * lines * LINE_BYTES);
}

function watcher(handler: Resource, all: { [id: string]: Resource }, usage: Usage): Watcher {
  const settings = JSON.parse(handler.Properties.Environment.Variables[SETTINGS]);
  const runs = HOURS * 3600 / intervalSeconds(handler, all);
  if (settings.prefixes) {
    return {
      runs,
      seconds: SECONDS_TO_START + usage.repositories * SECONDS_PER_REPOSITORY,
      lines: usage.repositories + settings.prefixes.length,
      metrics: settings.prefixes.length * Object.keys(StatisticsMetric).length,
      dailyMetrics: settings.prefixes.length * Object.keys(DailyMetric).length,
      // the pulls of each repository, and of the probe
      reads: usage.repositories + settings.prefixes.length,
    };
  }
  const images = settings.caches.flatMap((cache: any) => cache.images).length;
  return {
    runs,
    seconds: SECONDS_TO_START + images * SECONDS_PER_IMAGE,
    lines: images,
    // the last one is of caches with a credential only
    metrics: settings.caches.length * (Object.keys(ProbeMetric).length - 1)
      + settings.caches.filter((cache: any) => cache.validatesCredential).length,
    dailyMetrics: 0,
    reads: 0,
  };
}

/** The rate of the rule whose target the function is. */
function intervalSeconds(handler: Resource, all: { [id: string]: Resource }): number {
  const id = Object.keys(all).find(key => all[key] === handler)!;
  const rule = Object.values(all).find(({ Type, Properties }) => Type === 'AWS::Events::Rule'
    && Properties.Targets?.some((target: any) => target.Arn['Fn::GetAtt']?.[0] === id))!;
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rule.Properties.ScheduleExpression)!;
  return Number(amount) * { minute: 60, hour: 3600, day: 86400 }[unit]!;
}

/** Written once, and kept for a month, which is the retention of all logs here. */
function logCost(bytes: number): number {
  return bytes / GB * (PRICES.logIngestion.price + PRICES.logStorage.price);
}
