import { Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { oncePerTree } from '../private/tree';
import { prefixOf } from '../rule/cache-address';

/** A function that puts metrics of a cache on a schedule. */
export interface ScheduledWatcher {
  /** Who says so: the path of the construct around the function, or of the import that names it. */
  readonly path: string;
  /** Between two runs. */
  readonly intervalSeconds: number;
  /** Where the function writes its lines; not known of every import. */
  readonly logGroup?: logs.ILogGroup;
}

/** What watches one cache; filled in by the constructs that do, and by imports. */
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
  eventLogGroup?: logs.ILogGroup;
  /** What counts repositories, images and pulls. */
  statistics?: ScheduledWatcher;
  /** What pulls on a schedule. */
  probe?: ScheduledWatcher;
}

/**
 * What watches a rule in this app: the same for the cache, its L1 and every import of it, since all of them name the same
 * prefix of the same registry.
 */
export function watchOf(rule: IPullThroughCacheRuleRef): CacheWatch {
  const register = oncePerTree(rule, 'CacheWatch', () => new Map<string, CacheWatch>());
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

/** The name of a log, or where to find it: a name from another stack would lock that stack by an export. */
export function logName(scope: IConstruct, logGroup: logs.ILogGroup | undefined, path: string): string {
  return logGroup && Stack.of(logGroup) === Stack.of(scope) ? logGroup.logGroupName : `of ${path}`;
}
