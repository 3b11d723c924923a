import { readFileSync } from 'fs';
import { join } from 'path';
import { bundles, LOADS } from './functions/bundles';
import type { Bundle } from './functions/bundles';
import { DOCUMENTED, SLOWEST, SLOWEST_READ } from './functions/quotas';
import { LARGE_RUN, print, REPOSITORIES, runs } from './functions/runs';
import type { Run } from './functions/runs';
import type { Size } from './functions/sizes.child';
import { ANSWER_MILLISECONDS, times } from './functions/times';
import type { Times } from './functions/times';
import { atMost, kilobytes, mebibytes, milliseconds, percent, table } from './section';
import type { Goal, Section } from './section';
import { repository } from './workshop';
import type { Workshop } from './workshop';

/** Lambda Developer Guide, "Configure Lambda function memory": with so much memory a function has a whole vCPU. */
const MEGABYTES_OF_A_CPU = 1769;
/** What `test/functions/bundles.test.ts` holds the bundles of monitoring to. */
const LARGEST_BUNDLE = 25_000;
const LARGEST_SHARE = 0.1;

const seconds = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} s`;

/** What the functions that ship cost: to load, to run over a large registry, and in time at the quotas of AWS. */
export async function functions(workshop: Workshop): Promise<Section> {
  const sizes = workshop.run<Record<string, Size>>(workshop.compile('functions/sizes.child.ts'));
  const loaded = await bundles(workshop);
  const ran = await runs(workshop, sizes);
  const timed = await times(workshop, sizes);
  const size = sizes['cache-statistics'];
  return {
    title: 'Lambda functions',
    body: [aboutLoads(loaded), aboutRuns(size, ran), aboutTimes(timed), aboutComputing(size, ran, timed)].join('\n\n'),
    goals: [...goalsOfLoads(loaded), ...goalsOfRuns(size, ran), ...goalsOfTimes(size, ran, timed)],
  };
}

function aboutLoads(loaded: readonly Bundle[]): string {
  const { version } = JSON.parse(readFileSync(join(repository, 'node_modules/@aws-sdk/client-ecr/package.json'), 'utf8')) as { version: string };
  return [
    `The bundles are those of the package, loaded by a new process of Node.js ${process.versions.node}; each figure is the median of ${LOADS} loads. `
      + `The clients of the AWS SDK are not in a bundle: Lambda's runtime has them. Here they are those of version ${version} as npm installs `
      + 'them, which Lambda has in another form, so their time is for comparison only.',
    table(
      ['function', 'bundle', 'its own load', 'load of its SDK clients', 'SDK clients'],
      loaded.map(({ name, bytes, bundleMilliseconds, sdkMilliseconds, clients }) =>
        [name, kilobytes(bytes), milliseconds(bundleMilliseconds), milliseconds(sdkMilliseconds), clients.length]),
    ),
  ].join('\n\n');
}

function goalsOfLoads(loaded: readonly Bundle[]): Goal[] {
  return [
    atMost('The largest bundle of a function', most(loaded, ({ bytes }) => bytes), LARGEST_BUNDLE, kilobytes),
    atMost('Load of a bundle, of that of its SDK clients', most(loaded, (one) => one.bundleMilliseconds / one.sdkMilliseconds), LARGEST_SHARE, percent),
  ];
}

function aboutRuns({ memoryMegabytes, timeoutSeconds }: Size, ran: readonly Run[]): string {
  const listed = (calls: Run['calls']) =>
    [...calls].map(([action, count]) => `${print(count)} ${action === 'Answer' ? 'to CloudFormation' : action}`).join(', ');
  return [
    'One run of each function against a simulated AWS in another process, which makes its answers as they are asked for. Each function has '
      + `${memoryMegabytes} MB, which V8 was told (\`--max-old-space-size=${memoryMegabytes}\`), and ${timeoutSeconds} seconds. The run over an empty `
      + 'registry is what Node.js, the SDK and the function take by themselves. Heap is the most that was in use, memory the largest resident '
      + 'set of the process.',
    table(
      ['run', 'calls', 'heap', 'memory', 'processor'],
      ran.map((run) => [run.what, listed(run.calls), mebibytes(run.heap), mebibytes(run.resident), seconds(run.processorSeconds)]),
    ),
  ].join('\n\n');
}

