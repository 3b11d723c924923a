import { DefaultTokenResolver, StringConcat, Tokenization } from 'aws-cdk-lib';
import type { CfnResource, IResolvable, IResolveContext } from 'aws-cdk-lib';
import { beside, imageNamesIn, renamed } from './image-choices';
import { IMAGE_PROPERTIES, KEPT_PROPERTIES } from './known-properties';
import type { ImageProperty, KnownImageProperty } from './known-properties';

/** Properties of an L1, whose shape only its own type knows. */
export type Properties = { readonly [property: string]: unknown };

/** An object that names an image, and which elements of lists lead to it. */
export interface Holder {
  readonly properties: Properties;
  readonly indices: readonly (number | string)[];
}

export function l1Name(property: string): string {
  return property.charAt(0).toLowerCase() + property.slice(1);
}

/** What a property is called in an object: typed L1s have their own names, everything else has CloudFormation's. */
function keyIn(object: Properties, step: string): string {
  return l1Name(step) in object ? l1Name(step) : step;
}

/** A row of the table, read once: the objects that hold the image, and the property that it is. */
export interface ImagePlace extends KnownImageProperty {
  readonly holderSteps: readonly string[];
  readonly key: string;
  readonly roleSteps?: readonly string[];
}

function placeOf(property: KnownImageProperty): ImagePlace {
  const holderSteps = property.imagePath.split('.');
  const key = holderSteps.pop()!;
  return { ...property, holderSteps, key, roleSteps: property.rolePath?.split('.') };
}

/** The names of the image that an object has: those of both values of an `Fn::If`. */
export function imagesIn(holder: Properties, { key }: ImagePlace): string[] {
  return imageNamesIn(holder[keyIn(holder, key)]);
}

/** What changes in an object whose image gets other names, if it does: the image, and what is set and removed beside it. */
export function withImages(
  holder: Properties, { key, sets = {}, removes = [] }: ImagePlace, rename: (name: string) => string | undefined,
): Properties | undefined {
  const typed = l1Name(key) in holder;
  const named = typed ? l1Name : (name: string) => name;
  const image = holder[named(key)];
  const after = renamed(image, rename);
  if (after === undefined) { return undefined; }
  return Object.fromEntries([
    ...Object.entries(sets).map(([name, value]) => [named(name), beside(image, rename, holder[named(name)], value)]),
    ...removes.map(name => [named(name), beside(image, rename, typed ? asRendered(holder[named(name)]) : holder[named(name)], undefined)]),
    [named(key), after],
  ]);
}

/** An object of a typed L1 as templates have it: inside of a function nothing else translates it. */
function asRendered(value: unknown): unknown {
  return isObject(value) && !Tokenization.isResolvable(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.charAt(0).toUpperCase() + name.slice(1), inner]))
    : value;
}

/** The rows of the table and those of users by the type of resource, each property once: what is said of it later goes before. */
export class ImagePlaces {
  private readonly byType = new Map<string, readonly ImagePlace[]>();

