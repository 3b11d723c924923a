import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { accessorOf } from './tree';

/**
 * Whether a resource waits for another one of its stack, by references or by dependencies, itself or through others. Ask it after all Aspects
 * ran: values are resolved for it.
 */
export function reaches(from: CfnResource, to: CfnResource): boolean {
  const search = accessorOf(from.node.root, 'Reaches', () => ({ running: false }));
  if (search.running) {
    // dependencies that ask this themselves count as there
    return false;
  }
  search.running = true;
  try {
    return find(from, to);
  } finally {
    search.running = false;
  }
}

function find(from: CfnResource, to: CfnResource): boolean {
  const stack = Stack.of(from);
  const byLogicalId = new Map(resourcesOf(stack).filter(one => Stack.of(one) === stack).map(one => [idOf(one), one]));
  const seen = new Set<CfnResource>();
  const visit = (resource: CfnResource): boolean => {
    if (resource === to) { return true; }
    if (seen.has(resource)) { return false; }
    seen.add(resource);
    return [...referredBy(resource).flatMap(id => byLogicalId.get(id) ?? []), ...waitedForBy(resource)].some(visit);
  };
  return visit(from);
}

function idOf(resource: CfnResource): string {
  return Stack.of(resource).resolve(resource.logicalId) as string;
}

/** Logical ids, and whatever else a template would name so. */
function referredBy(resource: CfnResource): string[] {
  // eslint-disable-next-line dot-notation
  const text = JSON.stringify(Stack.of(resource).resolve(resource['_toCloudFormation']()));
  return [...text.matchAll(/[A-Za-z0-9]+/g)].map(([word]) => word);
}

/** What it waits for by `addDependency()`, also of a construct around it. */
function waitedForBy(resource: CfnResource): CfnResource[] {
  return resource.node.scopes.flatMap(scope => scope.node.dependencies).flatMap(resourcesOf);
}

function resourcesOf(construct: IConstruct): CfnResource[] {
  return construct.node.findAll().filter(one => CfnResource.isCfnResource(one));
}
