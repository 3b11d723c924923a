import type { Repository } from './registry-reader';

/** How a repository ends that is given the settings of a template. */
export const Adoption = { CHANGED: 'changed', UNCHANGED: 'unchanged', GONE: 'gone' } as const;

export interface Tag {
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
