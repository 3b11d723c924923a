import { DefaultTokenResolver, Lazy, Reference, Stack, Stage, StringConcat, Token, Tokenization } from 'aws-cdk-lib';
import type { IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from '../private/errors';

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

/**
 * Whether the template of a scope can refer to a name: it is written out, or what has it is in the same Stage and, as aws-cdk wants it, in
 * the same account and Region.
 */
export function isReferable(scope: IConstruct, name: string): boolean {
  if (!Token.isUnresolved(name)) {
    return true;
  }
  const finder = new ReferenceFinder();
  try {
    Tokenization.resolve(name, { scope: Stack.of(scope), resolver: finder, preparing: false });
  } catch {
    // aws-cdk refuses a resource without a physical name from another environment
    return false;
  }
  return finder.targets.every(target => Stage.of(target) === Stage.of(scope));
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

/** Notes down the resources that a text refers to in a template; a reference that resolves to a written name is none. */
class ReferenceFinder extends DefaultTokenResolver {
  public readonly targets: IConstruct[] = [];

  constructor() {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const resolved: unknown = super.resolveToken(token, context, postProcessor);
    if (Reference.isReference(token) && typeof resolved !== 'string') {
      this.targets.push(token.target);
    }
    return resolved;
  }
}
