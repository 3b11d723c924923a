import { createHash } from 'crypto';
import { CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { sortedByKey } from './sorted';

/*
 * The properties of resources as the template has them in the end, with what was overridden: ask for them when the app is synthesized.
 */

/** A text that changes when a property of a resource at or below one of the constructs does; known at synthesis. */
export function fingerprintOf(...constructs: IConstruct[]): string {
  return Lazy.uncachedString({
    produce: () => {
      const resources = constructs.flatMap(construct => construct.node.findAll().filter(child => CfnResource.isCfnResource(child)));
      return createHash('sha256').update(JSON.stringify(sortedByKey(resources.map(renderedProperties)))).digest('hex').slice(0, 16);
    },
  });
}

/** The properties of a resource as the template has them in the end, with what was overridden. */
export function propertiesOf(resource: CfnResource): { readonly [name: string]: unknown } {
  return (renderedProperties(resource)[0] ?? {}) as { readonly [name: string]: unknown };
}

/** One entry, or none for a resource that leaves the template. */
function renderedProperties(resource: CfnResource): unknown[] {
  // eslint-disable-next-line dot-notation
  const { Resources = {} } = Stack.of(resource).resolve(resource['_toCloudFormation']());
  return Object.values(Resources as { [logicalId: string]: { Properties?: unknown } }).map(({ Properties }) => Properties);
}
