import { DefaultTokenResolver, Reference, Stack, Stage, StringConcat, Token, Tokenization } from 'aws-cdk-lib';
import type { IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib';
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
