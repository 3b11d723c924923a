import { Lazy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { actOn, checkedActions } from './alarm-actions';
import type { AlarmActionsOptions } from './alarm-actions';
import { filled, ONCE } from './alarm-shapes';
import { CacheEventLog, checkEventLog } from './cache-event-log';
import { checkEventsArrive } from './cache-events';
import { madeIn } from './cache-function-defaults';
import { AwsMetrics } from './cache-metrics';
import { checkCaches, checkDistinct } from './given-caches';
import { configurationChanged, pushed } from './integrity-patterns';
import { describeTrouble, Troubles } from './troubleshooting';
import type { Trouble } from './troubleshooting';
import { checkProps, checkResource, readFlag } from '../private/access';
import { jsonLength } from '../private/checks';
import { place, warn, WarningId } from '../private/errors';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheIntegrity`. */
export interface CacheIntegrityProps {
  /** The caches: at least one, all of this stack's account and Region. L1 rules and imports are accepted. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * Roles that may change the configuration, and push, without an alarm: that of a pipeline that isn't CloudFormation. The functions of this
   * library in the same stack may anyway; those of other stacks are named here.
   *
   * @default - none
   */
  readonly trustedRoles?: iam.IRole[];

  /**
   * Whether images that anyone but ECR pushes are told, too. As whom CloudTrail names ECR when it imports an image isn't documented: try it, since an
   * alarm on each import would be the outcome of a wrong assumption.
   *
   * @default false
   */
  readonly watchPushes?: boolean;

  /**
   * What the alarms do when they fire, and again when they are over.
   *
   * @default - what `CacheAlarmActions` says; without that nothing: the alarms show in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * What they do besides, since they page.
   *
   * @default - what `CacheAlarmActions` says
   */
  readonly pageActions?: cloudwatch.IAlarmAction[];

  /**
   * Where the calls are logged.
   *
   * @default - a log of its own, kept for one month
   */
  readonly eventLog?: CacheEventLog;

  /**
   * The address of a runbook, which becomes the end of each alarm's description.
   *
   * @default - none
   */
  readonly runbookUrl?: string;
}

/* Each option once: a `Record` that lacks one does not compile. */
/** Amazon EventBridge User Guide, "Amazon EventBridge quotas": characters of the pattern of a rule. */
const LONGEST_PATTERN = 2048;

const OPTIONS = Object.keys({
  caches: 0, trustedRoles: 0, watchPushes: 0, alarmActions: 0, pageActions: 0, eventLog: 0, runbookUrl: 0,
} satisfies Record<keyof CacheIntegrityProps, 0>);

/**
 * An alarm, and a log, when the rule, the template, or a policy of a cache or of the registry is changed or deleted by anyone but CloudFormation,
 * ECR and the functions of this library. If asked for, also when anyone but ECR pushes an image into a cache. It needs a trail of CloudTrail that
 * logs the management events of the Region. One serves all caches of an account and Region.
 *
 * The alarm fires with the first call and is over when none came for four hours. Not verified on AWS: no page shows these events of ECR.
 *
 * `CacheAlarm.tagMoved()` and `CacheAlarm.digestDiffers()` tell of another image below a tag, whoever brought it.
 *
 * Amazon ECR User Guide, "Logging Amazon ECR actions with AWS CloudTrail"; Amazon EventBridge User Guide, "AWS service events delivered via AWS
 * CloudTrail".
 *
 * @example
 * import { CacheIntegrity, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const echo: PullThroughCache;
 * declare const security: sns.ITopic;
 * new CacheIntegrity(this, 'Integrity', { caches: [echo], alarmActions: [new SnsAction(security)] });
 */
export class CacheIntegrity extends Construct {
  /** The alarms: on the configuration, and on pushes if they are watched. */
  public readonly alarms: cloudwatch.IAlarm[];

  constructor(scope: Construct, id: string, props: CacheIntegrityProps) {
    super(scope, id);
    checkCaches(this, props?.caches);
    checkProps(this, CacheIntegrity, 'integrity', props, OPTIONS);
    const { caches, trustedRoles = [], runbookUrl } = props;
    checkDistinct(this, caches);
    checkEventLog(props.eventLog, this);
    caches.forEach(cache => checkEventsArrive(cache, this, 'make the CacheIntegrity in a stack of that account and Region'));
    trustedRoles.forEach(role => checkResource('a trusted role', role, 'roleArn', 'import the role by Role.fromRoleArn()', this));
    const watchesPushes = readFlag('watchPushes', props.watchPushes, false, this);
    const actions = checkedActions(props, this);

    const eventLog = props.eventLog ?? new CacheEventLog(this, 'EventLog');
    const trusted = Lazy.list({ produce: () => this.trusted(trustedRoles) });
    const watch = (what: string, description: string, eventPattern: events.EventPattern, trouble: Trouble) => {
      const rule = new events.Rule(this, what, { description, eventPattern, targets: [eventLog] });
      rule.node.addValidation({ validate: () => this.warnOfLength(rule) });
      return this.alarm(`${what}Alarm`, rule, describeTrouble(trouble, caches.map(cache => prefixOf(cache)), eventLog.logGroup.logGroupName, runbookUrl), actions);
    };
    this.alarms = [
      watch('ConfigurationChanged', 'Changes of pull-through caches by hand', configurationChanged(caches, trusted), Troubles.CONFIGURATION_CHANGED),
      ...watchesPushes ? [watch('Pushed', 'Pushes into pull-through caches', pushed(caches, trusted), Troubles.PUSHED)] : [],
    ];
  }

  private alarm(id: string, rule: events.IRule, alarmDescription: string, actions: AlarmActionsOptions): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmDescription,
      metric: filled(AwsMetrics.matchedEvents(rule.ruleName), ONCE),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: ONCE.evaluationPeriods,
      datapointsToAlarm: ONCE.datapointsToAlarm,
      // nothing was changed: EventBridge sends no data
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    actOn(alarm, { ...actions, pages: true });
    return alarm;
  }

  private warnOfLength(rule: events.Rule): string[] {
    const length = jsonLength((rule.node.defaultChild as events.CfnRule).eventPattern, this);
    if (length > LONGEST_PATTERN) {
      warn(this, WarningId.QUOTA, `the event pattern of ${place(rule)} has some ${length} characters, of which EventBridge takes ${LONGEST_PATTERN} by default and 4096 at `
        + 'most. Make a CacheIntegrity for some of the caches each, or have the quota raised and acknowledge this warning.');
    }
    return [];
  }

  /** The roles of the functions of this library; a reference to those of other stacks would lock them. */
  private trusted(given: readonly iam.IRole[]): string[] {
    const own = madeIn(this).filter(made => Stack.of(made) === Stack.of(this)).map(made => made.node.tryFindChild('Role') as iam.IRole | undefined);
    const arns = [...given, ...own].flatMap(role => role?.roleArn ?? []);
    // EventBridge refuses an empty list
    return arns.length > 0 ? [...new Set(arns)] : ['none'];
  }
}
