import { DefaultTokenResolver, StringConcat, Tokenization } from 'aws-cdk-lib';
import type { CfnResource, IResolvable, IResolveContext } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { listOf, readOptions, textOf } from './given';
import { excerpt, InvalidInputError } from '../private/errors';

/** Where a resource names an image, and whose role pulls it. Paths are CloudFormation's, `*` stands for each element of a list. */
export interface ImageProperty {
  /** The CloudFormation type of the resource, such as `AWS::ECS::TaskDefinition`. */
  readonly resourceType: string;

  /** The property that holds the image, such as `ContainerDefinitions.*.Image`. */
  readonly imagePath: string;

  /**
   * The property that holds the ARN of the role that pulls, such as `ExecutionRoleArn`. A `*` means the same element as in `imagePath`.
   *
   * @default - no role of the resource pulls: `pullers` of `CachedImages` do
   */
  readonly rolePath?: string;

  /**
   * Properties beside the image that have no place beside one of ECR, such as the credentials of another registry.
   *
   * @default - none
   */
  readonly removes?: string[];
}

/** What a row says besides that users have no need for. */
export interface KnownImageProperty extends ImageProperty {
  /** Properties beside the image that an image of ECR needs. */
  readonly sets?: { readonly [property: string]: string };
  /** How names begin that the service itself understands. */
  readonly ownImages?: string;
}

const ECS_TASKS = 'EcsProperties.TaskProperties.*';
const EACH_NODE = 'NodeProperties.NodeRangeProperties.*';
const PODS = ['Containers', 'InitContainers'].map(containers => `EksProperties.PodProperties.${containers}.*.Image`);
const BATCH = 'AWS::Batch::JobDefinition';

/**
 * The one table of where images are found. ECS Developer Guide, "Amazon ECS task execution IAM role"; Batch User Guide, "AWS Batch IAM
 * execution role"; CodeBuild User Guide, "Docker image in a private registry" and the API's ProjectEnvironment.
 */
export const IMAGE_PROPERTIES: readonly KnownImageProperty[] = [
  {
    resourceType: 'AWS::ECS::TaskDefinition',
    imagePath: 'ContainerDefinitions.*.Image',
    rolePath: 'ExecutionRoleArn',
    removes: ['RepositoryCredentials'],
  },
  ...['', `${EACH_NODE}.`].flatMap(prefix => [
    {
      resourceType: BATCH,
      imagePath: `${prefix}${prefix ? 'Container' : 'ContainerProperties'}.Image`,
      rolePath: `${prefix}${prefix ? 'Container' : 'ContainerProperties'}.ExecutionRoleArn`,
      removes: ['RepositoryCredentials'],
    },
    {
      resourceType: BATCH,
      imagePath: `${prefix}${ECS_TASKS}.Containers.*.Image`,
      rolePath: `${prefix}${ECS_TASKS}.ExecutionRoleArn`,
      removes: ['RepositoryCredentials'],
    },
    ...PODS.map(pods => ({ resourceType: BATCH, imagePath: `${prefix}${pods}` })),
  ]),
  {
    resourceType: 'AWS::CodeBuild::Project',
    imagePath: 'Environment.Image',
    rolePath: 'ServiceRole',
    removes: ['RegistryCredential'],
    sets: { ImagePullCredentialsType: 'SERVICE_ROLE' },
    ownImages: 'aws/codebuild/',
  },
];

/** Properties of an L1, whose shape only its own type knows. */
type Properties = { readonly [property: string]: unknown };

/** An object that names an image, and which list elements lead to it. */
export interface Holder {
  readonly properties: Properties;
  readonly indices: readonly number[];
}

/** A path such as `ContainerDefinitions.*.Image` in the words of an L1: `containerDefinitions`, `*`, `image`. */
function stepsOf(path: string): string[] {
  return path.split('.').map(l1Name);
}

export function l1Name(property: string): string {
  return property.charAt(0).toLowerCase() + property.slice(1);
}

/** A row of the table, read once: the objects that hold the image, and the property that it is. */
export interface ImagePlace extends KnownImageProperty {
  readonly holderSteps: readonly string[];
  readonly key: string;
  readonly roleSteps?: readonly string[];
  /** What an image of a cache sets and removes beside it. */
  readonly beside: Properties;
}

