import { DefaultTokenResolver, Reference, Stack, Stage, StringConcat, Token, Tokenization } from 'aws-cdk-lib';
import type { CfnResource, IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

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
  return [...finder.targets].every(target => Stage.of(target) === Stage.of(scope));
}

/** What a value in a template of a scope refers to, as far as references of aws-cdk say so. */
export function referredBy(scope: IConstruct, value: unknown): Set<IConstruct> {
  const finder = new ReferenceFinder();
  Tokenization.resolve(value, { scope, resolver: finder, preparing: false });
  return finder.targets;
}

/**
 * What resources of a stack refer to, as far as references of aws-cdk say so. Each token is resolved once, and no policy is rendered for it, which takes
 * longer than all else.
 */
export class References {
  private readonly byToken = new Map<IResolvable, ReadonlySet<IConstruct>>();

  public constructor(private readonly stack: Stack) {}

  /** What the properties of a resource refer to, overrides included. */
  public of(resource: CfnResource): Set<IConstruct> {
    const { cfnProperties, rawOverrides } = resource as unknown as { cfnProperties?: unknown; rawOverrides?: unknown };
    const targets = new Set<IConstruct>();
    this.add([cfnProperties, rawOverrides, resource.cfnOptions.metadata], targets);
    return targets;
  }

  private add(value: unknown, targets: Set<IConstruct>): void {
    if (value instanceof PolicyDocument) {
      this.add(value.toJSON(), targets);
    } else if (Tokenization.isResolvable(value)) {
      this.referredBy(value).forEach(target => targets.add(target));
    } else if (typeof value === 'string') {
      if (Token.isUnresolved(value)) { Tokenization.reverseString(value).tokens.forEach(token => this.add(token, targets)); }
    } else if (typeof value === 'number') {
      if (Token.isUnresolved(value)) { this.add(Tokenization.reverseNumber(value), targets); }
    } else if (Array.isArray(value)) {
      const list = Token.isUnresolved(value) ? Tokenization.reverseList(value as string[]) : undefined;
      (list ? [list] : value).forEach(element => this.add(element, targets));
    } else if (typeof value === 'object' && value !== null) {
      Object.entries(value).forEach(entry => entry.forEach(part => this.add(part, targets)));
    }
  }

  private referredBy(token: IResolvable): ReadonlySet<IConstruct> {
    let known = this.byToken.get(token);
    if (!known) {
      const finder = new ReferenceFinder();
      Tokenization.resolve(token, { scope: this.stack, resolver: finder, preparing: false });
      known = finder.targets;
      this.byToken.set(token, known);
    }
    return known;
  }
}

/** Notes down the resources that a text refers to in a template; a reference that resolves to a written name is none. */
class ReferenceFinder extends DefaultTokenResolver {
  public readonly targets = new Set<IConstruct>();

  constructor() {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const resolved: unknown = super.resolveToken(token, context, postProcessor);
    if (Reference.isReference(token) && typeof resolved !== 'string') {
      this.targets.add(token.target);
    }
    return resolved;
  }
}
