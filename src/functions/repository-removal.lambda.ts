import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECR } from '@aws-sdk/client-ecr';
import { Lambda } from '@aws-sdk/client-lambda';
import type { RemovalSettings } from './contract';
import { OperationFailure, serve } from './custom-resource';
import type { Done, LATER } from './custom-resource';
import { RegistryReader } from './registry-reader';
import type { Repository, Time } from './registry-reader';
import { bornWithRule, idOfRemoval } from './removal-id';
import { clientOptions, logLine, readSettings, reasonOf } from './runtime';
import { patience, patiently, reasonToRest, resourceOf } from './stack-standing';
import type { StackResource } from './stack-standing';
import type { Progress, Result, SweepContext, SweepRequest } from './sweep';
import { belongsTo, FAILED, leftAloneIn, problemOfLeftOut, sweepOn, timeOf } from './sweep';

const REQUEST_MILLISECONDS = 20_000;
const Removal = { FOUND: 'found', DELETED: 'deleted', KEPT: 'kept', GONE: 'gone' } as const;
const OUTCOMES = Object.values(Removal);
/** How often and how long apart ECR is asked whether the rule is gone, which CloudFormation deletes just before. */
const LOOKS = 4;
const PAUSE_MILLISECONDS = 5000;

async function remove(ecr: ECR, { name }: Repository, time: Time): Promise<Result> {
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
  return { outcome };
}

function summaryOf(prefix: string, deletes: boolean, kept: string | undefined, progress: Progress): string {
  const { [Removal.FOUND]: found = 0, [Removal.DELETED]: deleted = 0, [Removal.GONE]: gone = 0, [FAILED]: failed = 0 } = progress.outcomes;
  const below = `repositories below '${prefix}'`;
  const stay = `${progress.leftAlone} ${deletes ? 'stay' : 'would stay'}${leftAloneIn(progress)}`;
  if (kept !== undefined) {
    return `nothing is deleted, since ${kept}: of the ${below} ${stay}`;
  }
  return deletes
    ? `${deleted} ${below} were deleted, ${gone} went away in the meantime, ${failed} failed, ${stay} that are older than the cache`
    : `a removal would delete ${found} ${below}, ${stay} that are older than the cache`;
}

/** Nothing that anybody has to know of: the stack goes on. */
function nothing(summary: string, physicalId?: string): Done {
  logLine({ kind: 'sweep', complete: true, summary });
  return { attributes: { summary, ...Object.fromEntries(OUTCOMES.map(outcome => [outcome, '0'])) }, physicalId, reason: summary };
}

/** Why the repositories stay at a deletion, from what CloudFormation, ECR and the settings say; undefined when they are to go. */
async function reasonToKeep(
  { prefix, confirmedPrefix, keepsAll, leftOut, rules }: RemovalSettings,
  read: (logicalId: string) => Promise<StackResource | undefined>,
  readRules: () => Promise<{ readonly prefix: string }[]>,
): Promise<string | undefined> {
  if (keepsAll) {
    return 'keepAll is set';
  }
  if (confirmedPrefix !== prefix) {
    return `the confirmation '${confirmedPrefix}' is not the prefix`;
  }
  const problem = problemOfLeftOut(leftOut, prefix);
  if (problem !== undefined) {
    return problem;
  }
  // a rule that was deleted outside of its stack is gone from ECR, while the cache is still to be there
  for (const logicalId of rules) {
    try {
      const rule = await read(logicalId);
      if (rule) {
        return `the stack still has the rule ${logicalId} (${rule.status})`;
      }
    } catch (error) {
      const { code, message } = reasonOf(error);
      return `CloudFormation does not tell whether the stack still has the rule ${logicalId} (${code}: ${message})`;
    }
  }
  for (let look = 1; (await readRules()).some(rule => rule.prefix === prefix); look += 1) {
    if (look === LOOKS) {
      return `the rule '${prefix}' is still there`;
    }
    await patience.pause(PAUSE_MILLISECONDS);
  }
  return undefined;
}