function goalsOfRuns({ memoryMegabytes }: Size, ran: readonly Run[]): Goal[] {
  const memory = memoryMegabytes * 2 ** 20;
  return [
    atMost('Heap of the function that takes most', most(ran, ({ heap }) => heap), memory, mebibytes),
    atMost('Memory of the function that takes most', most(ran, ({ resident }) => resident), memory, mebibytes),
  ];
}

function aboutTimes({ statistics, probe }: Times): string {
  return [
    `The time of a run over ${print(REPOSITORIES)} repositories, with the SDK's own retries, on a simulated clock. **Documented** are `
      + `${DOCUMENTED.GetMetricData} \`GetMetricData\` and ${DOCUMENTED.PutMetricData} \`PutMetricData\` a second (Amazon CloudWatch endpoints and quotas). `
      + '**Assumed** are the rate of `DescribeImages`, which no page names (`describe-images-rate` in [unverified.md](unverified.md)), that '
      + '`DescribeRepositories` is never refused, that what a second brings may come at once, and '
      + `${ANSWER_MILLISECONDS} ms for each answer. Of the rates that ECR does document (Amazon ECR service quotas) ${SLOWEST_READ} is the slowest of a `
      + `call that reads, \`GetAuthorizationToken\`, and ${SLOWEST} the slowest of all, \`PutImage\`.`,
    table(
      ['`DescribeImages` a second', 'time', 'calls', 'refused', 'at once', '`UnseenRepositories`', 'sums are put'],
      statistics.map((run) => [
        run.rate,
        seconds(run.seconds),
        print(Object.values(run.calls).reduce((sum, count) => sum + count, 0)),
        print(run.refused),
        run.mostAtOnce,
        print(run.figures.UnseenRepositories),
        putsSums(run) ? 'yes' : 'no',
      ]),
    ),
    `The probe of ${probe.figures.ProbedImages} images takes ${seconds(probe.seconds)} by that clock, with ${probe.refused} calls refused; all of its `
      + 'calls but `DescribeImages` have documented rates.',
  ].join('\n\n');
}

function aboutComputing({ memoryMegabytes, timeoutSeconds }: Size, ran: readonly Run[], { statistics }: Times): string {
  const slow = statistics.find(({ rate }) => rate === SLOWEST)!;
  const seen = REPOSITORIES - slow.figures.UnseenRepositories;
  return `These are times of waiting. Lambda gives ${memoryMegabytes} MB ${percent(memoryMegabytes / MEGABYTES_OF_A_CPU)} of a vCPU `
    + `(${print(MEGABYTES_OF_A_CPU)} MB have a whole one: Lambda Developer Guide, "Configure Lambda function memory"), so the `
    + `${seconds(largeRun(ran).processorSeconds)} of this machine's processor are ${seconds(computing(memoryMegabytes, ran))} on one as fast, some of which pass `
    + `while the run waits. With ${SLOWEST} calls a second ${print(seen)} repositories are seen within the ${timeoutSeconds} seconds; all `
    + `${print(REPOSITORIES)} take ${(SLOWEST * REPOSITORIES / seen).toFixed(1)} a second. What a run had no time for is in \`UnseenRepositories\`, and it puts no sums.`;
}

function goalsOfTimes({ memoryMegabytes, timeoutSeconds }: Size, ran: readonly Run[], { statistics }: Times): Goal[] {
  const quick = statistics.find(({ rate }) => rate === SLOWEST_READ)!;
  const tooLow = statistics.filter((run) => run.figures.UnseenRepositories > 0 && putsSums(run));
  return [
    atMost(
      `Statistics of ${print(REPOSITORIES)} repositories with ${SLOWEST_READ} \`DescribeImages\` a second (assumed), waiting and computing`,
      quick.seconds + computing(memoryMegabytes, ran), timeoutSeconds, seconds),
    atMost('Statistics that put sums although repositories were unseen', tooLow.length, 0, String),
  ];
}

function putsSums({ figures }: Times['statistics'][number]): boolean {
  return 'Images' in figures;
}

/** How long the processor of the function takes for the large run, if a whole one is as fast as that of this machine. */
function computing(memoryMegabytes: number, ran: readonly Run[]): number {
  return largeRun(ran).processorSeconds / (memoryMegabytes / MEGABYTES_OF_A_CPU);
}

function largeRun(ran: readonly Run[]): Run {
  return ran.find(({ what }) => what === LARGE_RUN)!;
}

function most<T>(all: readonly T[], figure: (one: T) => number): number {
  return Math.max(...all.map(figure));
}
