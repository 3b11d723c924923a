import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECR } from '@aws-sdk/client-ecr';
import { Lambda } from '@aws-sdk/client-lambda';
import { adopt, Adoption } from './adopt-repository';
import type { SettingsCalls, Tag } from './adopt-repository';
import { serve } from './deployment-request';
import { belongsTo, FAILED } from './prefix-sweep';
import { RegistryReader } from './registry-reader';
import type { Repository, Time } from './registry-reader';
import type { AdoptionProperties } from './resource-properties';
import { rollsBack, statusOf } from './stack-status';
import { sweepOn, timeOf } from './sweep-invocation';
import type { SweepContext, SweepRequest } from './sweep-invocation';
import { clientOptions, logLine } from '../monitoring/lambda-runtime';

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
