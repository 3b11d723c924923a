import { randomBytes } from 'node:crypto';
import { DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DeleteRepositoryCommand, PutRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Ground, pullAs, REGION } from './ground';
import type { Aws } from '../../local/harness/aws';
import { policy } from '../../local/harness/aws';
import { ask } from '../../local/harness/http';
import { inbox } from '../../local/harness/inbox';
import type { Inbox } from '../../local/harness/inbox';
import { tool } from '../../local/harness/paths';
import { eventually } from '../../local/harness/wait';
import { NAMESPACE } from '../../src/functions/contract';
import { CacheActions } from '../../src/rule/cache-actions';

export const ACCOUNT = '111122223333', VENDOR = '123456789012', STACK = 'Watched', PREFIX = 'echo';

/** A cache of a vendor's registry on an engine, its functions, its alarms and what they tell. */
export class WatchedCache {
  public static async prepare(): Promise<WatchedCache> {
    // the functions take the SDK that AWS has in its runtime from here
    const ground = await Ground.prepare([ACCOUNT], { args: ['--node-path', tool()] });
    const cache = new WatchedCache(ground, await ground.developer(ACCOUNT));
    await cache.vendorAllows();
    return cache;
  }

  public readonly aws: Aws;
  private readonly lambda: LambdaClient;
  private told: Record<string, unknown>[] = [];
  private topic?: Inbox;

  private constructor(public readonly ground: Ground, private readonly developer: Aws) {
    this.aws = ground.aws(ACCOUNT);
    this.lambda = new LambdaClient({ endpoint: this.aws.endpoint, region: REGION, credentials: this.aws.credentials, maxAttempts: 1 });
  }

  public async vendorAllows(): Promise<void> {
    await this.ground.aws(VENDOR).ecr.send(new PutRegistryPolicyCommand({
      policyText: policy({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: CacheActions.READ_UPSTREAM,
        Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
      }),
    }));
  }

  /** The vendor publishes an image for two platforms, of about this many bytes each. */
  public async publish(repository: string, bytes = 100): Promise<void> {
    const { layout } = await this.ground.image(repository, '1.0', randomBytes(bytes / 2).toString('hex'));
    await this.ground.engine.seed({ layout, account: VENDOR, region: REGION, repository, tag: '1.0' });
  }

  /** The role `puller` pulls an image whole. */
  public async pull(repository: string) {
    return pullAs(this.developer, `arn:aws:iam::${ACCOUNT}:role/puller`, `${PREFIX}/${repository}`, '1.0');
  }

  public async forget(repository: string): Promise<void> {
    await this.aws.ecr.send(new DeleteRepositoryCommand({ repositoryName: `${PREFIX}/${repository}`, force: true }));
  }

  /** The engine's time, which `advance` moves. */
  public async now(): Promise<Date> {
    const { body } = await ask('GET', `${this.ground.engine.endpoint}/_local/clock`);
    return new Date((JSON.parse(body.toString()) as { now: number }).now * 1000);
  }

  /** Moves the clock to the first minutes of the next hour. */
  public async nextHour(): Promise<void> {
    await this.ground.engine.advance({ minutes: 62 - (await this.now()).getUTCMinutes() });
  }

  /** Runs a function as its schedule does; EventBridge's schedules stay on the machine's own time, so a moved clock is told in the event. */
  public async run(functionName: string): Promise<void> {
    const Payload = JSON.stringify({ 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'time': (await this.now()).toISOString() });
    const { FunctionError, Payload: answer } = await this.lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    if (FunctionError) {
      throw new Error(Buffer.from(answer!).toString());
    }
  }

  /** The values that a metric of the cache got in the hour up to now. */
  public async values(name: string): Promise<number[]> {
    const end = (await this.now()).getTime() + 60_000;
    const { MetricDataResults: [found] = [] } = await this.aws.cloudWatch.send(new GetMetricDataCommand({
      StartTime: new Date(end - 3600_000),
      EndTime: new Date(end),
      MetricDataQueries: [{
        Id: 'm',
        MetricStat: {
          Metric: { Namespace: NAMESPACE, MetricName: name, Dimensions: [{ Name: 'RepositoryPrefix', Value: PREFIX }] }, Period: 60, Stat: 'Maximum',
        },
      }],
    }));
    return found?.Values ?? [];
  }

  /** Hears what the alarms tell a topic from now on. */
  public async listen(topicArn: string): Promise<void> {
    this.topic = await inbox(this.aws, 'tickets', topicArn);
  }

  /** The state of the alarm of a cache. */
  public async state(id: string): Promise<string | undefined> {
    const { MetricAlarms = [], CompositeAlarms = [] } = await this.aws.cloudWatch.send(new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }));
    const found = [...MetricAlarms, ...CompositeAlarms].filter(({ AlarmName }) => isNamed(AlarmName, id));
    if (found.length !== 1) {
      throw new Error(`got ${found.length} alarms '${id}', expected one`);
    }
    return found[0].StateValue;
  }

  /** Waits until an alarm is OK, and forgets what the topic was told before. */
  public async isQuiet(id: string): Promise<void> {
    await eventually(`${id} is OK`, async () => await this.state(id) === 'OK');
    await this.topic!.rest();
    this.told = [];
  }

  /** Waits until an alarm has a state, and the topic was told of it. */
  public async becomes(id: string, wanted: 'OK' | 'ALARM'): Promise<void> {
    await eventually(`${id} becomes ${wanted}`, async () => await this.state(id) === wanted);
    await eventually(`the topic is told that ${id} is ${wanted}`, async () => {
      this.told.push(...await this.topic!.rest());
      const at = this.told.findIndex(({ AlarmName, NewStateValue }) => isNamed(AlarmName, id) && NewStateValue === wanted);
      return at >= 0 && this.told.splice(at, 1).length === 1;
    });
  }
}

/** Names come from the ids in the tree; the alarms of a function and of the registry are not the cache's own. */
function isNamed(name: unknown, id: string): boolean {
  return new RegExp(`Alerting(${PREFIX}|Function(Statistics|Probe))?${id}`).test(String(name));
}
