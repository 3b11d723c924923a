import { Lazy, Token } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from '../private/errors';
import { isReferable } from '../private/referable';

/** Something of aws-cdk that a template refers to by a name or an ARN. */
export interface Referred {
  /** What it is: `the EventBridge rule`. */
  readonly what: string;
  readonly construct: IConstruct;
  /** Its name or ARN. */
  readonly name: string;
  /** The attribute of an import that names it. */
  readonly attribute: string;
}

/** Refuses what the template of a scope can't refer to. */
export function checkReferable(scope: IConstruct, { what, construct, name, attribute }: Referred): void {
  if (!isReferable(scope, name)) {
    throw new InvalidInputError({
      got: `${what} ${place(construct)}, which is in another Stage, account or Region, or may be`,
      expected: 'one whose name is known before deployment, or one of the same Stage, account and Region',
      fix: 'import the cache with PullThroughCache.fromPullThroughCacheAttributes(), name '
        + `${attribute} in the attributes by its name, and pass the import instead of the cache`,
    }, scope);
  }
}

const ruleNames = new WeakMap<events.IRule, string>();

/** The name of a rule for a metric, of which nobody knows yet in which stack it is used. The same each time, or one metric would look like two. */
export function ruleNameFor(rule: events.IRule, attribute: string): string {
  if (!Token.isUnresolved(rule.ruleName)) {
    return rule.ruleName;
  }
  const name = ruleNames.get(rule) ?? Lazy.uncachedString({
    produce: ({ scope }) => {
      checkReferable(scope, { what: 'the EventBridge rule', construct: rule, name: rule.ruleName, attribute });
      return rule.ruleName;
    },
  });
  ruleNames.set(rule, name);
  return name;
}
