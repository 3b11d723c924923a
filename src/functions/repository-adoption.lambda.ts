import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECR } from '@aws-sdk/client-ecr';
import { Lambda } from '@aws-sdk/client-lambda';
import type { AdoptionProperties } from './contract';
import { rollsBack, serve, statusOf } from './custom-resource';
import { RegistryReader } from './registry-reader';
import type { Repository, Time } from './registry-reader';
import { clientOptions, logLine } from './runtime';
import type { SweepContext, SweepRequest } from './sweep';
import { belongsTo, FAILED, sweepOn, timeOf } from './sweep';

/** How a repository ends that is given the settings of a template. */
const Adoption = { CHANGED: 'changed', UNCHANGED: 'unchanged', GONE: 'gone' } as const;

const REQUEST_MILLISECONDS = 20_000;
const OUTCOMES = Object.values(Adoption);

/** Reads and writes the settings of repositories. */
class EcrSettings implements SettingsCalls {
  constructor(private readonly ecr: ECR, private readonly time: Time) {}

  public async lifecyclePolicy({ name }: Repository): Promise<string | undefined> {
    return unless('LifecyclePolicyNotFoundException', async () =>
      (await this.ecr.getLifecyclePolicy({ repositoryName: name }, this.time.callOptions())).lifecyclePolicyText);
  }

  public async repositoryPolicy({ name }: Repository): Promise<string | undefined> {
    return unless('RepositoryPolicyNotFoundException', async () =>
      (await this.ecr.getRepositoryPolicy({ repositoryName: name }, this.time.callOptions())).policyText);
  }

  public async tags({ arn }: Repository): Promise<readonly Tag[]> {
    return (await this.ecr.listTagsForResource({ resourceArn: arn }, this.time.callOptions())).tags ?? [];
  }

  public async putLifecyclePolicy({ name }: Repository, lifecyclePolicyText: string): Promise<void> {
    await this.ecr.putLifecyclePolicy({ repositoryName: name, lifecyclePolicyText }, this.time.callOptions());
  }

  public async putRepositoryPolicy({ name }: Repository, policyText: string): Promise<void> {
    await this.ecr.setRepositoryPolicy({ repositoryName: name, policyText }, this.time.callOptions());
  }

  public async tag({ arn }: Repository, tags: readonly Tag[]): Promise<void> {
    const given = tags.map(({ Key, Value }) => ({ Key: Key!, Value: Value! }));
    await this.ecr.tagResource({ resourceArn: arn, tags: given }, this.time.callOptions());
  }
}

async function unless<T>(missing: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if ((error as Error).name === missing) {
      return undefined;
    }
    throw error;
  }
}

function summaryOf(prefix: string, dryRun: boolean, outcomes: { readonly [outcome: string]: number }): string {
  const { [Adoption.CHANGED]: changed = 0, [Adoption.UNCHANGED]: unchanged = 0, [Adoption.GONE]: gone = 0, [FAILED]: failed = 0 } = outcomes;
  const found = changed + unchanged + gone + failed;
  const what = dryRun ? 'dry run, nothing was changed: of' : 'of';
  return `${what} ${found} repositories below '${prefix}' ${changed} ${dryRun ? 'would get' : 'got'} settings of the template, `
    + `${unchanged} have them already, ${gone} went away in the meantime, ${failed} failed`;
}

