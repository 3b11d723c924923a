/* Runs a cache for two days of the local engine's clock, and writes its dashboard with the figures that the dashboard asks for. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { GetDashboardCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { App } from 'aws-cdk-lib';
import { answer } from './insights';
import type { Line, Table } from './insights';
import { WatchedStack } from './watched-stack';
import { Aws, policy, root } from '../../local/harness/aws';
import { Cdk } from '../../local/harness/cdk';
import { Engine } from '../../local/harness/engine';
import { ask } from '../../local/harness/http';
import { makeImage } from '../../local/harness/images';
import { tool } from '../../local/harness/paths';
import { Processes } from '../../local/harness/processes';
import { preparedPython } from '../../local/harness/python';
import { RegistryClient } from '../../local/harness/registry-client';
import { resourcesOf } from '../../local/harness/stack';
import { CacheActions } from '../../src/rule/cache-actions';

const ACCOUNT = '111122223333', VENDOR = '444455556666', REGION = 'us-east-1', STACK = 'Watched';
const UPSTREAM = `${VENDOR}.dkr.ecr.${REGION}.amazonaws.com`;
const HOURS = 48;
/** What the builds and services of a team pull, and in which hour they begin to. */
const IMAGES = [
  { name: 'nginx', tag: '1.27', from: 0, bytes: 40_000 }, { name: 'python', tag: '3.13', from: 0, bytes: 90_000 },
  { name: 'redis', tag: '7.4', from: 5, bytes: 25_000 }, { name: 'node', tag: '24', from: 12, bytes: 110_000 },
  { name: 'postgres', tag: '17', from: 30, bytes: 70_000 }, { name: 'nginx', tag: '1.29', from: 40, bytes: 42_000 },
];
/** What the probe asks for hours before the vendor publishes it. */
const LATE = { name: 'mysql', tag: '9.1', bytes: 60_000 }, PUBLISHED = 9;
/** The hours in which the vendor has withdrawn access. */
const OUTAGE = [29, 33];

interface Widget { readonly type: string; readonly properties: Record<string, any> }

async function main(processes: Processes, home: string): Promise<void> {
  const python = await preparedPython(processes);
  const engine = await Engine.start(processes, python, { directory: home, args: ['--node-path', tool()] });
  const aws = new Aws(engine.endpoint, REGION, root(ACCOUNT));
  await new Aws(engine.endpoint, REGION, root(VENDOR)).ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: CacheActions.READ_UPSTREAM,
      Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
    }),
  }));
  const publish = async ({ name, tag, bytes }: { name: string; tag: string; bytes: number }) => {
    const layout = join(home, `${name}-${tag}`);
    await makeImage(processes, python, layout, tag, randomBytes(bytes / 4).toString('hex'));
    await engine.seed({ layout, account: VENDOR, region: REGION, repository: name, tag });
  };
  for (const image of IMAGES) {
    await publish(image);
  }
  await deploy(processes, aws, home);

  const lambda = new LambdaClient({ endpoint: engine.endpoint, region: REGION, credentials: aws.credentials, maxAttempts: 1 });
  const functions = (await resourcesOf(aws, STACK))['AWS::Lambda::Function'].filter(name => /Statistics|Probe/.test(name));
  const developer = await aws.user('developer', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
  const now = async () => new Date((JSON.parse((await ask('GET', `${engine.endpoint}/_local/clock`)).body.toString()) as { now: number }).now * 1000);
  // an hour of the clock then stays one of the figures, however long the run takes
  await engine.advance({ minutes: 62 - (await now()).getUTCMinutes() });
  const begin = await now();
  const logs = new Logs(aws, (await resourcesOf(aws, STACK))['AWS::Logs::LogGroup']);
  for (let hour = 0; hour < HOURS; hour++) {
    if (OUTAGE.includes(hour)) {
      await engine.upstream(UPSTREAM, { state: hour === OUTAGE[0] ? 'denied' : 'up' });
    }
    const puller = await RegistryClient.login(await developer.assume(`arn:aws:iam::${ACCOUNT}:role/puller`));
    // fewer pull at night
    const times = 1 + Math.round(3 * Math.sin(Math.PI * ((hour % 24) / 24)));
    for (const { name, tag } of IMAGES.filter(image => image.from <= hour)) {
      for (let time = 0; time < times; time++) {
        await puller.pull(`echo/${name}`, tag).catch(() => undefined);
      }
    }
    await engine.advance({ hours: 1 });
    if (hour === PUBLISHED) {
      await publish(LATE);
    }
    for (const FunctionName of functions) {
      const Payload = JSON.stringify({ 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'time': (await now()).toISOString() });
      await lambda.send(new InvokeCommand({ FunctionName, Payload }));
    }
    await logs.read(await now());
  }
  const { DashboardBody } = await aws.cloudWatch.send(new GetDashboardCommand({ DashboardName: 'Caches' }));
  const { widgets } = JSON.parse(DashboardBody!) as { widgets: Widget[] };
  const end = await now();
  const drawn = [];
  for (const widget of widgets) {
    drawn.push({ widget, figures: widget.type === 'log' ? logs.answer(widget.properties.query as string) : await seriesOf(aws, widget, begin, end) });
  }
  writeFileSync(join(__dirname, 'figures.json'), `${JSON.stringify(drawn, null, 1)}\n`);
}

