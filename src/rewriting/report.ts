import { Stack, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ImageOutcome } from './lookup';
import type { ImageInCache } from '../pulling/image-in-cache';

/** An image name that `CachedImages` found, and what became of it. */
export interface FoundImage {
  /** The path of the construct that has it. */
  readonly constructPath: string;

  /** The property that holds it, such as `ContainerDefinitions.*.Image`. */
  readonly property: string;

  /** The name as it was. */
  readonly before: string;

  /** The name as it is now: the same, when it stays. What is known at deployment only is shown as `${AWS::AccountId}` and the like. */
  readonly after: string;

  /** Why. */
  readonly outcome: ImageOutcome;
}

/** An image name as it was judged; tokens in it are resolved for those only who read the report. */
export interface JudgedImage {
  readonly node: IConstruct;
  readonly property: string;
  readonly before: string;
  readonly after: string;
  readonly outcome: ImageOutcome;
  /** What is pulled from a cache instead, or is by now. */
  readonly image?: ImageInCache;
}

/** What users are told of it. */
export function foundImage({ node, property, before, after, outcome }: JudgedImage): FoundImage {
  return { constructPath: node.node.path, property, before: shown(before, node), after: shown(after, node), outcome };
}

/** What is one and the same image name, whether its L2, its L1 or its template was looked at. */
export function keyOf({ constructPath, before }: FoundImage): string {
  return `${constructPath.replace(/(\/(Default|Resource))+$/, '')} ${before}`;
}

/** A text with tokens as `Fn::Sub` would have it, for people to read. An app or a Stage reads tokens as its first stack does. */
export function shown(text: string, scope: IConstruct): string {
  const stack = scope.node.scopes.reverse().find(one => Stack.isStack(one)) ?? firstStackIn(scope);
  return Tokenization.reverseString(text).mapTokens({
    mapToken: token => {
      const value = stack?.resolve(token) as { Ref?: string } | undefined;
      return `\${${value?.Ref ?? '...'}}`;
    },
  }).join({ join: (left: string | undefined, right: string | undefined) => `${left ?? ''}${right ?? ''}` }) as string;
}

function firstStackIn(scope: IConstruct): Stack | undefined {
  for (const child of scope.node.children) {
    const stack = Stack.isStack(child) ? child : firstStackIn(child);
    if (stack) { return stack; }
  }
  return undefined;
}

/** The report as lines of text: what changed first. */
export function reportOf(found: readonly FoundImage[]): string {
  const changed = found.filter(one => one.before !== one.after);
  const kept = found.filter(one => one.before === one.after);
  return [
    ...changed.map(one => `${one.constructPath || 'the app'} ${one.property}: ${one.before} -> ${one.after}`),
    ...kept.map(one => `${one.constructPath || 'the app'} ${one.property}: ${one.before} stays (${one.outcome})`),
  ].join('\n');
}