/** Gives the repositories of a prefix the settings of its template when it is created or changed, but not on the way back. */
export async function handler(request: SweepRequest, context: SweepContext): Promise<void> {
  await serve(request, context, async () => {
    const none = Object.fromEntries(OUTCOMES.map(outcome => [outcome, '0']));
    if (request.RequestType === 'Delete') {
      return { summary: 'nothing is done on deletion', ...none };
    }
    const time = timeOf(context);
    const status = await statusOf(new CloudFormation(clientOptions(REQUEST_MILLISECONDS)), request.StackId, time.callOptions());
    if (rollsBack(status)) {
      return { summary: 'nothing is done while the stack rolls back', ...none };
    }
    const { prefix, others, dryRun, lifecyclePolicy, repositoryPolicy, tags = [] } = request.ResourceProperties as unknown as AdoptionProperties;
    const ecr = new ECR(clientOptions(REQUEST_MILLISECONDS));
    const reader = new RegistryReader(ecr, time);
    // a more specific template is for its own repositories, so its prefix counts like that of a rule
    const mine = belongsTo(prefix, [...others, ...await reader.rulePrefixes(), ...await reader.templatePrefixes()]);
    const settings = { lifecyclePolicy, repositoryPolicy, tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
    const calls = new EcrSettings(ecr, time);
    const isDry = dryRun !== 'false';
    return sweepOn(request, context, {
      repositories: await reader.repositories(mine),
      work: repository => adopt(repository, settings, isDry, calls, logLine),
      outcomes: OUTCOMES,
      summary: outcomes => summaryOf(prefix, isDry, outcomes),
    }, new Lambda(clientOptions(REQUEST_MILLISECONDS)));
  });
}

interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** What a template gives; what is undefined is left alone. */
export interface TemplateSettings {
  readonly lifecyclePolicy?: string;
  readonly repositoryPolicy?: string;
  readonly tags: readonly Tag[];
}

/** The calls of ECR that it takes. Those that read give undefined for what a repository doesn't have. */
export interface SettingsCalls {
  lifecyclePolicy(repository: Repository): Promise<string | undefined>;
  repositoryPolicy(repository: Repository): Promise<string | undefined>;
  tags(repository: Repository): Promise<readonly Tag[]>;
  putLifecyclePolicy(repository: Repository, text: string): Promise<void>;
  putRepositoryPolicy(repository: Repository, text: string): Promise<void>;
  tag(repository: Repository, tags: readonly Tag[]): Promise<void>;
}

/** Gives one repository what it lacks of the settings; with a dry run it only finds out. What it already has isn't written again. */
export async function adopt(
  repository: Repository, settings: TemplateSettings, dryRun: boolean, calls: SettingsCalls, log: (line: object) => void): Promise<string> {
  const changes: string[] = [];
  const change = async (what: string, write: () => Promise<void>) => {
    changes.push(what);
    await (dryRun ? undefined : write());
  };
  try {
    const { lifecyclePolicy, repositoryPolicy, tags } = settings;
    if (lifecyclePolicy !== undefined && !sameJson(lifecyclePolicy, await calls.lifecyclePolicy(repository))) {
      await change('lifecycle', () => calls.putLifecyclePolicy(repository, lifecyclePolicy));
    }
    if (repositoryPolicy !== undefined && !sameJson(repositoryPolicy, await calls.repositoryPolicy(repository))) {
      await change('policy', () => calls.putRepositoryPolicy(repository, repositoryPolicy));
    }
    const lacking = tags.length > 0 ? lackingTags(tags, await calls.tags(repository)) : [];
    if (lacking.length > 0) {
      await change('tags', () => calls.tag(repository, lacking));
    }
  } catch (error) {
    if ((error as Error).name !== 'RepositoryNotFoundException') {
      throw error;
    }
    log({ kind: 'repository', repository: repository.name, outcome: Adoption.GONE });
    return Adoption.GONE;
  }
  const outcome = changes.length > 0 ? Adoption.CHANGED : Adoption.UNCHANGED;
  log({ kind: 'repository', repository: repository.name, outcome, dryRun, changes: changes.join(' ') });
  return outcome;
}

function lackingTags(wanted: readonly Tag[], present: readonly Tag[]): Tag[] {
  return wanted.filter(({ Key, Value }) => !present.some(tag => tag.Key === Key && tag.Value === Value));
}

/** Whether two policies say the same: ECR gives them back with other spaces and orders, and lists of one as their member. */
function sameJson(one: string, other: string | undefined): boolean {
  return other !== undefined && canonical(JSON.parse(one)) === canonical(JSON.parse(other));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const members = value.map(canonical);
    const sorted = value.every(member => typeof member === 'string') ? members.sort() : members;
    return sorted.length === 1 ? sorted[0] : `[${sorted.join()}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).sort(([first], [second]) => first < second ? -1 : 1);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`;
  }
  return JSON.stringify(value);
}
