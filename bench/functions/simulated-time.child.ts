import { createRequire } from 'module';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECRClient } from '@aws-sdk/client-ecr';
import { parametersOf } from './lambda';
import { LargeRegistry, NOON } from './large-registry';
import { probedRegistry } from './probed-registry';
import { connect, VirtualAws } from './virtual-aws';
import { VirtualClock } from './virtual-clock';
import { SETTINGS } from '../../src/functions/contract';
import { SimulatedAws } from '../../test/functions/simulated-aws';

/** A run whose time is of interest. */
export interface TimedTask {
  readonly bundle: string;
  readonly settings: object;
  /** Of a large registry; without them it is the one that the probe pulls from. */
  readonly repositories?: number;
  /** Calls a second by action. */
  readonly rates: Readonly<Record<string, number>>;
  readonly answerMilliseconds: number;
  readonly timeoutMilliseconds: number;
}

/** How it went. */
export interface TimedRun {
  readonly seconds: number;
  readonly calls: Readonly<Record<string, number>>;
  /** How many of the calls were refused for their rate. */
  readonly refused: number;
  readonly mostAtOnce: number;
  /** What was put into CloudWatch. */
  readonly figures: Readonly<Record<string, number>>;
}

const load = createRequire(__filename);
const clock = new VirtualClock(NOON);
let virtual: VirtualAws;

/** The SDK waits by chance after a refusal; here by the same chance each time. */
function foreseeChance(): void {
  let state = 1;
  Math.random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

async function run({ bundle, settings, repositories, rates, answerMilliseconds, timeoutMilliseconds }: TimedTask): Promise<TimedRun> {
  // a page of one image is enough, since an answer takes the same time whatever is in it
  const aws = repositories === undefined ? probedRegistry(new SimulatedAws()) : new LargeRegistry(repositories, 1);
  virtual = new VirtualAws(clock, aws, rates, answerMilliseconds);
  process.env[SETTINGS] = JSON.stringify(settings);
  const begin = clock.now;
  const passed = () => clock.now - begin;
  await clock.until(load(bundle).handler({ time: NOON.toISOString() }, { getRemainingTimeInMillis: () => timeoutMilliseconds - passed() }));
  return {
    seconds: passed() / 1000,
    calls: Object.fromEntries(aws.counts),
    refused: virtual.refused,
    mostAtOnce: virtual.mostAtOnce,
    figures: Object.fromEntries(aws.metrics.map(({ MetricName, Value }) => [MetricName, Value])),
  };
}

async function main(tasks: readonly TimedTask[]): Promise<void> {
  connect(clock, [ECRClient, CloudWatchClient], () => virtual);
  clock.takeOver();
  foreseeChance();
  const runs: TimedRun[] = [];
  for (const task of tasks) {
    runs.push(await run(task));
  }
  process.send!(runs);
}

void main(parametersOf<TimedTask[]>());
