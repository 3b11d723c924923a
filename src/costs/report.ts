import { USUAL_USAGE } from './cost-usage';
import { PRICE_LIST } from './prices';
import type { CachePrices } from './prices';
import type { RegistryCosts } from './registry-costs';
import type { Cost } from './resource-costs';

/** The sum of what the templates tell, of what the usage adds, or of both. */
export function sumOf(registries: readonly RegistryCosts[], byUsage?: boolean): number {
  return registries.flatMap(({ costs }) => costs).filter(cost => byUsage === undefined || (cost.byUsage ?? false) === byUsage)
    .reduce((sum, cost) => sum + cost.usd, 0);
}

export function usd(amount: number): string {
  return amount.toFixed(2);
}

/** The costs as Markdown: a table for each registry, what is left out, and the sum. */
export function reportOf(registries: readonly RegistryCosts[], prices: CachePrices | undefined): string {
  const [known, byUsage] = [sumOf(registries, false), sumOf(registries, true)];
  return [
    '# What the caches cost, in USD a month',
    '',
    // so that the parts add up as they are shown
    `${usd(Number(usd(known)) + Number(usd(byUsage)))} in all: ${usd(known)} by the templates, ${usd(byUsage)} by the usage that is assumed.`,
    '',
    ...registries.flatMap(registry => tableOf(registry)),
    `Prices: ${priceListOf(prices)}. Look them up for your Region before you rely on them.`,
    '',
    'Free tiers are not deducted: AWS gives them to an account or an organization once, and shares them among all that is in it.',
    '',
    `Unless it is said otherwise, a cache is taken to have ${USUAL_USAGE.repositories} repositories that import ${USUAL_USAGE.importsPerRepository} images a `
    + `month each, and ${USUAL_USAGE.failedImports} failed imports a month. Data transfer, requests to keys, and what isn't made by this library aren't in it.`,
    '',
  ].join('\n');
}

function priceListOf(prices: CachePrices = {}): string {
  const { priceList, ...others } = prices;
  if (priceList !== undefined) {
    return priceList;
  }
  const names = Object.keys(others);
  return names.length > 0 ? `list prices of ${PRICE_LIST}, with others for ${names.join(', ')}` : `list prices of ${PRICE_LIST}`;
}

function tableOf({ name, costs, leftOut }: RegistryCosts): string[] {
  const rows = [...costs].sort((one, other) => ownerOf(one).localeCompare(ownerOf(other)));
  const total = (byUsage: boolean) => usd(sumOf([{ name, costs, leftOut }], byUsage));
  return [
    `## ${name}`,
    '',
    '| of | what | how many | by the template | by usage |',
    '|---|---|---:|---:|---:|',
    ...rows.map(cost => `| ${ownerOf(cost)} | ${cost.what} | ${cost.count ?? ''} | ${cost.byUsage ? '' : usd(cost.usd)} | ${cost.byUsage ? usd(cost.usd) : ''} |`),
    `| **all** | | | **${total(false)}** | **${total(true)}** |`,
    '',
    ...leftOut.length > 0 ? ['Left out, since nobody said how much:', '', ...leftOut.map(one => `- ${one}`), ''] : [],
  ];
}

function ownerOf({ cache }: Cost): string {
  return cache === undefined ? 'the registry' : `cache ${cache}`;
}
