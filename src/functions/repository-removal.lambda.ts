import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECR } from '@aws-sdk/client-ecr';
import { Lambda } from '@aws-sdk/client-lambda';
import type { RemovalProperties } from './contract';
import { OperationFailure, rollsBack, serve, statusOf } from './custom-resource';
import { RegistryReader } from './registry-reader';
import type { Repository, Time } from './registry-reader';
import { clientOptions, logLine } from './runtime';
import type { SweepContext, SweepRequest } from './sweep';
import { belongsTo, FAILED, sweepOn, timeOf } from './sweep';

const REQUEST_MILLISECONDS = 20_000;
const Removal = { FOUND: 'found', DELETED: 'deleted', GONE: 'gone' } as const;
/** The statuses of a stack in which a resource is deleted because its user wants it so. */
const WANTED = ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];

async function remove(ecr: ECR, { name }: Repository, time: Time): Promise<string> {
  let outcome: string = Removal.DELETED;
  try {
    await ecr.deleteRepository({ repositoryName: name, force: true }, time.callOptions());
  } catch (error) {
    if ((error as Error).name !== 'RepositoryNotFoundException') {
      throw error;
    }
    outcome = Removal.GONE;
  }
  logLine({ kind: 'repository', repository: name, outcome });
  return outcome;
}

/** Why nothing is deleted now, from the statuses of the stack and those around it; undefined when it is to be. */
async function reasonToKeep(properties: RemovalProperties, stackId: string, time: Time): Promise<string | undefined> {
  const cloudFormation = new CloudFormation(clientOptions(REQUEST_MILLISECONDS));
  const [own, ...around] = await Promise.all([...new Set([stackId, ...properties.stacks])].map(
    stack => statusOf(cloudFormation, stack, time.callOptions())));
  const back = [own, ...around].find(rollsBack);
  if (back !== undefined) {
    return `the stack goes back to what it was (${back})`;
  }
  return WANTED.includes(own) ? undefined : `the stack is ${own}, which is no removal`;
}

/** Tells how many repositories a removal would delete, and deletes them when the resource is removed for good. */
export async function handler(request: SweepRequest, context: SweepContext): Promise<void> {
  await serve(request, context, async () => {
    const properties = request.ResourceProperties as unknown as RemovalProperties;
    const { prefix, others, confirmedPrefix } = properties;
    if (confirmedPrefix !== prefix) {
      throw new OperationFailure(`the confirmation '${confirmedPrefix}' is not the prefix '${prefix}', so nothing is deleted`);
    }
    const time = timeOf(context);
    const deletes = request.RequestType === 'Delete';
    const kept = deletes ? await reasonToKeep(properties, request.StackId, time) : undefined;
    if (kept !== undefined) {
      logLine({ kind: 'sweep', complete: true, summary: `nothing is deleted: ${kept}` });
      return {};
    }
    const ecr = new ECR(clientOptions(REQUEST_MILLISECONDS));
    const reader = new RegistryReader(ecr, time);
    const mine = belongsTo(prefix, [...others, ...await reader.rulePrefixes()]);
    return sweepOn(request, context, {
      repositories: await reader.repositories(mine),
      work: deletes ? repository => remove(ecr, repository, time) : async ({ name }) => {
        logLine({ kind: 'repository', repository: name, outcome: Removal.FOUND });
        return Removal.FOUND;
      },
      outcomes: Object.values(Removal),
      summary: ({ [Removal.FOUND]: found = 0, [Removal.DELETED]: deleted = 0, [Removal.GONE]: gone = 0, [FAILED]: failed = 0 }) => deletes
        ? `${deleted} repositories below '${prefix}' were deleted, ${gone} went away in the meantime, ${failed} failed`
        : `a removal would delete ${found} repositories below '${prefix}'`,
    }, new Lambda(clientOptions(REQUEST_MILLISECONDS)));
  });
}
