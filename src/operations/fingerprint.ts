import { createHash } from 'crypto';
import { CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A text that changes when a property of a resource at or below one of the constructs does; known at synthesis. */
export function fingerprintOf(...constructs: IConstruct[]): string {
  return Lazy.uncachedString({
    produce: () => {
      const resources = constructs.flatMap(construct => construct.node.findAll().filter(child => CfnResource.isCfnResource(child)));
      return createHash('sha256').update(JSON.stringify(resources.map(propertiesOf))).digest('hex').slice(0, 16);
    },
  });
}

function propertiesOf(resource: CfnResource): unknown {
  // eslint-disable-next-line dot-notation
  const { Resources } = Stack.of(resource).resolve(resource['_toCloudFormation']());
  return Object.values(Resources as { [logicalId: string]: { Properties?: unknown } }).map(({ Properties }) => Properties);
}
