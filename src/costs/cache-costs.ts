import type { IConstruct } from 'constructs';
import { costsAt, noteCosts } from './cost-usage';
import type { CacheCostsOptions } from './cost-usage';
import { costsIn } from './registry-costs';
import { reportOf, sumOf, usd } from './report';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { problemAt } from '../private/errors';
import { checkConstruct } from '../private/given';
import { accessorOf } from '../private/tree';

/**
 * What the caches of an app, a Stage, a stack or a part of one cost a month, by list prices: what the templates tell (alarms, metrics, dashboards,
 * functions, endpoints, keys and secrets), apart from what depends on usage (storage, events, scans and queries).
 *
 * It computes when it is asked, or for a budget when the app is synthesized; otherwise it costs no time. What several versions of this package make in
 * one app is counted by the version that made it. Amounts are an estimate: free tiers, volume tiers, data transfer and taxes are not in them.
 *
 * @example
 * import { CacheCosts } from 'cdk-ecr-pull-through-cache';
 * import { App, Size } from 'aws-cdk-lib';
 *
 * declare const app: App;
 *
 * CacheCosts.of(app).set({ budget: 250, storage: Size.gibibytes(100) }); // each cache stores 100 GiB, and synthesis fails above 250 USD
 * app.synth();
 * const report = CacheCosts.of(app).renderReport(); // Markdown, to print or to keep
 */
export class CacheCosts {
  /**
   * The costs of a scope: the same object each time.
   *
   * @param scope an app, a Stage, a stack, a cache or any construct
   */
  public static of(scope: IConstruct): CacheCosts {
    checkConstruct('the scope of CacheCosts.of()', scope);
    return accessorOf(scope, 'CacheCosts', () => new CacheCosts(BY_METHOD, scope));
  }

  private isChecked = false;

  private constructor(key: symbol, private readonly scope: IConstruct) {
    checkMadeByMethod(key, CacheCosts, 'CacheCosts.of()');
  }

  /** What the caches of the scope cost a month, in USD. Complete after synthesis. */
  public get monthlyUsd(): number {
    return sumOf(costsIn(this.scope));
  }

  /**
   * Sets how the caches at and below the scope are used, at what prices, and what they may cost.
   *
   * A nearer scope wins, option by option. A budget is that of its own scope alone. What is left out stays as it is.
   *
   * @param options the usage, prices and budget
   */
  public set(options: CacheCostsOptions): void {
    noteCosts(this.scope, options);
    if (options.budget !== undefined && options.budget !== null && !this.isChecked) {
      this.isChecked = true;
      this.scope.node.addValidation({ validate: () => this.overBudget() });
    }
  }

  /** The costs as Markdown, a table for each account and Region. Complete after synthesis. */
  public renderReport(): string {
    return reportOf(costsIn(this.scope), costsAt(this.scope).prices);
  }

  private overBudget(): string[] {
    const { budget } = costsAt(this.scope);
    const registries = costsIn(this.scope);
    const total = sumOf(registries);
    if (total <= budget!) {
      return [];
    }
    const most = registries.flatMap(({ name, costs }) => costs.map(cost => ({ name, ...cost }))).sort((one, other) => other.usd - one.usd).slice(0, 3)
      .map(({ name, cache, what, usd: amount }) => `${usd(amount)} for ${what}${cache === undefined ? '' : ` of the cache ${cache}`} (${name})`);
    return [problemAt(this.scope, {
      got: `caches that cost ${usd(total)} USD a month by the prices that are assumed, the most of it ${most.join(', ')}`,
      expected: `at most the budget of ${usd(budget!)} USD`,
      fix: 'look at renderReport() of CacheCosts, leave out what nobody reads, or raise the budget',
    })];
  }
}
