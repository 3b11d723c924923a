import { Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { warnOfQuotas } from './quotas';
import { place } from '../private/errors';
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
  /** What is made when the function ran for the first time. */
  readonly firstRun?: IConstruct;
  /** Whether it has ECR try the credential of the cache; not known of imports. */
  readonly triesCredential?: boolean;
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
  /** The rule that matches calls that the upstream refused. */
  upstreamRefusals?: events.IRule;
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
  warnOfQuotas(rule);
  const register = oncePerTree(rule, 'CacheWatch', () => new Map<string, CacheWatch>());
  const key = `${registryOf(rule)} ${prefixOf(rule)}`;
  const watch = register.get(key) ?? {};
  register.set(key, watch);
  return watch;
}

/** What an import or a call of `CacheMetrics.fromRule()` itself says of a rule's producers, by the rule's object. */
export function namedFor(rule: IPullThroughCacheRuleRef): CacheWatch {
  const named = oncePerTree(rule, 'NamedProducers', () => new WeakMap<IPullThroughCacheRuleRef, CacheWatch>());
  const own = named.get(rule) ?? {};
  named.set(rule, own);
  return own;
}

/** What emits the metrics of a rule, for who asks through this very object: what it names itself goes before what the app knows. */
export function producersOf(rule: IPullThroughCacheRuleRef): CacheWatch {
  const [known, own] = [watchOf(rule), namedFor(rule)];
  return {
    ...known,
    ...own,
    statistics: own.statistics?.logGroup ? own.statistics : known.statistics ?? own.statistics,
    probe: own.probe?.logGroup ? own.probe : known.probe ?? own.probe,
  };
}

/** Two stacks without an env may go to different places, so there the stack stands for the registry. */
function registryOf(rule: IPullThroughCacheRuleRef): string {
  const { account, region } = rule.env;
  return Token.isUnresolved(account) || Token.isUnresolved(region) ? Stack.of(rule).node.addr : `${account}/${region}`;
}

/**
 * The name of a log, or where to find it: a name from another stack would lock that stack by an export. Without a log there is no name.
 *
 * @param owner what has the log, a construct by whose path the log is found
 */
export function logName(scope: IConstruct, logGroup: logs.ILogGroup | undefined, owner: string): string | undefined {
  if (!logGroup) {
    return undefined;
  }
  return Stack.of(logGroup) === Stack.of(scope) || !Token.isUnresolved(logGroup.logGroupName) ? logGroup.logGroupName : `of ${owner}`;
}

/** The same for an event log, which is found by its cache, unless that is an import in another stack. */
export function eventLogName(scope: IConstruct, logGroup: logs.ILogGroup, rule: IPullThroughCacheRuleRef): string | undefined {
  return logName(scope, logGroup, Stack.of(logGroup) === Stack.of(rule) ? rule.node.path : place(logGroup));
}
