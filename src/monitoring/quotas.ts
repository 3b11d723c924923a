import { Stack, Stage } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { IConstruct } from 'constructs';
import { warn, WarningId } from '../private/errors';
import { addPlaced, outermostStack, Placement, placedAt } from '../private/places';
import type { Placed } from '../private/places';
import { accessorOf } from '../private/tree';

/** Amazon EventBridge User Guide, "Amazon EventBridge quotas": rules of an event bus, by default. */
const MOST_RULES = 300;
const FEWER_RULES: { readonly [region: string]: number } = { 'af-south-1': 100, 'eu-south-1': 100 };

/**
 * Warns when an app has more EventBridge rules for an account and Region than it may have by default, the app's own among them: with everything on, a
 * cache has four. Each Stage is counted by itself. A log of this library takes none of the log resource policies, and alarms are far from their quota.
 */
export function warnOfQuotas(construct: IConstruct): void {
  const stage = Stage.of(construct) ?? construct.node.root;
  accessorOf(stage, 'EventRuleQuota', () => stage.node.addValidation({ validate: () => countRules(stage) }) ?? true);
}

function countRules(stage: IConstruct): string[] {
  const placed: Placed<CfnRule> = new Map();
  for (const rule of stage.node.findAll().filter(one => CfnRule.isCfnRule(one))) {
    if (rule.eventBusName === undefined || rule.eventBusName === 'default') {
      addPlaced(placed, rule, rule);
    }
  }
  const told: Stack[] = [];
  for (const stack of placed.keys()) {
    const rules = placedAt(placed, stack, Placement.SAME);
    const most = FEWER_RULES[stack.region] ?? MOST_RULES;
    if (rules.length > most && !rules.some(rule => told.includes(outermostStack(rule)))) {
      told.push(stack);
      // on a rule, since aws-cdk finds no acknowledgement that a stack itself has for its own warnings
      warn(rules[0], WarningId.EVENT_RULE_QUOTA, `${rules.length} EventBridge rules go to one account and Region, whose default event bus takes ${most} unless the `
        + 'quota was raised. Raise the quota "Number of rules" of EventBridge, let fewer caches have rules of their own, or acknowledge this warning.');
    }
  }
  return [];
}
