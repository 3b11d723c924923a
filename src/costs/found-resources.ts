import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { textOf } from './resource-costs';
import type { TemplateResource } from './resource-costs';
import { CacheAlerting } from '../monitoring/cache-alerting';
import { CacheDashboard } from '../monitoring/cache-dashboard';
import { CacheEventLog } from '../monitoring/cache-event-log';
import { CacheFindings } from '../monitoring/cache-findings';
import { CacheIntegrity } from '../monitoring/cache-integrity';
import { CacheProbe } from '../monitoring/cache-probe';
import { CacheStatistics } from '../monitoring/cache-statistics';
import { CacheVpcAccess } from '../network/vpc-access';
import { isLater } from '../private/later';
import { outermostStack } from '../private/places';
import { propertiesOf } from '../private/properties';
import { RegistryScanning } from '../registry/registry-scanning';
import { RepositoryTemplate } from '../repository/repository-template';
import { CacheRule } from '../rule/cache-rule';

/** What has resources of its own that cost, or name what does. */
const CONSTRUCTS = [
  CacheAlerting, CacheDashboard, CacheEventLog, CacheFindings, CacheIntegrity, CacheProbe, CacheRule, CacheStatistics, CacheVpcAccess,
  RegistryScanning, RepositoryTemplate,
];

/** A resource of this library's constructs, with its final properties. */
export interface FoundResource extends TemplateResource {
  readonly resource: CfnResource;
  readonly id: string;
  /** The prefix of the cache that it belongs to; without one it belongs to the whole registry. */
  readonly cache?: string;
}

/** What this library's constructs in a scope make in one account and Region. */
export interface FoundRegistry {
  /** `111122223333, eu-central-1`, or the stack that doesn't say where it goes. */
  readonly name: string;
  readonly resources: FoundResource[];
  /** The rules, by the prefixes of their caches: L1 rules too. */
  readonly rules: Map<string, CfnPullThroughCacheRule>;
}

/** Looks for the resources of this library in a scope, Stages included. Everything is rendered, so it is for who asks. */
export function registriesIn(scope: IConstruct): FoundRegistry[] {
  const registries = new Map<string, FoundRegistry>();
  for (const resource of scope.node.findAll()) {
    if (!CfnResource.isCfnResource(resource)) {
      continue;
    }
    const isRule = CfnPullThroughCacheRule.isCfnPullThroughCacheRule(resource);
    const scopes = resource.node.scopes.reverse();
    if (!isRule && !scopes.some(one => isOfLibrary(one))) {
      continue;
    }
    const name = registryOf(resource);
    const registry: FoundRegistry = registries.get(name) ?? { name, resources: [], rules: new Map() };
    registries.set(name, registry);
    const stack = Stack.of(resource);
    registry.resources.push({
      resource,
      id: stack.resolve(resource.logicalId) as string,
      Type: resource.cfnResourceType,
      Properties: propertiesOf(resource),
      cache: cacheOf(scopes),
    });
    if (isRule) {
      registry.rules.set(prefixIn(resource), resource);
    }
  }
  return [...registries.values()];
}

/** The facade and what else is around a rule is known by its child, so that no layer above this one is needed. */
function isOfLibrary(construct: IConstruct): boolean {
  return CONSTRUCTS.some(one => construct instanceof one) || ruleBelow(construct) !== undefined;
}

function ruleBelow(construct: IConstruct): CacheRule | undefined {
  const child = construct.node.tryFindChild('Default');
  return child instanceof CacheRule ? child : undefined;
}

/** The cache around a resource, or the one that the alarm of a `CacheAlerting` is for. */
function cacheOf(scopes: readonly IConstruct[]): string | undefined {
  const rule = scopes.map(one => one instanceof CacheRule ? one : ruleBelow(one)).find(one => one !== undefined);
  if (rule) {
    return textOf(Stack.of(rule).resolve(rule.repositoryPrefix));
  }
  const at = scopes.findIndex(one => one instanceof CacheAlerting);
  // what is for one cache is below its name, and for a function below that of the function
  const below = at > 1 ? scopes[at - 1].node.id : undefined;
  return below === undefined || below.startsWith('Function-') ? undefined : decodeURIComponent(below);
}

function prefixIn(rule: CfnPullThroughCacheRule): string {
  return textOf(Stack.of(rule).resolve(rule.ecrRepositoryPrefix) ?? 'ROOT');
}

function registryOf(resource: CfnResource): string {
  const stack = outermostStack(resource);
  return isLater(stack.account) || isLater(stack.region) ? `the place of ${stack.node.path}` : `${stack.account}, ${stack.region}`;
}
