import type { Duration } from 'aws-cdk-lib';
import { Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { prefixOf } from '../rule/cache-address';

/** A function that puts metrics of a cache on a schedule. */
export interface ScheduledWatcher {
  readonly node: IConstruct['node'];
  /** Between two runs. */
  readonly interval: Duration;
  /** Where it writes its lines. */
  readonly logGroup: logs.ILogGroup;
}

/** What watches one cache; filled in by the constructs that do. */
export interface CacheWatch {
  /** The rule that matches failed imports. */
  failedPulls?: events.IRule;
  /** The alarm on them. */
  failedPullsAlarm?: cloudwatch.IAlarm;
  /** The rule that matches imports that succeeded. */
  imports?: events.IRule;
  /** The rule that matches callers who were denied. */
  deniedPulls?: events.IRule;
  /** Where events are logged. */
  eventLog?: events.IRuleTarget & { readonly logGroup: logs.ILogGroup };
  /** What counts repositories, images and pulls. */
  statistics?: ScheduledWatcher;
  /** What pulls on a schedule. */
  probe?: ScheduledWatcher;
}

const REGISTER = Symbol.for('cdk-ecr-pull-through-cache.CacheWatch');

/**
 * What watches a rule in this app: the same for the cache, its L1 and every import of it, since all of them name the same
 * prefix of the same registry. The register hangs on the root of the tree.
 */
export function watchOf(rule: IPullThroughCacheRuleRef): CacheWatch {
  const root: IConstruct & { [REGISTER]?: Map<string, CacheWatch> } = rule.node.root;
  if (!root[REGISTER]) {
    Object.defineProperty(root, REGISTER, { value: new Map<string, CacheWatch>() });
  }
  const register = root[REGISTER]!;
  const key = `${registryOf(rule)} ${prefixOf(rule)}`;
  const watch = register.get(key) ?? {};
  register.set(key, watch);
  return watch;
}

/** Two stacks without an env may go to different places, so there the stack stands for the registry. */
function registryOf(rule: IPullThroughCacheRuleRef): string {
  const { account, region } = rule.env;
  return Token.isUnresolved(account) || Token.isUnresolved(region) ? Stack.of(rule).node.addr : `${account}/${region}`;
}
