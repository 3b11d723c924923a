import type { Size } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { PRICE_OPTIONS } from './prices';
import type { CachePrices } from './prices';
import type { Usage } from './resource-costs';
import { checkOptions, kindOf } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { oncePerTree } from '../private/tree';

/** What is known of the costs of a scope's caches: how they are used, and at what prices. */
export interface CacheCostsOptions {
  /**
   * The most that the caches of this scope may cost a month, in USD: what the templates tell, and what the usage that is said here adds. Above it
   * synthesis fails.
   *
   * @default - no limit
   */
  readonly budget?: number;

  /**
   * What is stored in each cache.
   *
   * @default - what an outer scope says; without that, storage is left out, and the report says so
   */
  readonly storage?: Size;

  /**
   * The repositories of each cache.
   *
   * @default - what an outer scope says; without that 100
   */
  readonly repositories?: number;

  /**
   * The images that are imported in a month into each repository.
   *
   * @default - what an outer scope says; without that 20
   */
  readonly importsPerRepository?: number;

  /**
   * The imports of each cache that fail in a month.
   *
   * @default - what an outer scope says; without that 100
   */
  readonly failedImports?: number;

  /**
   * The images that Amazon Inspector scans for the first time in a month, in each registry with enhanced scanning: each platform is one.
   *
   * @default - what an outer scope says; without that, scanning is left out, and the report says so
   */
  readonly scannedImages?: number;

  /**
   * What queries of CloudWatch Logs Insights read in a month, those of dashboards included, in each registry with a dashboard.
   *
   * @default - what an outer scope says; without that, queries are left out, and the report says so
   */
  readonly queriedLogs?: Size;

  /**
   * Prices that differ from the list, for everything at and below the scope.
   *
   * @default - what an outer scope says; without that, list prices of US East (N. Virginia)
   */
  readonly prices?: CachePrices;
}

const AMOUNTS = ['budget', 'repositories', 'importsPerRepository', 'failedImports', 'scannedImages'] as const;
const SIZES = ['storage', 'queriedLogs'] as const;
/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({
  budget: 0, storage: 0, repositories: 0, importsPerRepository: 0, failedImports: 0, scannedImages: 0, queriedLogs: 0, prices: 0,
} satisfies Record<keyof CacheCostsOptions, 0>);

/** The assumptions that hold where nobody says others. */
export const USUAL_USAGE: Usage = { repositories: 100, importsPerRepository: 20, failedImports: 100 };

/** Notes down what is said of a scope; what is said again replaces what was. */
export function noteCosts(scope: IConstruct, options: CacheCostsOptions): void {
  checkOptions('the costs of a scope', options, OPTIONS, scope);
  AMOUNTS.forEach(name => checkAmount(name, options[name], scope));
  SIZES.forEach(name => checkSize(name, options[name], scope));
  if (options.prices !== undefined && options.prices !== null) {
    const { priceList, ...prices } = options.prices;
    checkOptions('prices', options.prices, PRICE_OPTIONS, scope);
    Object.entries(prices).forEach(([name, price]) => checkAmount(`price ${name}`, price, scope));
  }
  const known = notesIn(scope);
  known.set(scope, { ...known.get(scope), ...given(options) });
}

/** What holds at a construct: the nearest scope that says something, option by option. */
export function costsAt(construct: IConstruct): CacheCostsOptions {
  const known = notesIn(construct);
  return Object.assign({}, ...construct.node.scopes.map(scope => known.get(scope) ?? {}));
}

/* The values are shared with other versions of the package: numbers, and sizes of aws-cdk. */
function notesIn(scope: IConstruct): Map<IConstruct, CacheCostsOptions> {
  return oncePerTree(scope, 'Costs', () => new Map<IConstruct, CacheCostsOptions>());
}

/** What other languages leave out may arrive as null. */
function given(options: CacheCostsOptions): CacheCostsOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));
}

function checkAmount(name: string, value: number | undefined, scope: IConstruct): void {
  if (value !== undefined && value !== null && !(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`, expected: 'a number that is known at synthesis, 0 or more', fix: 'write the number, or leave it out',
    }, scope);
  }
}

function checkSize(name: string, value: Size | undefined, scope: IConstruct): void {
  if (value !== undefined && value !== null && (typeof (value as Partial<Size>).toGibibytes !== 'function' || value.isUnresolved())) {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`, expected: 'a Size of aws-cdk that is known at synthesis', fix: 'write it such as Size.gibibytes(100)',
    }, scope);
  }
}
