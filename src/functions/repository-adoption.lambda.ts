import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECR } from '@aws-sdk/client-ecr';
import { Lambda } from '@aws-sdk/client-lambda';
import { adopt, Adoption } from './adopt';
import type { SettingsCalls, TemplateSettings } from './adopt';
import type { AdoptionSettings } from './contract';
import { OperationFailure, serve } from './custom-resource';
import type { Done, LATER } from './custom-resource';
import { RegistryReader } from './registry-reader';
import type { Repository, Tag, Template, Time } from './registry-reader';
import { clientOptions, logLine, readSettings } from './runtime';
import type { CallOptions } from './runtime';
import { patiently, reasonToRest } from './stack-standing';
import type { Progress, SweepContext, SweepRequest } from './sweep';
import { belongsTo, FAILED, leftAloneIn, problemOfLeftOut, sweepOn, timeOf } from './sweep';

const REQUEST_MILLISECONDS = 20_000;
const OUTCOMES = Object.values(Adoption);
/** From the beginning of the first invocation: a deployment that ends a dry run gives the role permissions a moment before. */
const DENIED_FOR_GOOD_MILLISECONDS = 120_000;

/** Reads and writes the settings of repositories. What is denied at first is tried again. */
class EcrSettings implements SettingsCalls {
  constructor(private readonly ecr: ECR, private readonly time: Time, private readonly startedAt: number) {}

  public async lifecyclePolicy({ name }: Repository): Promise<string | undefined> {
    return unless('LifecyclePolicyNotFoundException', async () =>
      (await this.tried(async options => this.ecr.getLifecyclePolicy({ repositoryName: name }, options))).lifecyclePolicyText);
  }

  public async repositoryPolicy({ name }: Repository): Promise<string | undefined> {
    return unless('RepositoryPolicyNotFoundException', async () =>
      (await this.tried(async options => this.ecr.getRepositoryPolicy({ repositoryName: name }, options))).policyText);
  }

  public async tags({ arn }: Repository): Promise<readonly Tag[]> {
    return (await this.tried(async options => this.ecr.listTagsForResource({ resourceArn: arn }, options))).tags ?? [];
  }

  public async putLifecyclePolicy({ name }: Repository, lifecyclePolicyText: string): Promise<void> {
    await this.tried(async options => this.ecr.putLifecyclePolicy({ repositoryName: name, lifecyclePolicyText }, options));
  }

  public async putRepositoryPolicy({ name }: Repository, policyText: string): Promise<void> {
    await this.tried(async options => this.ecr.setRepositoryPolicy({ repositoryName: name, policyText }, options));
  }

  public async tag({ arn }: Repository, tags: readonly Tag[]): Promise<void> {
    const given = tags.map(({ Key, Value }) => ({ Key: Key!, Value: Value! }));
    await this.tried(async options => this.ecr.tagResource({ resourceArn: arn, tags: given }, options));
  }

  private async tried<T>(call: (options: CallOptions) => Promise<T>): Promise<T> {
    return patiently(async () => call(this.time.callOptions()),
      () => this.time.isUp() || Date.now() - this.startedAt > DENIED_FOR_GOOD_MILLISECONDS);
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

function summaryOf(prefix: string, dryRun: boolean, progress: Progress): string {
  const { [Adoption.CHANGED]: changed = 0, [Adoption.UNCHANGED]: unchanged = 0, [Adoption.GONE]: gone = 0, [FAILED]: failed = 0 } = progress.outcomes;
  const found = changed + unchanged + gone + failed;
  const what = dryRun ? 'dry run, nothing was changed: of' : 'of';
  return `${what} ${found} repositories below '${prefix}' ${changed} ${dryRun ? 'would get' : 'got'} settings of the template, `
    + `${unchanged} have nothing to get, ${gone} went away in the meantime, ${failed} failed; ${progress.leftAlone} `
    + `${dryRun ? 'would keep' : 'keep'} a policy that differs${leftAloneIn(progress)}`;
}

/** What the template of the prefix gives, as ECR has it. */
function settingsOf(templates: readonly Template[], prefix: string): TemplateSettings {
  const template = templates.find(one => one.prefix === prefix);
  if (!template) {
    throw new OperationFailure(`ECR has no repository creation template for '${prefix}', so there are no settings to give`);
  }
  return { lifecyclePolicy: template.lifecyclePolicy, repositoryPolicy: template.repositoryPolicy, tags: template.resourceTags ?? [] };
}

async function work(request: SweepRequest, context: SweepContext): Promise<Done | typeof LATER> {
  const none = Object.fromEntries(OUTCOMES.map(outcome => [outcome, '0']));
  if (request.RequestType === 'Delete') {
    return { attributes: { summary: 'nothing is done on deletion', ...none } };
  }
  const { prefix, others, leftOut, stacks, dryRun, overwritesPolicies } = readSettings<AdoptionSettings>(process.env);
  const invokedAt = Date.now();
  const time = timeOf(context);
  const rest = await reasonToRest(request, stacks, new CloudFormation(clientOptions(REQUEST_MILLISECONDS)), () => time.callOptions());
  if (rest !== undefined) {
    const summary = `nothing is done: ${rest}`;
    logLine({ kind: 'sweep', complete: true, summary });
    return { attributes: { summary, ...none } };
  }
  const problem = problemOfLeftOut(leftOut, prefix);
  if (problem !== undefined) {
    throw new OperationFailure(`${problem}, so nothing is done`);
  }
  const ecr = new ECR(clientOptions(REQUEST_MILLISECONDS));
  const reader = new RegistryReader(ecr, time);
  const rules = await patiently(async () => reader.rules());
  const templates = await reader.templates();
  // a more specific template is for its own repositories, so its prefix counts like that of a rule
  const mine = belongsTo(prefix, [...others, ...[...rules, ...templates].map(one => one.prefix!)], leftOut);
  const settings = settingsOf(templates, prefix);
  const calls = new EcrSettings(ecr, time, request.progress?.startedAt ?? invokedAt);
  return sweepOn(request, context, {
    repositories: await reader.repositories(mine),
    work: async repository => adopt(repository, settings, { dryRun, overwritesPolicies }, calls, logLine),
    outcomes: OUTCOMES,
    summary: progress => summaryOf(prefix, dryRun, progress),
  }, new Lambda(clientOptions(REQUEST_MILLISECONDS)));
}

/** Gives the repositories of a prefix the settings of its template when it is created or changed, but not on the way back. */
export async function handler(request: SweepRequest, context: SweepContext): Promise<void> {
  await serve(request, context, async () => work(request, context));
}
