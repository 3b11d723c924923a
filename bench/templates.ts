import { atMost, kilobytes, table } from './section';
import type { Goal, Section } from './section';
import { MOST_BYTES, MOST_RESOURCES, roomFor, Stacks } from './templates/stacks';
import type { Workshop } from './workshop';
import { PRICES } from '../src/costs/prices';

/** ECR User Guide, "Amazon ECR service quotas": rules of a registry. */
const MOST_CACHES = 50;
/** More with everything on are divided among stacks. */
const IN_A_STACK = 25;
const FEW = 10;
/** In each cache. */
const REPOSITORIES = [100, 1000];
/** What `test/monitoring/cost` holds the default cache to, in USD a month. */
const MOST_DOLLARS = 0.5;

const usd = (amount: number) => `USD ${amount.toFixed(2)}`;
const print = (count: number) => count.toLocaleString('en');

type ByCount = ReadonlyMap<number, Stacks>;

/** How large the templates are, how many caches a stack takes, and what it all costs a month. */
export function templates(workshop: Workshop): Section {
  const defaults = synthesized(workshop, 'synth/default-library.child.ts', [1, FEW, MOST_CACHES]);
  const everything = synthesized(workshop, 'synth/everything-library.child.ts', [1, FEW, IN_A_STACK, MOST_CACHES]);
  const [example] = synthesized(workshop, 'templates/observability.child.ts', [2]).values();
  return {
    title: 'Templates and money',
    body: [aboutTemplates(defaults, everything, example), aboutMoney(defaults, everything)].join('\n\n'),
    goals: goalsOf(defaults, everything),
  };
}

function synthesized(workshop: Workshop, program: string, counts: readonly number[]): ByCount {
  const compiled = workshop.compile(program);
  return new Map(counts.map((count) => [count, new Stacks(count, workshop.run<{ templates: string[] }>(compiled, count).templates)]));
}

function aboutTemplates(defaults: ByCount, everything: ByCount, example: Stacks): string {
  const row = (what: string, stacks: Stacks) => {
    const caches = stacks.caches / stacks.count;
    return [
      what, stacks.caches, stacks.count, stacks.resources, (stacks.resources / caches).toFixed(1),
      kilobytes(stacks.bytes), kilobytes(stacks.minified), kilobytes(stacks.minified / caches),
    ];
  };
  const room = (stacks: ByCount, most: number) => [
    roomFor(stacks.get(FEW)!, stacks.get(most)!, ({ resources }) => resources, MOST_RESOURCES),
    roomFor(stacks.get(FEW)!, stacks.get(most)!, ({ bytes }) => bytes, MOST_BYTES),
  ];
  const [defaultsByResources, defaultsByBytes] = room(defaults, MOST_CACHES);
  const [fullByResources, fullByBytes] = room(everything, IN_A_STACK);
  return [
    'The templates that the shipped package gives; of several stacks the figures of the largest one. With everything on means every alarm, a page, '
      + 'all imports logged, statistics and a probe, where log and functions are shared by the caches of a stack. The example is '
      + '`examples/observability`, which has topics, queries and a dashboard besides.',
    table(
      ['caches', 'count', 'stacks', 'resources', 'of each cache', 'as the CDK writes it', 'without spaces', 'of each cache'],
      [
        ...[...defaults.values()].map((stacks) => row('default', stacks)),
        ...[...everything.values()].map((stacks) => row('everything on', stacks)),
        row('the example', example),
      ],
    ),
    `CloudFormation takes ${MOST_RESOURCES} resources and 1 MB in a template, ECR ${MOST_CACHES} rules in a registry. By what each further cache adds, a stack has room `
      + `for ${defaultsByResources} default caches by resources and ${defaultsByBytes} by bytes, and for ${fullByResources} with everything on by resources and `
      + `${fullByBytes} by bytes.`,
  ].join('\n\n');
}

function aboutMoney(defaults: ByCount, everything: ByCount): string {
  const counts = [1, FEW, MOST_CACHES];
  const costs = (stacks: Stacks) => REPOSITORIES.map((repositories) => usd(stacks.monthlyCost(repositories)));
  const [few] = REPOSITORIES;
  return [
    'In USD a month, computed from these templates by the code behind [cost.md](cost.md), which says what is assumed and names the page of '
      + `each price: list prices of US East (N. Virginia), June 2026, without free tiers. Storage is not in it, nor a dashboard (${usd(PRICES.dashboard.price)} each). `
      + 'The section on synth has the same templates written by hand: all of it is the price of what is watched, nothing is that of the library.',
    table(
      ['caches', ...['default', 'everything on'].flatMap((what) => REPOSITORIES.map((count) => `${what}, ${print(count)} repositories each`)), 'everything on, a cache'],
      counts.map((count) => [
        count, ...costs(defaults.get(count)!), ...costs(everything.get(count)!), usd(everything.get(count)!.monthlyCost(few) / count),
      ]),
    ),
  ].join('\n\n');
}

function goalsOf(defaults: ByCount, everything: ByCount): Goal[] {
  const [all, full] = [defaults.get(MOST_CACHES)!, everything.get(IN_A_STACK)!];
  const dearest = Math.max(...REPOSITORIES.map((repositories) => defaults.get(1)!.monthlyCost(repositories)));
  return [
    atMost(`Resources of a stack with ${MOST_CACHES} default caches, all that ECR takes`, all.resources, MOST_RESOURCES, String),
    atMost(`Resources of a stack with ${IN_A_STACK} caches that have everything on`, full.resources, MOST_RESOURCES, String),
    atMost('The larger of these two templates', Math.max(all.bytes, full.bytes), MOST_BYTES, kilobytes),
    atMost('A default cache, a month', dearest, MOST_DOLLARS, usd),
  ];
}
