import type { IConstruct } from 'constructs';
import { listOf, readOptions, textOf } from './given';
import type { ImageProperty } from './known-properties';
import { excerpt, InvalidInputError } from '../private/errors';

const KINDS = {
  resourceType: textOf('AWS::ECS::TaskDefinition'),
  imagePath: textOf('ContainerDefinitions.*.Image'),
  rolePath: textOf('ExecutionRoleArn'),
  removes: listOf(textOf('RepositoryCredentials'), 'names of properties'),
};

/** A copy of what a user says of a property. Refuses what could never lead to an image. */
export function readImageProperty(given: ImageProperty, scope: IConstruct): ImageProperty {
  const { resourceType, imagePath, ...others } = readOptions(given, 'addImageProperty()', KINDS, scope);
  if (resourceType === undefined || imagePath === undefined) {
    throw new InvalidInputError({
      got: `no '${resourceType === undefined ? 'resourceType' : 'imagePath'}' for CachedImages.addImageProperty()`,
      expected: 'the type of a resource and the path to its image',
      fix: "write them such as 'AWS::ECS::TaskDefinition' and 'ContainerDefinitions.*.Image'",
    }, scope);
  }
  const path = { resourceType, imagePath, ...others };
  checkImageProperty(path);
  return path;
}

function checkImageProperty(path: ImageProperty): void {
  if (!/^[A-Za-z0-9]+(::[A-Za-z0-9_@-]+)+$/.test(path.resourceType)) {
    throw new InvalidInputError({
      got: `the resource type ${excerpt(path.resourceType)}`,
      expected: "CloudFormation's name of a resource type",
      fix: "write it such as 'AWS::ECS::TaskDefinition'",
    });
  }
  for (const one of [path.imagePath, ...path.rolePath === undefined ? [] : [path.rolePath]]) {
    if (!/^[A-Z][A-Za-z0-9]*(\.(\*|[A-Z][A-Za-z0-9]*))*$/.test(one) || one.endsWith('*')) {
      throw new InvalidInputError({
        got: `the property path ${excerpt(one)}`,
        expected: "CloudFormation's names of properties, joined by dots, with '*' for each element of a list",
        fix: "write it such as 'ContainerDefinitions.*.Image'",
      });
    }
  }
  const lists = (text: string) => text.split('*').length;
  if (path.rolePath !== undefined && lists(path.rolePath) > lists(path.imagePath)) {
    throw new InvalidInputError({
      got: `the role path ${excerpt(path.rolePath)} for images at ${excerpt(path.imagePath)}`,
      expected: "no more '*' than the image path has",
      fix: 'name the one role that pulls the image',
    });
  }
}
