import { createRequire } from 'module';
import { getHeapStatistics } from 'v8';
import { parametersOf } from './lambda';

/** A run of a function against the endpoint of the environment. */
export interface RunParameters {
  readonly bundle: string;
  readonly event: object;
  readonly timeoutMilliseconds: number;
}

/** What it took. */
export interface RunCost {
  /** The most bytes of heap in use, as seen every few milliseconds. */
  readonly heap: number;
  /** The most bytes of memory that the process had. */
  readonly resident: number;
  /** Of the processor, from the start of the process. */
  readonly processorSeconds: number;
}

interface Bundle {
  handler(event: object, context: { invokedFunctionArn: string; getRemainingTimeInMillis(): number }): Promise<void>;
}

const SAMPLE_MILLISECONDS = 5;

async function main({ bundle, event, timeoutMilliseconds }: RunParameters): Promise<void> {
  let heap = 0;
  const sample = () => {
    heap = Math.max(heap, getHeapStatistics().used_heap_size);
  };
  const sampler = setInterval(sample, SAMPLE_MILLISECONDS);
  const { handler } = createRequire(__filename)(bundle) as Bundle;
  const begin = Date.now();
  await handler(event, {
    getRemainingTimeInMillis: () => timeoutMilliseconds - (Date.now() - begin),
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
  });
  sample();
  clearInterval(sampler);
  const { user, system } = process.cpuUsage();
  const cost: RunCost = { heap, resident: process.resourceUsage().maxRSS * 1024, processorSeconds: (user + system) / 1e6 };
  process.send!(cost);
}

void main(parametersOf<RunParameters>());
