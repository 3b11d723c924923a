import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { referredBy } from './referable';
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
  const stack = Stack.of(to);
  const seen = new Set<CfnResource>();
  const visit = (resource: CfnResource): boolean => {
    if (resource === to) { return true; }
    if (seen.has(resource) || Stack.of(resource) !== stack) { return false; }
    seen.add(resource);
    return [...waitedForBy(resource)].some(visit);
  };
  return visit(from);
}

function waitedForBy(resource: CfnResource): Set<CfnResource> {
  // eslint-disable-next-line dot-notation
  const targets = referredBy(resource, resource['_toCloudFormation']());
  const dependencies = resource.node.scopes.flatMap(scope => scope.node.dependencies).flatMap(one => one.node.findAll());
  return new Set([...targets, ...dependencies, ...resource.obtainDependencies()].filter(one => isResource(one)));
}

function isResource(construct: IConstruct): construct is CfnResource {
  return CfnResource.isCfnResource(construct);
}
