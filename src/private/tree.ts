import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { place, sentence } from './errors';
import type { Problem } from './errors';
import { comparePlacement, Placement } from './placement';

/** Something that a tree has once: it hangs on the root, as aspects do, and so lives and dies with the app. */
export function oncePerTree<T>(scope: IConstruct, name: string, make: (root: IConstruct) => T): T {
  const key = Symbol.for(`cdk-ecr-pull-through-cache.${name}`);
  const root = scope.node.root as IConstruct & { [key: symbol]: T | undefined };
  if (root[key] === undefined) {
    Object.defineProperty(root, key, { value: make(root) });
  }
  return root[key]!;
}

/** Whether a construct is still part of its tree: `tryRemoveChild` takes it out without telling it. */
export function isInTree(construct: IConstruct): boolean {
  const parent = construct.node.scope;
  return !parent || parent.node.tryFindChild(construct.node.id) === construct && isInTree(parent);
}

/** One sentence for each resource that has the name of an earlier one in its account and Region. */
export function sameNames<T extends CfnResource>(resources: T[], nameOf: (resource: T) => string, problem: (earlier: T) => Problem): string[] {
  const byName = new Map<string, T[]>();
  return resources.flatMap(resource => {
    const namesakes = byName.get(nameOf(resource)) ?? [];
    const earlier = namesakes.find(other => !alternatives(resource, other) && comparePlacement(resource, other) === Placement.SAME);
    byName.set(nameOf(resource), namesakes);
    namesakes.push(resource);
    return earlier ? [`${sentence(problem(earlier))} [at ${place(resource)}]`] : [];
  });
}

/** Resources under conditions may exclude each other, which only CloudFormation can tell. */
function alternatives(one: CfnResource, other: CfnResource): boolean {
  return one.cfnOptions.condition !== undefined && other.cfnOptions.condition !== undefined;
}
