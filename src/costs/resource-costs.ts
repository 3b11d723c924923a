import type { PriceTable } from './prices';
import { DailyMetric, ProbeMetric, SETTINGS, StatisticsMetric } from '../functions/contract';
import { settingsFrom } from '../monitoring/function-settings';

/** How a cache is used in a month. */
export interface Usage {
  readonly repositories: number;
  readonly importsPerRepository: number;
  readonly failedImports: number;
}

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: any;
}

/** The resources of a template, by logical id. */
export interface TemplateResources {
  readonly [id: string]: TemplateResource;
}

/** What something costs in a month. */
export interface Cost {
  readonly what: string;
  /** How many there are of it, where that is a number of things. */
  readonly count?: number;
  /** In USD, and whether the usage decides, which nobody knows before. */
  readonly usd: number;
  readonly byUsage?: boolean;
  /** The prefix of the cache that it is for; without one it is for all of its registry. */
  readonly cache?: string;
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

/** What costs are computed with. */
export interface Terms {
  readonly prices: PriceTable;
  readonly usageOf: (prefix: string) => Usage;
}

/** What a resource costs in a month, from its own settings and those of its template; nothing for what is free. */
export function costsOf(id: string, all: TemplateResources, terms: Terms): Cost[] {
  const { Type, Properties } = all[id];
  switch (Type) {
    case 'AWS::CloudWatch::Alarm': {
      // an alarm costs its price for each metric that it reads
      const metrics = Properties.Metrics?.filter((metric: any) => metric.MetricStat).length ?? 1;
      return [{ what: 'metrics that alarms read', count: metrics, usd: metrics * terms.prices.alarm }];
    }
    case 'AWS::CloudWatch::CompositeAlarm': return [{ what: 'composite alarms', count: 1, usd: terms.prices.compositeAlarm }];
    case 'AWS::CloudWatch::Dashboard': return [{ what: 'dashboards', count: 1, usd: terms.prices.dashboard }];
    case 'AWS::EC2::VPCEndpoint': return endpointCost(Properties, terms);
    case 'AWS::Events::Rule': return loggedEvents(Properties, terms);
    case 'AWS::Lambda::Function': return functionCosts(id, all, terms);
    default: return [];
  }
}

function endpointCost({ VpcEndpointType: type, SubnetIds: subnets }: any, { prices }: Terms): Cost[] {
  const zones = Array.isArray(subnets) ? subnets.length : 1;
  return type === 'Interface' ? [{ what: 'endpoints in Availability Zones', count: zones, usd: zones * prices.endpointZone }] : [];
}

/** Events that a rule writes into a log: failures, and with a second rule successes too. */
function loggedEvents({ EventPattern: pattern, Targets: targets = [] }: any, terms: Terms): Cost[] {
  const [status] = pattern?.detail?.['sync-status'] ?? [];
  const isLogged = targets.some(({ Arn: arn }: any) => JSON.stringify(arn).includes(':log-group:'));
  if (status === undefined || !isLogged) {
    return [];
  }
  const cache = textOf(pattern.detail['ecr-repository-prefix'][0]);
  const { repositories, importsPerRepository, failedImports } = terms.usageOf(cache);
  const events = status === 'SUCCESS' ? repositories * importsPerRepository : failedImports;
  return [{ what: 'events in logs', usd: logCost(events * EVENT_BYTES, terms.prices), byUsage: true, cache }];
}

/** What runs on a schedule; other functions run during deployments. */
function functionCosts(id: string, all: TemplateResources, terms: Terms): Cost[] {
  const seconds = intervalSeconds(id, all);
  const settings = settingsOf(all[id]);
  if (seconds === undefined || settings === undefined) {
    return [];
  }
  const runs = HOURS * 3600 / seconds;
  return settings.prefixes ? statisticsCosts(all[id], settings.prefixes, runs, terms)
    : settings.caches ? probeCosts(all[id], settings.caches, runs, terms) : [];
}

function statisticsCosts(handler: TemplateResource, prefixes: string[], runs: number, terms: Terms): Cost[] {
  const { prices } = terms;
  const repositories = prefixes.reduce((sum, prefix) => sum + terms.usageOf(prefix).repositories, 0);
  return [
    ...prefixes.flatMap(prefix => [
      metricsCost(prefix, Object.keys(StatisticsMetric).length, runs, prices),
      // once a day, however often it runs
      metricsCost(prefix, Object.keys(DailyMetric).length, Math.min(runs, HOURS / 24), prices),
    ]),
    // it reads the pulls of the probe for each cache
    {
      what: 'runs of the statistics',
      usd: runCost(handler, runs, SECONDS_TO_START, prefixes.length, prices) + runs * prefixes.length * prices.readMetric,
    },
    {
      what: 'repositories that the statistics look into',
      usd: runs * secondsCost(handler, repositories * SECONDS_PER_REPOSITORY, prices) + runs * repositories * prices.readMetric
        + logCost(runs * repositories * LINE_BYTES, prices),
      byUsage: true,
    },
  ];
}

function probeCosts(handler: TemplateResource, caches: any[], runs: number, { prices }: Terms): Cost[] {
  const images = caches.flatMap(cache => cache.images).length;
  return [
    // the last metric is of caches with a credential only
    ...caches.map(cache => metricsCost(cache.prefix, Object.keys(ProbeMetric).length - (cache.validatesCredential ? 0 : 1), runs, prices)),
    { what: 'runs of the probe', usd: runCost(handler, runs, SECONDS_TO_START + images * SECONDS_PER_IMAGE, images, prices) },
  ];
}

/** A metric is billed by the hours in which it gets values. */
function metricsCost(cache: string, count: number, runs: number, prices: PriceTable): Cost {
  return { what: 'custom metrics', count, usd: count * Math.min(runs, HOURS) / HOURS * prices.customMetric, cache };
}

function runCost(handler: TemplateResource, runs: number, seconds: number, lines: number, prices: PriceTable): number {
  return runs * (prices.lambdaRequest + prices.putMetricData + secondsCost(handler, seconds, prices)) + logCost(runs * lines * LINE_BYTES, prices);
}

function secondsCost(handler: TemplateResource, seconds: number, prices: PriceTable): number {
  return seconds * (handler.Properties.MemorySize ?? 128) / 1024 * prices.lambdaArmSecond;
}

/** Written once, and kept for a month: the longer that a log is kept, the more of its storage is billed. */
function logCost(bytes: number, { logIngestion, logStorage }: PriceTable): number {
  return bytes / GB * (logIngestion + logStorage);
}

/** The rate of the rule whose target a function is. */
function intervalSeconds(id: string, all: TemplateResources): number | undefined {
  const rule = Object.values(all).find(({ Type, Properties }) => Type === 'AWS::Events::Rule'
    && Properties.Targets?.some((target: any) => target.Arn?.['Fn::GetAtt']?.[0] === id));
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rule?.Properties.ScheduleExpression);
  return rate ? Number(rate[1]) * { minute: 60, hour: 3600, day: 86400 }[rate[2]]! : undefined;
}

function settingsOf({ Properties: { Environment: environment } }: TemplateResource): any {
  const settings: unknown = environment?.Variables?.[SETTINGS];
  return settings === undefined ? undefined : settingsFrom(textOf(settings));
}

/** A text of a template, with what is known at deployment only as a name. */
export function textOf(value: any): string {
  if (typeof value === 'string') {
    return value;
  }
  const parts = value?.['Fn::Join']?.[1] as unknown[] | undefined;
  return parts ? parts.map(part => textOf(part)).join('') : `<${Object.values(value ?? {}).flat().join('.')}>`;
}