function besideOf({ sets = {}, removes = [] }: KnownImageProperty): Properties {
  return Object.fromEntries([
    ...Object.entries(sets).map(([name, value]) => [l1Name(name), value]),
    ...removes.map(name => [l1Name(name), undefined]),
  ]);
}

function placeOf(property: KnownImageProperty): ImagePlace {
  const holderSteps = stepsOf(property.imagePath);
  const key = holderSteps.pop()!;
  const roleSteps = property.rolePath === undefined ? undefined : stepsOf(property.rolePath);
  return { ...property, holderSteps, key, roleSteps, beside: besideOf(property) };
}

/** The rows of the table and those of users by the type of resource, each property once: what is said of it later goes before. */
export class ImagePlaces {
  private readonly byType = new Map<string, readonly ImagePlace[]>();

  constructor(more: readonly ImageProperty[]) {
    const properties = new Map<string, KnownImageProperty>();
    for (const property of [...IMAGE_PROPERTIES, ...more]) {
      const key = `${property.resourceType}.${property.imagePath}`;
      properties.set(key, { ...properties.get(key), ...property });
    }
    for (const property of properties.values()) {
      this.byType.set(property.resourceType, [...this.of(property.resourceType), placeOf(property)]);
    }
  }

  public of(resourceType: string): readonly ImagePlace[] {
    return this.byType.get(resourceType) ?? [];
  }
}

/** The objects at the end of a path, in the L1 of a resource. */
export function holdersAt(resource: CfnResource, steps: readonly string[]): Holder[] {
  const walk = (raw: unknown, rest: readonly string[], indices: readonly number[]): Holder[] => {
    const value = opened(raw, resource);
    if (typeof value !== 'object' || value === null) { return []; }
    if (rest.length === 0) { return [{ properties: value as Properties, indices }]; }
    const [step, ...further] = rest;
    if (step !== '*') { return walk((value as Properties)[step], further, indices); }
    return Array.isArray(value) ? value.flatMap((element, index) => walk(element, further, [...indices, index])) : [];
  };
  return walk(resource, steps, []);
}

/** One value at the end of a path, its `*` being the given elements. */
export function valueAt(resource: CfnResource, steps: readonly string[], indices: readonly number[]): unknown {
  const left = [...indices];
  return steps.reduce<unknown>((raw, step) => {
    const value = opened(raw, resource) as Properties | undefined;
    return value?.[step === '*' ? String(left.shift()) : step];
  }, resource);
}

/** The same value with each object at the end of the path changed; what is known only at synthesis is changed then. */
export function changedAt(value: unknown, steps: readonly string[], change: (properties: Properties) => Properties): unknown {
  if (Tokenization.isResolvable(value)) { return new ChangedValue(value, steps, change); }
  if (typeof value !== 'object' || value === null) { return value; }
  if (steps.length === 0) { return change(value as Properties); }
  const [step, ...further] = steps;
  if (step === '*') {
    return Array.isArray(value) ? value.map(element => changedAt(element, further, change)) : value;
  }
  return step in value ? { ...value, [step]: changedAt((value as Properties)[step], further, change) } : value;
}

class ChangedValue implements IResolvable {
  public readonly creationStack: string[] = [];

  constructor(
    private readonly inner: IResolvable,
    private readonly steps: readonly string[],
    private readonly change: (properties: Properties) => Properties,
  ) {}

  public resolve(context: IResolveContext): unknown {
    // one level: what is inside is resolved once, by who asked for this value
    return changedAt(this.inner.resolve(context), this.steps, this.change);
  }

  public toString(): string {
    return '<changed when it is synthesized>';
  }
}

/** A token's value without the values of the tokens in it: a stable Lazy that is resolved too early would lose what comes later. */
class OneLevel extends DefaultTokenResolver {
  constructor() {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext): unknown {
    return token.resolve(context);
  }
}

function opened(raw: unknown, resource: CfnResource): unknown {
  let value = raw;
  while (Tokenization.isResolvable(value)) {
    value = Tokenization.resolve(value, { scope: resource, resolver: new OneLevel(), preparing: true });
  }
  return value;
}

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
