import { CfnResource, Stack, Stage, Token } from 'aws-cdk-lib';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import type { IConstruct } from 'constructs';
import { warn, WarningId } from '../private/errors';
import { addPlaced, outermostStack, Placement, placedAt } from '../private/places';
import type { Placed } from '../private/places';
import { accessorOf } from '../private/tree';

/** A quota of what is deployed into one account and Region. */
interface Quota {
  readonly type: string;
  readonly what: string;
  readonly most: number;
  /** Regions that have less. */
  readonly fewer?: { readonly [region: string]: number };
  readonly fix: string;
  /** Which of the resources count; without it, all. */
  readonly counts?: (resource: CfnResource) => boolean;
}

const RULE = 'AWS::Events::Rule';

const RAISE = 'Have the quota raised in Service Quotas';

/**
 * EventBridge User Guide, "Amazon EventBridge quotas"; ECR User Guide, "Pull-time update exclusions"; CloudWatch Logs User Guide, "CloudWatch Logs
 * quotas"; CloudWatch User Guide, "CloudWatch service quotas".
 */
const QUOTAS: readonly Quota[] = [
  {
    type: RULE,
    what: 'EventBridge rules of the default event bus',
    most: 300,
    fewer: { 'af-south-1': 100, 'eu-south-1': 100 },
    fix: RAISE,
    counts: isOfDefaultBus,
  },
  {
    type: RULE,
    what: 'EventBridge rules whose patterns have wildcards, as those on denied pulls do,',
    most: 30,
    fix: 'Have pullsDenied() for fewer caches, since this quota cannot be raised',
    counts: rule => isOfDefaultBus(rule) && JSON.stringify(Stack.of(rule).resolve((rule as CfnRule).eventPattern) ?? {}).includes('"wildcard"'),
  },
  { type: 'AWS::CloudWatch::Alarm', what: 'CloudWatch alarms', most: 5000, fix: RAISE },
  { type: 'AWS::Logs::QueryDefinition', what: 'saved queries of CloudWatch Logs', most: 1000, fix: 'Make one CacheQueries for several caches' },
  { type: 'AWS::ECR::PullTimeUpdateExclusion', what: 'pull-time update exclusions', most: 100, fix: 'Set recordPullTimes for some of the probes' },
];

function isOfDefaultBus(rule: CfnResource): boolean {
  return [undefined, 'default'].includes((rule as CfnRule).eventBusName);
}

/** Warns when an app puts more of something into an account and Region than it may have there: what others have there comes on top. */
export function warnOfQuotas(scope: IConstruct): void {
  // a Stage is synthesized before the app, and what is said of it later is printed nowhere
  const stage = Stage.of(scope) ?? scope.node.root;
  accessorOf(stage, 'Quotas', () => {
    stage.node.addValidation({ validate: () => { warnOfCrowded(stage); return []; } });
    return true;
  });
}

function warnOfCrowded(stage: IConstruct): void {
  const resources = stage.node.root.node.findAll().filter(construct => CfnResource.isCfnResource(construct));
  for (const quota of QUOTAS) {
    const placed: Placed<CfnResource> = new Map();
    resources.filter(one => one.cfnResourceType === quota.type && quota.counts?.(one) !== false).forEach(one => addPlaced(placed, one, one));
    const warned = new Set<IConstruct>();
    for (const [stack, [one]] of placed) {
      if (Stage.of(stack) !== stage) { continue; }
      const beside = placedAt(placed, one, Placement.SAME);
      if (beside.length > mostIn(quota, stack.region) && !beside.some(other => warned.has(outermostStack(other)))) {
        warned.add(stack);
        warn(stack, WarningId.QUOTA, `the app has ${beside.length} ${quota.what} in one account and Region, whose quota is `
          + `${mostIn(quota, stack.region)} by default, and what is there already comes on top. ${quota.fix}, or put some of the caches into another account or Region.`);
      }
    }
  }
}

function mostIn({ most, fewer }: Quota, region: string): number {
  return Token.isUnresolved(region) ? most : fewer?.[region] ?? most;
}
