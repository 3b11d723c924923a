import { bundleOf } from './bundles';
import { inLambda } from './lambda';
import { LargeRegistry, NOON, statisticsSettings } from './large-registry';
import type { RunCost, RunParameters } from './one-run.child';
import { LAYERS, PLATFORMS, PROBED, probedRegistry, probeSettings } from './probed-registry';
import type { Size } from './sizes.child';
import { SETTINGS } from '../../src/functions/contract';
import type { AdoptionSettings, RemovalSettings, VerificationProperties } from '../../src/functions/contract';
import { SimulatedAws } from '../../test/functions/simulated-aws';
import { SimulatedDeployment, STACK } from '../../test/functions/simulated-deployment';
import type { Workshop } from '../workshop';

/** One run of a function, and what it took. */
export interface Run extends RunCost {
  readonly what: string;
  /** How often each action was called. */
  readonly calls: ReadonlyMap<string, number>;
}

interface Task {
  readonly name: string;
  readonly what: string;
  readonly aws: SimulatedAws;
  readonly settings?: object;
  readonly event: () => object;
  /** Whether the run did what it is for: one that ends early is cheap. */
  readonly worked: () => boolean;
}

export const REPOSITORIES = 10_000;
const IMAGES = 100;
export const LARGE_RUN = `statistics, ${print(REPOSITORIES)} repositories of ${IMAGES} images`;
const LARGEST_REPOSITORY = 100_000;
const SWEPT = 100;
const SWEEP = { prefix: 'echo', others: [], leftOut: [], stacks: [STACK] };
const schedule = { time: NOON.toISOString() };

/** Runs every function as it ships, each in a process of its own, against a registry that is in this one. */
export async function runs(workshop: Workshop, sizes: Readonly<Record<string, Size>>): Promise<Run[]> {
  const program = workshop.compile('functions/one-run.child.ts');
  const done: Run[] = [];
  for (const task of tasks()) {
    const { memoryMegabytes, timeoutSeconds } = sizes[task.name];
    const cost = await serving(task.aws, () => inLambda<RunCost>(
      program,
      { bundle: bundleOf(workshop, task.name), event: task.event(), timeoutMilliseconds: timeoutSeconds * 1000 } satisfies RunParameters,
      { [SETTINGS]: JSON.stringify(task.settings ?? {}) },
      [`--max-old-space-size=${memoryMegabytes}`],
    ));
    if (!task.worked()) {
      throw new Error(`the run did not do what it is for: ${task.what}`);
    }
    done.push({ ...cost, what: task.what, calls: task.aws.counts });
  }
  return done;
}

function tasks(): Task[] {
  return [
    statistics('statistics, an empty registry', 0, 0),
    statistics(LARGE_RUN, REPOSITORIES, IMAGES),
    statistics(`statistics, 1 repository of ${print(LARGEST_REPOSITORY)} images`, 1, LARGEST_REPOSITORY),
    probe(),
    deployment('cache-verification', `verification, 1 image of ${PLATFORMS} platforms`, probedRegistry(new SimulatedDeployment()), 'Create', {}, {
      prefix: 'echo',
      images: ['echo/app-0:1'],
      validatesCredential: 'false',
      retrySeconds: '0',
      imageTimeoutSeconds: '60',
      logGroupName: 'log',
      stacks: [STACK],
      fingerprint: '',
    } satisfies VerificationProperties),
    deployment('repository-adoption', `adoption, ${SWEPT} repositories that lack lifecycle, policy and tags`, swept(), 'Create', {
      ...SWEEP, dryRun: false, overwritesPolicies: false,
    } satisfies AdoptionSettings),
    deployment('repository-removal', `removal, ${SWEPT} repositories`, swept(), 'Delete', {
      ...SWEEP, confirmedPrefix: 'echo', keepsAll: false, removal: 'Removal', rules: ['Rule'],
    } satisfies RemovalSettings),
  ];
}

function statistics(what: string, repositories: number, images: number): Task {
  const aws = new LargeRegistry(repositories, images);
  return {
    name: 'cache-statistics', what, aws, settings: statisticsSettings, event: () => schedule, worked: () => aws.metric('Images').echo === repositories * images,
  };
}

function probe(): Task {
  const aws = probedRegistry(new SimulatedAws());
  return {
    name: 'cache-probe',
    what: `probe, ${PROBED} images of ${PLATFORMS} platforms with ${LAYERS} layers each`,
    aws,
    settings: probeSettings,
    event: () => schedule,
    worked: () => aws.metric('ProbedImages').echo === PROBED && aws.metric('ProbeFailures').echo === 0,
  };
}

function deployment(
  name: string, what: string, aws: SimulatedDeployment, type: 'Create' | 'Delete', settings: object, properties: object = { changes: [] }): Task {
  aws.stacks[STACK] = `${type.toUpperCase()}_IN_PROGRESS`;
  const physical = type === 'Delete' ? { PhysicalResourceId: REMOVAL_ID } : {};
  return { name, what, aws, settings, event: () => aws.request(type, properties, physical), worked: () => aws.answers[0]?.Status === 'SUCCESS' };
}

const REMOVAL_ID = 'echo@2026-01-01T00:00:00.000Z';

function swept(): SimulatedDeployment {
  const aws = new SimulatedDeployment();
  aws.template = { lifecyclePolicy: '{"rules":[]}', repositoryPolicy: '{"Statement":[]}', resourceTags: [{ Key: 'team', Value: 'web' }] };
  aws.resources.Removal = { id: REMOVAL_ID, status: 'DELETE_IN_PROGRESS' };
  aws.addRepositories(...Array.from({ length: SWEPT }, (_, at) => `echo/app-${at}`));
  return aws;
}

/** The registry tells where it is by the environment, which must not have it afterwards. */
async function serving<T>(aws: SimulatedAws, work: () => Promise<T>): Promise<T> {
  const before = new Set(Object.keys(process.env));
  await aws.start();
  try {
    return await work();
  } finally {
    await aws.stop();
    Object.keys(process.env).filter((name) => !before.has(name)).forEach((name) => delete process.env[name]);
  }
}

export function print(count: number): string {
  return count.toLocaleString('en');
}
