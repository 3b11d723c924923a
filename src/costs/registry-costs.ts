import { Size, SizeRoundingBehavior, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { costsAt, USUAL_USAGE } from './cost-usage';
import { registriesIn } from './found-resources';
import type { FoundRegistry, FoundResource } from './found-resources';
import { priceTable } from './prices';
import type { PriceTable } from './prices';
import { costsOf } from './resource-costs';
import type { Cost, TemplateResources } from './resource-costs';

/** What a registry costs in a month, and what of it nobody has said anything about. */
export interface RegistryCosts {
  readonly name: string;
  readonly costs: Cost[];
  readonly leftOut: string[];
}

/** Computes what the caches of a scope cost, by account and Region. */
export function costsIn(scope: IConstruct): RegistryCosts[] {
  return registriesIn(scope).map(registry => {
    const computed = new Registry(registry);
    return { name: registry.name, costs: summed(computed.costs()), leftOut: computed.leftOut };
  });
}

class Registry {
  public readonly leftOut: string[] = [];

  constructor(private readonly found: FoundRegistry) {}

  public costs(): Cost[] {
    return [...this.byResource(), ...this.shared(), ...this.storage(), ...this.scans(), ...this.queries()].filter(({ usd }) => usd > 0);
  }

  private byResource(): Cost[] {
    const stacks = new Map<Stack, TemplateResources>();
    for (const one of this.found.resources) {
      const stack = Stack.of(one.resource);
      stacks.set(stack, { ...stacks.get(stack), [one.id]: one });
    }
    return this.found.resources.flatMap(one => {
      const terms = { prices: pricesAt(one.resource), usageOf: (prefix: string) => ({ ...USUAL_USAGE, ...costsAt(this.at(prefix, one.resource)) }) };
      return costsOf(one.id, stacks.get(Stack.of(one.resource))!, terms).map(cost => ({ ...cost, cache: cost.cache ?? this.cacheOf(one) }));
    });
  }

  /** An alarm that is not of a cache of this scope is one of the registry. */
  private cacheOf({ cache }: FoundResource): string | undefined {
    return cache !== undefined && this.found.rules.has(cache) ? cache : undefined;
  }

  /** Where the usage of a cache is said: at the cache, or for one of another app or scope where it is watched. */
  private at(prefix: string, otherwise: IConstruct): IConstruct {
    return this.found.rules.get(prefix) ?? otherwise;
  }

  /** Keys and secrets that are named: by whom they are made doesn't matter, and what several name is billed once. */
  private shared(): Cost[] {
    const named = (of: (properties: any) => unknown) => new Set(this.found.resources.map(({ Properties }) => of(Properties))
      .filter(value => value !== undefined).map(value => JSON.stringify(value))).size;
    const keys = named(properties => properties.EncryptionConfiguration?.KmsKey ?? properties.KmsKeyId ?? properties.KmsKeyArn);
    const secrets = named(properties => properties.CredentialArn);
    const prices = pricesAt(this.found.resources[0].resource);
    return [
      { what: 'customer managed keys that are named', count: keys, usd: keys * prices.key },
      { what: 'secrets of upstreams', count: secrets, usd: secrets * prices.secret },
    ];
  }

  private storage(): Cost[] {
    return [...this.found.rules].flatMap(([cache, rule]) => {
      const { storage } = costsAt(rule);
      const { storage: price } = pricesAt(rule);
      if (storage === undefined) {
        this.leftOut.push(`storage of the cache ${cache}: ${price.toFixed(2)} for each GB`);
        return [];
      }
      return [{ what: `storage of ${gigabytes(storage)} GB`, usd: gigabytes(storage) * price, byUsage: true, cache }];
    });
  }

  private scans(): Cost[] {
    const scanning = this.found.resources.find(({ Type, Properties }) => Type === 'AWS::ECR::RegistryScanningConfiguration' && Properties.ScanType === 'ENHANCED');
    if (!scanning) {
      return [];
    }
    const { scannedImages } = costsAt(scanning.resource);
    const { imageScan } = pricesAt(scanning.resource);
    if (scannedImages === undefined) {
      this.leftOut.push(`enhanced scanning: ${imageScan.toFixed(2)} for the first scan of each image, and a price for each time that it is scanned again`);
      return [];
    }
    return [{ what: 'first scans of images', count: scannedImages, usd: scannedImages * imageScan, byUsage: true }];
  }

  private queries(): Cost[] {
    const dashboard = this.found.resources.find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
    if (!dashboard) {
      return [];
    }
    const { queriedLogs } = costsAt(dashboard.resource);
    const { logQuery } = pricesAt(dashboard.resource);
    if (queriedLogs === undefined) {
      this.leftOut.push(`queries of logs, those of the dashboard too: ${logQuery.toFixed(3)} for each GB that they read`);
      return [];
    }
    return [{ what: `queries that read ${gigabytes(queriedLogs)} GB`, usd: gigabytes(queriedLogs) * logQuery, byUsage: true }];
  }
}

function pricesAt(construct: IConstruct): PriceTable {
  return priceTable(costsAt(construct).prices);
}

function gigabytes(size: Size): number {
  return size.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) / 1024;
}

/** One cost for what is the same of a cache. */
function summed(costs: Cost[]): Cost[] {
  const byKey = new Map<string, Cost>();
  for (const cost of costs) {
    const key = JSON.stringify([cost.cache, cost.what]);
    const before = byKey.get(key);
    const count = cost.count === undefined ? undefined : cost.count + (before?.count ?? 0);
    byKey.set(key, { ...cost, count, usd: cost.usd + (before?.usd ?? 0) });
  }
  return [...byKey.values()];
}
