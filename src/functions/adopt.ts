import type { Repository, Tag } from './registry-reader';
import type { Result } from './sweep';

/** How a repository ends that is given the settings of a template. */
export const Adoption = { CHANGED: 'changed', UNCHANGED: 'unchanged', GONE: 'gone' } as const;

/** The `kind` of the lines with what is about to be overwritten, from which it can be put back. */
const OVERWRITING = 'overwriting';
/** The `kind` of the lines that say that it was. */
const OVERWRITTEN = 'overwritten';

/** What a template gives; what is undefined is left alone. */
export interface TemplateSettings {
  readonly lifecyclePolicy?: string;
  readonly repositoryPolicy?: string;
  readonly tags: readonly Tag[];
}

/** How it is given. */
export interface AdoptionChoice {
  /** Whether it is only found out what would change. */
  readonly dryRun: boolean;
  /** Whether a repository policy that says something else is replaced. */
  readonly overwritesPolicies: boolean;
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

/**
 * Gives one repository what it lacks of the settings; with a dry run it only finds out. What it already has isn't written again, and what is
 * overwritten is in the log before; that it was overwritten, after. A policy with a statement that the template's lacks stays unless it is asked for:
 * somebody may have denied something by it.
 */
export async function adopt(
  repository: Repository, settings: TemplateSettings, choice: AdoptionChoice, calls: SettingsCalls, log: (line: object) => void): Promise<Result> {
  const { name } = repository;
  const { dryRun } = choice;
  const changes: string[] = [];
  const kept: string[] = [];
  const change = async (setting: string, before: unknown, write: () => Promise<void>) => {
    changes.push(setting);
    if (before !== undefined) {
      log({ kind: OVERWRITING, repository: name, setting, before, dryRun });
    }
    if (dryRun) {
      return;
    }
    await write();
    if (before !== undefined) {
      log({ kind: OVERWRITTEN, repository: name, setting });
    }
  };
  try {
    const { lifecyclePolicy, repositoryPolicy, tags } = settings;
    const lifecycle = lifecyclePolicy === undefined ? undefined : await calls.lifecyclePolicy(repository);
    if (lifecyclePolicy !== undefined && !sameJson(lifecyclePolicy, lifecycle)) {
      await change('lifecycle', lifecycle, async () => calls.putLifecyclePolicy(repository, lifecyclePolicy));
    }
    const policy = repositoryPolicy === undefined ? undefined : await calls.repositoryPolicy(repository);
    if (repositoryPolicy !== undefined && !sameJson(repositoryPolicy, policy)) {
      if (policy === undefined || choice.overwritesPolicies || losesNothing(policy, repositoryPolicy)) {
        await change('policy', policy, async () => calls.putRepositoryPolicy(repository, repositoryPolicy));
      } else {
        kept.push('policy');
      }
    }
    const present = tags.length > 0 ? await calls.tags(repository) : [];
    const lacking = tags.filter(({ Key, Value }) => !present.some(tag => tag.Key === Key && tag.Value === Value));
    if (lacking.length > 0) {
      const replaced = present.filter(({ Key }) => lacking.some(tag => tag.Key === Key));
      await change('tags', replaced.length > 0 ? replaced : undefined, async () => calls.tag(repository, lacking));
    }
  } catch (error) {
    if ((error as Error).name !== 'RepositoryNotFoundException') {
      throw error;
    }
    log({ kind: 'repository', repository: name, outcome: Adoption.GONE });
    return { outcome: Adoption.GONE };
  }
  const outcome = changes.length > 0 ? Adoption.CHANGED : Adoption.UNCHANGED;
  log({ kind: 'repository', repository: name, outcome, dryRun, changes: changes.join(' '), kept: kept.join(' ') });
  return { outcome, leftAlone: kept.length > 0 };
}

/** Whether two policies say the same: ECR gives them back with other spaces and orders, and lists of one as their member. */
function sameJson(one: string, other: string | undefined): boolean {
  return other !== undefined && canonical(JSON.parse(one)) === canonical(JSON.parse(other));
}

/** Whether each statement of a policy is in another one as well. */
function losesNothing(before: string, after: string): boolean {
  const statementsOf = (policy: string) => [(JSON.parse(policy) as { Statement: unknown }).Statement].flat().map(canonical);
  const kept = new Set(statementsOf(after));
  return statementsOf(before).every(statement => kept.has(statement));
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