function check({ prefix, confirmedPrefix, leftOut }: RemovalSettings): void {
  if (confirmedPrefix !== prefix) {
    throw new OperationFailure(`the confirmation '${confirmedPrefix}' is not the prefix '${prefix}', so nothing is deleted`);
  }
  const problem = problemOfLeftOut(leftOut, prefix);
  if (problem !== undefined) {
    throw new OperationFailure(`${problem}, so nothing is deleted`);
  }
}

/** The id of the removal as CloudFormation has it: whoever invokes the function can give an event another one. */
async function idInStack(
  { prefix, removal }: RemovalSettings, read: (logicalId: string) => Promise<StackResource | undefined>): Promise<string | undefined> {
  try {
    const id = (await read(removal))?.physicalId;
    return bornWithRule(id, prefix) && id;
  } catch (error) {
    logLine({ kind: 'failure', ...reasonOf(error) });
    return undefined;
  }
}

async function work(request: SweepRequest, context: SweepContext): Promise<Done | typeof LATER> {
  const settings = readSettings<RemovalSettings>(process.env);
  const { prefix, others, leftOut, stacks } = settings;
  const time = timeOf(context);
  const deletes = request.RequestType === 'Delete';
  const born = bornWithRule(request.PhysicalResourceId, prefix);
  const cloudFormation = new CloudFormation(clientOptions(REQUEST_MILLISECONDS));
  const read = async (logicalId: string) => resourceOf(cloudFormation, stacks[stacks.length - 1], logicalId, () => time.callOptions());
  if (deletes && born === undefined) {
    // its creation failed, or it was of another prefix
    return nothing(`nothing is deleted: ${request.PhysicalResourceId} is no removal of the repositories below '${prefix}'`);
  }
  const ecr = new ECR(clientOptions(REQUEST_MILLISECONDS));
  const reader = new RegistryReader(ecr, time);
  const readRules = async () => patiently(async () => reader.rules());
  const rest = await reasonToRest(request, stacks, cloudFormation, () => time.callOptions());
  if (rest !== undefined) {
    return nothing(`nothing is done: ${rest}`, deletes || born ? undefined : await idOfRemoval(prefix, async () => reader.rules(), true));
  }
  if (!deletes) {
    check(settings);
  }
  const physicalId = deletes ? await idInStack(settings, read)
    : request.physicalId ?? (born ? request.PhysicalResourceId! : await idOfRemoval(prefix, readRules, false));
  if (physicalId === undefined) {
    return nothing(`nothing is deleted: CloudFormation does not tell since when repositories below '${prefix}' are those of the cache`);
  }
  const kept = deletes ? await reasonToKeep(settings, read, readRules) : undefined;
  const since = bornWithRule(physicalId, prefix)!;
  const theirs = [...(await readRules()).map(rule => rule.prefix), ...(await reader.templates()).map(template => template.prefix!)];
  const mine = belongsTo(prefix, [...others, ...theirs], leftOut);
  const stays = ({ name, createdAt }: Repository, reason: string): Result => {
    logLine({ kind: 'repository', repository: name, outcome: Removal.KEPT, reason, createdAt });
    return { outcome: Removal.KEPT, leftAlone: true };
  };
  return sweepOn(request, context, {
    repositories: await reader.repositories(mine),
    work: async repository => {
      if (kept !== undefined) {
        return stays(repository, kept);
      }
      if (!(repository.createdAt! >= since)) {
        return stays(repository, 'it is older than the cache');
      }
      if (deletes) {
        return remove(ecr, repository, time);
      }
      logLine({ kind: 'repository', repository: repository.name, outcome: Removal.FOUND });
      return { outcome: Removal.FOUND };
    },
    outcomes: OUTCOMES,
    summary: progress => summaryOf(prefix, deletes, kept, progress),
    physicalId,
  }, new Lambda(clientOptions(REQUEST_MILLISECONDS)));
}

/** Tells what a removal would delete, and deletes it when the resource is removed for good and the rule is gone. */
export async function handler(request: SweepRequest, context: SweepContext): Promise<void> {
  await serve(request, context, async () => work(request, context));
}