  constructor(more: readonly ImageProperty[]) {
    const properties = new Map<string, KnownImageProperty>();
    for (const property of [...IMAGE_PROPERTIES, ...KEPT_PROPERTIES, ...more.map(one => ({ ...one, kept: false }))]) {
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

/** What holds the properties of a resource: the typed L1 itself, the bag of a bare `CfnResource`, and overrides, which come last. */
function rootsOf(resource: CfnResource, step: string): Properties[] {
  const { _cfnProperties: bag } = resource as unknown as { _cfnProperties?: Properties };
  const own = l1Name(step) in resource ? resource as unknown as Properties : bag;
  return [own, overridesOf(resource)].filter(one => one !== undefined);
}

/** What `addPropertyOverride()` wrote. */
function overridesOf(resource: CfnResource): Properties | undefined {
  return (resource as unknown as { rawOverrides?: { Properties?: Properties } }).rawOverrides?.Properties;
}

/** The objects at the end of a path, in the L1 of a resource. */
export function holdersAt(resource: CfnResource, { holderSteps: steps, key }: Pick<ImagePlace, 'holderSteps' | 'key'>): Holder[] {
  return rootsOf(resource, steps[0] ?? key).flatMap(root => holdersIn(root, steps, resource));
}

/** The objects at the end of a path in the overrides of a resource alone. */
export function overridesAt(resource: CfnResource, { holderSteps }: ImagePlace): Holder[] {
  return holdersIn(overridesOf(resource), holderSteps, resource);
}

function holdersIn(root: unknown, steps: readonly string[], resource: CfnResource): Holder[] {
  const walk = (raw: unknown, rest: readonly string[], indices: Holder['indices']): Holder[] => {
    const value = opened(raw, resource);
    if (!isObject(value)) { return []; }
    const choices = choicesIn(value);
    if (choices) { return choices.slice(1).flatMap(one => walk(one, rest, indices)); }
    if (rest.length === 0) { return [{ properties: value, indices }]; }
    const [step, ...further] = rest;
    return step === '*'
      ? Object.entries(value).flatMap(([key, element]) => walk(element, further, [...indices, key]))
      : walk(value[keyIn(value, step)], further, indices);
  };
  return walk(root, steps, []);
}

/** One value at the end of a path, its `*` being the given elements. */
export function valueAt(resource: CfnResource, steps: readonly string[], indices: Holder['indices']): unknown {
  const values = rootsOf(resource, steps[0]).map(root => {
    const left = [...indices];
    return steps.reduce<unknown>((raw, step) => {
      const value = opened(raw, resource);
      return isObject(value) ? value[step === '*' ? String(left.shift()) : keyIn(value, step)] : undefined;
    }, root);
  });
  // an override goes before what it overrides
  return values.reverse().find(one => one !== undefined);
}

/** Changes each object at the end of a path, wherever the resource has it. */
export function changeAt(
  resource: CfnResource, { holderSteps: steps, key }: ImagePlace, change: (holder: Properties) => Properties | undefined,
): void {
  for (const root of rootsOf(resource, steps[0] ?? key)) {
    const [property, ...further] = steps;
    if (property === undefined) {
      Object.assign(root, change(root));
    } else {
      const name = keyIn(root, property);
      if (root[name] !== undefined) {
        Object.assign(root, { [name]: changedAt(root[name], further, change) });
      }
    }
  }
}

/** The same value with each object at the end of the path changed; what is known only at synthesis is changed then. */
export function changedAt(value: unknown, steps: readonly string[], change: (holder: Properties) => Properties | undefined): unknown {
  if (Tokenization.isResolvable(value)) { return new ChangedValue(value, steps, change); }
  if (!isObject(value)) { return value; }
  const choices = choicesIn(value);
  if (choices) { return { 'Fn::If': choices.map((one, at) => at === 0 ? one : changedAt(one, steps, change)) }; }
  if (steps.length === 0) { return { ...value, ...change(value) }; }
  const [step, ...further] = steps;
  if (Array.isArray(value)) {
    return step === '*' ? value.map(element => changedAt(element, further, change)) : value;
  }
  const keys = step === '*' ? Object.keys(value) : [keyIn(value, step)].filter(key => key in value);
  return { ...value, ...Object.fromEntries(keys.map(key => [key, changedAt(value[key], further, change)])) };
}

/** The condition and both values of an `Fn::If`. */
function choicesIn(value: Properties): readonly unknown[] | undefined {
  const choices = value['Fn::If'];
  return Array.isArray(choices) ? choices : undefined;
}

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null;
}

class ChangedValue implements IResolvable {
  public readonly creationStack: string[] = [];

  constructor(
    private readonly inner: IResolvable,
    private readonly steps: readonly string[],
    private readonly change: (holder: Properties) => Properties | undefined,
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
