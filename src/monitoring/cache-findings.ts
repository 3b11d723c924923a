import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CfnRegistryScanningConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { actOn, checkedActions } from './alarm-actions';
import { CacheEventLog, checkEventLog } from './cache-event-log';
import { CacheEvents, checkEventsArrive, FindingSeverity } from './cache-events';
import { AwsMetrics } from './cache-metrics';
import { describeTrouble, Troubles } from './troubleshooting';
import { checkProps } from '../private/access';
import { place, problemAt } from '../private/errors';
import { checkList, checkMember, checkTarget } from '../private/given';
import { comparePlacement, Placement } from '../private/places';
import { RegistryScanType } from '../registry/registry-scanning';
import { checkRule, prefixOf } from '../rule/cache-address';

/** Properties of `CacheFindings`. */
export interface CacheFindingsProps {
  /** The cache. An L1 rule or an import will do, in the account and Region of this stack. */
  readonly cache: IPullThroughCacheRuleRef;

  /**
   * Which scanner the registry has: the events of the two differ. `RegistryScanning.scanType` tells, and
   * another one than that of the registry's configuration in this app is refused.
   *
   * @default RegistryScanType.BASIC
   */
  readonly scanType?: RegistryScanType;

  /**
   * How bad a finding has to be.
   *
   * @default FindingSeverity.CRITICAL
   */
  readonly minimumSeverity?: FindingSeverity;

  /**
   * Who gets the events, besides the log: a topic, a function. Basic scanning sends one for each scan, with how many findings of which severity;
   * enhanced scanning one for each finding.
   *
   * @default - nobody
   */
  readonly targets?: events.IRuleTarget[];

  /**
   * What the alarm does when it fires, and again when it is over.
   *
   * @default - what `CacheAlarmActions` says; without that nothing: the alarm shows in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * Where the events are logged. Several caches can share a log.
   *
   * @default - a log of its own, kept for one month
   */
  readonly eventLog?: CacheEventLog;
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({
  cache: 0, scanType: 0, minimumSeverity: 0, targets: 0, alarmActions: 0, eventLog: 0,
} satisfies Record<keyof CacheFindingsProps, 0>);

/**
 * An alarm, and a log, on vulnerabilities that are found in a cache's images. The registry has to be scanned: `RegistryScanning`.
 *
 * The alarm says that something was found in the last five minutes, not that something still is there: what is open shows in ECR and in Amazon
 * Inspector. EventBridge gets AWS's own events at best effort.
 *
 * Amazon ECR User Guide, "Amazon ECR events and EventBridge", the event `ECR Image Scan`; Amazon Inspector User Guide, "Amazon EventBridge event
 * schema for Amazon Inspector events".
 *
 * @example
 * import { CacheFindings, FindingSeverity, PullThroughCache, RegistryScanning, RegistryScanType } from 'cdk-ecr-pull-through-cache';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as targets from 'aws-cdk-lib/aws-events-targets';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const echo: PullThroughCache;
 * declare const topic: sns.ITopic;
 *
 * const scanning = new RegistryScanning(this, 'Scanning', { scanType: RegistryScanType.ENHANCED });
 * scanning.scanContinuously(echo);
 * new CacheFindings(this, 'Findings', {
 *   cache: echo,
 *   scanType: scanning.scanType,
 *   minimumSeverity: FindingSeverity.HIGH,
 *   targets: [new targets.SnsTopic(topic)],
 *   alarmActions: [new SnsAction(topic)],
 * });
 */
export class CacheFindings extends Construct {
  /** The rule that catches the events. */
  public readonly rule: events.IRule;

  /** The alarm. */
  public readonly alarm: cloudwatch.IAlarm;

  constructor(scope: Construct, id: string, props: CacheFindingsProps) {
    super(scope, id);
    checkRule(props?.cache, this);
    checkProps(this, CacheFindings, 'findings', props, OPTIONS);
    const { alarmActions } = checkedActions({ alarmActions: props.alarmActions }, this);
    const { cache, scanType = RegistryScanType.BASIC, minimumSeverity = FindingSeverity.CRITICAL } = props;
    const targets = props.targets ?? [];
    checkList('targets', targets, this);
    targets.forEach(target => checkTarget(target, this));
    checkMember('scanType', scanType, RegistryScanType, 'RegistryScanType', this);
    checkMember('minimumSeverity', minimumSeverity, FindingSeverity, 'FindingSeverity', this);
    checkEventLog(props.eventLog, this);
    checkEventsArrive(cache, this, 'make the CacheFindings in a stack of that account and Region');
    this.node.addValidation({ validate: () => this.otherScanner(scanType) });
    const cacheEvents = CacheEvents.fromRule(cache);
    const eventLog = props.eventLog ?? new CacheEventLog(this, 'EventLog');
    const rule = new events.Rule(this, 'Rule', {
      description: `Findings of at least ${minimumSeverity} in images of the pull-through cache ${prefixOf(cache)}`,
      eventPattern: scanType === RegistryScanType.ENHANCED
        ? cacheEvents.findingReportedPattern(minimumSeverity)
        : cacheEvents.imageScannedPattern(minimumSeverity),
      targets: [eventLog, ...targets],
    });
    const alarm = AwsMetrics.matchedEvents(rule.ruleName).createAlarm(this, 'Alarm', {
      alarmDescription: describeTrouble(Troubles.FINDINGS, [prefixOf(cache)], eventLog.logGroup.logGroupName),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      // nothing was found: EventBridge sends no data
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    actOn(alarm, { alarmActions, pages: false });
    this.rule = rule;
    this.alarm = alarm;
  }

  /** The events of the other scanner never come. */
  private otherScanner(scanType: RegistryScanType): string[] {
    const others = this.node.root.node.findAll()
      .filter(one => CfnRegistryScanningConfiguration.isCfnRegistryScanningConfiguration(one))
      .filter(({ scanType: configured }) => configured !== undefined && !Token.isUnresolved(configured) && configured !== scanType)
      .filter(one => comparePlacement(this, one) === Placement.SAME);
    return others.slice(0, 1).map(other => problemAt(this, {
      got: `findings of the scan type ${scanType} in a registry that ${place(other)} scans with ${other.scanType}`,
      expected: 'the scan type of the registry, since the events of the two differ and the alarm would never fire',
      fix: `set scanType to RegistryScanType.${other.scanType}, or pass the scanType of the RegistryScanning`,
    }));
  }
}
