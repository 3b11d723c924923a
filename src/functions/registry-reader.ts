import { OperationFailure } from './custom-resource';
import type { CallOptions } from './runtime';

interface PageInput {
  readonly maxResults: number;
  readonly nextToken?: string;
}

/** The calls of the SDK's `ECR` that list a registry. */
export interface EcrOfLists {
  describeRepositories(input: PageInput, options: CallOptions): Promise<{
    readonly repositories?: { readonly repositoryName?: string; readonly repositoryArn?: string; readonly createdAt?: Date }[];
    readonly nextToken?: string;
  }>;
  describePullThroughCacheRules(input: PageInput, options: CallOptions): Promise<{
    readonly pullThroughCacheRules?: { readonly ecrRepositoryPrefix?: string; readonly createdAt?: Date }[];
    readonly nextToken?: string;
  }>;
  describeRepositoryCreationTemplates(input: PageInput, options: CallOptions): Promise<{
    readonly repositoryCreationTemplates?: Template[];
    readonly nextToken?: string;
  }>;
}

/** A tag as ECR gives it. */
export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** A repository creation template, as far as it is given to repositories that exist. */
export interface Template {
  readonly prefix?: string;
  readonly lifecyclePolicy?: string;
  readonly repositoryPolicy?: string;
  readonly resourceTags?: Tag[];
}

/** A rule, by its prefix. */
interface Rule {
  readonly prefix: string;
  readonly createdAt?: Date;
}

/** A repository, as far as it is worked on. */
export interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly createdAt?: Date;
}

/** The time of an invocation. */
export interface Time {
  /** Whether nothing more should be begun. */
  isUp(): boolean;
  /** Options of the next call. */
  callOptions(): CallOptions;
}

const PAGE = 1000;
/** `DescribeRepositoryCreationTemplates` and `DescribePullThroughCacheRules` give as many: their pages in the ECR API Reference. */
const PREFIXES_PAGE = 1000;

/** Lists a registry, page by page, and never without an end. */
export class RegistryReader {
  constructor(private readonly ecr: EcrOfLists, private readonly time: Time) {}

  /** The rules. */
  public async rules(): Promise<Rule[]> {
    return this.all('rules', async (nextToken, options) => {
      const page = await this.ecr.describePullThroughCacheRules({ maxResults: PREFIXES_PAGE, nextToken }, options);
      const items = (page.pullThroughCacheRules ?? []).map(rule => ({ prefix: rule.ecrRepositoryPrefix!, createdAt: rule.createdAt }));
      return { items, nextToken: page.nextToken };
    });
  }

  /** The repository creation templates. */
  public async templates(): Promise<Template[]> {
    return this.all('templates', async (nextToken, options) => {
      const page = await this.ecr.describeRepositoryCreationTemplates({ maxResults: PREFIXES_PAGE, nextToken }, options);
      return { items: page.repositoryCreationTemplates ?? [], nextToken: page.nextToken };
    });
  }

  /** The repositories that are accepted, by their names. */
  public async repositories(accepts: (name: string) => boolean): Promise<Repository[]> {
    const found = await this.all('repositories', async (nextToken, options) => {
      const page = await this.ecr.describeRepositories({ maxResults: PAGE, nextToken }, options);
      const items = (page.repositories ?? []).filter(({ repositoryName }) => accepts(repositoryName!));
      const read = items.map(one => ({ name: one.repositoryName!, arn: one.repositoryArn!, createdAt: one.createdAt }));
      return { items: read, nextToken: page.nextToken };
    });
    return found.sort((one, other) => one.name < other.name ? -1 : 1);
  }

  private async all<T>(
    what: string, read: (nextToken: string | undefined, options: CallOptions) => Promise<{ items: T[]; nextToken?: string }>): Promise<T[]> {
    const all: T[] = [];
    let nextToken: string | undefined;
    do {
      if (this.time.isUp()) {
        throw new OperationFailure(`ECR did not come to the end of its list of ${what} in the time of one invocation`);
      }
      const page = await read(nextToken, this.time.callOptions());
      if (page.nextToken !== undefined && page.nextToken === nextToken) {
        throw new OperationFailure(`ECR gave the same page of its list of ${what} twice`);
      }
      all.push(...page.items);
      nextToken = page.nextToken;
    } while (nextToken);
    return all;
  }
}