async function deploy(processes: Processes, aws: Aws, home: string): Promise<void> {
  const outdir = join(home, 'assembly');
  const app = new App({ outdir, analyticsReporting: false });
  new WatchedStack(app, STACK, VENDOR);
  app.synth();
  const cdk = new Cdk(processes, aws, home);
  for (const { code, output } of [await cdk.bootstrap(ACCOUNT), await cdk.deploy(STACK, { app: outdir })]) {
    if (code !== 0) { throw new Error(output); }
  }
}

/** The lines of logs by the engine's time: a line has that of the machine, which nobody moves. */
class Logs {
  private readonly lines = new Map<string, Map<string, Line>>();

  constructor(private readonly aws: Aws, private readonly groups: readonly string[]) {}

  /** Reads what was written since the last time. */
  public async read(now: Date): Promise<void> {
    for (const logGroupName of this.groups) {
      const known = this.lines.get(logGroupName) ?? new Map<string, Line>();
      this.lines.set(logGroupName, known);
      const { events = [] } = await this.aws.logs.send(new FilterLogEventsCommand({ logGroupName }));
      for (const { eventId, timestamp, message } of events) {
        const id = eventId ?? `${timestamp} ${message}`;
        known.set(id, known.get(id) ?? { at: now.toISOString(), message });
      }
    }
  }

  public answer(query: string): Table {
    const [, logGroupName] = /^SOURCE '([^']+)'/.exec(query)!;
    return answer(query, [...this.lines.get(logGroupName)!.values()]);
  }
}

type Points = [minute: number, value: number][];

/** The series of a graph, by minutes. Expressions are worked out here: the engine knows those of alarms only. */
async function seriesOf(aws: Aws, { type, properties }: Widget, begin: Date, end: Date): Promise<unknown> {
  if (type !== 'metric') { return undefined; }
  const rows = (properties.metrics as unknown[][]).map((row, index) => ({ row, options: { ...row.at(-1) as Options, id: (row.at(-1) as Options).id ?? `m${index}` } }));
  const { MetricDataResults = [] } = await aws.cloudWatch.send(new GetMetricDataCommand({
    StartTime: begin,
    EndTime: end,
    ScanBy: 'TimestampAscending',
    MetricDataQueries: rows.filter(({ options }) => options.expression === undefined).map(queryOf),
  }));
  const points = new Map<string, Points>(MetricDataResults.map(({ Id, Timestamps = [], Values = [] }) => [
    Id!, Timestamps.map((at, index): Points[number] => [Math.round((at.getTime() - begin.getTime()) / 60_000), Values[index]]),
  ]));
  return rows.filter(({ options }) => options.visible !== false)
    .map(({ options: { id, label, expression } }) => ({ label, points: expression === undefined ? points.get(id) : computed(expression, points) }));
}

interface Options {
  readonly id?: string;
  readonly label?: string;
  readonly visible?: boolean;
  readonly expression?: string;
  readonly stat?: string;
  readonly period?: number;
}

/** CloudWatch's short form of a graph's metric, written out. */
function queryOf({ row, options: { id, stat = 'Average', period = 300 } }: { row: unknown[]; options: Options & { id: string } }): MetricDataQuery {
  const [Namespace, MetricName, ...dimensions] = row.slice(0, -1) as string[];
  const Dimensions = dimensions.flatMap((_, at) => at % 2 === 0 ? [{ Name: dimensions[at], Value: dimensions[at + 1] }] : []);
  return { Id: id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: period, Stat: stat } };
}

/** An expression of CloudWatch's over the moments at which all of its metrics have a value: JavaScript reads it alike, but for IF. */
function computed(expression: string, points: ReadonlyMap<string, Points>): Points {
  const used = [...new Set(expression.match(/\b[a-z]\w*\b/g))];
  const result = runInNewContext(`(IF, ${used.join(', ')}) => ${expression}`) as (...values: unknown[]) => number;
  const series = used.map(id => new Map(points.get(id)));
  return [...series[0].keys()].filter(minute => series.every(one => one.has(minute)))
    .map(minute => [minute, result((is: boolean, then: number, otherwise: number) => is ? then : otherwise, ...series.map(one => one.get(minute)))]);
}

const processes = new Processes();
const home = mkdtempSync(join(tmpdir(), 'ecr-cache-dashboard-'));
main(processes, home).finally(async () => {
  await processes.stopAll();
  rmSync(home, { recursive: true, force: true });
}).catch((problem: unknown) => {
  console.error(problem);
  process.exitCode = 1;
});
