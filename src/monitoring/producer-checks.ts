import { Duration, Stack, Token } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { checkInterval } from './schedule';
import { checkResource } from '../private/access';
import { InvalidInputError, place } from '../private/errors';
import { checkArnPartition } from '../private/partitions';
import { differ } from '../private/places';
import { prefixOf } from '../rule/cache-address';

/** What each kind of producer has, how it is imported, and by which attribute its ARN is known. */
const KINDS = {
  failedPullsRule: ['ruleName', 'ruleArn', 'Rule.fromEventRuleArn()'],
  importsRule: ['ruleName', 'ruleArn', 'Rule.fromEventRuleArn()'],
  deniedPullsRule: ['ruleName', 'ruleArn', 'Rule.fromEventRuleArn()'],
  failedPullsAlarm: ['alarmArn', 'alarmArn', 'Alarm.fromAlarmArn()'],
  eventLogGroup: ['logGroupName', 'logGroupArn', 'LogGroup.fromLogGroupName()'],
  statisticsLogGroup: ['logGroupName', 'logGroupArn', 'LogGroup.fromLogGroupName()'],
  probeLogGroup: ['logGroupName', 'logGroupArn', 'LogGroup.fromLogGroupName()'],
} as const;

type Kind = keyof typeof KINDS;

/** What an import names. */
type Named = { readonly [kind in Kind]?: IResource } & { readonly statisticsInterval?: Duration; readonly probeInterval?: Duration };

/** Refuses producers of another type, of another place than the cache, and intervals that none of this library's functions has. */
export function checkProducers(rule: IPullThroughCacheRuleRef, producers: Named): void {
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const producer = producers[kind];
    if (producer !== undefined && producer !== null) {
      const [attribute, arn, way] = KINDS[kind];
      checkResource(kind, producer, attribute, `import it by ${way}`, rule);
      const { [attribute]: name, [arn]: text } = producer as unknown as Record<string, string>;
      checkArnPartition(kind, text, rule, rule.env.region);
      checkPlace(rule, kind, producer, name, text);
    }
  }
  const { statisticsInterval, probeInterval } = producers;
  if (statisticsInterval) { checkInterval(rule, statisticsInterval, Duration.hours(1), Duration.days(1), 'statisticsInterval'); }
  if (probeInterval) { checkInterval(rule, probeInterval, Duration.minutes(1), Duration.days(1), 'probeInterval'); }
}

/** ECR's events, and what is made of them, stay in the account and Region of the cache. */
function checkPlace(rule: IPullThroughCacheRuleRef, kind: Kind, producer: IResource, name: string, arn: string): void {
  const [, , , region, account] = arn.startsWith('arn:') ? arn.split(':') : [];
  const at = { region: region ?? producer.env.region, account: account ?? producer.env.account };
  const own = Stack.of(producer);
  // a log group that is known by its name has the ARN of whatever stack it is imported into
  const byName = kind.endsWith('LogGroup') && !Token.isUnresolved(name) && at.region === own.region && at.account === own.account;
  if (!byName && (differ(at.region, rule.env.region) || differ(at.account, rule.env.account))) {
    throw new InvalidInputError({
      got: `${kind} ${place(producer)} of the account ${at.account} and Region ${at.region} for the cache '${prefixOf(rule)}' of `
        + `${rule.env.account} and ${rule.env.region}`,
      expected: 'one of the account and Region of the cache, which its events and figures do not leave',
      fix: `name the one that is there, or leave ${kind} out`,
    }, rule);
  }
}
