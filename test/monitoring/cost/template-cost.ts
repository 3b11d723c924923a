import { priceTable } from '../../../src/costs/prices';
import { costsOf } from '../../../src/costs/resource-costs';
import type { TemplateResources, Usage } from '../../../src/costs/resource-costs';

/** What the resources of a template cost in a month, each of its caches used like that. */
export function monthlyCost(template: { readonly Resources: TemplateResources }, usage: Usage): number {
  const terms = { prices: priceTable(), usageOf: () => usage };
  return Object.keys(template.Resources).flatMap(id => costsOf(id, template.Resources, terms)).reduce((sum, { usd }) => sum + usd, 0);
}
