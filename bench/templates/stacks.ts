import { monthlyCost } from '../../test/monitoring/cost/template-cost';

/** CloudFormation User Guide, "Understand CloudFormation quotas": resources of a template, and bytes of one that is uploaded. */
export const MOST_RESOURCES = 500;
export const MOST_BYTES = 1_000_000;

/** What is the same in docs/cost.md. */
const IMPORTS_PER_REPOSITORY = 20;
const FAILURES = 100;

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: any }>>;
}

/** The templates of an app with so many caches. */
export class Stacks {
  private readonly templates: readonly Template[];

  public constructor(public readonly caches: number, private readonly texts: readonly string[]) {
    this.templates = texts.map((text) => JSON.parse(text) as Template);
  }

  /** Of the largest one, as the CDK writes it. */
  public get bytes(): number {
    return Math.max(...this.texts.map((text) => Buffer.byteLength(text)));
  }

  /** Of the largest one, without spaces. */
  public get minified(): number {
    return Math.max(...this.templates.map((template) => Buffer.byteLength(JSON.stringify(template))));
  }

  /** Of the largest one. */
  public get resources(): number {
    return Math.max(...this.templates.map(({ Resources }) => Object.keys(Resources).length));
  }

  public get count(): number {
    return this.templates.length;
  }

  /** What they cost a month in USD when each cache has so many repositories. */
  public monthlyCost(repositories: number): number {
    return this.templates
      .map((template) => costOf(template, repositories))
      .reduce((sum, cost) => sum + cost, 0);
  }
}

/** Each cache has so many repositories. */
function costOf(template: Template, repositories: number): number {
  return monthlyCost(template, { repositories, importsPerRepository: IMPORTS_PER_REPOSITORY, failedImports: FAILURES });
}

/** How many caches have room in one stack, by what each further one adds. */
export function roomFor(few: Stacks, many: Stacks, figure: (stacks: Stacks) => number, most: number): number {
  const each = (figure(many) - figure(few)) / (many.caches - few.caches);
  return many.caches + Math.floor((most - figure(many)) / each);
}
