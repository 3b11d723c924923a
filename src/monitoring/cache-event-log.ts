import { ArnFormat, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { kindOf } from '../private/access';
import { checkEncryptionKey, LOG_GROUP } from '../private/encryption-key';
import { InvalidInputError, place } from '../private/errors';
import { comparePlacement, Placement } from '../private/places';
import { isReferable } from '../private/referable';

/** Properties of a `CacheEventLog`. */
export interface CacheEventLogProps {
  /**
   * How long events are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly retention?: logs.RetentionDays;

  /**
   * The KMS key that encrypts the log group. Its policy has to let CloudWatch Logs use it. A customer managed key costs 1 USD a month, and its requests.
   *
   * @default - the key of CloudWatch Logs
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the log group when it leaves the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A log group that EventBridge writes a cache's events into. Several caches can share one.
 *
 * The permission to write is a policy of the log group itself, so it costs none of the ten log resource policies that an
 * account has per Region, and no custom resource: CloudWatch Logs API reference, `PutResourcePolicy` with a `resourceArn`.
 *
 * @example
 * import { CacheEventLog, CacheMonitoring, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 * import * as logs from 'aws-cdk-lib/aws-logs';
 *
 * const eventLog = new CacheEventLog(this, 'CacheEvents', { retention: logs.RetentionDays.ONE_YEAR });
 * new PullThroughCache(this, 'Echo', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 *   monitoring: CacheMonitoring.standard({ eventLog }),
 * });
 */
export class CacheEventLog extends Resource implements events.IRuleTarget {
  /** The log group. */
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, given: CacheEventLogProps = {}) {
    super(scope, id);
    const props = given ?? {};
    checkEncryptionKey(props.encryptionKey, this, LOG_GROUP);
    const group = new logs.LogGroup(this, 'Resource', {
      retention: props.retention ?? logs.RetentionDays.ONE_MONTH,
      ...props.encryptionKey && { encryptionKey: props.encryptionKey },
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    });
    (group.node.defaultChild as logs.CfnLogGroup).resourcePolicyDocument = this.writers();
    this.logGroup = group;
  }

  /**
   * What happens to the log group when it leaves the stack.
   *
   * @param policy whether it is deleted or stays
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.logGroup.applyRemovalPolicy(policy);
  }

  /**
   * Makes the log group the target of an EventBridge rule. `rule.addTarget` calls it.
   *
   * Refuses a rule of another account or Region, from which the policy of the log group lets nothing in.
   *
   * @param rule the rule
   * @param id the id of the target
   */
  public bind(rule: events.IRuleRef, id?: string): events.RuleTargetConfig {
    return logTarget(this.logGroup).bind(rule, id);
  }

  private writers(): iam.PolicyDocument {
    const stack = Stack.of(this);
    const principals = ['events.amazonaws.com', 'delivery.logs.amazonaws.com'];
    // Neither the log group nor the rules can be named: their resources already refer to this one.
    const writer = { principals: principals.map(service => new iam.ServicePrincipal(service)), resources: ['*'] };
    return new iam.PolicyDocument({
      statements: [
        // AWS's example has no condition here: EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"
        new iam.PolicyStatement({ ...writer, sid: 'EventBridgeCreatesStreams', actions: ['logs:CreateLogStream'] }),
        new iam.PolicyStatement({
          ...writer,
          sid: 'EventBridgeWrites',
          actions: ['logs:PutLogEvents'],
          conditions: {
            StringEquals: { 'aws:SourceAccount': stack.account },
            ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) },
          },
        }),
      ],
    });
  }
}

/** Refuses something else than an event log. What is left out is fine. */
export function checkEventLog(eventLog: CacheEventLog | undefined, scope: Construct): void {
  if (eventLog !== undefined && (eventLog as Partial<CacheEventLog> | null)?.logGroup === undefined) {
    throw new InvalidInputError({
      got: `${kindOf(eventLog)} as eventLog`,
      expected: 'a CacheEventLog',
      fix: 'make a CacheEventLog in this stack, and give that',
    }, scope);
  }
}

/** The log group of an event log as the target of an EventBridge rule. */
export function logTarget(logGroup: logs.ILogGroup): events.IRuleTarget {
  const bind = (rule: events.IRuleRef): events.RuleTargetConfig => {
    if (comparePlacement(logGroup, rule) === Placement.DIFFERENT) {
      throw new InvalidInputError({
        got: `a rule of another account or Region (${place(rule)}) for this event log`,
        expected: 'rules of its own account and Region',
        fix: 'make a CacheEventLog in each account and Region',
      }, logGroup);
    }
    if (!isReferable(rule, logGroup.logGroupName)) {
      throw new InvalidInputError({
        got: `a rule of another Stage, or perhaps of another account or Region (${place(rule)}), for this event log`,
        expected: 'rules of its own Stage, account and Region',
        fix: 'make a CacheEventLog in each Stage, account and Region, and give the stacks an env',
      }, logGroup);
    }
    return {
      // `Fn::GetAtt Arn` of a log group ends in ':*', which a target may not
      arn: Stack.of(logGroup).formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: logGroup.logGroupName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      targetResource: logGroup,
    };
  };
  return { bind };
}
